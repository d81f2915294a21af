"""How large a file is, without reading it: bytes, and how many rows or cells."""

from contextlib import suppress
from dataclasses import dataclass
from io import SEEK_END
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet
import rasterio
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile

from geo.errors import SourceError
from services.files import below
from services.formats import object_storage
from services.formats.reader import COLUMNAR, TEXTS

HEAD = 1 << 16
"""Bytes in which a GeoTIFF in object storage says how large it is, if it says so at the beginning."""
LOOKED_AT = 1 << 20
"""Bytes at the start of a text file, by whose lines the rest is judged."""


@dataclass(frozen=True, slots=True)
class Size:
    """Of a file.

    Attributes:
        kind: "parquet", "csv", "raster" or, of any other, "".
        size: in bytes, as it lies there.
        rows: how many, or about how many: of a text by the length of its first lines. None where only reading tells.
        exact: whether so many there are.
    """

    kind: str
    size: int
    rows: int | None
    exact: bool = False


def size_of(root: Path, path: str) -> Size:
    """How large a file below a folder is, or one in object storage by its address. Raises SourceError where it is not
    there, or is no Parquet though its name says so.
    """
    if object_storage.is_stored(path):
        with object_storage.opened(path) as content:
            return _size_of(path, content)
    file = below(root, path)
    try:
        with file.open("rb") as content:
            return _size_of(str(file), content)
    except OSError as fault:
        raise SourceError("{path}: cannot be read: {fault}", path=file, fault=fault) from None


def size_of_raster(root: Path, path: str) -> Size:
    """The same of a GeoTIFF, whose rows are its cells; in object storage where it begins with them, as a COG does."""
    if object_storage.is_stored(path):
        with object_storage.opened(path) as content:
            size = content.seek(0, SEEK_END)
            content.seek(0)
            head = content.read(HEAD)
        with suppress(RasterioError), MemoryFile(head) as memory, memory.open() as raster:
            return Size("raster", size, raster.width * raster.height, exact=True)
        return Size("raster", size, None)
    file = below(root, path)
    try:
        with rasterio.open(file) as raster:
            return Size("raster", file.stat().st_size, raster.width * raster.height, exact=True)
    except (OSError, RasterioError) as fault:
        raise SourceError("{path}: cannot be read: {fault}", path=file, fault=fault) from None


def _size_of(path: str, content: IO[bytes]) -> Size:
    size, name = content.seek(0, SEEK_END), path.lower()
    content.seek(0)
    if name.endswith(COLUMNAR):
        try:
            return Size("parquet", size, pyarrow.parquet.read_metadata(content).num_rows, exact=True)
        except pa.ArrowException as fault:
            raise SourceError("{path}: cannot be read: {fault}", path=path, fault=fault) from None
    if not name.endswith(TEXTS):
        return Size("", size, None)
    if name.endswith(".gz"):
        return Size("csv", size, None)
    head = content.read(LOOKED_AT)
    lines = head.count(b"\n") + (size == len(head) and not head.endswith(b"\n"))
    return Size("csv", size, max(round(size * lines / max(len(head), 1)) - 1, 0))
