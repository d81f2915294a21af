"""What was built is kept apart by all that tells it apart, and read only in the format that it was written in."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pytest

from geo.errors import StoreError
from layers.declarations.catalog import load
from layers.publication.fields import layer_fields
from layers.publication.layer import Layer
from services.jobs import demo
from services.workspace import storage


def of(layer: Layer, gemeente: str | None) -> Layer:
    return replace(layer, key=replace(layer.key, gemeente=gemeente))


def test_two_gemeenten_stand_beside_one_another(shown: demo.Demonstration, tmp_path: Path):
    layer = shown.layers[0]
    folders = storage.save([of(layer, part) for part in ("GM0363", "GM0344", None)], tmp_path)
    assert [folder.name for folder in folders] == ["GM0363", "GM0344", "NL"]
    keys = [json.loads((folder / "layer.json").read_text())["key"]["gemeente"] for folder in folders]
    assert keys == ["GM0363", "GM0344", None]


@pytest.mark.parametrize("other", ["GM0363", None])
def test_two_parts_of_the_country_are_not_published_together(
    shown: demo.Demonstration, tmp_path: Path, other: str | None
):
    layer = shown.layers[0]
    storage.save([of(layer, part) for part in ("GM0344", other)], tmp_path)
    with pytest.raises(
        StoreError, match=r"misdrijven, buurt, [0-9]{4}, lens basis: built for GM0344 and for .* or remove /"
    ):
        storage.load(tmp_path, load())


@pytest.mark.parametrize("name", ["layer.json", "indicatoren-*.parquet", "zoekgebieden-*.parquet"])
def test_a_layer_that_was_damaged_says_so(shown: demo.Demonstration, tmp_path: Path, name: str):
    (path,) = storage.save(shown.layers[:1], tmp_path)[0].glob(name)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(StoreError, match=r"cannot be read: .*build it again: `zicht build misdrijven "):
        storage.load(tmp_path, load())


def test_layers_of_the_same_areas_have_their_polygons_once(shown: demo.Demonstration, tmp_path: Path):
    first, second = shown.layers[:2]
    storage.save([first, second], tmp_path)
    assert len(list((tmp_path / "layers/.shapes").iterdir())) == 1
    one, other = storage.load(tmp_path, load())
    assert one.table.geometry.to_wkb().equals(first.table.geometry.to_wkb())
    assert all(mine is its for mine, its in zip(one.table.geometry, other.table.geometry, strict=True))
    storage.save([replace(one, table=one.table.head(30)) for one in (first, second)], tmp_path)
    assert len(list((tmp_path / "layers/.shapes").iterdir())) == 1
    assert [len(one.table) for one in storage.load(tmp_path, load())] == [30, 30]


def test_shapes_that_are_damaged_gone_or_of_other_areas_say_so(shown: demo.Demonstration, tmp_path: Path):
    (folder,) = storage.save(shown.layers[:1], tmp_path)
    (path,) = (tmp_path / "layers/.shapes").iterdir()
    content = path.read_bytes()
    storage.save([replace(shown.layers[0], table=shown.layers[0].table.head(30))], tmp_path / "fewer")
    (other,) = (tmp_path / "fewer/layers/.shapes").iterdir()
    for damaged in (content[:100], other.read_bytes(), None):
        path.unlink() if damaged is None else path.write_bytes(damaged)
        with pytest.raises(
            StoreError, match=r"cannot be read: .*(`zicht build --stale`|build it again: `zicht build )"
        ):
            storage.load(tmp_path, load())
    assert folder.is_dir()


def test_parts_under_different_lenses_are_published_together(shown: demo.Demonstration, tmp_path: Path):
    first, second = shown.layers[:2]
    storage.save([of(first, None), of(second, "GM0344")], tmp_path)
    assert [one.key.gemeente for one in storage.load(tmp_path, load())] == [None, "GM0344"]


def test_building_again_replaces_the_layer(shown: demo.Demonstration, tmp_path: Path):
    (folder,) = storage.save(shown.layers[:1], tmp_path)
    (folder / "abandoned").touch()
    assert storage.save(shown.layers[:1], tmp_path) == [folder]
    names = [one.name.partition("-")[0] for one in folder.iterdir()]
    assert sorted(names) == ["indicatoren", "layer.json", "zoekgebieden"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (4, "has format 4, and this zicht knows formats up to 3; upgrade"),
        (None, "older zicht .format 0.; remove .*layers"),
    ],
)
def test_a_layer_of_another_format_is_not_read(
    shown: demo.Demonstration, tmp_path: Path, written: int | None, said: str
):
    path = storage.save(shown.layers[:1], tmp_path)[0] / "layer.json"
    about = json.loads(path.read_text())
    assert about.pop("format") == 3
    path.write_text(json.dumps(about if written is None else about | {"format": written}))
    with pytest.raises(StoreError, match=said):
        storage.load(tmp_path, load())


def test_a_layer_where_older_versions_put_it_is_to_be_built_again(tmp_path: Path):
    folder = tmp_path / "layers" / "misdrijven" / "buurt" / "2024" / "basis"
    folder.mkdir(parents=True)
    (folder / "layer.json").write_text("{}")
    with pytest.raises(StoreError, match="was written by an older zicht"):
        storage.load(tmp_path, load())


def test_reasons_that_an_earlier_zicht_wrote_in_words_are_read_as_codes(shown: demo.Demonstration, tmp_path: Path):
    layer = shown.layers[0]
    fields = {one.name: one for one in layer_fields(layer.theme.indicator) if one.codes}
    words = {name: layer.table[name].map(one.label, na_action="ignore") for name, one in fields.items()}
    in_words = replace(layer, table=layer.table.assign(**words))
    assert not in_words.table["reden"].equals(layer.table["reden"])
    storage.save([in_words], tmp_path)
    (read,) = storage.load(tmp_path, load())
    for name in fields:
        assert read.table[name].tolist() == layer.table[name].tolist()


def test_layers_and_their_language_are_read_in_one_locked_step(
    shown: demo.Demonstration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    storage.save(shown.layers[:1], tmp_path)
    locks: list[bool] = []
    files: list[str] = []
    locked, read_formatted = storage.locked, storage.read_formatted
    with_shapes, without = geopandas.read_parquet, pd.read_parquet

    @contextmanager
    def watched(path: Path, kind: int) -> Iterator[None]:
        with locked(path, kind):
            locks.append(True)
            yield
            locks.pop()

    def read(real: Callable[..., Any]) -> Callable[..., Any]:
        def reading(path: Path, *others: Any, **options: Any) -> Any:
            assert locks, f"{path} is read while another may save"
            files.append(path.suffix)
            return real(path, *others, **options)

        return reading

    monkeypatch.setattr(storage, "locked", watched)
    monkeypatch.setattr(storage, "read_formatted", read(read_formatted))
    monkeypatch.setattr(geopandas, "read_parquet", read(with_shapes))
    monkeypatch.setattr(pd, "read_parquet", read(without))
    built = storage.read(tmp_path, load())
    assert built.language == "nl"
    assert files == [".json", ".parquet", ".parquet", ".parquet"]
