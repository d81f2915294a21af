"""A real PostGIS of our own, for as long as the tests last."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest


def missing():
    """What this machine lacks, in a few words; None where nothing."""
    if _programs() is None:
        return "no PostgreSQL server: apt install postgresql postgis"
    if not list(Path("/usr/share/postgresql").glob("*/extension/postgis.control")):
        return "no PostGIS: apt install postgresql-postgis"
    return None


def required():
    """Skip the test that needs a PostGIS where there is none, and fail where CI lacks it."""
    if why := missing():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)  # noqa: TID251  # where the tests run, no setting


def _programs():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextmanager
def database():
    """The URI of a database with PostGIS; it listens on a socket in a folder of its own only."""
    folder = Path(tempfile.mkdtemp(prefix="zicht-postgis-"))
    as_owner = []
    if os.geteuid() == 0:  # PostgreSQL refuses to be root
        shutil.chown(folder, "postgres")
        as_owner = ["runuser", "-u", "postgres", "--"]
    programs, place = _programs(), folder / "place"

    def run(program, *options):
        subprocess.run(
            [*as_owner, programs / program, *options], check=True, cwd=folder, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    run("initdb", "-D", place, "-A", "trust", "-U", "zicht", "-E", "UTF8", "--no-sync")
    run(
        "pg_ctl",
        "-D",
        place,
        "-w",
        "-o",
        f"-k {folder} -c listen_addresses= -c fsync=off",
        "-l",
        folder / "log",
        "start",
    )
    try:
        yield f"postgresql://zicht@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-D", place, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
