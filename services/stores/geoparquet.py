"""GeoParquet: the record of a release, a file a collection, for analysts and for the next release to compare with.

Each row has its geometry, as a reader of one file expects; in the file equal geometries stand once, in the dictionary
of the column. Parquet's own limit of 1 MB would end that dictionary halfway.
"""

from collections.abc import Sequence
from pathlib import Path

from layers.publication.collection import Collection
from services.stores.per_collection import write_each

DICTIONARY = 1 << 28
"""Bytes that the dictionary of a column may have: more than the polygons of the country take."""


def write(collections: Sequence[Collection], folder: Path) -> None:
    """Write `<collection>.parquet` for each collection into `folder`, in RD New. Raises StoreError, and leaves none."""
    write_each(collections, folder, ".parquet", _write)


def _write(collection: Collection, path: Path) -> None:
    collection.table.to_parquet(path, compression="zstd", index=False, dictionary_pagesize_limit=DICTIONARY)
