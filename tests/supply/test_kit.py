"""A kit is installed without internet, and not at all where a file in it is another than was packed."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.supply.licences import licences

ROOT = Path(__file__).parents[2]
KIT = ROOT / "dist" / "kit"


def summed(kit: Path) -> None:
    files = sorted(one for one in kit.rglob("*") if one.is_file() and one.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(one.read_bytes()).hexdigest()}  ./{one.relative_to(kit)}\n" for one in files]
    (kit / "SHA256SUMS").write_text("".join(lines))


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum")
def test_a_kit_of_which_a_file_was_changed_is_not_installed(tmp_path: Path):
    kit = tmp_path / "kit"
    (kit / "wheels").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "install-kit", kit / "install")
    (kit / "uv").write_text('#!/bin/sh\ntouch "$(dirname "$0")/../ran"\n')
    (kit / "uv").chmod(0o755)
    (kit / "wheels" / "zicht-0-py3-none-any.whl").write_bytes(b"a wheel")
    summed(kit)
    (kit / "wheels" / "zicht-0-py3-none-any.whl").write_bytes(b"another")
    done = subprocess.run([kit / "install", tmp_path / "to"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "these files are not what was packed; nothing is installed" in done.stderr
    assert not (tmp_path / "ran").exists()


def test_licences_are_listed_by_name_whatever_form_they_come_in():
    components = [
        {"name": "b", "version": "2", "licenses": [{"license": {"id": "MIT"}}, {"license": {"name": "BSD"}}]},
        {"name": "A", "version": "1", "licenses": [{"expression": "MIT OR Apache-2.0"}]},
        {"name": "c", "version": "3"},
    ]
    assert list(licences({"components": components})) == [
        ("A", "1", "MIT OR Apache-2.0"), ("b", "2", "MIT AND BSD"), ("c", "3", "unknown: see the package"),
    ]  # fmt: skip


@pytest.mark.skipif(not KIT.is_dir(), reason="there is no kit: make kit")
@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("unshare") is None, reason="no network can be taken away here")
def test_a_kit_is_installed_where_there_is_no_network(tmp_path: Path):
    command = ["unshare", "--net", KIT / "install", tmp_path / "to", ROOT / ".venv" / "bin" / "python"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("zicht ")
    assert not (tmp_path / "to" / ".cache").exists()
    told = subprocess.run([tmp_path / "to" / "bin" / "zicht", "check"], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
