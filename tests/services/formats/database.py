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


def _run(folder, program, *options):
    as_owner = []
    if os.geteuid() == 0:  # PostgreSQL refuses to be root
        shutil.chown(folder, "postgres")
        as_owner = ["runuser", "-u", "postgres", "--"]
    subprocess.run(
        [*as_owner, _programs() / program, *options], check=True, cwd=folder, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _start(folder):
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    _run(folder, "pg_ctl", "-D", folder / "place", "-w", "-o", options, "-l", folder / "log", "start")


@contextmanager
def stopped(uri):
    """The database of that URI is down, as when its server restarts."""
    folder = Path(uri.rpartition("host=")[2])
    _run(folder, "pg_ctl", "-D", folder / "place", "-m", "fast", "-w", "stop")
    try:
        yield
    finally:
        _start(folder)


@contextmanager
def database():
    """The URI of a database with PostGIS; it listens on a socket in a folder of its own only."""
    folder = Path(tempfile.mkdtemp(prefix="zicht-postgis-"))
    _run(folder, "initdb", "-D", folder / "place", "-A", "trust", "-U", "zicht", "-E", "UTF8", "--no-sync")
    _start(folder)
    try:
        yield f"postgresql://zicht@/postgres?host={folder}"
    finally:
        _run(folder, "pg_ctl", "-D", folder / "place", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
