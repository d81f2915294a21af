"""Parquet as rows: a batch at a time, of which it is known that it fits in memory before it is made, as far as the
footer is right; beyond that reading stops at a bound.

A text that a million rows share stands once in a file (in a dictionary), and a million times in a column of text. So
columns with dictionaries are read as such, and what their cells take together is summed before they are written out.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from geo.errors import SourceError
from layers.declarations.records import Format
from services.files import digest
from services.formats.memory import bounded
from services.formats.rows import ROWS, Batches, Rows

CELLS = 10_000_000
"""In a batch: of a table of many columns fewer rows at a time."""
SHARED, FEWER = "DELTA_BYTE_ARRAY", 1024
"""An encoding in which a cell may be the one before it and nothing more, and so many rows at a time of it."""
OWN, PACKED = 12, 20
"""Bytes a cell beyond which most cells stand beside the dictionary, unless they unpack to so many times their size."""
WRITTEN_OUT = 1_000_000_000
"""Bytes that the cells of a column may take in a batch."""


def rows(path: Path, _format: Format, geometry: str | None) -> Rows:
    """The rows of a Parquet file."""
    content = pyarrow.parquet.ParquetFile(path)
    geo = (content.schema_arrow.metadata or {}).get(b"geo")
    place, crs = _place_of(geo, geometry) if geo else (None, None)
    coded, at_once = _coded(content), _at_once(content.metadata)

    def batches(columns: Sequence[str]) -> Batches:
        reader = pyarrow.parquet.ParquetFile(path, read_dictionary=coded)
        read = reader.iter_batches(at_once, columns=list(columns))
        while (batch := _next(path, read, content.schema_arrow)) is not None:
            yield batch

    return Rows(str(path), tuple(content.schema_arrow.names), batches, crs, digest(path), place)


def _next(path: Path, batches: Batches, schema: pa.Schema) -> pa.RecordBatch | None:
    """The next batch; None after the last. What the footer says of sizes and encodings need not be so."""
    with bounded(path):
        batch = next(batches, None)
        return None if batch is None else _written_out(path, batch, schema)


def _coded(content: pyarrow.parquet.ParquetFile) -> list[str]:
    """The columns of text of which the cells stand in a dictionary, in any group of rows, and not mostly beside it."""
    groups = [content.metadata.row_group(at) for at in range(content.metadata.num_row_groups)]
    texts = [one.name for one in content.schema_arrow if _is_text(one.type)]
    paths = {content.schema.column(at).path: at for at in range(len(content.schema))}
    return [name for name in texts if name in paths and any(_shares(one.column(paths[name])) for one in groups)]


def _shares(chunk: pyarrow.parquet.ColumnChunkMetaData) -> bool:
    """Whether cells may be much longer, together, than what is in the file of them."""
    size: int = chunk.total_uncompressed_size
    return bool(
        chunk.has_dictionary_page and (size < OWN * chunk.num_values or size > PACKED * chunk.total_compressed_size)
    )


def _is_text(kind: pa.DataType) -> bool:
    """Whether cells are of any length."""
    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    return any(one(kind) for one in (*texts, pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view))


def _at_once(about: pyarrow.parquet.FileMetaData) -> int:
    """How many rows to read at a time."""
    first = [about.row_group(0).column(at) for at in range(about.num_columns)] if about.num_row_groups else []
    most = FEWER if any(SHARED in one.encodings for one in first) else ROWS
    columns: int = max(about.num_columns, 1)
    return max(1, min(most, CELLS // columns))


def _written_out(path: Path, batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch with text in place of places in a dictionary, and of views, which Arrow cannot cut up or match.

    Raises SourceError where that takes more memory than a table does.
    """
    columns = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        kind = schema.field(name).type
        if pa.types.is_dictionary(column.type) and _is_text(column.type.value_type):
            size = pc.sum(pc.binary_length(column.dictionary).take(column.indices)).as_py() or 0
            if size > WRITTEN_OUT:
                raise SourceError(
                    "{path}: column {name!r} has cells of {size:,} bytes in {count:,} rows, where {most:,} are read; "
                    "leave the column out of the file",
                    path=path, name=name, size=size, count=len(column), most=WRITTEN_OUT,
                )  # fmt: skip
            column = column if pa.types.is_dictionary(kind) else column.dictionary_decode()  # noqa: PLW2901
        columns[name] = column.cast(pa.string()) if pa.types.is_string_view(kind) else column
    return pa.RecordBatch.from_pydict(columns)


def _place_of(metadata: bytes, geometry: str | None) -> tuple[str, str | None]:
    """A geometry column of GeoParquet, else the main one, and its CRS: that of degrees where none is given, and none
    where the file says that it is not known.
    """
    import orjson  # noqa: PLC0415
    from pyproj import CRS  # noqa: PLC0415

    described = orjson.loads(metadata)
    column = str(geometry if geometry in described["columns"] else described["primary_column"])
    crs = described["columns"][column].get("crs", "OGC:CRS84")
    return column, None if crs is None else str(CRS.from_user_input(crs).to_wkt())
