"""What earlier versions published is read today, and can be published, served, checked and gone back to."""

import json
import shutil
from pathlib import Path

import pytest

from geo.errors import DeclarationError, StoreError
from layers.declarations.catalog import Catalog, catalog_of
from services.jobs import releases as job
from services.jobs.configurations import difference
from services.jobs.publish import publish_all
from services.releases import integrity, release, retention
from services.releases.release import Outcome
from services.workspace import storage
from tests.published.opened import DECLARATIONS, unpacked
from tests.services.running import told

RELEASE = "059714d2c070"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return catalog_of(DECLARATIONS)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return unpacked("workspace-1", tmp_path / "home")


@pytest.fixture(params=["workspace-1", "workspace-2"])
def any_home(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return unpacked(request.param, tmp_path / "home")


@pytest.fixture
def declared(tmp_path: Path) -> Path:
    """A copy of the declarations, to change."""
    shutil.copytree(DECLARATIONS, tmp_path / "declared")
    return tmp_path / "declared"


def rewritten(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def test_layers_of_every_format_are_read(any_home: Path, catalog: Catalog):
    layers = storage.load(any_home, catalog)
    assert [one.key.lens for one in layers] == ["basis", "stil"]
    assert [len(one.table) for one in layers] == [42, 42]
    assert [int(one.table["kansrijk"].sum()) for one in layers] == [16, 13]
    assert [float(one.table["score"].max()) for one in layers] == [2.3619, 3.0]
    assert [float(round(one.table["score"].sum(), 4)) for one in layers] == [35.4538, 37.3196]
    assert [len(one.zoekgebieden) for one in layers] == [2, 2]
    assert all(one.provenance.made_up for one in layers)


def test_layers_of_every_format_are_published_and_then_nothing_changes(any_home: Path, catalog: Catalog):
    home = any_home
    config = home / "pygeoapi-config.yml"
    first = publish_all(home, config, catalog, told)
    assert first.outcome is Outcome.NEW
    layers = storage.load(home, catalog)
    storage.save(layers, home)
    assert {json.loads(one.read_text())["format"] for one in home.rglob("layer.json")} == {3}
    assert publish_all(home, config, catalog, told).outcome is Outcome.UNCHANGED


def test_a_release_of_format_1_is_read_listed_and_checked(tmp_path: Path):
    home = unpacked("release-1", tmp_path / "home")
    folder = release.current(home)
    assert folder.name == RELEASE
    assert integrity.faults(folder) == []
    by_name = {one.id: one.table for one in release.collections(folder)}
    assert {name: len(table) for name, table in by_name.items()} == {
        "zoekgebieden_proefland": 4, "indicatoren_proefland_buurt": 84, "gebieden_buurt": 42,
    }  # fmt: skip
    (listed,) = retention.listed(home)
    assert listed.served
    assert listed.confirmed == listed.manifest["created"]
    assert job.verify(home, None).folder == folder
    (folder / "kaart.html").write_text("other")
    with pytest.raises(StoreError, match=r"kaart\.html: was changed since it was written"):
        job.verify(home, None)


def test_a_comment_and_what_is_said_by_default_do_not_block_publishing(home: Path, catalog: Catalog, declared: Path):
    storage.save(storage.load(home, catalog), home)
    theme = declared / "themes/proefland.toml"
    rewritten(theme, 'id       = "proefland"', '# a comment\nschema = 1\nid = "proefland"')
    rewritten(theme, "weight = 2", 'direction = "high"\nweight = 2.0')
    assert len(storage.load(home, catalog_of(declared))) == 2


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("themes/proefland", ("een teken", "een spoor"), r"indicator\.meldingen\.why"),
        ("themes/proefland", ("max_q     = 0.05", "max_q = 0.1"), r"search\.max_q"),
        ("lenses/stil", ("weight    = 0", "weight = 1"), r"change\.drukte\.weight"),
        ("sources/dorpsteller", ('"inwoners"\nempty', '"inwoners + 0"\nempty'), r"columns\.inwoners\.formula"),
    ],
)
def test_what_changed_in_a_declaration_is_named_with_the_command_that_builds_again(
    home: Path, catalog: Catalog, declared: Path, file: str, change: tuple[str, str], said: str
):
    storage.save(storage.load(home, catalog), home)
    rewritten(declared / f"{file}.toml", *change)
    with pytest.raises(
        StoreError, match=rf"{file} \({said}\) changed since it was built; build it again: `zicht build proefland"
    ):
        storage.load(home, catalog_of(declared))


