"""The version of a method changes with any code behind it."""

import ast
from pathlib import Path

import pytest

from geo import residuals
from layers.method import versions
from layers.method.build import search
from layers.method.indicator_values import indicator_values
from tests.messages.extraction import ROOT

MODULES = sorted(
    str(path.relative_to(ROOT).with_suffix("")).replace("/", ".")
    for package in versions.OURS
    for path in (ROOT / package).rglob("*.py")
)


def imported(module: str) -> set[str]:
    """The modules of zicht that Python's own parser finds a module to import."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    return {one for one in found if one.partition(".")[0] in versions.OURS and one in MODULES}


@pytest.mark.parametrize("module", MODULES)
def test_all_that_a_module_imports_stands_behind_it(module: str):
    assert imported(module) <= versions.modules_behind(module)


def test_what_a_function_calls_stands_behind_it():
    behind = versions.modules_behind(indicator_values.__module__)
    assert {"geo.residuals", "geo.rates", "geo.measures", "geo.deviations"} <= behind
    assert "geo.statistics.getis_ord" not in behind
    assert "geo.statistics.getis_ord" in versions.modules_behind(search.__module__)


@pytest.fixture
def fresh():
    caches = (versions.version_of_module, versions.libraries, versions._imports, versions._file, versions._content)
    for one in caches:
        one.cache_clear()
    yield
    for one in caches:
        one.cache_clear()


@pytest.mark.usefixtures("fresh")
def test_one_line_of_one_module_makes_another_version_of_all_that_uses_it(monkeypatch: pytest.MonkeyPatch):
    before = versions.version_of(indicator_values), versions.version_of_module("geo.neighbors")
    versions.version_of_module.cache_clear()
    versions._content.cache_clear()
    read, source = Path.read_bytes, Path(str(residuals.__file__))
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + (b"#" if path == source else b""))
    after = versions.version_of(indicator_values), versions.version_of_module("geo.neighbors")
    assert after[0] != before[0]
    assert after[1] == before[1]


@pytest.mark.usefixtures("fresh")
def test_another_numpy_makes_another_version(monkeypatch: pytest.MonkeyPatch):
    before = versions.version_of(indicator_values)
    versions.version_of_module.cache_clear()
    versions.libraries.cache_clear()
    assert "numpy " in versions.libraries()
    versions.libraries.cache_clear()
    real = versions.metadata.version
    monkeypatch.setattr(versions.metadata, "version", lambda name: "0" if name == "numpy" else real(name))
    assert versions.version_of(indicator_values) != before
