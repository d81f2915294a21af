"""FlatGeobuf: a file a collection, with an index in it, of which QGIS and GDAL read a part from a server of files."""

import re
from collections.abc import Sequence
from pathlib import Path

import pyogrio

from geo.errors import StoreError
from layers.publication.collection import Collection
from services.files import disk_errors

ENDING = ".fgb"


def write(collections: Sequence[Collection], folder: Path) -> None:
    """Write `<collection>.fgb` for each collection into `folder`, in RD New. Raises StoreError, and leaves none."""
    paths = {folder / f"{collection.id}{ENDING}": collection for collection in collections}
    for path in paths:
        if path.exists():
            raise StoreError(
                "store {path}: already exists; a release is written once, to a folder of its own", path=path
            )
    try:
        for path, collection in paths.items():
            with disk_errors(path):
                path.touch()  # GDAL does not say why it could not
                _write(collection, path)
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise


def _write(collection: Collection, path: Path) -> None:
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