def test_a_changed_declaration_is_named_by_its_file_where_a_layer_of_format_1_does_not_say_more(
    home: Path, declared: Path
):
    rewritten(declared / "lenses/stil.toml", "weight    = 0", "weight = 1")
    with pytest.raises(StoreError, match=r"stil/NL: lenses/stil changed .* --lens stil --period 2025`"):
        storage.load(home, catalog_of(declared))


def test_a_lens_that_was_removed_says_where_its_layer_lies_and_what_to_do(home: Path, declared: Path):
    (declared / "lenses/stil.toml").unlink()
    with pytest.raises(StoreError, match=r"stil/NL: was built of what is no longer declared: .*'stil'.*; remove .*l"):
        storage.load(home, catalog_of(declared))


def test_a_theme_that_has_another_name_says_where_its_layer_lies_and_what_to_do(
    home: Path, catalog: Catalog, declared: Path
):
    storage.save(storage.load(home, catalog), home)
    (declared / "lenses/stil.toml").unlink()
    theme = declared / "themes/proefland.toml"
    rewritten(theme, 'id       = "proefland"', 'id = "anders"')
    theme.rename(theme.with_name("anders.toml"))
    with pytest.raises(
        StoreError, match=r"proefland.*: was built of what is no longer declared: .*; remove .*layers/p"
    ):
        storage.load(home, catalog_of(declared))


def test_a_layer_with_other_columns_is_named_with_the_command_that_builds_it(home: Path, catalog: Catalog):
    import geopandas  # noqa: PLC0415

    path = next(home.glob("layers/*/*/*/stil/NL/indicatoren-*.parquet"))
    geopandas.read_parquet(path).drop(columns="kansrijk").to_parquet(path, index=False)
    with pytest.raises(StoreError, match=r"other columns \(kansrijk\); build it again: `zicht build proefland --level"):
        storage.load(home, catalog)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("schema = 2", "schema: has version 2, and this zicht knows versions up to 1; upgrade zicht"),
        ("schema = 0", "schema: must be a version from 1 to 1, found '0'"),
        ('schema = "1"', "schema: must be a version from 1 to 1, found '1'"),
        ("schema = true", "schema: must be a version from 1 to 1, found 'True'"),
    ],
)
def test_a_declaration_of_another_schema_is_refused_by_name(declared: Path, line: str, said: str):
    rewritten(declared / "lenses/stil.toml", 'id    = "stil"', f'{line}\nid = "stil"')
    with pytest.raises(DeclarationError, match=rf"lenses/stil\.toml: {said}"):
        catalog_of(declared)


def test_a_copy_of_a_home_elsewhere_is_published_and_served_from_the_copy(home: Path, catalog: Catalog, tmp_path: Path):
    publish_all(home, home / "pygeoapi-config.yml", catalog, told)
    copy = tmp_path / "elsewhere" / "copy"
    shutil.copytree(home, copy, symlinks=True)
    shutil.rmtree(home)
    files = [one for one in copy.rglob("*") if one.is_file()]
    assert [one for one in files if str(tmp_path).encode() in one.read_bytes()] == [], "no file names where it was"
    folder = release.current(copy)
    assert folder.is_relative_to(copy)
    assert job.verify(copy, None).folder == folder
    config = copy / "pygeoapi-config.yml"
    before = config.read_bytes()
    assert difference(copy, config) is None
    assert publish_all(copy, config, catalog, told).outcome is Outcome.UNCHANGED
    assert config.read_bytes() == before
