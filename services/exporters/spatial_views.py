"""Layers of a GeoPackage that borrow their polygons from another layer of it, and its spatial index.

GDAL finds rows of a view by the index of the layer that its polygons are of, where the view has the identifier of that
layer as a column, `fid_<layer>`. Rejected: an index for each view, as large as all polygons where there are ten lenses.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from layers.publication.collection import Collection
from layers.publication.normal_form import Places, distinct, with_words_once, without_identifier
from services.parted_tables import write_parted
from services.sql import quoted

TYPES = {"string": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "BOOLEAN"}
CODES = "codes"
"""The layer without geometry that says what each code is called. GDAL lists unregistered tables, such as the parts of a
view, only in a file that registers no table of attributes.
"""


@dataclass(frozen=True, slots=True)
class View:
    """Whose polygons a collection has: those of the layer `areas`, and `shape` says which, counted from 0."""

    areas: str
    shape: Places


def views(collections: Sequence[Collection]) -> dict[str, View]:
    """The collections, by id, that have the polygons of a collection of areas, each at least once or nearly so."""
    found: dict[str, View] = {}
    for areas in collections:
        if not areas.id.startswith("gebieden_"):
            continue
        for other in collections:
            if other is not areas and len(other.table) >= len(areas.table) > 0:
                first, which = distinct(np.concatenate([areas.table.geometry, other.table.geometry]))
                shape = first[which[len(areas.table) :]]
                if (shape < len(areas.table)).all():
                    found[other.id] = View(areas.id, shape)
    return found


def write(package: sqlite3.Connection, collection: Collection, view: View, about: Mapping[str, str]) -> None:
    """Add the layer of a collection; `about` has its IDENTIFIER, DESCRIPTION and DATE."""
    srs, form = collection.epsg, without_identifier(with_words_once(collection.normal_form), collection.table)
    parted = write_parted(package, collection, form, {"_shape": view.shape}, TYPES)
    columns = ", ".join((*parted.columns.values(), f"a.fid AS {quoted(f'fid_{view.areas}')}"))
    package.execute(f"CREATE INDEX {quoted(f'_shape_{collection.id}')} ON {parted.rows} (_shape)")
    package.execute(
        f"CREATE VIEW {quoted(collection.id)} AS SELECT r._fid AS OGC_FID, {columns}, a.geom "  # noqa: S608  # names are quoted
        f"FROM {parted.source} JOIN {quoted(view.areas)} a ON a.fid = r._shape"
    )
    package.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, min_x, min_y, max_x, "
        "max_y, srs_id) VALUES (?, 'features', ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(collection.id, about["IDENTIFIER"], about["DESCRIPTION"], about["DATE"]),
            *(*collection.table.total_bounds.tolist(), srs),
        ),
    )
    package.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'MULTIPOLYGON', ?, 0, 0)", (collection.id, srs)
    )


def write_codes(package: sqlite3.Connection, collections: Iterable[Collection], date: str) -> None:
    """Add the table of all codes with what each is called."""
    labels = {code: str(label) for one in collections for field in one.fields for code, label in field.codes.items()}
    package.execute(f"CREATE TABLE {CODES} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, code TEXT, label TEXT)")
    package.executemany(f"INSERT INTO {CODES} (code, label) VALUES (?, ?)", labels.items())  # noqa: S608  # a name of ours
    package.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) "
        "VALUES (?, 'attributes', ?, ?, 0)",
        (CODES, CODES, date),
    )
