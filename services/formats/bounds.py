"""What is looked at before a file is read: what it unpacks to, and whether it is what its name says.

A zip of a megabyte may unpack to a gigabyte, a Parquet of a kilobyte to a million rows, and a map may be a description
(VRT) that has GDAL read other files and addresses. The sizes that a zip declares are the most that Python and GDAL take
from it. Sizes are in bytes.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet

from geo.errors import SourceError

MEMBERS, UNPACKED = 10_000, 16_000_000_000
"""Files in a zip, and what they are together."""
SURELY_FINE, RATIO = 1_000_000_000, 200
"""Up to so much nothing is said; beyond it, what unpacks to more than so many times its size is no table."""
JSON = 500_000_000
"""Of JSON that is read whole; it takes some ten times as much memory."""
COLUMNS, A_CELL, PARQUET = 16_384, 8, b"PAR1"
"""Columns that a table has at most, as in Excel; what a cell takes beside its text; how a Parquet file begins."""
HEAD = 4096
ELSEWHERE = re.compile(rb"<\s*(?:OGR\w*DataSource|VRTDataset|GDAL_\w+|GDALTileIndexDataset)[\s>]")
"""How a description begins of data that is elsewhere. A GeoTIFF has <GDALMetadata>, with its scale."""
BLOCK = 16 << 20
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What Python says of a file in a zip that is damaged, packed otherwise or locked; who reads it says so."""


def check(path: Path) -> None:
    """Look at a file before it is read. Raises SourceError for what is refused unread."""
    with path.open("rb") as content:
        head = content.read(HEAD)
    _check_head(path, head)
    if head.startswith(PARQUET):
        _check_parquet(path)
    if zipfile.is_zipfile(path):
        _check_zip(path)


def blocks(path: Path) -> Iterator[bytes]:
    """The bytes of a text file that may be packed. Raises SourceError where it unpacks to what no table does."""
    most, size = max(SURELY_FINE, RATIO * path.stat().st_size), 0
    with pa.input_stream(path) as content:
        while block := content.read(BLOCK):
            size += len(block)
            if size > most:
                raise SourceError(
                    "{path}: unpacks to more than {most:,} bytes, over {ratio} times its size; that is no table: "
                    "unpack it and see what is in it",
                    path=path, most=most, ratio=RATIO,
                )  # fmt: skip
            yield block


def json(path: Path, encoding: str | None = None) -> Any:
    """What a JSON file holds. Raises JSONDecodeError for no JSON; else see `json_bytes`."""
    return orjson.loads(json_bytes(path, encoding))


def json_bytes(path: Path, encoding: str | None = None) -> bytes:
    """A JSON file in UTF-8, which it is in where no `encoding` is declared; a letter that is none in it is U+FFFD.

    Raises SourceError where it is too large to read whole.
    """
    if (size := path.stat().st_size) > JSON:
        raise SourceError(
            "{path}: {size:,} bytes of JSON, more than the {most:,} that are read whole; save it as CSV, GeoPackage "
            "or Parquet",
            path=path, size=size, most=JSON,
        )  # fmt: skip
    content = path.read_bytes()
    return (content.decode(encoding, "replace").encode() if encoding else content).removeprefix(b"\xef\xbb\xbf")


def _check_head(path: Path, head: bytes) -> None:
    if ELSEWHERE.search(head):
        raise SourceError(
            "{path}: describes where data is, and holds none itself (VRT); give the file that holds it", path=path
        )


def _check_zip(path: Path) -> None:
    """Raises SourceError for a zip that unpacks to what no table or map does."""
    with zipfile.ZipFile(path) as packed:
        entries = packed.infolist()
        size = sum(entry.file_size for entry in entries)
        if len(entries) > MEMBERS:
            raise SourceError(
                "{path}: a zip of {count:,} files, more than the {most:,} that are looked into; pack the one that "
                "counts by itself",
                path=path, count=len(entries), most=MEMBERS,
            )  # fmt: skip
        if size > UNPACKED or size > max(SURELY_FINE, RATIO * path.stat().st_size):
            raise SourceError(
                "{path}: unpacks to {size:,} bytes, {ratio:.0f} times its size; that is no table or map: unpack it "
                "and see what is in it",
                path=path, size=size, ratio=size / path.stat().st_size,
            )  # fmt: skip
        for entry in entries:
            with suppress(*DAMAGED), packed.open(entry) as content:
                _check_head(path, content.read(HEAD))


def _check_parquet(path: Path) -> None:
    """Raises SourceError for a Parquet of which the cells take what no table does."""
    try:
        about = pyarrow.parquet.read_metadata(path)
    except (pa.ArrowException, OSError):  # who reads it says that it is damaged
        return
    if about.num_columns > COLUMNS:
        raise SourceError(
            "{path}: {count:,} columns, more than the {most:,} that are read; leave out those that are not needed",
            path=path, count=about.num_columns, most=COLUMNS,
        )  # fmt: skip
    widths = [max(A_CELL, about.schema.column(at).length or 0) for at in range(about.num_columns)]
    groups = [about.row_group(at) for at in range(about.num_row_groups)]
    chunks = [(one.column(at), width) for one in groups for at, width in enumerate(widths)]
    size = sum(max(chunk.num_values * width, chunk.total_uncompressed_size) for chunk, width in chunks)
    if size > max(SURELY_FINE, RATIO * path.stat().st_size):
        raise SourceError(
            "{path}: takes {size:,} bytes in memory, {ratio:.0f} times its size; that is no table: leave out the "
            "columns and rows that are not needed",
            path=path, size=size, ratio=size / path.stat().st_size,
        )  # fmt: skip
