"""GeoParquet: the record of a release, a file a collection, for analysts and for the next release to compare with.

Each row has its geometry, as a reader of one file expects; in the file equal geometries stand once, in the dictionary
of the column. Parquet's own limit of 1 MB would end that dictionary halfway.
"""

from collections.abc import Sequence
from pathlib import Path

from geo.errors import StoreError
from layers.publication.collection import Collection
from services.files import disk_errors

DICTIONARY = 1 << 28
"""Bytes that the dictionary of a column may have: more than the polygons of the country take."""


def write(collections: Sequence[Collection], folder: Path) -> None:
    """Write `<collection>.parquet` for each collection into `folder`, in RD New. Raises StoreError, and leaves none."""
    paths = {folder / f"{collection.id}.parquet": collection for collection in collections}
    for path in paths:
        if path.exists():
            raise StoreError(
                "store {path}: already exists; a release is written once, to a folder of its own", path=path
            )
    try:
        for path, collection in paths.items():
            with disk_errors(path):
                collection.table.to_parquet(path, compression="zstd", index=False, dictionary_pagesize_limit=DICTIONARY)
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise
