"""The served release as one SQLite file: a view per collection over tables that hold each thing once.

Chosen over GeoPackage because a page must come with exact bbox, filters, sorting and a count within a blink, and over a
database server because a release must be a file that can be swapped.

- `_shapes_<group>` has each distinct geometry once: as GeoJSON in CRS84 and (`rd`) in the metres that it is made in, RD
  New or those of another country, ready to send, and as WKB for exact answers to "does it intersect"; `_boxes_<group>`
  is its R-tree. A group is a level, which lenses, periods and themes share; what has no areas, as zoekgebieden, is a
  group of its own, and so is a level of another country. Rejected: one R-tree over all levels, for a box of ten buurten
  may hold a thousand hexagons.
- `<collection>`, by its address in the API, is the view over its tables (services.parted_tables) and these shapes, with
  the columns of its fields in their order, and `_fid`, `_shape`, `_geojson`, `_geojson_rd`, `_wkb`, and `_head`: the
  text of the feature up to its geometry, which services.stores.features has ready.
- `_collections` describes each in JSON.

Rows are written in the order of their id, in one transaction without journal, and no timestamp is written: the same
collections give the same bytes. `services.stores.served` reads the file.
"""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from boundaries.rd import RD_NEW
from geo.errors import StoreError, first_few
from layers.publication.collection import Collection
from layers.publication.fields import AREA, LEVEL
from layers.publication.normal_form import Places, distinct
from services.parted_tables import write_parted
from services.ports import SERVED
from services.sql import quoted
from services.stores import features
from services.stores.coordinates import Shapes, texts
from services.stores.dialects import boxes, shapes
from services.stores.queries import APPLICATION, FORMAT

TYPES = {"string": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "INTEGER"}

DESCRIPTIONS = "CREATE TABLE _collections (id TEXT PRIMARY KEY, about TEXT) WITHOUT ROWID"

DESCRIBED = ("title", "description", "attribution", "license", "caveat", "time_field", "audience")
"""What is stored of a collection as it is."""

type Boxes = npt.NDArray[np.float64]

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
            for group, members in _groups(collections).items():
                _write_group(store, group, members)
            store.execute("COMMIT")
    except (sqlite3.Error, StoreError) as fault:
        path.unlink(missing_ok=True)
        if isinstance(fault, StoreError):
            raise
        raise StoreError(
            "store {path}: {fault}; free the disk or choose another place", path=path, fault=str(fault)
        ) from fault


def _groups(collections: Sequence[Collection]) -> dict[str, list[Collection]]:
    """Collections by what they share geometry with: the level of their areas and the system that they are made in, else
    none but themselves.
    """
    groups: dict[str, list[Collection]] = {}
    for collection in sorted(collections, key=lambda one: one.id):
        has_areas = {AREA.name, LEVEL.name} <= set(collection.table)
        levels = list(collection.table[LEVEL.name].unique()) if has_areas else []
        group = str(levels[0]) if len(levels) == 1 else collection.id
        groups.setdefault(group if collection.epsg == RD_NEW else f"{group}_{collection.epsg}", []).append(collection)
    return groups


def _write_group(store: sqlite3.Connection, group: str, members: Sequence[Collection]) -> None:
    orders = [np.argsort(one.table["id"].to_numpy(object), kind="stable") for one in members]
    geometry = [_shapes_of(one, order) for one, order in zip(members, orders, strict=True)]
    first, which = distinct(np.concatenate(geometry))
    bounds = _write_shapes(store, group, np.concatenate(geometry)[first], members[0].crs)
    ends = np.cumsum([len(one) for one in geometry])
    for collection, order, shape in zip(members, orders, np.split(which, ends[:-1]), strict=True):
        _write_one(store, collection, group, order, shape)
        about = json.dumps(_about(collection, group, bounds[shape]), ensure_ascii=False)
        store.execute("INSERT INTO _collections VALUES (?, ?)", (collection.address, about))


def _shapes_of(collection: Collection, order: Places) -> Shapes:
    geometry: Shapes = collection.table.geometry.to_numpy()[order]
    unusable = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    if unusable.any():
        raise StoreError(
            "collection {name}: no geometry for {rows}; leave those rows out",
            name=collection.id, rows=first_few(collection.table["id"].iloc[order[unusable]]),
        )  # fmt: skip
    return geometry


def _write_shapes(store: sqlite3.Connection, group: str, distinct_shapes: Shapes, crs: pyproj.CRS) -> Boxes:
    """Write each shape once, its number counted from 1; returns the bounds of each as it is published."""
    served = texts(distinct_shapes, crs)
    numbers = range(1, len(distinct_shapes) + 1)
    table = shapes("", group)
    store.execute(f"CREATE TABLE {table} (_shape INTEGER PRIMARY KEY, crs84 TEXT, rd TEXT, wkb BLOB)")
    rows = zip(numbers, served.degrees, served.metres, served.exact, strict=True)
    store.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", rows)  # noqa: S608  # a quoted name
    store.execute(f"CREATE VIRTUAL TABLE {boxes(group)} USING rtree (_shape, west, east, south, north)")
    boxed = ((number, *box) for number, box in zip(numbers, served.boxes[:, [0, 2, 1, 3]].tolist(), strict=True))
    store.executemany(f"INSERT INTO {boxes(group)} VALUES (?, ?, ?, ?, ?)", boxed)  # noqa: S608  # a quoted name
    return served.bounds


def _write_one(store: sqlite3.Connection, collection: Collection, group: str, order: Places, shape: Places) -> None:
    """Write the rows of a collection, what they share, and the view that joins these."""
    parted = write_parted(store, collection, collection.normal_form.ordered(order), {"_shape": shape}, TYPES)
    texts_ = features.write(store, collection, parted)
    store.execute(f"CREATE UNIQUE INDEX {quoted(f'_id_{collection.id}')} ON {parted.rows} (id)")
    store.execute(f"CREATE INDEX {quoted(f'_shape_{collection.id}')} ON {parted.rows} (_shape)")
    store.execute(
        f"CREATE VIEW {quoted(collection.address)} AS SELECT r._fid, r._shape, {', '.join(parted.columns.values())}, "  # noqa: S608  # names are quoted
        f"_s.crs84 AS _geojson, _s.rd AS _geojson_rd, _s.wkb AS _wkb, {texts_.head} AS _head "
        f"FROM {parted.source} LEFT JOIN {shapes('', group)} _s ON _s._shape = r._shape{texts_.joins}"
    )


def _about(collection: Collection, group: str, bounds: Boxes) -> dict[str, object]:
    """What `services.stores.queries.Described` says of a collection."""
    years = collection.table[collection.time_field].dropna() if collection.time_field else pd.Series(dtype=int)
    bbox = [*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist()] if len(bounds) else NETHERLANDS
    return {
        "id": collection.address,
        **{name: getattr(collection, name) for name in DESCRIBED},
        "keywords": list(collection.keywords),
        "fields": [asdict(field) for field in collection.fields],
        "bbox": list(bbox),
        "years": [int(years.min()), int(years.max())] if len(years) else None,
        "group": group,
        **({} if collection.epsg == RD_NEW else {"epsg": collection.epsg}),
    }
