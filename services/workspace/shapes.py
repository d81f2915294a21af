"""Shapes of built layers: the polygons of the areas of a level and vintage, once for all layers that are about them.

A file in `layers/.shapes` holds the geometry of a table, in its order, and is called after its content; a layer says
which. What is read twice is one object, so that whoever compares polygons need not look at them.
"""

import hashlib
from collections.abc import Collection
from io import BytesIO
from pathlib import Path

import geopandas
import numpy as np
from geopandas.array import GeometryArray

from geo.messages import message
from services.files import read_errors, whole_file

FOLDER = ".shapes"
GEOMETRY = "geometry"


def digest_of(content: bytes | memoryview) -> str:
    """What a file is called after: the start of the sha256 of its content."""
    return hashlib.sha256(content).hexdigest()[:12]


class Shapes:
    """The shapes below the folder of all layers; each file is written and read once."""

    def __init__(self, root: Path) -> None:
        self.root = root / FOLDER
        self._read: dict[str, GeometryArray] = {}
        self._whole: dict[str, bool] = {}
        self._written: dict[bytes, tuple[str, geopandas.GeoSeries]] = {}

    def write(self, geometry: geopandas.GeoSeries) -> str:
        """The name of the file with these shapes, made where there is none."""
        objects = np.fromiter(map(id, geometry), np.int64).tobytes()
        if objects not in self._written:  # with the shapes, so that no others come to stand in their place
            self._written[objects] = self._write(geometry), geometry
        return self._written[objects][0]

    def _write(self, geometry: geopandas.GeoSeries) -> str:
        content = BytesIO()
        shapes = geopandas.GeoDataFrame(geometry=geometry.reset_index(drop=True))
        shapes.to_parquet(content, index=False, compression="zstd")
        file = f"{digest_of(content.getbuffer())}.parquet"
        if not self.is_whole(file):
            with whole_file(self.root / file) as unfinished:
                unfinished.write_bytes(content.getbuffer())
        return file

    def is_whole(self, file: str) -> bool:
        """Whether a file is there as it was written: it is called after its content."""
        if file not in self._whole:
            path = self.root / file
            self._whole[file] = path.is_file() and path.stem == digest_of(path.read_bytes())
        return self._whole[file]

    def read(self, file: str) -> GeometryArray:
        """The shapes of a file. Raises StoreError where it cannot be read."""
        if file not in self._read:
            with read_errors(self.root / file, message("build again what has these shapes: `zicht build --stale`")):
                self._read[file] = geopandas.read_parquet(self.root / file)[GEOMETRY].array
        return self._read[file]

    def keep(self, files: Collection[str]) -> None:
        """Remove all but these."""
        for file in self.root.glob("*") if self.root.is_dir() else ():
            if file.name not in files:
                file.unlink()
