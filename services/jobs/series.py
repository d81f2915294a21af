"""Series: from files with counts of several years, and a folder of boundaries, to one table of one vintage."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from boundaries.cbs import COARSENESS
from boundaries.dasymetric import Weights
from boundaries.routes import Routes
from boundaries.vintages import vintage
from geo.areas import AreaLevel
from geo.errors import SourceError
from geo.messages import Message, message
from layers.declarations.records import Format
from layers.declarations.starts import FOLDERS, series_source
from layers.messages import say
from layers.method.numbers import Mark
from layers.method.series import Series, apportioned
from layers.publication.fields import SERIES_FIELDS
from services.exporters import geopackage
from services.files import whole_file
from services.sources import counts, squares
from services.sources.boundaries import BoundaryFolder

ENDINGS = (".csv", ".parquet", ".gpkg")
TYPES = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64()}
SCHEMA = pa.schema([(field.name, TYPES[field.type]) for field in SERIES_FIELDS])
"""The type of a column is that of its field, also in a part of the table that knows nothing of it."""
WRITERS = {".csv": pa.csv.CSVWriter, ".parquet": pa.parquet.ParquetWriter}


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """What a user asks for.

    Attributes:
        files: for each year the file with counts per buurt, or per wijk where there are only boundaries of these.
        column: the column with the counts, and what the series is called; `columns` where a year calls it otherwise.
        to: the vintage of the series, `level` its areas.
        key: the column with codes, where there are several.
        pairs: for some years, a table of what each old code became.
        weights: squares of CBS and their column, for dasymetric interpolation.
        empty_is_zero: whether a cell without anything means 0; else it is unknown.
        decimal: the mark before decimals in the files, where their columns do not tell.
    """

    files: Mapping[int, Path]
    column: str
    to: int
    level: AreaLevel = AreaLevel.BUURT
    key: str | None = None
    columns: Mapping[int, str] = field(default_factory=dict)
    pairs: Mapping[int, Path] = field(default_factory=dict)
    weights: tuple[Path, str] | None = None
    empty_is_zero: bool = False
    decimal: Mark | None = None


def series(request: SeriesRequest, folder: Path, steps: Callable[[str], None]) -> Series:
    """The series, with the boundaries below `folder`. Raises ZichtErrors for what a user can correct."""
    if strange := sorted(set(request.pairs) - set(request.files)):
        raise SourceError("pairs of codes of {year}: there are no counts of that year", year=strange[0])
    boundaries = BoundaryFolder(folder, _finest(request))
    pairs = {year: counts.pairs(path) for year, path in request.pairs.items()}
    weights, notes = _weights(request, steps)
    routes = Routes(boundaries, request.to, request.level, weights, pairs)
    counted, by_year = {}, {}
    for year, path in sorted(request.files.items()):
        steps(say("{year}: boundaries and counts", year=year))
        name, spare = request.columns.get(year, request.column), vintage(year).spare
        column = counts.CountColumn(name, request.key, request.decimal, request.empty_is_zero)
        counted[year] = counts.read(path, column, boundaries.areas(year), spare)
        steps(say("{year}: crosswalk to {to}", year=year, to=request.to))
        by_year[year] = routes.of(year)
    steps(say("apportioning"))
    result = apportioned(request.column, counted, by_year, routes.target)
    years = sorted({*request.files, request.to})
    of_boundaries = (
        say("boundaries of {year}: {note}", year=year, note=say(note))
        for year in years
        for note in boundaries.notes(year)
    )
    by = say("what is split is apportioned by {weights}", weights=weights.of if weights else message("surface"))
    return replace(result, notes=(by, *(say(note) for note in notes), *of_boundaries, *result.notes))


def write(result: Series, path: Path) -> None:
    """Write the table as .csv, .parquet or (with polygons) .gpkg, part by part: the whole file or nothing."""
    check_ending(path)
    if path.suffix == ".gpkg":
        geopackage.export_parts(result.collections(), path)
        return
    with whole_file(path) as unfinished, WRITERS[path.suffix](unfinished, SCHEMA) as writer:
        for table in result.tables():
            writer.write_table(pa.Table.from_pandas(table, SCHEMA, preserve_index=False))


def check_declarable(request: SeriesRequest, path: Path, folder: Path, own: Path) -> None:
    """Raise an error, before anything is computed, where `declare` could not write a source that reads the table."""
    if path.suffix == ".gpkg" or request.level.resolution is not None:
        raise SourceError("{path}: a source reads a series per buurt, wijk or gemeente, as .csv or .parquet", path=path)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise SourceError(
            "{path}: a source reads what lies below the folder of data; write the series there: --to {inside}",
            path=path, inside=folder / path.name,
        )  # fmt: skip
    _text(request, path, folder)
    if (there := _source(request, own)).exists():
        raise SourceError("{path}: is there already; remove it, or give it another name", path=there)


def declare(request: SeriesRequest, path: Path, folder: Path, own: Path) -> Path:
    """Write a source that reads the table at `path`, below `folder`, in the declarations `own`; returns its file."""
    there = _source(request, own)
    there.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(there) as unfinished:
        unfinished.write_text(_text(request, path, folder), encoding="utf-8")
    return there


def _source(request: SeriesRequest, own: Path) -> Path:
    return own / FOLDERS["source"] / f"{_name(request)}.toml"


def _name(request: SeriesRequest) -> str:
    """The id of the source: no shipped one begins so."""
    return f"reeks_{request.column.lower()}"


def _text(request: SeriesRequest, path: Path, folder: Path) -> str:
    inside = path.resolve().relative_to(folder.resolve()).as_posix()
    return series_source(_name(request), inside, request.level, request.to, sorted(request.files))


def check_ending(path: Path) -> None:
    """Raise SourceError for a file that is not of a kind that is written."""
    if path.suffix not in ENDINGS:
        raise SourceError(
            "{path}: a series is written as {endings}; name one of these", path=path, endings=", ".join(ENDINGS)
        )


def _finest(request: SeriesRequest) -> dict[int, AreaLevel]:
    """The years of which the counts are of larger areas than buurten, though not larger than those that are asked for:
    all that is there is in them, also where of one buurt nothing is known.
    """
    levels = {year: counts.finest_of(path, request.key) for year, path in request.files.items()}
    larger = COARSENESS[1 : COARSENESS.index(request.level) + 1] if request.level in COARSENESS else ()
    return {year: level for year, level in levels.items() if level is not None and level in larger}


def _weights(request: SeriesRequest, steps: Callable[[str], None]) -> tuple[Weights | None, Sequence[Message | str]]:
    if request.weights is None:
        return None, ()
    path, column = request.weights
    steps(say("reading {file}", file=path.name))
    grid = squares.read(path, [column], Format(decimal=request.decimal))
    return grid.weights(column), grid.notes
