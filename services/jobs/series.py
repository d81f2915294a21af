"""Series: from files with counts of several years, and a folder of boundary files, to one table on one vintage."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from boundaries.dasymetric import Weights
from boundaries.routes import Routes
from boundaries.vintages import vintage
from geo.areas import AreaLevel
from geo.errors import SourceError
from geo.messages import Message, message
from layers.messages import say
from layers.method.series import Series, apportioned
from services.exporters import geopackage
from services.files import written
from services.sources import counts, squares
from services.sources.boundaries import BoundaryFolder

ENDINGS = (".csv", ".parquet", ".gpkg")


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """What a user asks for.

    Attributes:
        files: for each year the file with counts per buurt, or per wijk where there are only boundaries of these.
        column: the column with the counts, and what the series is called; `columns` where a year calls it otherwise.
        to: the vintage of the series, `level` its areas.
        key: the column with codes, where it must be told.
        pairs: for some years, a table of what each old code became.
        weights: squares of CBS and their column to interpolate by.
        empty_is_zero: whether a cell without anything means 0; else it is unknown.
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


def series(asked: SeriesRequest, folder: Path, steps: Callable[[str], None]) -> Series:
    """The series, with the boundary files below `folder`. Raises ZichtErrors for what a user can put right."""
    if strange := sorted(set(asked.pairs) - set(asked.files)):
        raise SourceError("pairs of codes of {year}: there are no counts of that year", year=strange[0])
    boundaries = BoundaryFolder(folder)
    pairs = {year: counts.pairs(path) for year, path in asked.pairs.items()}
    weights, notes = _weights(asked, steps)
    routes = Routes(boundaries, asked.to, asked.level, weights, pairs)
    counted, by_year = {}, {}
    for year, path in sorted(asked.files.items()):
        steps(say("{year}: boundaries and counts", year=year))
        column, spare = asked.columns.get(year, asked.column), vintage(year).spare
        counted[year] = counts.read(
            path, column, boundaries.areas(year), asked.key, spare, empty_is_zero=asked.empty_is_zero
        )
        steps(say("{year}: the route to {to}", year=year, to=asked.to))
        by_year[year] = routes.of(year)
    steps(say("apportioning"))
    made = apportioned(asked.column, counted, by_year, routes.target)
    of_boundaries = tuple(
        message("boundary file of {year}: {note}", year=year, note=note)
        for year in sorted({*asked.files, asked.to})
        for note in boundaries.notes(year)
    )
    by = message("what is split is apportioned by {by}", by=weights.of if weights else message("surface"))
    return replace(made, notes=(*(say(note) for note in (by, *notes, *of_boundaries)), *made.notes))


def write(made: Series, path: Path) -> None:
    """Write the table as .csv, .parquet or (with polygons) .gpkg: the whole file or nothing."""
    check_ending(path)
    if path.suffix == ".gpkg":
        geopackage.export([made.collection], path)
        return
    table = pd.DataFrame(made.collection.table.drop(columns="geometry"))
    with written(path) as unfinished:
        if path.suffix == ".csv":
            table.to_csv(unfinished, index=False)
        else:
            table.to_parquet(unfinished, index=False)


def check_ending(path: Path) -> None:
    """Raises SourceError for a file that is not of a kind that is written."""
    if path.suffix not in ENDINGS:
        raise SourceError(f"{path}: a series is written as {', '.join(ENDINGS)}; name one of these")


def _weights(asked: SeriesRequest, steps: Callable[[str], None]) -> tuple[Weights | None, tuple[Message, ...]]:
    if asked.weights is None:
        return None, ()
    path, column = asked.weights
    steps(f"reading {path.name}")
    found = squares.read(path)
    return found.weights(column), found.notes
