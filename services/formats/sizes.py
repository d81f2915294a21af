"""How large a file of records is, without reading it: bytes, and how many rows."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from geo.errors import SourceError
from services.formats.reader import COLUMNAR, TEXTS

LOOKED_AT = 1 << 20
"""Bytes at the start of a text file, by whose lines the rest is judged."""


@dataclass(frozen=True, slots=True)
class Size:
    """Of a file.

    Attributes:
        kind: "parquet", "csv" or, of any other, "".
        size: in bytes, as it lies there.
        rows: how many, or about how many: of a text by the length of its first lines. None where only reading tells.
        exact: whether so many there are.
    """

    kind: str
    size: int
    rows: int | None
    exact: bool = False


def size_of(path: Path) -> Size:
    """How large a file is. Raises SourceError where it is not there, or is no Parquet though its name says so."""
    try:
        size, name = path.stat().st_size, path.name.lower()
        if name.endswith(COLUMNAR):
            return Size("parquet", size, pyarrow.parquet.read_metadata(path).num_rows, exact=True)
        if not name.endswith(TEXTS):
            return Size("", size, None)
        if name.endswith(".gz"):
            return Size("csv", size, None)
        with path.open("rb") as content:
            head = content.read(LOOKED_AT)
    except (OSError, pa.ArrowException) as fault:
        raise SourceError("{path}: cannot be read: {fault}", path=path, fault=fault) from None
    lines = head.count(b"\n") + (size == len(head) and not head.endswith(b"\n"))
    return Size("csv", size, max(round(size * lines / max(len(head), 1)) - 1, 0))
