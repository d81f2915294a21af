"""One gate: what leaves is Protected, and what publishes, stores, exports or serves knows of no other layer."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from mypy import api

from geo.errors import DisclosureError
from layers.publication.collections import collections
from layers.publication.layer import Layer
from services.workspace import storage
from tests.layers.declared import board, built, catalog, confidential, counts, layer

ROOT = Path(__file__).parents[2]
BEHIND = ("layers/publication", "services/workspace", "services/releases", "services/stores", "services/exporters",
          "services/pages", "services/ogc")  # fmt: skip
PUBLISHING = """
from collections.abc import Sequence
from layers.publication.collections import collections
from layers.publication.layer import Layer

def published(made: Sequence[Layer]) -> None:
    collections(made)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A layer as the method makes it, before the gate."""
    declared = catalog(tmp_path_factory.mktemp("declared"))
    one = layer(declared, built(declared, counts(board()[2])))
    return Layer(one.key, one.theme, one.lens, one.table, one.zoekgebieden, one.provenance, one.summary)


def test_a_layer_that_did_not_pass_the_gate_is_not_published(made):
    with pytest.raises(TypeError, match="only what is Protected may leave, and this is Layer"):
        collections([made])


def test_nor_is_it_written_in_a_home(made, tmp_path):
    with pytest.raises(TypeError, match="only what is Protected may leave, and this is Layer"):
        storage.save([made], tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_confidential_is_shown_where_no_count_leaves_that_may_be_shown(made):
    ten = confidential(made, "tellingen")
    three = ten.leaving.assign(published=3.0)
    with pytest.raises(DisclosureError, match="it shows Misdrijven where no count leaves that may be shown: BU"):
        replace(ten, leaving=three)
    rates = dict.fromkeys(("misdrijven", "huur"))
    level_alone = ten.table.assign(**rates, **{f"{one}_reden": "klein_aantal" for one in rates})
    with pytest.raises(DisclosureError, match="it shows Afstand tot het centrum where no count leaves"):
        replace(ten, table=level_alone, leaving=three)


def test_the_type_checker_says_so_before_it_runs(tmp_path):
    (tmp_path / "publishing.py").write_text(PUBLISHING)
    said, _, code = api.run(["--config-file", str(ROOT / "pyproject.toml"), str(tmp_path / "publishing.py")])
    assert code == 1
    assert 'has incompatible type "Sequence[Layer]"; expected "Sequence[Protected]"' in said


def test_nothing_behind_the_gate_imports_what_has_not_passed_it():
    files = [file for folder in BEHIND for file in sorted((ROOT / folder).rglob("*.py"))]
    assert len(files) > 60
    unprotected = {file.relative_to(ROOT).as_posix() for file in files if "Layer" in _imported(file)}
    assert unprotected == {"layers/publication/protected.py"}


def _imported(file: Path) -> set[str]:
    """The names that a module imports from others."""
    nodes = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ImportFrom)]
    return {name.name for node in nodes for name in node.names}
