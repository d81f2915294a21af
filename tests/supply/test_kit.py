"""A kit is installed without internet, and not at all where a file in it is another than was packed."""

import hashlib
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.supply.licences import licences

ROOT = Path(__file__).parents[2]
KIT = ROOT / "dist" / "kit"
CUT_OFF = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None, reason="only root, by unshare, can take away the network here"
)


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


def wheel(folder: Path, name: str, files: dict[str, str]) -> Path:
    """A wheel of a package in pure Python."""
    about = f"{name}-0.dist-info"
    kind = "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    content = files | {
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 0\n",
        f"{about}/WHEEL": kind,
        f"{about}/RECORD": "",
    }
    path = folder / f"{name}-0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as packed:
        for one, text in content.items():
            packed.writestr(one, text)
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A kit of zicht that says its version, and of the one package that it needs."""
    kit = tmp_path / "kit"
    (kit / "wheels").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "install-kit", kit / "install")
    shutil.copy(shutil.which("uv") or ROOT / ".tools" / "bin" / "uv", kit / "uv")
    needed = wheel(kit / "wheels", "needed", {"needed.py": "VERSION = 'zicht 0'\n"})
    wheel(kit / "wheels", "zicht", {
        "zicht.py": "import needed\n\ndef main():\n    print(needed.VERSION)\n",
        "zicht-0.dist-info/entry_points.txt": "[console_scripts]\nzicht = zicht:main\n",
    })  # fmt: skip
    lock = f"needed==0 --hash=sha256:{hashlib.sha256(needed.read_bytes()).hexdigest()}\n"
    (kit / "requirements.lock").write_text(lock)
    summed(kit)
    return kit


def installed(kit: Path, target: Path) -> "subprocess.CompletedProcess[str]":
    """The end of its installation, without any network."""
    command = ["unshare", "--net", kit / "install", target, ROOT / ".venv" / "bin" / "python"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@CUT_OFF
def test_what_the_kit_installs_with_asks_no_network_and_takes_what_the_lock_names(small: Path, tmp_path: Path):
    done = installed(small, tmp_path / "to")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "zicht 0\n"
    assert not (tmp_path / "to" / ".cache").exists()

    wheel(small / "wheels", "needed", {"needed.py": "VERSION = 'zicht 1'\n"})
    summed(small)  # whoever can change a wheel can change its digest here, and not that in the lock of the repository
    another = installed(small, tmp_path / "another")
    assert another.returncode != 0
    assert "hash mismatch" in another.stderr.lower()


@pytest.mark.deep
@CUT_OFF
def test_a_kit_is_installed_where_there_is_no_network(tmp_path: Path):
    """It downloads 376 MB, so that `make check-deep` runs it and CI does not."""
    subprocess.run([ROOT / ".ci" / "kit"], check=True)
    done = installed(KIT, tmp_path / "to")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("zicht ")
    assert not (tmp_path / "to" / ".cache").exists()
    told = subprocess.run([tmp_path / "to" / "bin" / "zicht", "check"], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
