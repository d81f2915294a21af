"""What was received, with the corrections that a municipality declared on top; and what these changed.

A correction of an area that is not there is refused: a typing error in a code must not pass for a correction that was
made. One that the source has made itself since, and one that nothing is read of, change nothing and are said.
"""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from boundaries.codes import PATTERNS
from geo.areas import AreaLevel
from geo.errors import SourceError
from geo.messages import message
from layers.declarations.corrections import Correction
from layers.declarations.periods import Period
from layers.declarations.sources import SourceDeclaration
from layers.method import numbers
from layers.method.places import Boundaries
from layers.method.ports import Read
from layers.method.tables import keyed_by_area
from layers.publication.corrections import Corrected, Effect


def applying(corrections: Sequence[Correction], source: SourceDeclaration, period: int) -> tuple[Correction, ...]:
    """Those of figures that a year is made from."""
    parts = Period(period).parts(source.periods[0].kind)
    return tuple(one for one in corrections if any(one.column(source, part) for part in parts))


def corrected(
    read: Read[pd.DataFrame],
    boundaries: Boundaries,
    *,
    source: SourceDeclaration,
    corrections: Sequence[Correction],
    period: int,
) -> Read[pd.DataFrame]:
    """The table of a source with corrections of it, where it is read for the areas of these boundaries.

    Raises SourceError for an area that the table does not have.
    """
    table = read.value.copy()
    for name, column, ones in _columns(read.value, source, corrections, period):
        for one in ones:
            if _is_used(one, column.index, boundaries.areas.level):
                column[one.area] = one.value
        table[name] = column.to_numpy()
    return replace(read, value=table)


def changes(
    read: Read[pd.DataFrame],
    boundaries: Boundaries,
    *,
    source: SourceDeclaration,
    corrections: Sequence[Correction],
    period: int,
) -> tuple[Corrected, ...]:
    """What these corrections change in what was received. Raises SourceError as `corrected`."""
    return tuple(
        _change(one, column, source, boundaries.areas.level)
        for _, column, ones in _columns(read.value, source, corrections, period)
        for one in ones
    )


def gathered(*changed: tuple[Corrected, ...]) -> tuple[Corrected, ...]:
    """Those of several sources and years, each once."""
    return tuple(dict.fromkeys(one for some in changed for one in some))


def _change(one: Correction, column: pd.Series, source: SourceDeclaration, level: AreaLevel) -> Corrected:
    cell = float(column[one.area])
    before = cell if cell >= 0 else None  # CBS's codes for what is not known are below 0
    used = _is_used(one, column.index, level)
    effect: Effect = "unused" if not used else "needless" if before == one.value else "changed"
    return Corrected(
        source.title, one.area, one.figure, str(one.period), before, float(one.value), one.why, one.role, effect
    )


def _columns(
    table: pd.DataFrame, source: SourceDeclaration, corrections: Sequence[Correction], period: int
) -> list[tuple[str, pd.Series, list[Correction]]]:
    """Each column that is corrected, as numbers by area, with its corrections."""
    where = message("source {id!r}", id=source.id)
    keyed = keyed_by_area(table, source, where)
    by_column: dict[str, list[Correction]] = {}
    for part in Period(period).parts(source.periods[0].kind):
        for one in corrections:
            name = one.column(source, part)
            if name is not None and one not in by_column.setdefault(name, []):
                by_column[name].append(one)
    decimal = source.table.format.decimal if source.table else None
    found = []
    for name, ones in by_column.items():
        _check_there(ones, name, keyed, source)
        place = message("{where}, column {column!r}", where=where, column=name)
        found.append((name, numbers.column(keyed[name], decimal, place).copy(), ones))
    return found


def _check_there(ones: Sequence[Correction], name: str, keyed: pd.DataFrame, source: SourceDeclaration) -> None:
    absent = [one.area for one in ones if one.area not in keyed.index]
    if name not in keyed or absent:
        raise SourceError(
            "source {id!r}: a correction is of {figure} of {areas}, which it does not have; mend the code, or leave "
            "the correction out",
            id=source.id, figure=name, areas=", ".join(absent) or ", ".join(one.area for one in ones),
        )  # fmt: skip


def _is_used(one: Correction, codes: pd.Index, level: AreaLevel) -> bool:
    """Whether figures of its area are read: those of the level, else the finer ones that are added up to it."""
    of_level = PATTERNS[level]
    return bool(pd.Index([one.area]).str.fullmatch(of_level)[0]) or not codes.str.fullmatch(of_level).any()
