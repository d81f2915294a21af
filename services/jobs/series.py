"""Series: from files with counts of several years, and a folder of maps, to one table on one division."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from boundaries.dasymetric import Weights
from boundaries.routes import Routes
from boundaries.vintages import vintage
from geo.areas import AreaLevel
from geo.errors import SourceError
from layers.method.series import Series, apportioned
from services.exporters import geopackage
from services.files import whole_file
from services.sources import counts, squares
from services.sources.boundaries import Divisions

ENDINGS = (".csv", ".parquet", ".gpkg")


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """What a user asks for.

    Attributes:
        files: for each year the file with counts per buurt.
        column: the column with the counts, and what the series is called; `columns` where a year calls it otherwise.
        to: the year of the division of the series, `level` its areas.
        key: the column with codes, where it must be told.
        pairs: for some years, a table of what each old code became.
        weights: squares of CBS and their column to spread by.
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
    """The series that was asked for, with the maps below `folder`. Raises ZichtErrors for what a user can mend."""
    if strange := sorted(set(asked.pairs) - set(asked.files)):
        raise SourceError(f"pairs of codes of {strange[0]}: there are no counts of that year")
    maps = Divisions(folder)
    pairs = {year: counts.pairs(path) for year, path in asked.pairs.items()}
    weights, notes = _weights(asked, steps)
    routes = Routes(maps, asked.to, asked.level, weights, pairs)
    counted, ways = {}, {}
    for year, path in sorted(asked.files.items()):
        steps(f"{year}: map and counts")
        column, spare = asked.columns.get(year, asked.column), vintage(year).spare
        counted[year] = counts.read(
            path, column, maps.buurten(year), asked.key, spare, empty_is_zero=asked.empty_is_zero
        )
        steps(f"{year}: the way to {asked.to}")
        ways[year] = routes.of(year)
    steps("carrying")
    made = apportioned(asked.column, counted, ways, routes.target)
    seen = sorted({*asked.files, asked.to})
    of_maps = tuple(f"kaart van {year}: {note}" for year in seen for note in maps.notes(year))
    by = f"wat gesplitst is, is verdeeld naar {weights.of if weights else 'oppervlakte'}"
    return replace(made, notes=(by, *notes, *of_maps, *made.notes))


def write(made: Series, path: Path) -> None:
    """Write the table as .csv, .parquet or (with polygons) .gpkg: the whole file or nothing."""
    check_ending(path)
    if path.suffix == ".gpkg":
        geopackage.export([made.collection], path)
        return
    table = pd.DataFrame(made.collection.table.drop(columns="geometry"))
    with whole_file(path) as unfinished:
        if path.suffix == ".csv":
            table.to_csv(unfinished, index=False)
        else:
            table.to_parquet(unfinished, index=False)


def check_ending(path: Path) -> None:
    """Raises SourceError for a file that is not of a kind that is written."""
    if path.suffix not in ENDINGS:
        raise SourceError(f"{path}: a series is written as {', '.join(ENDINGS)}; name one of these")


def _weights(asked: SeriesRequest, steps: Callable[[str], None]) -> tuple[Weights | None, tuple[str, ...]]:
    if asked.weights is None:
        return None, ()
    path, column = asked.weights
    steps(f"reading {path.name}")
    found = squares.read(path)
    return found.weights(column), found.notes
