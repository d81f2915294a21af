"""From a file or table of records to batches of columns, so that ten million rows take no more room than a thousand."""

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from xml.parsers.expat import ExpatError

import pandas as pd
import pyarrow as pa
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import CRSError
from python_calamine import CalamineError

from geo.errors import SourceError
from layers.declarations.records import Format, Records
from services.files import below, digest
from services.formats import bounds, columnar, maps
from services.formats.cells import text
from services.formats.csv import CsvFile
from services.formats.excel import sheet
from services.formats.mixed import is_mixed
from services.formats.object_storage import copied, is_stored
from services.formats.rows import ROWS, Batches, Rows, frame

TEXTS, BOOKS, COLUMNAR = (".csv", ".txt", ".tsv", ".csv.gz"), (".xlsx", ".xls", ".ods"), (".parquet", ".geoparquet")
MAPS = (".gpkg", ".geojson", ".json", ".fgb", ".shp", ".zip", ".gml")

HEAD = 200
OTHERS = {
    rb"PK\x03\x04": ".xlsx, .ods", rb"\xd0\xcf\x11\xe0": ".xls", rb"PAR1": ".parquet", rb"SQLite format 3": ".gpkg",
    rb"fgb\x03": ".fgb", rb"\x1f\x8b": ".csv.gz", rb"(?:\xef\xbb\xbf)?\s*(?:\[\s*\{|\{\s*\")": ".json, .geojson",
}  # fmt: skip
"""How files begin that are no text, and how their names end."""
PAGE = rb"(?i)(?:\xef\xbb\xbf)?\s*<(?:!|\?|html|head|body|table)"
UNREADABLE = (
    pa.ArrowException, DataSourceError, DataLayerError, CalamineError, CRSError, OSError, ValueError, LookupError,
    *bounds.DAMAGED, ExpatError,
)  # fmt: skip


def opened(records: Records, root: Path, database: str) -> Rows:
    """The rows of a declaration, whose path lies below `root`, or that are a table of the PostGIS `database` (a URI).

    Columns are found by name, whatever its capitals and the blanks around it. Raises SourceError where rows cannot be
    read, and for columns that are declared and not there.
    """
    if records.postgis is not None:
        from services.formats.postgis import table  # noqa: PLC0415  # a driver that most never need

        rows = table(records.postgis, database, records.place.geometry)
    else:
        rows = file(below(root, str(records.path)), records.format, records.place.geometry)
    return _by_name(rows, records)


@contextmanager
def reading(records: Records, root: Path, database: str) -> Iterator[Rows]:
    """What `opened` gives, for as long as it is read: of a file in object storage there is a copy meanwhile."""
    if not is_stored(records.path):
        yield opened(records, root, database)
        return
    address = str(records.path)
    with copied(address) as path:
        yield _by_name(replace(file(path, records.format, records.place.geometry), where=address), records)


def _by_name(rows: Rows, records: Records) -> Rows:
    """The rows with the names that the declaration has for columns."""
    by_letters = {header.strip().casefold(): header for header in reversed(rows.headers)}
    headers = {
        name: name if name in rows.headers else by_letters.get(name.strip().casefold())
        for name in (*records.columns, *records.exempt, *records.drop)
    }
    if missing := [name for name in records.columns if headers[name] is None]:
        raise SourceError(
            "{where}: declared columns {missing!r} are not there; it has {headers!r}",
            where=rows.where,
            missing=missing,
            headers=list(rows.headers),
        )
    return rows.renamed({name: header for name, header in headers.items() if header and header != name})


def table(path: Path, format_: Format) -> pd.DataFrame:
    """The whole file: numbers and dates where the file has those, elsewhere text without padding; no geometry.

    What text means is left to who knows it (layers.method.numbers). Raises SourceError as `file` does.
    """
    rows = file(path, format_)
    batches = [_cleaned(batch) for batch in rows.batches([name for name in rows.headers if name != rows.geometry])]
    return frame(batches) if batches else pd.DataFrame(columns=list(rows.headers))


