"""Columns: the figures that a source declares, from a raw table that is indexed by area, with why each is not known."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from boundaries.codes import CBS_MISSING
from geo.errors import SourceError, first_few
from geo.messages import Message, message, plural
from geo.unknown import Unknown
from layers.declarations.indicators import qualified
from layers.declarations.periods import Period
from layers.declarations.sources import Column, SourceDeclaration, columns_of, fill
from layers.method import numbers
from layers.method.figures import Figures
from layers.method.keys import sum_of_keys
from layers.method.numbers import Mark


def figures_of_columns(
    keyed: pd.DataFrame, source: SourceDeclaration, period: int, areas: pd.Index, where: Message | str
) -> Figures:
    """The declared columns of a table that is indexed by area; areas that it does not list are unknown, never 0.

    Of a confidential source they are those that noise can protect, with their keys.

    Of a source per month or quarter, the counts are added up to the year `period`; stocks and rates have no such sum.
    """
    values, reasons, keys = {}, {}, {}
    decimal = source.table.format.decimal if source.table else None
    parts = Period(period).parts(source.periods[0].kind)
    for name, column in source.columns.items():
        if len(parts) > 1 and column.kind != "count":
            continue
        full = qualified(source.id, name)
        place = message("{where}, figure {name!r}", where=where, name=name)
        if source.confidential:
            if (of_column := sum_of_keys(keyed, column, parts, decimal, place)) is None:
                continue  # nothing protects it
            keys[full] = of_column
        of_parts = [_column(keyed, column, part, decimal, place) for part in parts]
        values[full], reasons[full] = _added_up(of_parts)
    listed = areas.isin(keyed.index)
    explained = pd.DataFrame(reasons, dtype=object).reindex(areas)
    explained = explained.where(explained.notna(), None)
    explained[~listed] = Unknown.ABSENT
    steps = {qualified(source.id, name): source.step_of(column) for name, column in source.columns.items()}
    # Half a step of each part, which is as far as their sum may be off.
    margins = {name: float(len(parts) * (step // 2)) for name, step in steps.items() if step > 1 and name in values}
    rounded = pd.DataFrame(margins, index=areas) if margins else None
    confidential = pd.DataFrame(keys).reindex(areas, fill_value=np.uint64(0)) if keys else None
    return Figures(pd.DataFrame(values).reindex(areas), explained, rounded, confidential)


def _added_up(parts: Sequence[tuple[pd.Series, pd.Series]]) -> tuple[pd.Series, pd.Series]:
    """A year from its months or quarters; unknown where one of them is, for the reason of the first that is."""
    value, reason = parts[0]
    for more, why in parts[1:]:
        value, reason = value + more, reason.where(reason.notna(), why)
    return value, reason


def _column(
    keyed: pd.DataFrame, column: Column, period: Period, decimal: Mark | None, where: Message
) -> tuple[pd.Series, pd.Series]:
    """The figure, and why it is unknown: the first unknown column that it needs says so."""
    needed = columns_of(column.formula, period)
    if missing := [name for name in needed if name not in keyed]:
        raise SourceError(
            "{where}: columns {missing!r} are missing; the table has {columns!r}",
            where=where, missing=missing, columns=list(keyed.columns),
        )  # fmt: skip
    parts, reason = {}, pd.Series(None, index=keyed.index, dtype=object)
    for name in needed:
        at = message("{where}, column {column!r}", where=where, column=name)
        parts[name], why = _numbers(numbers.column(keyed[name], decimal, at), column, at)
        reason = reason.where(reason.notna(), why)
    value = pd.Series(pd.DataFrame(parts).eval(fill(column.formula, period)), index=keyed.index, dtype=float)
    return value.mask(reason.notna()), reason


def _numbers(parsed: pd.Series, column: Column, where: Message) -> tuple[pd.Series, pd.Series]:
    """Numbers, and an `Unknown` where the cell is empty or holds one of CBS's codes."""
    reason = parsed.map(CBS_MISSING).astype(object).where(parsed.isin(list(CBS_MISSING)), None)
    negative = (parsed < 0) & reason.isna()
    if negative.any():
        raise SourceError(
            "{where}: {figures}: {examples}; counts are 0 or more, and CBS's codes for 'no figure' are {codes}",
            where=where,
            figures=plural("1 figure is negative", "{count} figures are negative", count=int(negative.sum())),
            examples=first_few(f"{code} {parsed[code]:g}" for code in parsed.index[negative]),
            codes=[str(code) for code in CBS_MISSING],
        )
    known = parsed.mask(reason.notna())
    if column.empty == "zero":
        return known.mask(parsed.isna(), 0.0), reason
    return known, reason.where(known.notna() | reason.notna(), Unknown.ABSENT)
