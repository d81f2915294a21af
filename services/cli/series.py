"""series: counts of several years, carried to one division."""

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.levels import LEVELS, check_level
from services.cli.screen import FETCHED, Data, progress, screen
from services.settings import TESTLAND, Settings

if TYPE_CHECKING:
    from rich.console import RenderableType

    from layers.method.series import Series


class Empty(StrEnum):
    """What an empty cell means."""

    UNKNOWN = "unknown"
    ZERO = "zero"


def series(
    counts: Annotated[
        list[str],
        typer.Argument(metavar="YEAR=FILE...", help="For each year: counts per buurt, on the division of that year."),
    ],
    column: Annotated[
        list[str],
        typer.Option(help="Column with the counts; again as YEAR=COLUMN where a year calls it otherwise."),
    ],
    vintage: Annotated[int, typer.Option(help="Year of the division to carry to.")],
    to: Annotated[Path, typer.Option(help="File to write: .csv, .parquet, or .gpkg with polygons.")],
    level: Annotated[str, typer.Option(help=f"Areas to carry to: {', '.join(LEVELS)}.")] = "buurt",
    pairs: Annotated[
        list[str] | None,
        typer.Option(
            help="YEAR=FILE: what each old code became; the old code in its first column, the new in its second."
        ),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Squares of CBS (100 m) to spread by, where borders moved. Default: surface.")
    ] = None,
    weight: Annotated[str, typer.Option(help="Their column.")] = "aantal_inwoners",
    empty: Annotated[Empty, typer.Option(help="What an empty cell means, where the source says so.")] = Empty.UNKNOWN,
    key: Annotated[str | None, typer.Option(help="Column with the codes. Default: the one that holds them.")] = None,
    data: Data = None,
) -> None:
    """Carry counts of several years, each on its own division, to one division, with the error that this brings.

    Maps are boundaries/buurten-YEAR in the folder of data, as `zicht fetch boundaries --vintage YEAR` puts them there;
    without a folder that is output/data. With the maps of the years between as well, only borders that moved are
    guessed at. Counts go in and out unprotected: the table must not be published as it is.

    Example: `zicht series 2020=inwoners2020.csv 2022=inwoners2022.csv --column inwoners --vintage 2022 --to reeks.csv`
    """
    from geo.areas import AreaLevel
    from services.jobs.series import SeriesRequest, check_ending, write
    from services.jobs.series import series as series_

    check_level(level)
    check_ending(to)
    name, columns = _columns(column)
    asked = SeriesRequest(
        {year: Path(file) for year, file in _by_year(counts, "COUNTS").items()},
        name,
        vintage,
        AreaLevel(level),
        key,
        columns,
        {year: Path(file) for year, file in _by_year(pairs or [], "--pairs").items()},
        None if weights is None else (weights, weight),
        empty is Empty.ZERO,
    )
    folder = data or Settings().data
    with progress() as steps:
        made = series_(asked, FETCHED if folder == TESTLAND else Path(folder), steps)
        steps(f"writing {to.name}")
        write(made, to)
    for part in _shown(made, to):
        screen.print(part, soft_wrap=True)


def _columns(told: Sequence[str]) -> tuple[str, dict[int, str]]:
    """What the series is called, and the column of each year that calls it otherwise."""
    of_years = [one for one in told if re.match("[0-9]{4}=", one)]
    plain = [one for one in told if one not in of_years]
    if len(plain) != 1:
        raise typer.BadParameter("name the column once without a year; that is what the series is called")
    return plain[0], _by_year(of_years, "--column")


def _by_year(told: Sequence[str], what: str) -> dict[int, str]:
    """2020=file, each year once."""
    found: dict[int, str] = {}
    for one in told:
        year, _, value = one.partition("=")
        if not (year.isdecimal() and len(year) == 4 and value):
            raise typer.BadParameter(f"{what}: {one!r} is not YEAR=..., such as 2020=inwoners2020.csv")
        if int(year) in found:
            raise typer.BadParameter(f"{what}: {year} is given twice; give each year once")
        found[int(year)] = value
    return found


def _shown(made: "Series", to: Path) -> "list[RenderableType]":
    """The balance of every year, by which way it came and why, and what to know of it."""
    from rich.box import SIMPLE
    from rich.markup import escape
    from rich.table import Column, Table

    from layers.messages import say
    from layers.method.series import CAVEAT

    headings = ("voor", "na", "over de rand", "naar onbekend", "heel", "gesplitst", "onbekend")
    columns = (Column(heading, justify="right", overflow="fold") for heading in headings)
    table = Table("jaar", *columns, title=escape(made.collection.title), box=SIMPLE, padding=0)
    for year, one in made.balances.items():
        totals = (_total(total) for total in (one.before, one.after, one.outside, one.to_unknown))
        table.add_row(str(year), *totals, str(one.whole), str(one.split), str(one.unknown))
    table.caption = "totaal voor en na, waar de rest bleef, en hoeveel gebieden"
    lines = [*made.whys, *made.notes]
    if made.left_out:
        lines.append(f"gebieden van gemeenten zonder cijfers, weggelaten: {made.left_out}")
    lines += [
        say(CAVEAT),
        f"{to} geschreven: {len(made.collection.table)} rijen. Onbeveiligde tellingen: niet publiceren.",
    ]
    return [table, *(escape(line) for line in lines)]


def _total(total: float) -> str:
    """With decimals where there are any, not where there is only rounding."""
    from layers.messages import number

    return number(total, 0 if abs(total - round(total)) < 1e-6 else 2)
