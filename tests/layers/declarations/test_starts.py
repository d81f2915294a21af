"""What `zicht new` writes is right as it is and explains every line."""

import tomllib
from importlib import resources
from itertools import pairwise

import pytest

from geo.errors import DeclarationError, UnknownNameError
from layers.declarations.catalog import load
from layers.declarations.starts import FOLDERS, MODELS, start
from layers.messages import language

KINDS = ["theme", "lens", "source"]


def test_there_is_a_start_for_every_kind_and_for_what_reads_a_series():
    assert [*FOLDERS] == [*MODELS] == KINDS
    folder = resources.files("layers.declarations").joinpath("starts")
    assert {file.name for file in folder.iterdir()} == {f"{kind}.toml" for kind in (*KINDS, "series")}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["ab", "mijn_proef_2", "a" * 40])
def test_a_start_is_read_without_faults_beside_what_is_shipped(tmp_path, kind, name):
    file = tmp_path / FOLDERS[kind] / f"{name}.toml"
    file.parent.mkdir()
    file.write_text(start(kind, name), encoding="utf-8")
    assert name in getattr(load(tmp_path), FOLDERS[kind])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name", ["", "a", "a" * 41, "Proef", "2024", "pro ef", "../proef", 'a"b', "proef\n", "proef.toml"]
)
def test_a_name_that_cannot_be_an_id_is_refused_in_words(kind, name):
    with pytest.raises(DeclarationError, match="should be 2 to 40 small letters, digits or _, the first a letter"):
        start(kind, name)


def test_a_lens_is_not_called_after_the_map_without_one():
    with pytest.raises(DeclarationError, match="'basis' is the name of the map without a lens"):
        start("lens", "basis")


def test_another_kind_lists_those_there_are():
    with pytest.raises(UnknownNameError, match="unknown kind of declaration 'map'; known: theme, lens, source"):
        start("map", "proef")


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_and_section_comes_after_its_explanation(kind):
    lines = start(kind, "proef").splitlines()
    explained = set()
    for before, line in pairwise(lines):
        if line and not line.startswith(("#", "[")):
            field = line.split("=")[0].strip()
            assert before.startswith("#") or field in explained, line
            explained.add(field)
    assert explained >= tomllib.loads("\n".join(lines)).keys() - {
        "search",
        "privacy",
        "indicator",
        "change",
        "columns",
        "table",
    }


def test_a_start_is_in_dutch_as_all_declarations_are():
    assert language() == "nl"
    assert all(" voor de lezer" in start(kind, "proef") for kind in KINDS)
