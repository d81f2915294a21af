"""FlatGeobuf: a file a collection, with an index in it, of which QGIS and GDAL read a part from a server of files."""

import re
from collections.abc import Sequence
from pathlib import Path

import pyogrio

from geo.errors import StoreError
from layers.publication.collection import Collection
from services.stores.per_collection import write_each

ENDING = ".fgb"


def write(collections: Sequence[Collection], folder: Path) -> None:
    """Write `<collection>.fgb` for each collection into `folder`, in RD New. Raises StoreError, and leaves none."""
    write_each(collections, folder, ENDING, _write)


def _write(collection: Collection, path: Path) -> None:
    path.touch()  # GDAL does not say why it could not
    about = {"TITLE": collection.title, "DESCRIPTION": f"{collection.description} {collection.caveat}"}
    try:
        pyogrio.write_dataframe(
            collection.table, path, driver="FlatGeobuf", layer=collection.id, promote_to_multi=True,
            geometry_type="MultiPolygon", layer_options=about,
        )  # fmt: skip
        arrived = pyogrio.read_info(path, force_feature_count=True)["features"]
    except RuntimeError as fault:  # all errors of pyogrio are
        said = re.sub(r"\s+", " ", str(fault))
        raise StoreError(
            "{path}: cannot be written: {fault}; see whether the disk is full", path=path, fault=said
        ) from None
    if arrived != len(collection.table):
        raise StoreError(
            "{file}: {count} of {rows} rows of {name} arrived; publish again",
            file=path.name, count=arrived, rows=len(collection.table), name=collection.id,
        )  # fmt: skip
