"""What every store of the registry does, whatever it writes: a line there is enough to be held to it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow.parquet
import pyogrio
import pytest

from geo.errors import StoreError
from geo.messages import message
from services.registry import STORES, adapter
from tests.contracts import given
from tests.services.stores.vector_tiles import by_zoom

pytestmark = pytest.mark.parametrize("name", STORES)


@pytest.fixture(scope="module")
def collections():
    return given.release()


def store(name: str):
    return adapter(message("store"), STORES, name)


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def titles(folder: Path, collection: str) -> list[str]:
    """The column `titel` of a collection as another library reads it; a new kind of file needs a line here."""
    if (folder / f"{collection}.parquet").is_file():
        table = pyarrow.parquet.read_table(folder / f"{collection}.parquet", columns=["titel"])
        return table.column("titel").to_pylist()
    if (folder / f"{collection}.fgb").is_file():
        return list(pyogrio.read_dataframe(folder / f"{collection}.fgb", columns=["titel"])["titel"])
    if (folder / f"{collection}.pmtiles").is_file():
        zooms = by_zoom(folder / f"{collection}.pmtiles", collection.replace("_", "-"))
        return [title for _, title in {(one["id"], one["titel"]) for one in zooms[5]}]
    if (folder / f"{collection}.rd-tiles").is_file():
        zooms = by_zoom(folder / f"{collection}.rd-tiles", collection.replace("_", "-"))
        return [title for _, title in {(one["id"], one["titel"]) for one in zooms[0]}]
    (file,) = folder.glob("*.sqlite")
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        address = collection.replace("_", "-")  # what a store that is served from calls it
        return [title for (title,) in database.execute(f'SELECT titel FROM "{address}"')]  # noqa: S608  # a name of ours


def test_every_row_of_every_collection_arrives_with_its_text_to_the_letter(name, collections, tmp_path):
    store(name)(collections, tmp_path)
    zones = collections[0]
    assert sorted(titles(tmp_path, zones.id)) == sorted(zones.table["titel"])


def test_the_same_collections_give_the_same_bytes(name, collections, tmp_path):
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder, one in zip(folders, (collections, given.release()), strict=True):
        folder.mkdir()
        store(name)(one, folder)
    assert content(folders[0]) == content(folders[1]) != {}


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_on_a_full_disk_nothing_of_it_is_left(name, collections, tmp_path, share):
    whole, folder = tmp_path / "whole", tmp_path / "full"
    whole.mkdir()
    folder.mkdir()
    store(name)(collections, whole)
    (folder / "of another").write_bytes(b"what was there")
    most = max(file.stat().st_size for file in whole.iterdir())
    with given.files_of_at_most(int(most * share)), pytest.raises(StoreError, match="; "):
        store(name)(collections, folder)
    assert content(folder) == {"of another": b"what was there"}


def test_what_is_there_is_not_written_over(name, collections, tmp_path):
    store(name)(collections, tmp_path)
    before = content(tmp_path)
    with pytest.raises(StoreError, match="already exists"):
        store(name)(given.without_rows(collections), tmp_path)
    assert content(tmp_path) == before


def test_collections_without_rows_are_no_fault(name, collections, tmp_path):
    store(name)(given.with_an_empty_one(collections), tmp_path)
    assert titles(tmp_path, f"{collections[0].id}_leeg") == []


def test_a_folder_that_is_not_there_is_refused_in_words(name, collections, tmp_path):
    with pytest.raises(StoreError, match="; "):
        store(name)(collections, tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []
