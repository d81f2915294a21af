"""GeoPackage: all collections in one file, as QGIS users expect it.

Where the polygons of a collection are those of the collection of areas, as for each lens and period of its indicators,
they are not written again: it is a spatial view, which QGIS, GDAL and ArcGIS read as any layer.
https://gdal.org/en/stable/drivers/vector/gpkg.html#spatial-views
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pyogrio

from geo.errors import StoreError
from layers.messages import say
from layers.publication.collection import Collection
from services.exporters import field_domains, layer_styles, spatial_views
from services.files import whole_file

FILE = "zicht.gpkg"

NO_DATE = "2000-01-01T00:00:00.000Z"
"""GDAL stamps a GeoPackage with the time of writing; the same input must give the same bytes."""


def export(collections: Sequence[Collection], path: Path) -> None:
    """Write one layer per collection, in RD New, with its title, description and attribution, and those of columns."""
    if not collections:
        raise StoreError("{path}: no collections to write; build and publish a theme first", path=path)
    views = spatial_views.views(collections)
    with _written(path) as unfinished:
        rows = {}
        for collection in collections:
            if collection.id not in views:
                _write(collection, _layer_options(collection, collections), unfinished)
                rows[collection.id] = len(collection.table)
        with closing(sqlite3.connect(unfinished)) as package, package:
            _add_views(package, collections, views)
            field_domains.write(package, collections)
            layer_styles.write(package, collections, NO_DATE)
        _check(rows, unfinished)


def export_parts(parts: Iterable[Collection], path: Path) -> None:
    """Write the parts of one collection, which there are at least one of, as one layer; no more than one is held."""
    with _written(path) as unfinished:
        rows = 0
        for part in parts:
            _write(part, _layer_options(part, [part]), unfinished)
            rows += len(part.table)
        with closing(sqlite3.connect(unfinished)) as package, package:
            field_domains.write(package, [part])
        _check({part.id: rows}, unfinished)


@contextmanager
def _written(path: Path) -> Iterator[Path]:
    """Where the file is made. Raises StoreError for what pyogrio or SQLite says of it."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": NO_DATE})
    with whole_file(path) as unfinished:
        try:
            yield unfinished
        except (RuntimeError, sqlite3.Error) as fault:  # all errors of pyogrio are RuntimeErrors
            raise StoreError(
                "{path}: cannot be written: {fault}; see whether the disk is full", path=path, fault=str(fault)
            ) from None


def _add_views(
    package: sqlite3.Connection, collections: Sequence[Collection], views: Mapping[str, spatial_views.View]
) -> None:
    for collection in collections:
        if collection.id in views:
            about = {**_layer_options(collection, collections), "DATE": NO_DATE}
            spatial_views.write(package, collection, views[collection.id], about)
    if views:
        spatial_views.write_codes(package, collections, NO_DATE)


def _layer_options(collection: Collection, collections: Sequence[Collection]) -> dict[str, str]:
    """The title of a layer, which no other has, and what it says of itself."""
    titles = Counter(one.title for one in collections)
    source = say("Source: {attribution} ({license}).", attribution=collection.attribution, license=collection.license)
    return {
        "IDENTIFIER": collection.title if titles[collection.title] == 1 else f"{collection.title} ({collection.id})",
        "DESCRIPTION": f"{collection.description} {collection.caveat} {source}",
    }


def _write(collection: Collection, options: dict[str, str], path: Path) -> None:
    pyogrio.write_dataframe(
        collection.table,
        path,
        layer=collection.id,
        driver="GPKG",
        append=path.exists(),
        promote_to_multi=True,
        geometry_type="MultiPolygon",
        layer_options=options,
    )


def _check(rows: Mapping[str, int], path: Path) -> None:
    """Raises RuntimeError where a spatial index lacks rows: GDAL writes these last, and ignores a full disk then."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as package:
        for layer, written in rows.items():
            index = f'"rtree_{layer}_geom"'
            (indexed,) = package.execute(f"SELECT count(*) FROM {index}").fetchone()  # noqa: S608  # an id, quoted
            if indexed != written:
                raise RuntimeError(f"the spatial index of {layer} has {indexed} of {written} rows")
