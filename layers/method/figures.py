"""Figures: the declared columns of one source for every area, with why a figure is not known.

Made from a raw table as a source delivers it: figures that are right, or an error that says what is wrong.
"""

from dataclasses import dataclass

import pandas as pd

from boundaries.codes import CBS_MISSING
from geo.errors import SourceError, first_few
from geo.measures import Measure, Unknown, check_aligned
from geo.messages import Message, message
from layers.declarations.indicators import Indicator
from layers.declarations.sources import Column, SourceDeclaration, columns_of, fill
from layers.method import numbers
from layers.method.numbers import Mark

LEAST_COVERED = 0.9
"""Share of all areas a table must hold: without the country there is no national mean."""


@dataclass(frozen=True, slots=True)
class Figures:
    """`values` (area by column, NaN where unknown) and `reasons` (an `Unknown` exactly there, else None)."""

    values: pd.DataFrame
    reasons: pd.DataFrame

    def __post_init__(self) -> None:
        check_aligned("figures", self.values.index, self.reasons.index)
        check_aligned("figures (columns)", self.values.columns, self.reasons.columns)
        if not (self.values.isna() == self.reasons.notna()).all(axis=None):
            raise ValueError("figures: a reason must stand exactly where there is no value")

    def joined(self, other: "Figures") -> "Figures":
        """These columns and those of `other` that are not among them."""
        more = [column for column in other.values if column not in self.values]
        return Figures(
            pd.concat([self.values, other.values[more]], axis=1), pd.concat([self.reasons, other.reasons[more]], axis=1)
        )


def measure(indicator: Indicator, figures: Figures) -> Measure:
    """The events and exposure of an indicator (see geo.measures for how a level has them too)."""
    values, reasons = figures.values, figures.reasons
    reason = reasons[list(indicator.columns)].bfill(axis=1).iloc[:, 0]
    value = values[indicator.value]
    if indicator.per is not None:
        return Measure.of(indicator.id, value, values[indicator.per], reason)
    weight = (
        values[indicator.mean_weight] if indicator.mean_weight else value.notna().astype(float).where(value.notna())
    )
    return Measure.of(indicator.id, value * weight, weight, reason, shrunk=False)


def from_table(
    raw: pd.DataFrame, source: SourceDeclaration, period: int, areas: pd.Index, spare: frozenset[str]
) -> Figures:
    """The declared columns of `source` for all `areas`, from its raw table.

    Args:
        raw: the table as delivered; the key as column or index.
        source: what its columns mean.
        period: year of the figures.
        areas: the codes of all areas of the division.
        spare: codes that may be in the table though the map has no polygon for them.
    """
    where = f"source {source.id!r}" + (f" ({source.table.path})" if source.table else "")
    if period not in source.periods:
        known = ", ".join(str(one) for one in source.periods)
        raise SourceError(f"{where}: no figures for period {period}; it has {known}")
    keyed = _keyed(raw, source, where)
    _check_codes(keyed.index, areas, spare, source, where)
    return evaluate(keyed[keyed.index.isin(areas)], source, period, areas, where)


def evaluate(keyed: pd.DataFrame, source: SourceDeclaration, period: int, areas: pd.Index, where: str) -> Figures:
    """The declared columns of a table that is indexed by area; areas that it does not list are unknown, never 0."""
    values, reasons = {}, {}
    decimal = source.table.format.decimal if source.table else None
    for name, column in source.columns.items():
        values[name], reasons[name] = _column(keyed, column, period, decimal, f"{where}, figure {name!r}")
    listed = areas.isin(keyed.index)
    explained = pd.DataFrame(reasons, dtype=object).reindex(areas)
    explained = explained.where(explained.notna(), None)
    explained[~listed] = Unknown.ABSENT
    return Figures(pd.DataFrame(values).reindex(areas), explained)


def _keyed(raw: pd.DataFrame, source: SourceDeclaration, where: str) -> pd.DataFrame:
    if source.key not in raw:
        raise SourceError(f"{where}: key column {source.key!r} is missing; found {list(raw.columns)}")
    keyed = raw.assign(**{source.key: raw[source.key].astype(str).str.strip()}).set_index(source.key)
    if not keyed.index.is_unique:
        doubles = keyed.index[keyed.index.duplicated()].unique()
        raise SourceError(
            f"{where}: {len(doubles)} codes occur more than once in column {source.key!r}: {first_few(doubles)}; "
            "keep one row for each buurt"
        )
    return keyed


def _check_codes(
    codes: pd.Index, areas: pd.Index, spare: frozenset[str], source: SourceDeclaration, where: str
) -> None:
    strange = codes[~codes.isin(areas) & ~codes.isin(list(spare))]
    if len(strange):
        raise SourceError(
            f"{where}: {len(strange)} of {len(codes)} codes are not in the division of {source.vintage}: "
            f"{first_few(strange)}; they are misspelt, or of another year: carry them over or declare another vintage"
        )
    covered = areas.isin(codes).mean()
    if covered < LEAST_COVERED:
        raise SourceError(
            f"{where}: only {covered:.0%} of the {len(areas)} buurten of the country have a row; a part of the country "
            "has no national mean; give the national table"
        )


def _column(
    keyed: pd.DataFrame, column: Column, period: int, decimal: Mark | None, where: str
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
            "{where}: {count} figures are negative: {cells}; counts are 0 or more, and CBS's codes for 'no figure' are "
            "{missing}",
            where=where, count=int(negative.sum()), missing=", ".join(map(str, CBS_MISSING)),
            cells=first_few(f"{code} {parsed[code]:g}" for code in parsed.index[negative]),
        )  # fmt: skip
    known = parsed.mask(reason.notna())
    if column.empty == "zero":
        return known.mask(parsed.isna(), 0.0), reason
    return known, reason.where(known.notna() | reason.notna(), Unknown.ABSENT)
