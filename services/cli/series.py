"""series: counts of several years, apportioned to one vintage."""

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layers.messages import say
from services.cli.levels import LEVELS, check_level
from services.cli.screen import FETCHED, Data, progress, screen
from services.settings import TESTLAND, Settings

if TYPE_CHECKING:
    from layers.method.numbers import Mark


class Empty(StrEnum):
    """What an empty cell means."""

    UNKNOWN = "unknown"
    ZERO = "zero"


class DecimalMark(StrEnum):
    """What stands before decimals."""

    COMMA = "comma"
    POINT = "point"

    @property
    def mark(self) -> "Mark":
        """The mark itself."""
        return "," if self is DecimalMark.COMMA else "."


def series(
    counts: Annotated[
        list[str],
        typer.Argument(
            metavar="YEAR=FILE...",
            help=say("For each year: counts per buurt, wijk or gemeente, of the vintage of that year."),
        ),
    ],
    column: Annotated[
        list[str],
        typer.Option(help=say("Column with the counts; again as YEAR=COLUMN where a year calls it otherwise.")),
    ],
    vintage: Annotated[int, typer.Option(help=say("Vintage to apportion to."))],
    to: Annotated[Path, typer.Option(help=say("File to write: .csv, .parquet, or .gpkg with polygons."))],
    level: Annotated[
        str, typer.Option(help=say("Areas to apportion to: {levels}.", levels=", ".join(LEVELS)))
    ] = "buurt",
    pairs: Annotated[
        list[str] | None,
        typer.Option(
            help=say("YEAR=FILE: what each old code became; the old code in its first column, the new in its second.")
        ),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(help=say("Squares of CBS (100 m) to apportion by, where borders moved. Default: surface.")),
    ] = None,
    weight: Annotated[str, typer.Option(help=say("Their column."))] = "aantal_inwoners",
    empty: Annotated[
        Empty, typer.Option(help=say("What an empty cell means, where the source says so."))
    ] = Empty.UNKNOWN,
    key: Annotated[
        str | None, typer.Option(help=say("Column with the codes. Default: the one that holds them."))
    ] = None,
    decimal: Annotated[
        DecimalMark | None, typer.Option(help=say("Mark before decimals, where the files do not tell: comma or point."))
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "Folder of your own declarations (ZICHT_LAYERS): write a source there too, for a theme to read the "
                "series, each year as a period."
            )
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Apportion counts of several years, each of its own vintage, to one vintage, with the error that this brings.

    These stand in the folder of data as boundaries/buurten-YEAR, where `zicht fetch boundaries --vintage YEAR` puts
    them, or as a boundary file of your own, of any year; without a folder that is output/data. Where a year has
    boundaries/wijken-YEAR only, counts are per wijk. With the boundaries of the years between as well, only borders
    that moved are estimated. Counts go in and out unprotected: the table must not be published as it is.

    Example: `zicht series 2020=inwoners2020.csv 2022=inwoners2022.csv --column inwoners --vintage 2022 --to reeks.csv`
    """
    from geo.areas import AreaLevel
    from services.cli.series_reports import balances
    from services.jobs.series import SeriesRequest, check_declarable, check_ending, declare, write
    from services.jobs.series import series as series_

    check_level(level)
    check_ending(to)
    name, columns = _columns(column)
    request = SeriesRequest(
        {year: Path(file) for year, file in _by_year(counts, say("YEAR=FILE...")).items()},
        name,
        vintage,
        AreaLevel(level),
        key,
        columns,
        {year: Path(file) for year, file in _by_year(pairs or [], "--pairs").items()},
        None if weights is None else (weights, weight),
        empty is Empty.ZERO,
        decimal.mark if decimal else None,
    )
    given = data or Settings().data
    folder = FETCHED if given == TESTLAND else Path(given)
    if source is not None:
        check_declarable(request, to, folder, source)
    with progress() as steps:
        result = series_(request, folder, steps)
        steps(say("writing {file}", file=to.name))
        write(result, to)
    for part in balances(result, to):
        screen.print(part, soft_wrap=True)
    if source is not None:
        written = declare(request, to, folder, source)
        screen.print(
            say(
                "{file} written: fill in whose figures these are and whether they are open; then a theme may read "
                "{column}, and is built for each year with --period",
                file=str(written), column=f"{written.stem}.{written.stem}",
            ),
            markup=False, soft_wrap=True,
        )  # fmt: skip


def _columns(options: Sequence[str]) -> tuple[str, dict[int, str]]:
    """What the series is called, and the column of each year that calls it otherwise."""
    of_years = [option for option in options if re.match("[0-9]{4}=", option)]
    plain = [option for option in options if option not in of_years]
    if len(plain) != 1:
        raise typer.BadParameter(say("name the column once without a year; that is what the series is called"))
    return plain[0], _by_year(of_years, "--column")


def _by_year(options: Sequence[str], what: str) -> dict[int, str]:
    """The values of options such as 2020=file, each year once."""
    values: dict[int, str] = {}
    for option in options:
        year, _, value = option.partition("=")
        if not (year.isdecimal() and len(year) == 4 and value):
            raise typer.BadParameter(
                say("{what}: {option!r} is not YEAR=..., such as 2020=inwoners2020.csv", what=what, option=option)
            )
        if int(year) in values:
            raise typer.BadParameter(say("{what}: {year} is given twice; give each year once", what=what, year=year))
        values[int(year)] = value
    return values
