"""What tells two states of the program apart, and what does not."""

import hashlib
import re
from importlib import metadata
from pathlib import Path

import pytest

from services import program as module


def test_a_state_of_the_program_is_named_by_what_runs():
    running = module.program()
    assert re.fullmatch(r"[0-9a-f]{40}(-dirty)?|", running.commit)
    assert all(re.fullmatch(r"[0-9a-f]{16}", one) for one in (running.code, running.method, running.libraries))
    assert running.code != running.method


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of four files, that stands in for ours."""
    for name in ("geo/sums.py", "services/pages/map.css", "layers/themes/misdrijven.toml", "layers/method/build.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before")
    monkeypatch.setattr(module.resources, "files", lambda _: tmp_path / "services")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "differing"),
    [
        ("geo/sums.py", ["code", "method"]),
        ("layers/method/build.py", ["code", "method"]),
        ("services/pages/map.css", ["code"]),
        ("layers/themes/misdrijven.toml", []),
        ("geo/__pycache__/sums.cpython-313.pyc", []),
    ],
)
def test_a_style_sheet_makes_no_layer_another_and_a_declaration_no_program(code: Path, file: str, differing: list[str]):
    parts = {"code": module.PACKAGES, "method": module.MAKES_LAYERS}
    before = {name: module._code(of) for name, of in parts.items()}
    (code / file).parent.mkdir(exist_ok=True)
    (code / file).write_text("after")
    assert [name for name, of in parts.items() if module._code(of) != before[name]] == differing


def test_without_git_there_is_no_commit(code: Path):
    assert module._commit() == ""
    (code / ".git").mkdir()
    assert module._commit() == "", "git does not know this folder"


def test_every_part_that_makes_layers_is_there():
    root = Path(module.__file__).parents[1]
    assert [part for part in module.MAKES_LAYERS if not (root / part).is_dir()] == []


def test_libraries_are_told_apart_by_the_names_and_versions_of_their_metadata():
    installed = {f"{one.name}=={one.version}".lower() for one in metadata.distributions() if one.name != "zicht"}
    expected = hashlib.sha256("\n".join(sorted(installed)).encode()).hexdigest()[:16]
    assert module.program().libraries == expected
