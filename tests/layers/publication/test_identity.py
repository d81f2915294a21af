"""The identity of a release is that of what it says: of every value, and of nothing else."""

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.messages import message
from layers.publication.collection import Collection, typed
from layers.publication.fields import Field
from layers.publication.identity import identity, values_digest

FIELDS = tuple(
    Field(name, message("Title"), kind, message("Description"))
    for name, kind in (
        ("id", "string"),
        ("naam", "string"),
        ("rang", "integer"),
        ("score", "number"),
        ("hot", "boolean"),
    )
)
NUMBERS = st.one_of(st.just(float("nan")), st.floats(allow_nan=False, allow_infinity=False))
TEXTS = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=5))


@st.composite
def collections(draw: st.DrawFn, least: int = 0) -> Collection:
    """Any collection of up to six squares."""
    size = draw(st.integers(least, 6))
    corners = draw(st.lists(st.tuples(*[st.integers(0, 300_000)] * 2), min_size=size, max_size=size))
    table = geopandas.GeoDataFrame(
        {
            "id": [f"a{at}" for at in range(size)],
            "naam": draw(st.lists(TEXTS, min_size=size, max_size=size)),
            "rang": draw(st.lists(st.integers(-9, 2**53), min_size=size, max_size=size)),
            "score": draw(st.lists(NUMBERS, min_size=size, max_size=size)),
            "hot": draw(st.lists(st.booleans(), min_size=size, max_size=size)),
        },
        geometry=[shapely.box(x, y, x + 100, y + 50) for x, y in corners],
        crs=28992,
    )
    return Collection("c", "t", "d", (), FIELDS, typed(table, FIELDS), "a", "CC0", "caveat")


@given(collection=collections(), data=st.data())
def test_the_order_of_rows_does_not_count(collection: Collection, data: st.DataObject):
    order = data.draw(st.permutations(range(len(collection.table))))
    shuffled = replace(collection, table=collection.table.iloc[list(order)])
    assert values_digest(shuffled) == values_digest(collection)


@given(
    collection=collections(),
    options=st.fixed_dictionaries(
        {
            "compression": st.sampled_from(["zstd", "gzip", "snappy", None]),
            "row_group_size": st.sampled_from([1, 2, 1000]),
            "use_dictionary": st.booleans(),
            "geometry_encoding": st.sampled_from(["WKB", "geoarrow"]),
        }
    ),
)
def test_how_parquet_is_written_does_not_count(collection: Collection, options: dict[str, Any]):
    written = BytesIO()
    collection.table.to_parquet(written, index=False, **options if len(collection.table) else {})
    back = typed(geopandas.read_parquet(written), collection.fields)
    assert values_digest(replace(collection, table=back)) == values_digest(collection)


@given(collection=collections(), degrees=st.integers(0, 4))
def test_where_a_ring_starts_and_which_way_it_goes_does_not_count(collection: Collection, degrees: int):
    def turned(shape: shapely.Polygon) -> shapely.Polygon:
        ring = list(shape.exterior.coords)[:-1]
        return shapely.Polygon([*ring[degrees:], *ring[:degrees]]).reverse()

    shapes = [turned(shape) for shape in collection.table.geometry]
    moved = collection.table.set_geometry(geopandas.GeoSeries(shapes, index=collection.table.index, crs=28992))
    assert values_digest(replace(collection, table=moved)) == values_digest(collection)


def other(value: Any) -> Any:
    if isinstance(value, bool | np.bool_):
        return not value
    if isinstance(value, str) or value is None:
        return f"{value or ''}x"
    if isinstance(value, float) and np.isfinite(value):
        return float(np.nextafter(value, np.inf))  # the next number there is
    return 0.0 if isinstance(value, float) else value + 1


@given(collection=collections(least=1), data=st.data())
def test_any_single_value_that_changes_counts(collection: Collection, data: st.DataObject):
    row = data.draw(st.integers(0, len(collection.table) - 1))
    column = data.draw(st.sampled_from(["id", "naam", "rang", "score", "hot"]))
    table = collection.table.copy()
    table.loc[row, column] = other(table.loc[row, column])
    changed = replace(collection, table=typed(table, FIELDS))
    assert values_digest(changed) != values_digest(collection)


