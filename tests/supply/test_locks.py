"""Two locks: what runs zicht, and what also develops it; each with the hashes of all that may be installed."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("geo", "boundaries", "layers", "services")
EXTRA = {"matplotlib", "pyspark", "py4j"}
"""What only who asks for it imports: the extras `notebook` and `spark` of pyproject.toml."""
IMPORTS = """
import importlib, pkgutil
import geo, boundaries, layers, services
for package in (geo, boundaries, layers, services):
    for one in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not one.name.endswith("__main__"):
            importlib.import_module(one.name)
"""


def locked(name: str) -> dict[str, str]:
    """The versions of a lock by package; each has hashes."""
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = [one for one in re.split(r"\n(?=[a-z0-9])", text) if one]
    assert all("--hash=sha256:" in one for one in entries)
    return dict(re.match(r"([a-z0-9._-]+)==([^ ;\\]+)", one).groups() for one in entries)


def imported() -> set[str]:
    """The packages of others that zicht imports, anywhere."""
    names = set()
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {one.name.partition(".")[0] for one in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - set(PACKAGES)


def test_what_develops_is_what_runs_in_the_same_versions_and_more():
    runs, develops = locked("requirements.lock"), locked("requirements-dev.lock")
    assert runs.items() < develops.items()


def test_nothing_that_only_develops_is_installed_where_it_runs():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = {re.match(r"[A-Za-z0-9.-]+", one)[0].lower() for one in declared["dependency-groups"]["dev"]}
    assert named & locked("requirements.lock").keys() <= {"esda"}  # nothing, or what a library that runs asks for
    assert named <= locked("requirements-dev.lock").keys()


def test_all_that_is_imported_is_locked():
    given = packages_distributions()
    lock = locked("requirements.lock")
    homeless = {
        name for name in imported() - EXTRA
        if not any(one.lower().replace("_", "-") in lock for one in given.get(name, ()))
    }  # fmt: skip
    assert not homeless


def test_uv_is_pinned_with_its_hashes_to_what_is_declared():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert [f"{name}=={version}" for name, version in locked("requirements-uv.lock").items()] == (
        declared["dependency-groups"]["uv"]
    )


@pytest.mark.skipif(not os.environ.get("CI"), reason="installs 1.3 GB; CI runs it")  # noqa: TID251  # where tests run
def test_every_command_starts_where_only_what_runs_is_installed(tmp_path: Path):
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in files.split("\0"):
        if name and (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    made = subprocess.run(["make", "install"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr

    def ran(*command: str) -> subprocess.CompletedProcess[str]:
        program = tmp_path / ".venv" / "bin" / command[0]
        return subprocess.run([program, *command[1:]], cwd="/", capture_output=True, text=True, check=False)

    done = ran("python", "-c", IMPORTS)
    assert done.returncode == 0, done.stderr
    assert ran("python", "-c", "import pytest").returncode == 1
    commands = re.findall(r"^\| `zicht ([a-z]+)` \|", (ROOT / "MANUAL.md").read_text(encoding="utf-8"), re.MULTILINE)
    for command in commands:
        told = ran("zicht", command, "--help")
        assert told.returncode == 0, told.stderr
