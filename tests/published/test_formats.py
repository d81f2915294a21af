"""Each format that is written has a stored fixture that is read whole; what a newer zicht wrote is refused by name."""

import json
import re
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import geopandas
import pyogrio
import pytest

from geo.errors import StoreError
from layers.declarations.catalog import catalog_of
from layers.declarations.reading import SCHEMA
from services.files import digest
from services.jobs import releases as job
from services.releases import confirmation, manifest, release, retention, withdrawal
from services.stores import queries
from services.stores.queries import Query
from services.stores.served import Served
from services.workspace import storage
from tests.published import write
from tests.published.opened import HERE, unpacked
from tests.services.running import told

RELEASE = "96334a16679b"
KEPT = {
    "release-1.tar.xz": "592156acd59b",
    "release-2-store-4.tar.xz": "4cf6c40add3b",
    "workspace-1.tar.xz": "43c904591b69",
    "workspace-2.tar.xz": "c068e0839da7",
    "workspace-3.tar.xz": "9fe462658fa7",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return unpacked("release-2-store-4", tmp_path / "home")


def stored(name: str) -> Iterator[tuple[Path, bytes]]:
    """The files of that name in all fixtures, as they are."""
    for archive in sorted(HERE.glob("*.tar.xz")):
        with tarfile.open(archive) as packed:
            for member in packed:
                if member.isfile() and Path(member.name).name.endswith(name):
                    file = packed.extractfile(member)
                    assert file is not None
                    yield Path(member.name), file.read()


def formats(name: str) -> set[int]:
    return {json.loads(content)["format"] for _, content in stored(name)}


def test_a_fixture_never_changes():
    assert {one.name: digest(one)[:12] for one in HERE.glob("*.tar.xz")} == KEPT


def test_each_format_that_is_read_or_written_has_a_fixture():
    """Else: `python -m tests.published.write`."""
    assert {f"declarations-{one + 1}" for one in range(SCHEMA)} <= {one.name for one in HERE.iterdir()}
    assert formats("layer.json") == set(range(storage.OLDEST, storage.FORMAT + 1))
    assert formats("release.json") == set(range(manifest.OLDEST, manifest.FORMAT + 1))
    assert formats(".confirmed.json") == set(range(1, confirmation.FORMAT + 1))
    assert formats("withdrawn.json") == set(range(1, withdrawal.FORMAT + 1))
    assert formats("held.json") == set(range(1, retention.FORMAT + 1))
    # SQLite has the number at byte 60 of the file: https://www.sqlite.org/fileformat.html
    stores = {int.from_bytes(content[60:64]) for _, content in stored("zicht.sqlite")}
    assert stores >= {1, queries.FORMAT}


@pytest.mark.deep
def test_what_has_no_fixture_is_written_by_one_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(write, "WORKSPACE", tmp_path / "workspace-9.tar.xz")
    monkeypatch.setattr(write, "RELEASE", tmp_path / "release-9.tar.xz")
    assert write.write(tmp_path / "scratch") == [tmp_path / "workspace-9.tar.xz", tmp_path / "release-9.tar.xz"]
    with tarfile.open(tmp_path / "release-9.tar.xz") as packed:
        names = {Path(one).name for one in packed.getnames()}
    assert {"release.json", "zicht.sqlite", "zicht.gpkg", "held.json", "withdrawn.json", "current"} <= names
    assert write.write(tmp_path / "again") == []


def test_layers_of_format_3_are_read(tmp_path: Path):
    layers = storage.load(unpacked("workspace-3", tmp_path), catalog_of(HERE / "declarations-1-open"))
    assert [one.key.lens for one in layers] == ["basis", "stil"]
    assert [len(one.table) for one in layers] == [36, 36]
    assert [int(one.table["kansrijk"].sum()) for one in layers] == [4, 7]
    assert [float(round(one.table["score"].sum(), 4)) for one in layers] == [-1.6528, -2.4791]
    assert all(one.provenance.made_up for one in layers)


def test_a_release_of_format_2_is_whole_and_says_what_stands_beside_it(home: Path):
    shown = job.verify(home, None)
    assert shown.folder.name == RELEASE
    assert shown.confirmed == "2026-11-28T08:34:01+00:00"
    assert retention.held(home) == shown.folder
    (gone,) = withdrawal.withdrawn(home)
    assert (gone.what, gone.lens, gone.reason) == ("proefland", "stil", "verzonnen reden")


COUNTS = {"zoekgebieden_proefland": 1, "indicatoren_proefland_buurt": 36, "gebieden_buurt": 36}


def test_record_geopackage_and_store_of_a_release_of_format_2_have_the_same_values(home: Path):
    folder = release.current(home)
    record = {one.id: one.table for one in release.collections(folder)}
    assert {name: len(table) for name, table in record.items()} == COUNTS
    layers = dict(pyogrio.list_layers(folder / "zicht.gpkg"))
    with closing(Served(folder / "zicht.sqlite")) as store:
        for name, table in record.items():
            assert layers[name] == "MultiPolygon"
            file = geopandas.read_file(folder / "zicht.gpkg", layer=name)
            assert sorted(file["id"]) == sorted(table["id"])
            features = store.page(name.replace("_", "-"), Query(limit=100))
            by_id = {one["id"]: one["properties"] for one in features}
            assert sorted(by_id) == sorted(table["id"])
            if "score" in table:
                scores = table.set_index("id")["score"]
                assert {key: one["score"] for key, one in by_id.items()} == scores.to_dict()
                assert file.set_index("id")["score"].to_dict() == scores.to_dict()


def test_a_store_of_format_1_is_refused_with_the_command_that_makes_it_again(tmp_path: Path):
    home = unpacked("release-1", tmp_path / "home")
    folder = release.current(home)
    with pytest.raises(StoreError, match=rf"older zicht .format 1.; .*zicht verify {folder.name} --repair"):
        Served(home / "current" / "zicht.sqlite")
    job.repair(home, folder.name, told)
    with closing(Served(folder / "zicht.sqlite")) as store:
        assert store.count("indicatoren-proefland-buurt") == 84


def of_store(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as store:
        store.execute(f"PRAGMA user_version = {version}")


def of_json(path: Path, version: int) -> None:
    content = json.loads(path.read_text())
    assert "format" in content
    path.write_text(json.dumps(content | {"format": version}))


@pytest.mark.parametrize(
    ("file", "newer", "written", "read"),
    [
        (f"releases/{RELEASE}/release.json", 3, of_json, lambda home: release.manifest(release.current(home))),
        (f"releases/{RELEASE}.confirmed.json", 2, of_json, lambda home: release.confirmed(release.current(home))),
        ("releases/withdrawn.json", 2, of_json, withdrawal.withdrawn),
        ("releases/held.json", 2, of_json, retention.held),
        (f"releases/{RELEASE}/zicht.sqlite", 5, of_store, lambda home: Served(release.current(home) / "zicht.sqlite")),
    ],
)
def test_what_a_newer_zicht_wrote_is_refused_by_name(
    home: Path, file: str, newer: int, written: Callable[[Path, int], None], read: Callable[[Path], object]
):
    read(home)
    written(home / file, newer)
    said = f"{re.escape(file)}: has format {newer}, and this zicht knows formats up to {newer - 1}; upgrade zicht"
    with pytest.raises(StoreError, match=said):
        read(home)
