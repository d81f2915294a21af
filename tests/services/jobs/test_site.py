"""A release as a folder for a server of files: what is for everyone and nothing else, whole or not at all."""

import json
from dataclasses import replace
from pathlib import Path

import geopandas
import pytest

from geo.errors import StoreError
from services.jobs import site
from services.releases import release
from services.stores import tiles
from tests.services.running import Zicht, told


def for_colleagues(home: Path, *ids: str) -> None:
    """Let the record of the release say that these collections are not for everyone."""
    path = release.current(home) / release.MANIFEST
    content = json.loads(path.read_text(encoding="utf-8"))
    for one in content["collections"]:
        if not ids or one["id"] in ids:
            one["audience"] = "intern"
    path.write_text(json.dumps(content), encoding="utf-8")


def ids(home: Path) -> list[str]:
    return [one.id for one in release.collections(release.current(home))]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles of one zoom."""
    monkeypatch.setattr(tiles, "MERCATOR", replace(tiles.MERCATOR, closest=tiles.MERCATOR.furthest))


def test_it_has_a_map_and_each_table_in_three_formats_equal_to_the_release(small: Path, zicht: Zicht, tmp_path: Path):
    target = tmp_path / "site"
    told_ = zicht("export", "static", target, "--home", small)
    assert told_.code == 0
    assert "files" in told_.out
    names = {f"{id_}.{ending}" for id_ in ids(small) for ending in ("parquet", "fgb", "pmtiles")}
    pages = {file.name for file in release.current(small).glob("methode-*.html")}
    assert {file.name for file in target.iterdir()} == {*names, *pages, "index.html", "figures.bin"}
    assert pages
    for one in release.collections(release.current(small)):
        read = geopandas.read_file(target / f"{one.id}.fgb").set_index("id").sort_index()
        whole = one.table.set_index("id").sort_index()
        assert list(read.index) == list(whole.index)
        assert read.geometry.geom_equals(whole.geometry).all()
        assert read["fictief"].astype(bool).equals(whole["fictief"])


@pytest.mark.usefixtures("quick")
def test_what_is_for_colleagues_is_in_no_file_of_it(published: Path, tmp_path: Path):
    hidden = ["zoekgebieden_misdrijven", "indicatoren_misdrijven_wijk"]
    others = [one for one in ids(published) if one not in hidden]
    assert set(hidden) < set(ids(published))
    assert any(one.startswith("indicatoren_") for one in others)
    secret = release.collections(release.current(published))[ids(published).index(hidden[0])].title
    for_colleagues(published, *hidden)
    site.export(published, tmp_path / "site", told)
    names = {file.stem for file in (tmp_path / "site").iterdir()}
    assert not names & {*hidden, "methode-misdrijven"}
    assert set(others) <= names
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert secret not in page
    assert "indicatoren_misdrijven_wijk" not in page
    assert '"methods":[]' in page, "nor is there a link to how it was made"


def test_where_nothing_is_for_everyone_it_says_so_and_writes_nothing(small: Path, tmp_path: Path):
    for_colleagues(small)
    with pytest.raises(StoreError, match=r"nothing of this release is for everyone.*publication\.toml"):
        site.export(small, tmp_path / "site", told)
    assert not (tmp_path / "site").exists()


@pytest.mark.usefixtures("quick")
def test_an_earlier_one_is_replaced_and_another_folder_is_left_alone(small: Path, tmp_path: Path):
    target, other = tmp_path / "site", tmp_path / "other"
    site.export(small, target, told)
    (target / "stale.pmtiles").touch()
    site.export(small, target, told)
    assert not (target / "stale.pmtiles").exists()
    other.mkdir()
    (other / "letter.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"is there already.*; name a new folder"):
        site.export(small, other, told)
    assert [file.name for file in other.iterdir()] == ["letter.txt"]
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith(".unfinished")) == []


@pytest.mark.usefixtures("quick")
def test_what_fails_halfway_leaves_the_earlier_one(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    target = tmp_path / "site"
    site.export(small, target, told)
    before = {file.name: file.read_bytes() for file in target.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("services.pages.static_map.export", full)
    with pytest.raises(StoreError, match="the disk is full"):
        site.export(small, target, told)
    assert {file.name: file.read_bytes() for file in target.iterdir()} == before
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".unfinished")] == []


@pytest.mark.usefixtures("quick")
def test_tiles_that_the_release_has_are_not_made_again(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = release.current(small)
    tiles.write(release.collections(folder), folder)
    made = []
    monkeypatch.setattr(tiles, "archive", lambda collection, _path: made.append(collection.id))
    site.export(small, tmp_path / "site", told)
    assert made == []
    for file in folder.glob("*.pmtiles"):
        assert (tmp_path / "site" / file.name).read_bytes() == file.read_bytes()


@pytest.mark.usefixtures("quick")
def test_it_is_in_the_language_of_the_release(small: Path, tmp_path: Path):
    site.export(small, tmp_path / "site", told)
    assert '<html lang="nl">' in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
