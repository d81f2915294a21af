"""Columns that a source gives, beside those that its formulas read: what can be known before there are figures."""

from collections.abc import Iterable, Iterator

from geo.errors import first_few
from geo.messages import Message, message
from layers.declarations.periods import Period, PeriodKind
from layers.declarations.sources import SourceDeclaration, columns_of
from layers.declarations.statline import StatLine


def formula_faults(where: str, source: SourceDeclaration) -> Iterator[Message]:
    """Columns that a formula reads for a period, and the source will not have; of a [table] only its file knows.

    `where` is the file of the declaration, as its faults call it.
    """
    section, given = _given(source)
    if section is None:
        return
    for name, column in source.columns.items():
        for missing, periods in _missing(column.formula, source.periods, given):
            yield message(
                "{where}: columns.{name}: formula: reads {missing!r} for {periods}, which {section} does not give; "
                "it gives {given}",
                where=where, name=name, missing=missing, periods=periods, section=section, given=first_few(given, 6),
            )  # fmt: skip


def _given(source: SourceDeclaration) -> tuple[str | None, tuple[str, ...]]:
    """The section that is read, and the columns that come from it. StatLine goes before a table: so it is fetched."""
    if source.statline is not None:
        return "[statline]", tuple(_of_statline(source.statline))
    if source.table is not None:
        return None, ()
    if source.records is not None:
        return "[records]", tuple(_of_years(source.records.count, source.records.years))
    if source.raster is not None:
        return "[raster]", tuple(source.raster.column)
    squares = source.squares
    return "[squares]", tuple(_of_years(squares.column, squares.years)) if squares else ()


def _of_statline(statline: StatLine) -> Iterator[str]:
    periods = [part for year in statline.years for part in Period(year).parts(PeriodKind(statline.every))]
    if not periods:
        return iter(statline.column)
    return (f"{name}_{period.suffix}" for name in statline.column for period in periods)


def _of_years(names: Iterable[str], years: tuple[int, ...]) -> Iterator[str]:
    return (f"{name}_{year}" for name in names for year in years) if years else iter(names)


def _missing(formula: str, periods: tuple[Period, ...], given: tuple[str, ...]) -> list[tuple[str, list[str]]]:
    """Each column that is read and not given, with the periods for which it is read."""
    missing: dict[str, list[str]] = {}
    for period in periods:
        for name in columns_of(formula, period):
            if name not in given:
                missing.setdefault(name, []).append(str(period))
    return list(missing.items())
