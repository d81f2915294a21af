"""From a file or table of records to batches of columns, so that ten million rows take no more room than a thousand.

Text files are read by pyarrow as text, all of it: what is a number or a date is decided where its meaning is known.
Delimiter and encoding are found by looking; nothing is guessed that the file contradicts further on, since a line with
another number of cells is an error that says which.
"""

import codecs
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from python_calamine import CalamineError

from geo.errors import SourceError
from layers.records import Format, Records

ROWS = 65_536
BYTES = 16 << 20
"""Of a text file that is parsed at a time."""
DELIMITERS = ";,\t|"
TEXTS, BOOKS, COLUMNAR = (".csv", ".txt", ".tsv", ".csv.gz"), (".xlsx", ".xls", ".ods"), (".parquet", ".geoparquet")
MAPS = (".gpkg", ".geojson", ".json", ".fgb", ".shp", ".zip", ".gml")

Batches = Iterator[pa.RecordBatch]


@dataclass(frozen=True, slots=True)
class Rows:
    """Records that can be read again and again.

    Attributes:
        where: what to call them in a message.
        headers: all columns there are.
        batches: the batches of some columns, in that order, rows in the order of the file.
        crs: of the geometry column, where there is one.
        sha256: of the bytes, where they are a file.
    """

    where: str
    headers: tuple[str, ...]
    batches: Callable[[Sequence[str]], Batches]
    crs: str | None = None
    sha256: str = ""


def opened(records: Records, root: Path, database: str) -> Rows:
    """The rows of a declaration, whose path lies below `root`, or that are a table of the PostGIS `database` (a URI).

    Raises SourceError where they cannot be read, and for columns that are declared and not there.
    """
    if records.postgis is not None:
        from services.records.postgis import table  # noqa: PLC0415  # a driver that most never need

        rows = table(records.postgis, database)
    else:
        rows = file(root / str(records.path), records.format)
    if missing := [one for one in records.columns if one not in rows.headers]:
        raise SourceError(f"{rows.where}: declared columns {missing} are not there; it has {list(rows.headers)}")
    return rows


def file(path: Path, format_: Format) -> Rows:
    """The rows of a file, by what its name ends with."""
    if not path.is_file():
        raise SourceError(f"{path}: no such file; `path` in [records] is below the folder of figures (ZICHT_DATA)")
    name = path.name.lower()
    kinds = ((TEXTS, _text), (BOOKS, _book), (COLUMNAR, _columnar), (MAPS, _map))
    kind: Callable[[Path, Format], Rows] | None = next(
        (read for endings, read in kinds if name.endswith(endings)), None
    )
    if kind is None:
        known = ", ".join(ending for endings, _ in kinds for ending in endings)
        raise SourceError(f"{path}: not a kind of file that is read; give one of {known}")
    try:
        return kind(path, format_)
    except (pa.ArrowException, DataSourceError, DataLayerError, CalamineError, OSError, ValueError) as fault:
        raise SourceError(f"{path}: cannot be read: {fault}") from None


