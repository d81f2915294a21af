"""The served release as one SQLite file: a table and an R-tree per collection, and a table that describes them.

Chosen over GeoPackage because a page must come with exact bbox, filters, sorting and a count within a blink, and over a
database server because a release must be a file that can be swapped. Geometry is stored twice: as GeoJSON, ready to
send, and as WKB, for exact answers to "does it intersect". Both are CRS84, the default CRS of the API.

Rows are written in the order of their id, in one transaction without journal, and no timestamp is written: the same
collections give the same bytes. `services.stores.served` reads the file.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from geo.areas import RD_NEW
from geo.errors import StoreError, first_few
from geo.messages import message
from layers.publication.collection import Collection
from layers.publication.fields import Field
from services.ports import SERVED
from services.stores.queries import Value, boxes, quoted

TYPES = {
    "string": ("string", "TEXT"),
    "integer": ("Int64", "INTEGER"),
    "number": ("Float64", "REAL"),
    "boolean": ("boolean", "INTEGER"),
}
"""Per field type: the pandas type that tells unknown from zero, and the column type of SQLite."""

APPLICATION, FORMAT = 0x7A696368, 1
"""What SQLite's header says of the file: that it is of zicht (its letters in ASCII), and the format of its tables."""

DECIMALS = 7
"""Decimals of a degree in published coordinates: about a centimetre."""

DESCRIPTIONS = """CREATE TABLE _collections (
    id TEXT PRIMARY KEY, title TEXT, description TEXT, keywords TEXT, fields TEXT, attribution TEXT, license TEXT,
    caveat TEXT, time_field TEXT, bbox TEXT, years TEXT) WITHOUT ROWID"""

type Shapes = npt.NDArray[np.object_]

NETHERLANDS = (3.2, 50.7, 7.3, 53.7)
"""West, south, east, north in degrees: where a collection without rows lies."""


def write(collections: Sequence[Collection], folder: Path) -> None:
    """Write the collections to a new file in `folder`; raises StoreError, and leaves no file, where that fails."""
    path = folder / SERVED
    if path.exists():
        raise StoreError("store {path}: already exists; a release is written once, to a folder of its own", path=path)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as store:
            store.execute("PRAGMA journal_mode = OFF")
            store.execute(f"PRAGMA application_id = {APPLICATION}")
            store.execute(f"PRAGMA user_version = {FORMAT}")
            store.execute("BEGIN")
            store.execute(DESCRIPTIONS)
            for collection in sorted(collections, key=lambda one: one.id):
                _write_one(store, collection)
            store.execute("COMMIT")
    except (sqlite3.Error, StoreError) as fault:
        path.unlink(missing_ok=True)
        if isinstance(fault, StoreError):
            raise
        raise StoreError(
            "store {path}: {fault}; free the disk or choose another place", path=path, fault=str(fault)
        ) from fault


def _write_one(store: sqlite3.Connection, collection: Collection) -> None:
    table = collection.table.sort_values("id", kind="stable")
    shapes = _degrees(collection.id, table)
    rounded = shapely.transform(shapes, lambda points: np.round(points, DECIMALS))
    columns = ", ".join(f"{quoted(field.name)} {TYPES[field.type][1]}" for field in collection.fields)
    name = quoted(collection.id)
    store.execute(f"CREATE TABLE {name} (_fid INTEGER PRIMARY KEY, {columns}, _geojson TEXT, _wkb BLOB)")
    store.execute(f"CREATE UNIQUE INDEX {quoted(f'_id_{collection.id}')} ON {name} (id)")
    store.execute(f"CREATE VIRTUAL TABLE {boxes(collection.id)} USING rtree (_fid, west, east, south, north)")
    marks = ", ".join("?" * (len(collection.fields) + 3))
    store.executemany(f"INSERT INTO {name} VALUES ({marks})", _rows(collection, table, shapes, rounded))  # noqa: S608  # a quoted name and marks
    bounds = shapely.bounds(shapes)
    boxed = ((fid, *box) for fid, box in enumerate(bounds[:, [0, 2, 1, 3]].tolist(), start=1))
    store.executemany(f"INSERT INTO {boxes(collection.id)} VALUES (?, ?, ?, ?, ?)", boxed)  # noqa: S608  # a quoted name
    store.execute(
        "INSERT INTO _collections VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _description(collection, rounded)
    )


def _degrees(name: str, table: geopandas.GeoDataFrame) -> Shapes:
    """The geometry in CRS84, in one call for all coordinates, with the winding order of GeoJSON."""
    shapes: Shapes = table.geometry.to_numpy()
    unusable = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if unusable.any():
        raise StoreError(
            "collection {name}: no geometry for {rows}; leave those rows out",
            name=name, rows=first_few(table["id"][unusable]),
        )  # fmt: skip
    towards = pyproj.Transformer.from_crs(RD_NEW, "OGC:CRS84", always_xy=True)
    degrees: Shapes = shapely.transform(shapes, lambda points: np.column_stack(towards.transform(*points.T)))
    return shapely.orient_polygons(degrees)


def _rows(
    collection: Collection, table: geopandas.GeoDataFrame, shapes: Shapes, rounded: Shapes
) -> Iterator[tuple[Value | None, ...]]:
    columns = [_values(collection.id, field, table[field.name]) for field in collection.fields]
    return zip(
        range(1, len(table) + 1),
        *columns,
        shapely.to_geojson(rounded).tolist(),
        shapely.to_wkb(shapes).tolist(),
        strict=True,
    )


def _values(name: str, field: Field, column: "pd.Series[float]") -> list[Value | None]:
    """The column as what SQLite holds, unknown as None; raises StoreError for what is not of the field's type."""
    where = message("collection {name}, column {column}", name=name, column=field.name)
    try:
        typed = column.astype(TYPES[field.type][0])  # type: ignore[call-overload]  # names of pandas types
    except (TypeError, ValueError) as fault:
        raise StoreError(
            "{where}: declared {type}, but {fault}", where=where, type=field.type, fault=str(fault)
        ) from fault
    if field.type == "number" and np.isinf(typed.to_numpy(float, na_value=np.nan)).any():
        raise StoreError("{where}: holds infinite values; JSON has none", where=where)
    values: list[Value | None] = typed.array.to_numpy(object, na_value=None).tolist()
    return values


def _description(collection: Collection, shapes: Shapes) -> tuple[Value | None, ...]:
    years = collection.table[collection.time_field].dropna() if collection.time_field else pd.Series(dtype=int)
    return (
        collection.id,
        collection.title,
        collection.description,
        _text(collection.keywords),
        _text([asdict(field) for field in collection.fields]),
        collection.attribution,
        collection.license,
        collection.caveat,
        collection.time_field,
        _text(shapely.total_bounds(shapes).tolist() if len(shapes) else NETHERLANDS),
        _text([int(years.min()), int(years.max())] if len(years) else None),
    )


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
