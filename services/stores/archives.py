"""Archives of vector tiles, read: a tile by itself, without the rest and without tables; services.stores.tiles writes
them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from gzip import decompress
from pathlib import Path
from typing import Any

from pmtiles.tile import deserialize_directory, deserialize_header, tileid_to_zxy, zxy_to_tileid

from geo.errors import StoreError
from services.stores.grids import GRIDS

HEADER = 127
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which rows and columns the tiles of a zoom lie, the last ones with them."""

    zoom: int
    rows: tuple[int, int]
    columns: tuple[int, int]


class Archive:
    """A PMTiles archive: where each of its tiles is, read once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.header: dict[str, Any] = {**deserialize_header(self._bytes(0, HEADER))}
        self.about: dict[str, Any] = json.loads(decompress(self._part("metadata_offset", "metadata_length")))
        self._places: dict[int, tuple[int, int]] = {}
        self._index(self._part("root_offset", "root_length"))

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """A tile as it is stored, compressed by gzip; None where nothing lies."""
        place = self._places.get(zxy_to_tileid(zoom, column, row))
        return self._bytes(self.header["tile_data_offset"] + place[0], place[1]) if place else None

    @cached_property
    def limits(self) -> list[Limits]:
        """Of each zoom that has tiles."""
        at: dict[int, list[tuple[int, int]]] = {}
        for tile_id in self._places:
            zoom, column, row = tileid_to_zxy(tile_id)
            at.setdefault(zoom, []).append((row, column))
        return [
            Limits(zoom, *((min(places), max(places)) for places in zip(*found, strict=True)))
            for zoom, found in sorted(at.items())
        ]

    def _index(self, directory: bytes) -> None:
        for one in deserialize_directory(directory):
            if one.run_length:
                self._places |= {one.tile_id + at: (one.offset, one.length) for at in range(one.run_length)}
            else:
                self._index(self._bytes(self.header["leaf_directory_offset"] + one.offset, one.length))

    def _part(self, offset: str, length: str) -> bytes:
        return self._bytes(self.header[offset], self.header[length])

    def _bytes(self, at: int, length: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(at)
            return file.read(length)


def of(folder: Path) -> Mapping[str, Mapping[str, Path]]:
    """The archives of a release, by the address of their collection and the id of their grid."""
    found: dict[str, dict[str, Path]] = {}
    for grid in GRIDS.values():
        for path in sorted(folder.glob(f"*{grid.ending}")):
            found.setdefault(path.name.removesuffix(grid.ending).replace("_", "-"), {})[grid.id] = path
    return found


def opened(path: Path) -> Archive:
    """An archive, read again where it was written again. Raises StoreError where it cannot be read."""
    try:
        return _opened(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, KeyError) as fault:
        raise StoreError("{path}: cannot be read: {fault}; publish again", path=path, fault=str(fault)) from None


@lru_cache(maxsize=256)
def _opened(path: Path, _written: int) -> Archive:
    return Archive(path)
