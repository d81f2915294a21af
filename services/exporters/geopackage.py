"""GeoPackage: all collections in one file, as QGIS users expect it."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pyogrio

from geo.errors import StoreError
from layers.messages import say
from layers.publication.collection import Collection
from services.exporters import field_domains
from services.files import whole_file

FILE = "zicht.gpkg"

NO_DATE = "2000-01-01T00:00:00.000Z"
"""GDAL stamps a GeoPackage with the time of writing; the same input must give the same bytes."""


def export(collections: Sequence[Collection], path: Path) -> None:
    """Write one layer per collection, in RD New, with its title, description and attribution, and those of columns."""
    if not collections:
        raise StoreError("{path}: no collections to write; build and publish a theme first", path=path)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": NO_DATE})
    titles = Counter(collection.title for collection in collections)
    with whole_file(path) as unfinished:
        try:
            for collection in collections:
                # A GeoPackage has no two layers of one title.
                title = collection.title if titles[collection.title] == 1 else f"{collection.title} ({collection.id})"
                _write(collection, title, unfinished)
            with closing(sqlite3.connect(unfinished)) as package, package:
                field_domains.write(package, collections)
            _check(collections, unfinished)
        except (RuntimeError, sqlite3.Error) as fault:  # all errors of pyogrio are RuntimeErrors
            raise StoreError(
                "{path}: cannot be written: {fault}; see whether the disk is full", path=path, fault=str(fault)
            ) from None


def _write(collection: Collection, title: str, path: Path) -> None:
    source = say("Source: {attribution} ({license}).", attribution=collection.attribution, license=collection.license)
    pyogrio.write_dataframe(
        collection.table,
        path,
        layer=collection.id,
        driver="GPKG",
        append=path.exists(),
        promote_to_multi=True,
        geometry_type="MultiPolygon",
        layer_options={
            "IDENTIFIER": title,
            "DESCRIPTION": f"{collection.description} {collection.caveat} {source}",
        },
    )


def _check(collections: Sequence[Collection], path: Path) -> None:
    """Raises RuntimeError where a spatial index lacks rows: GDAL writes these last, and ignores a full disk then."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as package:
        for collection in collections:
            index = f'"rtree_{collection.id}_geom"'
            (rows,) = package.execute(f"SELECT count(*) FROM {index}").fetchone()  # noqa: S608  # an id, quoted
            if rows != len(collection.table):
                raise RuntimeError(f"the spatial index of {collection.id} has {rows} of {len(collection.table)} rows")
