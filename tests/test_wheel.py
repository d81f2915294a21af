"""The wheel holds all that the packages hold, and works where no repository is."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("geo", "boundaries", "layers", "services")
UV = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_every_file_of_the_packages_is_in_the_wheel(wheel):
    files = {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    with ZipFile(wheel) as content:
        shipped = {name for name in content.namelist() if ".dist-info/" not in name}
    assert shipped == files
    assert {Path(name).suffix for name in shipped} == {
        *(".py", ".typed", ".toml", ".po", ".properties", ".jinja", ".js", ".css", ".yml"),
    }
    assert {f"{package}/py.typed" for package in PACKAGES} <= shipped


def test_the_installed_command_does_the_main_job_in_an_empty_folder(wheel, tmp_path):
    """Dependencies are those of this environment; zicht itself comes from the wheel alone."""
    environment = tmp_path / "environment"
    empty = tmp_path / "empty"
    empty.mkdir()
    for command in (
        [UV, "venv", "--quiet", "--python", sys.executable, str(environment)],
        [UV, "pip", "install", "--quiet", "--offline", "--no-deps", "--python", str(environment), str(wheel)],
    ):
        subprocess.run(command, check=True, capture_output=True, cwd=empty)
    variables = {name: value for name, value in os.environ.items() if not name.startswith("ZICHT_")}  # noqa: TID251  # of another process
    variables |= {"PYTHONPATH": sysconfig.get_path("purelib")}
    where = [str(environment / "bin" / "python"), "-c", "import services; print(services.__file__)"]
    found = subprocess.run(where, check=True, capture_output=True, text=True, cwd=empty, env=variables).stdout
    assert Path(found.strip()).is_relative_to(environment)
    command = [str(environment / "bin" / "zicht"), "demo", "--no-serve"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=empty, env=variables)
    assert done.returncode == 0, done.stderr
    assert {one.name for one in empty.iterdir()} == {"output", "pygeoapi-config.yml"}
    served = empty / "output" / "demo" / "current"
    assert {"zicht.sqlite", "zicht.gpkg", "kaart.html", "release.json"} <= {one.name for one in served.iterdir()}
    committed = (ROOT / "pygeoapi-config.yml").read_text(encoding="utf-8")
    written = (empty / "pygeoapi-config.yml").read_text(encoding="utf-8")
    assert written.partition("resources:")[0] == committed.partition("resources:")[0]