@given(collection=collections(least=1), data=st.data())
def test_an_outline_that_moves_a_millimetre_counts_and_the_last_bit_does_not(
    collection: Collection, data: st.DataObject
):
    row = data.draw(st.integers(0, len(collection.table) - 1))

    def moved(by: float) -> Collection:
        shapes = collection.table.geometry.to_numpy().copy()
        shapes[row] = shapely.transform(shapes[row], lambda points: points + by)
        return replace(collection, table=collection.table.set_geometry(geopandas.GeoSeries(shapes, crs=28992)))

    assert values_digest(moved(0.001)) != values_digest(collection)
    assert values_digest(moved(1e-9)) == values_digest(collection)


@given(first=st.lists(TEXTS, min_size=2, max_size=2), second=st.lists(TEXTS, min_size=2, max_size=2))
def test_unknown_is_not_empty_and_text_does_not_run_into_the_next(first: list[str | None], second: list[str | None]):
    def named(names: list[str | None]) -> Collection:
        table = geopandas.GeoDataFrame(
            {"id": ["a", "b"], "naam": names, "rang": 0, "score": 0.0, "hot": False},
            geometry=[shapely.box(0, 0, 1, 1)] * 2, crs=28992,
        )  # fmt: skip
        return Collection("c", "t", "d", (), FIELDS, typed(table, FIELDS), "a", "CC0", "caveat")

    assert (values_digest(named(first)) == values_digest(named(second))) == (first == second)


def receipt(name: str) -> dict[str, Any]:
    return {
        "id": name, "title": "Figures", "where": "https://example.org", "sha256": "0" * 64, "rows": 3,
        "license": "CC0", "attribution": "Office", "notes": [], "fetched": "2026-01-01T00:00:00+00:00",
    }  # fmt: skip


def layer(lens: str) -> dict[str, Any]:
    origin = {
        "receipts": [receipt("a"), receipt("b")], "digests": {"themes/t": "1", "sources/s": "2"}, "vintage": 2024,
        "version": "1", "method": ["rates", "search"], "made_up": False,
    }  # fmt: skip
    return {"key": {"theme": "t", "lens": lens}, "summary": {"areas": 3, "national": {"x": 0.5}}, "provenance": origin}


RECORD: dict[str, Any] = {
    "language": "nl",
    "made_up": False,
    "collections": [{"id": "a", "title": "A", "values": "1"}, {"id": "b", "title": "B", "values": "2"}],
    "layers": [layer("basis"), layer("haven")],
}


def changed(change: Callable[[dict[str, Any]], None]) -> str:
    record = json.loads(json.dumps(RECORD))
    change(record)
    return identity(record)


def of_first_receipt(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda record: record["layers"][0]["provenance"]["receipts"][0].update(values)


def of_first_layer(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda record: record["layers"][0]["provenance"].update(values)


@pytest.mark.parametrize(
    "change",
    [
        of_first_receipt(fetched="2026-01-02T00:00:00+00:00", sha256="f" * 64, rows=4, notes=["from the cache"]),
        of_first_layer(version="2", commit="abc", code="c", libraries="l"),
        lambda record: record.update(created="2026-01-01", program={"version": "2"}, artefacts={}, format=9),
        lambda record: record["layers"].reverse(),
        lambda record: record["collections"].reverse(),
        lambda record: record["layers"][1]["provenance"]["receipts"].reverse(),
    ],
)
def test_a_nightly_fetch_another_program_and_order_do_not_count(change: Callable[[dict[str, Any]], None]):
    assert changed(change) == identity(RECORD)


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.update(language="en"),
        lambda record: record.update(made_up=True),
        lambda record: record["collections"][0].update(values="3"),
        lambda record: record["collections"][0].update(title="C"),
        lambda record: record["layers"].pop(),
        lambda record: record["layers"][0]["summary"].update(areas=4),
        of_first_receipt(license="CC BY 4.0"),
        of_first_receipt(where="https://example.org/other"),
        of_first_layer(vintage=2025),
        of_first_layer(method=["search", "rates"]),
        of_first_layer(digests={"themes/t": "1", "sources/s": "3"}),
    ],
)
def test_what_is_said_of_the_values_counts(change: Callable[[dict[str, Any]], None]):
    assert changed(change) != identity(RECORD)


def test_an_identity_is_twelve_hexadecimal_digits_and_stays_what_it_was():
    """The id of a release stands in addresses: a change of the canonical form ends every bookmark and crawl."""
    assert identity(RECORD) == "8069ff210f35"