def digest(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _text(path: Path, format_: Format) -> Rows:
    encoding = format_.encoding or _encoding(path)
    first = _first_line(path, encoding)
    delimiter = format_.delimiter or max(DELIMITERS, key=first.count)
    parse = pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    read = pyarrow.csv.ReadOptions(encoding=encoding, block_size=BYTES)

    @contextmanager
    def opened(convert: pyarrow.csv.ConvertOptions | None) -> Iterator[pyarrow.csv.CSVStreamingReader]:
        try:
            with pyarrow.csv.open_csv(path, read, parse, convert) as stream:
                yield stream
        except pa.ArrowInvalid as fault:
            raise SourceError(
                f"{path}: lines differ in their number of cells, or it is not {encoding}: {fault}; mend the line, or "
                "say delimiter and encoding in [records.format]"
            ) from None

    def batches(columns: Sequence[str]) -> Batches:
        convert = pyarrow.csv.ConvertOptions(
            include_columns=columns, column_types=dict.fromkeys(columns, pa.string()), null_values=[""],
            strings_can_be_null=True, quoted_strings_can_be_null=True,
        )  # fmt: skip
        with opened(convert) as stream:
            yield from stream

    with opened(None) as stream:
        headers = tuple(stream.schema.names)
    if len(set(headers)) < len(headers):
        raise SourceError(f"{path}: two columns of one name: {list(headers)}; rename one")
    return Rows(str(path), headers, batches, sha256=digest(path))


def _encoding(path: Path) -> str:
    """UTF-16 and UTF-8 by their marks, UTF-8 where all of it is that, else that of Windows."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with pa.input_stream(path) as content:
        block = content.read(BYTES)
        if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        try:
            while block:
                decoder.decode(block)
                block = content.read(BYTES)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _first_line(path: Path, encoding: str) -> str:
    with pa.input_stream(path) as content:
        return io.TextIOWrapper(content, encoding).readline()


def _book(path: Path, format_: Format) -> Rows:
    sheet = format_.sheet or 0
    try:
        table = pd.read_excel(path, sheet_name=sheet, engine="calamine", dtype=object)
    except (ValueError, KeyError) as fault:
        raise SourceError(f"{path}: sheet {sheet!r} cannot be read: {fault}; name one in [records.format]") from None
    text = table.astype(object).where(table.notna(), None).map(_cell, na_action="ignore")
    whole = pa.Table.from_pandas(text.astype("string"), preserve_index=False)
    headers = tuple(str(one) for one in whole.column_names)
    return Rows(
        str(path), headers, lambda columns: iter(whole.select(list(columns)).to_batches(ROWS)), sha256=digest(path)
    )


def _cell(cell: object) -> str:
    """A cell as text: whole numbers without a point, dates year-month-day."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).removesuffix(" 00:00:00")


def _columnar(path: Path, format_: Format) -> Rows:  # noqa: ARG001  # nothing to say of its format
    content = pyarrow.parquet.ParquetFile(path)
    told = (content.schema_arrow.metadata or {}).get(b"geo")
    crs = _crs_of(told) if told else None

    def batches(columns: Sequence[str]) -> Batches:
        yield from pyarrow.parquet.ParquetFile(path).iter_batches(ROWS, columns=list(columns))

    return Rows(str(path), tuple(content.schema_arrow.names), batches, crs, digest(path))


def _crs_of(told: bytes) -> str:
    """The CRS of the main geometry column of GeoParquet; that of degrees where none is given."""
    import orjson  # noqa: PLC0415
    from pyproj import CRS  # noqa: PLC0415

    about = orjson.loads(told)
    found = about["columns"][about["primary_column"]].get("crs", "OGC:CRS84")
    return str(CRS.from_user_input(found).to_wkt())


def _map(path: Path, format_: Format) -> Rows:
    layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    if format_.layer is None and len(layers) > 1:
        raise SourceError(f"{path}: has layers {layers}; name one in [records.format] as layer")
    layer = format_.layer or layers[0]
    about = pyogrio.read_info(path, layer=layer)
    name = about["geometry_name"] or "geometry"

    def batches(columns: Sequence[str]) -> Batches:
        fields = [one for one in columns if one != name]
        with pyogrio.open_arrow(
            path, layer=layer, columns=fields, read_geometry=name in columns, batch_size=ROWS, use_pyarrow=True
        ) as (told, stream):
            for batch in stream:
                yield batch.rename_columns(
                    [name if one == (told["geometry_name"] or "wkb_geometry") else one for one in batch.schema.names]
                ).select(list(columns))

    headers = (*(str(one) for one in about["fields"]), *((name,) if about["geometry_type"] else ()))
    return Rows(str(path), headers, batches, about["crs"], digest(path))
