"""GeoPackage: all collections in one file, as QGIS users expect it."""

from collections.abc import Sequence
from pathlib import Path

import pyogrio

from geo.errors import StoreError
from layers.messages import say
from layers.publication.collection import Collection
from services.files import whole_file

NO_DATE = "2000-01-01T00:00:00.000Z"
"""GDAL stamps a GeoPackage with the time of writing; the same input must give the same bytes."""


def export(collections: Sequence[Collection], path: Path) -> None:
    """Write one layer per collection, in RD New, with its title, description and attribution."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": NO_DATE})
    with whole_file(path) as unfinished:
        for collection in collections:
            try:
                pyogrio.write_dataframe(
                    collection.table,
                    unfinished,
                    layer=collection.id,
                    driver="GPKG",
                    append=unfinished.exists(),
                    promote_to_multi=True,
                    geometry_type="MultiPolygon",
                    layer_options={
                        "IDENTIFIER": collection.title,
                        "DESCRIPTION": _description(collection),
                    },
                )
            except pyogrio.errors.DataSourceError as fault:
                raise StoreError(
                    "{path}: cannot be written: {fault}; see whether the disk is full", path=path, fault=str(fault)
                ) from None


def _description(collection: Collection) -> str:
    source = say("Source: {attribution} ({license}).", attribution=collection.attribution, license=collection.license)
    return f"{collection.description} {collection.caveat} {source}"
