"""Artefacts: all that is made of the collections of a release, by the adapters of the registry."""

import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pyogrio

from geo.errors import StoreError
from geo.messages import Message, message
from layers.publication.collection import Collection
from services.ports import ENDING, SERVED
from services.registry import EXPORTERS, PAGES, STORES, adapter
from services.releases.digests import files

GPKG, MAP = "zicht.gpkg", "kaart.html"


def write(
    folder: Path,
    record: Mapping[str, Any],
    collections: Sequence[Collection],
    steps: Callable[[Message | str], None],
    *,
    tiles: bool = False,
) -> None:
    """Make every artefact of a release in `folder`; `record` is what release.json says, but for its artefacts. Vector
    tiles only where they are asked for: they take longer than all else.

    Raises StoreError where one cannot be written or did not arrive whole.
    """
    steps(message("database"))
    adapter(message("store"), STORES, "embedded")(collections, folder)
    steps("GeoParquet")
    adapter(message("store"), STORES, "geoparquet")(collections, folder)
    if tiles:
        steps(message("vector tiles"))
        for grid in ("tiles", "tiles-rd"):
            adapter(message("store"), STORES, grid)(collections, folder)
    steps("GeoPackage")
    adapter(message("exporter"), EXPORTERS, "geopackage")(collections, folder / GPKG)
    steps(message("map"))
    adapter(message("exporter"), EXPORTERS, "folium")(collections, folder / MAP)
    adapter(message("page"), PAGES, "method")(record, folder)
    adapter(message("page"), PAGES, "qgis")(collections, folder)
    steps(message("check"))
    _check(folder, collections)


def has_tiles(folder: Path) -> bool:
    """Whether a release was made with vector tiles."""
    return any(folder.glob(f"*{ENDING}"))


def to_disk(folder: Path) -> None:
    """Let the disk have every file of a folder before something points at it."""
    for file in files(folder):
        with file.open("rb") as handle:
            os.fsync(handle.fileno())


def _check(folder: Path, collections: Sequence[Collection]) -> None:
    """Every collection must be whole in every file, as counted by other code than wrote it."""
    with closing(sqlite3.connect(f"file:{folder / SERVED}?mode=ro", uri=True)) as database:
        sound = database.execute("PRAGMA integrity_check").fetchone()[0]
    if sound != "ok":
        raise StoreError("{path}: the database is damaged ({fault}); publish again", path=folder / SERVED, fault=sound)
    for collection in collections:
        name, rows = collection.id, len(collection.table)
        counts = {
            f"{name}.parquet": pq.read_metadata(folder / f"{name}.parquet").num_rows,
            GPKG: pyogrio.read_info(folder / GPKG, layer=name, force_feature_count=True)["features"],
        }
        for file, count in counts.items():
            if count != rows:
                raise StoreError(
                    "{file}: {count} of {rows} rows of {name} arrived; publish again",
                    file=file, count=count, rows=rows, name=name,
                )  # fmt: skip
