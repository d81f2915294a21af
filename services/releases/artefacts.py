"""Artefacts: all that is made of the collections of a release, by the adapters of the registry, and how each is told.

An artefact is a file or a folder. Its digest is the sha256 of the file; of a folder that of its files with their names.
It names the bytes, so that what serves them can use it as an ETag; it is no part of the identity of the release.
"""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pyogrio

from geo.errors import StoreError
from geo.messages import Message, message
from layers.publication.collection import Collection
from services.files import digest
from services.ports import ENDING, SERVED
from services.registry import EXPORTERS, PAGES, STORES, adapter

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
        adapter(message("store"), STORES, "tiles")(collections, folder)
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


def described(folder: Path) -> dict[str, dict[str, Any]]:
    """The size in bytes and the digest of every artefact in a folder, by name."""
    return {one.name: {"size": size(one), "sha256": digest_of(one)} for one in sorted(folder.iterdir())}


def size(artefact: Path) -> int:
    """How many bytes its files have."""
    return sum(file.stat().st_size for file in _files(artefact))


def digest_of(artefact: Path) -> str:
    """The sha256 of a file, or of the names and sha256 of all files in a folder."""
    if not artefact.is_dir():
        return digest(artefact)
    listed = (f"{file.relative_to(artefact).as_posix()}\0{digest(file)}\n" for file in _files(artefact))
    return hashlib.sha256("".join(listed).encode()).hexdigest()


def fault(folder: Path, name: str, wanted: Mapping[str, Any]) -> Message | None:
    """What is wrong with an artefact of a release; None where it is as it was written."""
    path = folder / name
    if not path.exists():
        return message("{path}: is not there", path=path)
    try:
        bytes_, sha256 = size(path), digest_of(path)
    except OSError as refused:
        return message("{path}: cannot be read: {fault}", path=path, fault=os.strerror(refused.errno or 0))
    if bytes_ != wanted.get("size", bytes_):
        return message("{path}: has {found:,} bytes, and {size:,} were written",
                       path=path, found=bytes_, size=wanted["size"])  # fmt: skip
    if sha256 != wanted["sha256"]:
        return message("{path}: was changed since it was written: its sha256 is another", path=path)
    return None


def to_disk(folder: Path) -> None:
    """Let the disk have every file of a folder before something points at it."""
    for file in _files(folder):
        with file.open("rb") as handle:
            os.fsync(handle.fileno())


def _files(artefact: Path) -> Iterator[Path]:
    if artefact.is_dir():
        yield from (file for file in sorted(artefact.rglob("*")) if file.is_file())
    else:
        yield artefact


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
