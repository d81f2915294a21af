"""Own themes, lenses and sources: `zicht new` starts one, `zicht check` reads it, and every command uses it."""

import os
import re
import shutil
from pathlib import Path

import pytest

from geo.areas import AreaLevel
from geo.errors import DeclarationError, StoreError
from layers.declarations.catalog import load
from services.jobs.declarations import begin, catalogue
from services.settings import Settings
from services.workspace import storage
from tests.services.running import Zicht

KINDS = {"theme": "themes", "lens": "lenses", "source": "sources"}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that ZICHT_LAYERS names, with an own theme in it."""
    begin("theme", "proef", tmp_path / "eigen")
    monkeypatch.setenv("ZICHT_LAYERS", str(tmp_path / "eigen"))
    return tmp_path / "eigen"


def test_no_folders_are_named_unless_zicht_layers_names_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ZICHT_LAYERS", raising=False)
    assert Settings().layers == ()
    monkeypatch.setenv("ZICHT_LAYERS", os.pathsep.join(["een", "", "~/twee", " "]))
    assert Settings().layers == (Path("een"), Path.home() / "twee")


@pytest.mark.parametrize(("kind", "folder"), KINDS.items())
def test_what_new_writes_passes_check_as_it_is(zicht: Zicht, tmp_path: Path, kind: str, folder: str):
    answer = zicht("new", kind, "proef", "--to", tmp_path / "eigen")
    assert answer.code == 0, answer.err
    file = tmp_path / "eigen" / folder / "proef.toml"
    assert str(file) in answer.out
    assert f"zicht check {tmp_path / 'eigen'}" in answer.out
    assert f"ZICHT_LAYERS={tmp_path / 'eigen'}" in answer.out
    checked = zicht("check", tmp_path / "eigen")
    assert checked.code == 0, checked.err
    shipped = load()
    counts = {"theme": len(shipped.themes), "lens": len(shipped.lenses), "source": len(shipped.sources)}
    counts[kind] += 1
    said = f"{counts['theme']} themes?, {counts['lens']} lens(es)?, {counts['source']} sources?"
    assert re.search(said, checked.out)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_overwritten(tmp_path: Path, kind: str):
    path = begin(kind, "proef", tmp_path)
    path.write_text("van mij", encoding="utf-8")
    with pytest.raises(StoreError, match="has this name already; choose another, nothing is overwritten"):
        begin(kind, "proef", tmp_path)
    assert path.read_text(encoding="utf-8") == "van mij"


@pytest.mark.parametrize(
    ("kind", "name"), [("theme", "misdrijven"), ("lens", "buitengebied"), ("source", "kerncijfers")]
)
def test_a_shipped_name_is_taken(tmp_path: Path, kind: str, name: str):
    with pytest.raises(StoreError, match=rf"layers/{KINDS[kind]}/{name}.toml: has this name already"):
        begin(kind, name, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("own")
def test_a_name_in_another_own_folder_is_taken(tmp_path: Path):
    with pytest.raises(StoreError, match="has this name already"):
        begin("theme", "proef", tmp_path / "tweede")
    assert begin("lens", "proef", tmp_path / "tweede").is_file()


def test_a_name_that_cannot_be_one_leaves_no_folder_behind(tmp_path: Path):
    with pytest.raises(DeclarationError, match="small letters"):
        begin("theme", "Proef!", tmp_path / "eigen")
    assert not (tmp_path / "eigen").exists()


def test_a_start_is_written_in_the_first_own_folder_or_in_eigen(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert begin("lens", "nabij", None) == own / "lenses" / "nabij.toml"
    monkeypatch.delenv("ZICHT_LAYERS")
    monkeypatch.chdir(tmp_path)
    assert begin("lens", "ver", None) == Path("eigen/lenses/ver.toml")


def test_a_folder_that_cannot_be_made_is_an_error_in_words(tmp_path: Path):
    (tmp_path / "eigen").write_text("een bestand")
    with pytest.raises(StoreError, match="cannot be written: a part of its path is a file"):
        begin("theme", "proef", tmp_path / "eigen")


@pytest.mark.parametrize("layers", ["/nowhere", "."])
def test_a_folder_without_declarations_stops_every_command_in_words(
    zicht: Zicht, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layers: str
):
    monkeypatch.setenv("ZICHT_LAYERS", str(tmp_path / layers))
    for command in (("check",), ("build", "misdrijven"), ("publish",), ("fetch", "--dry-run"), ("demo", "--no-serve")):
        answer = zicht(*command)
        assert answer.code == 1, command
        assert "it must hold themes/, lenses/, sources/ or corrections/" in answer.err


def test_check_of_a_folder_reads_it_beside_the_others(own: Path, tmp_path: Path, zicht: Zicht):
    lens = begin("lens", "nabij", tmp_path / "tweede")
    lens.write_text(lens.read_text(encoding="utf-8").replace('"misdrijven"', '"proef"'), encoding="utf-8")
    answer = zicht("check", tmp_path / "tweede")
    assert answer.code == 0, answer.err
    assert "nabij" in answer.out
    assert zicht("check", own).code == 0
    shutil.rmtree(own)
    assert "no such folder" in zicht("check", tmp_path / "tweede").err


@pytest.mark.usefixtures("own")
def test_an_own_theme_is_built_on_testland_and_published(tmp_path: Path, zicht: Zicht, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ZICHT_HOME", str(tmp_path / "home"))
    built = zicht("build", "proef", "--level", "wijk")
    assert built.code == 0, built.err
    (layer,) = storage.load(tmp_path / "home", catalogue())
    assert (layer.key.theme, layer.key.level) == ("proef", AreaLevel.WIJK)
    assert layer.table["score"].notna().sum() > 50
    assert set(layer.provenance.digests) == {"themes/proef", "sources/kerncijfers", "sources/misdrijven"}
    config = tmp_path / "config.yml"
    config.write_text(Path("pygeoapi-config.yml").read_text(encoding="utf-8").partition("\nresources:")[0] + "\n")
    assert zicht("publish", "--config", config).code == 0
    assert "indicatoren_proef_wijk" in zicht("layers").out
