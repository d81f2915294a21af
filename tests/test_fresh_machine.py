"""`make` on a machine that has no Python of 3.12 or newer: uv fetches one, here from a mirror on loopback."""

import hashlib
import json
import os
import platform
import shutil
import sys
import tarfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import run
from threading import Thread

import pytest

from tests.real_data import folder

ROOT = Path(__file__).parents[1]
TOOLS = ("bash", "env", "ls", "sort", "touch", "awk", "mkdir", "rm", "dirname", "basename", "uname", "sed", "tail")
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing on the screen of the tests."""


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a list of downloads that has one Python: that of these tests, packed as uv expects it."""
    folder = tmp_path_factory.mktemp("mirror")
    archive = folder / "python.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as packed:
        for part in (f"bin/python{VERSION}", f"lib/python{VERSION}", f"lib/libpython{VERSION}.so.1.0"):
            if (path := Path(sys.base_prefix) / part).exists():
                packed.add(path, f"python/{part}", filter=_needed)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        entry = {
            "name": "cpython", "arch": {"family": platform.machine(), "variant": None}, "os": "linux", "libc": "gnu",
            "major": sys.version_info.major, "minor": sys.version_info.minor, "patch": sys.version_info.micro,
            "prerelease": "", "url": f"{address}/{archive.name}", "variant": None, "build": None,
            "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        }  # fmt: skip
        name = f"cpython-{platform.python_version()}-linux-{platform.machine()}-gnu"
        (folder / "downloads.json").write_text(json.dumps({name: entry}))
        yield f"{address}/downloads.json"
        server.shutdown()


def _needed(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    skipped = {"test", "site-packages", "__pycache__", "idlelib", "tkinter", "config-"}
    return None if any(part.startswith(tuple(skipped)) for part in Path(member.name).parts) else member


@pytest.mark.skipif(sys.platform != "linux", reason="the mirror packs a Python for Linux")
def test_an_old_python_is_enough_to_start_and_uv_brings_the_one_that_is_needed(mirror: str, tmp_path: Path):
    path = tmp_path / "bin"
    path.mkdir()
    for tool in (*TOOLS, "make"):
        (path / tool).symlink_to(shutil.which(tool))
    # A python3 that says it is 3.10, as Ubuntu 22.04 has it, and otherwise does as it is told.
    (path / "python3").write_text(f'#!/bin/bash\n[[ "$2" == *version_info* ]] && exit 1\nexec {sys.executable} "$@"\n')
    (path / "python3").chmod(0o755)
    (path / "uv").symlink_to(shutil.which("uv") or ROOT / ".tools" / "bin" / "uv")
    work = tmp_path / "zicht"
    work.mkdir()
    for file in ("Makefile", "pyproject.toml", "requirements-dev.lock"):
        shutil.copy(ROOT / file, work)
    settings = {
        "PATH": str(path), "HOME": str(tmp_path / "home"), "UV_PYTHON_DOWNLOADS_JSON_URL": mirror,
        "UV_PYTHON_INSTALL_DIR": str(tmp_path / "pythons"), "UV_PREVIEW": "1", "NO_PROXY": "127.0.0.1",
    }  # fmt: skip
    made = run(
        ["make", "--no-print-directory", f"BROUGHT={VERSION}", "UV=uv", ".venv/bin/python"],
        cwd=work, env=settings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    assert "zicht needs Python 3.12 or newer and this machine has none: uv fetches Python" in made.stderr
    brought = (work / ".venv" / "bin" / "python").resolve()
    assert tmp_path / "pythons" in brought.parents
    told = run([work / ".venv" / "bin" / "python", "-c", "import sys, ssl; print(sys.version_info >= (3, 12))"],
               capture_output=True, text=True, check=True, env={"PATH": os.defpath})  # fmt: skip
    assert told.stdout.strip() == "True"


def test_real_data_that_is_set_to_nothing_counts_as_not_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ZICHT_REAL_DATA", "")
    empty = folder()
    monkeypatch.delenv("ZICHT_REAL_DATA")
    assert empty == folder()
