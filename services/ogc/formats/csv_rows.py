"""All rows of an answer as CSV: the id, the properties, and the geometry as WKT, a piece at a time.

A page is never taken for the whole: without `limit` every row is there. Text that a spreadsheet would run as a formula
gets an apostrophe before it, as in the tables that `zicht export` writes.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import StringIO
from typing import Any

import orjson
import shapely

from services.stores import systems
from services.stores.queries import Query
from services.stores.reader import Feature, Reader

FORMULA = ("=", "+", "-", "@", "\t", "\r")
PIECE = 1000
"""Rows of one piece."""


def pieces(store: Reader, collection: str, query: Query, uri: str, most: int | None) -> Iterator[bytes]:
    """The rows of a store from the place that `query` starts at, at most `most` of them.

    It is closed at the end: a release that is swapped in meanwhile does not change the answer.
    """
    try:
        about = store.collection(collection)
        names = list(query.columns or [field.name for field in about.fields])
        yield _written([["id", *(name for name in names if name != "id"), *(["geometry"] if query.geometry else [])]])
        left = most
        while left is None or left > 0:
            size = PIECE if left is None else min(PIECE, left)
            features = store.page(collection, replace(query, limit=size))
            yield _written(_rows(systems.in_system(features, uri, about), query.geometry))
            if len(features) < size:
                return
            query = replace(query, after=features[-1]["id"], offset=0)
            left = None if left is None else left - size
    finally:
        store.close()


def _rows(features: Sequence[Feature], geometry: bool) -> Iterator[list[Any]]:  # noqa: FBT001  # a column or none
    texts: list[str] = []
    if geometry:
        shapes = shapely.from_geojson([orjson.dumps(one["geometry"]) for one in features])
        texts = shapely.to_wkt(shapes, rounding_precision=-1).tolist()
    for place, one in enumerate(features):
        yield [one["id"], *map(_cell, one["properties"].values()), *texts[place : place + 1]]


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _written(rows: Iterator[list[Any]] | list[list[Any]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
