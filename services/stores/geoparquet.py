"""GeoParquet: the record of a release, a file a collection, for analysts and for the next release to compare with."""

from collections.abc import Sequence
from pathlib import Path

from layers.publication.collection import Collection


def write(collections: Sequence[Collection], folder: Path) -> None:
    """Write `<collection>.parquet` for each collection into `folder`, in RD New."""
    for one in collections:
        one.table.to_parquet(folder / f"{one.id}.parquet", compression="zstd", index=False)