def _cleaned(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch without columns of bytes, and without padding around its text."""
    columns = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        if pa.types.is_string(plain.type) or pa.types.is_large_string(plain.type):
            columns[name] = text(plain)
        elif is_mixed(plain.type) or not (
            pa.types.is_binary(plain.type) or pa.types.is_large_binary(plain.type) or _is_extension(plain)
        ):
            columns[name] = plain
    return pa.RecordBatch.from_pydict(columns)


def _is_extension(column: pa.Array) -> bool:
    return isinstance(column.type, pa.BaseExtensionType)


def file(path: Path, format_: Format, geometry: str | None = None) -> Rows:
    """The rows of a file, by what its name ends with; `geometry` is the column with places, where there are more."""
    if not path.is_file():
        raise SourceError(
            "{path}: no such file; what is declared as path lies below {parent}", path=path, parent=path.parent
        )
    name = path.name.lower()
    kinds = ((TEXTS, _text), (BOOKS, _book), (COLUMNAR, columnar.rows), (MAPS, maps.rows))
    kind: Callable[[Path, Format, str | None], Rows] | None = next(
        (read for endings, read in kinds if name.endswith(endings)), None
    )
    if kind is None:
        known = ", ".join(ending for endings, _ in kinds for ending in endings)
        raise SourceError("{path}: not a kind of file that is read; give one of {known}", path=path, known=known)
    try:
        bounds.check(path)
        rows = kind(path, format_, geometry)
    except UNREADABLE as fault:
        raise _unreadable(path, fault) from None
    return replace(rows, batches=partial(_to_the_end, path, rows.batches))


def _to_the_end(path: Path, batches: Callable[[Sequence[str]], Batches], columns: Sequence[str]) -> Batches:
    """The batches. Raises SourceError where the file turns out to be damaged on the way."""
    try:
        yield from batches(columns)
    except UNREADABLE as fault:
        raise SourceError(
            "{path}: cannot be read to the end: {fault}; it is damaged: copy or export it again", path=path, fault=fault
        ) from None


def _is_markup(path: Path) -> bool:
    with path.open("rb") as content:
        return content.read(200).removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<")


def _unreadable(path: Path, fault: Exception) -> SourceError:
    """What is wrong. Systems export a web page under the name of a workbook, which a spreadsheet opens all the same."""
    if path.suffix.lower() in BOOKS and not isinstance(fault, OSError) and _is_markup(path):
        return SourceError(
            "{path}: holds a web page or XML under the name of a workbook; open it in a spreadsheet and save it as a "
            "workbook (.xlsx)",
            path=path,
        )
    return SourceError("{path}: cannot be read: {fault}", path=path, fault=fault)


def _text(path: Path, format_: Format, _geometry: str | None) -> Rows:
    _check_text(path)
    content = CsvFile.of(path, format_)
    return Rows(str(path), content.headers, content.batches, sha256=digest(path))


def _check_text(path: Path) -> None:
    """Raise SourceError for what has the name of a text file and is another kind of file."""
    with pa.input_stream(path) as content:
        head = content.read(HEAD)
    if called := next((ending for start, ending in OTHERS.items() if re.match(start, head)), None):
        raise SourceError(
            "{path}: is no text, but what is called {ending}: give it that name, or export it as text",
            path=path, ending=called,
        )  # fmt: skip
    if re.match(PAGE, head):
        raise SourceError(
            "{path}: holds a web page or XML and no rows of text, as where a login or an error was saved; export it "
            "again",
            path=path,
        )


def _book(path: Path, format_: Format, _geometry: str | None) -> Rows:
    found = sheet(path, format_)
    whole = found.columns
    return Rows(
        str(path), tuple(whole.column_names), lambda columns: iter(whole.select(list(columns)).to_batches(ROWS)),
        sha256=digest(path), notes=found.notes,
    )  # fmt: skip
