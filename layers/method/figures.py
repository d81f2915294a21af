"""Figures: the declared columns of one source for every area, with why a figure is not known.

Made from a raw table as a source delivers it: figures that are right, or an error that says what is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from boundaries.cbs import COARSENESS, OPEN_WATER
from boundaries.codes import CBS_MISSING, PATTERNS, PREFIXES, parents
from geo.areas import AreaLevel
from geo.errors import SourceError, first_few
from geo.measures import Measure, Unknown, check_aligned
from geo.messages import Message, message, plural
from geo.quotients import growth
from layers.declarations.indicators import Indicator, qualified
from layers.declarations.periods import PER_YEAR, Period, absent_parts
from layers.declarations.sources import ADDED, Column, SourceDeclaration, columns_of, fill
from layers.declarations.themes import Theme
from layers.method import numbers
from layers.method.keys import sum_of_keys
from layers.method.numbers import Mark

LEAST_COVERED = 0.9
"""Share of all areas a table must hold: without the country there is no national mean."""
LARGER = r"(NL|LD|PV|CR)[0-9]{0,2}"
"""The country, its parts, provinces and COROP regions, which tables have beside gemeenten."""


@dataclass(frozen=True, slots=True)
class Figures:
    """`values` (area by `source.column`, NaN where unknown) and `reasons` (an `Unknown` exactly there, else None).

    `margins` say how far the columns that were rounded may be off; a column that is not there is exact. `blank` are
    areas elsewhere of which the table has a row and no figure: of another year, unless another source has figures.
    `keys` are the cell keys of the columns that are confidential; one that is not there is open. `interpolated` are the
    columns that were estimated from areas with other borders, `notes` what to know of how (layers.method.postcodes).
    """

    values: pd.DataFrame
    reasons: pd.DataFrame
    margins: pd.DataFrame | None = None
    keys: pd.DataFrame | None = None
    blank: pd.Index | None = None
    interpolated: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()

    def __post_init__(self) -> None:
        keys = () if self.keys is None else (self.keys.index,)
        check_aligned("figures", self.values.index, self.reasons.index, *keys)
        check_aligned("figures (columns)", self.values.columns, self.reasons.columns)
        if not (self.values.isna() == self.reasons.notna()).all(axis=None):
            raise ValueError("figures: a reason must stand exactly where there is no value")

    def elsewhere(self, areas: pd.Index) -> pd.Index:
        """The codes after those of `areas` of which there are figures."""
        after = self.values.index[len(areas) :]
        return after if self.blank is None else after.difference(self.blank)

    def of(self, areas: pd.Index) -> "Figures":
        """The figures of these areas, in this order; those that are not listed are unknown."""
        if areas.equals(self.values.index):
            return self
        reasons = self.reasons.reindex(areas).astype(object)
        reasons = reasons.where(reasons.notna(), None)
        reasons[~areas.isin(self.reasons.index)] = Unknown.ABSENT
        margins = None if self.margins is None else self.margins.reindex(areas).fillna(0.0)
        keys = None if self.keys is None else self.keys.reindex(areas, fill_value=np.uint64(0))
        return Figures(self.values.reindex(areas), reasons, margins, keys, None, self.interpolated)

    def joined(self, other: "Figures") -> "Figures":
        """These columns and those of `other` that are not among them."""
        more = [column for column in other.values if column not in self.values]
        return Figures(
            pd.concat([self.values, other.values[more]], axis=1),
            pd.concat([self.reasons, other.reasons[more]], axis=1),
            _beside(self.margins, other.margins),
            _beside(self.keys, other.keys),
            None,
            self.interpolated + other.interpolated,
        )

    def margin(self, column: str) -> pd.Series | None:
        """How far a column may be off by rounding; None where it is exact."""
        return self.margins[column] if self.margins is not None and column in self.margins else None

    def key(self, column: str | None) -> pd.Series | None:
        """The cell keys of a column; None where it is open."""
        return self.keys[column] if self.keys is not None and column in self.keys else None


def _beside(first: pd.DataFrame | None, second: pd.DataFrame | None) -> pd.DataFrame | None:
    """The columns of both; None where there are none."""
    both = [one for one in (first, second) if one is not None]
    return pd.concat(both, axis=1) if both else None


def measure_of(indicator: Indicator, figures: Figures) -> Measure:
    """The events and exposure of an indicator (see geo.measures for how a level has them too)."""
    measure = _measured(indicator, figures)
    return replace(measure, interpolated=not set(indicator.columns).isdisjoint(figures.interpolated))


def _measured(indicator: Indicator, figures: Figures) -> Measure:
    values, reasons = figures.values, figures.reasons
    if absent := [column for column in indicator.columns if column not in values]:
        raise SourceError(
            "indicator {id!r}: {absent} cannot be summed to these areas: their source does not say that they add up; "
            'add kind = "count" or "stock" to them, or build at the level of the source',
            id=indicator.id, absent=absent,
        )  # fmt: skip
    reason = reasons[list(indicator.columns)].bfill(axis=1).iloc[:, 0]
    value = values[indicator.value]
    if indicator.since is not None:
        before = values[indicator.since]
        value, reason = growth(value, before), reason.mask(before == 0, Unknown.NO_EXPOSURE)
    if indicator.per is not None:
        margins = (figures.margin(indicator.value), figures.margin(indicator.per))
        measure = Measure.of(indicator.id, value, values[indicator.per], reason, margins=margins)
        measure = replace(
            measure, event_keys=figures.key(indicator.value), exposure_keys=figures.key(indicator.per)
        )  # fmt: skip
        return measure.as_share() if indicator.share else measure
    weight = (
        values[indicator.mean_weight] if indicator.mean_weight else value.notna().astype(float).where(value.notna())
    )
    of_weight = figures.margin(indicator.mean_weight) if indicator.mean_weight else None
    level = Measure.of(indicator.id, value * weight, weight, reason, shrunk=False, margins=(None, of_weight))
    return replace(level, event_keys=_key_of_level(indicator, figures))


def _key_of_level(indicator: Indicator, figures: Figures) -> pd.Series | None:
    """The cell keys of a level that is a count. Raises SourceError where it is a mean of what is confidential."""
    keys = [figures.key(column) for column in indicator.columns]
    if indicator.mean_weight is not None and any(one is not None for one in keys):
        raise SourceError(
            "indicator {id!r}: a mean of confidential figures, which noise on counts does not protect; leave out "
            "mean_weight if {value} is a count, or leave the indicator out",
            id=indicator.id, value=indicator.value,
        )  # fmt: skip
    return keys[0]


def figures_from_table(
    raw: pd.DataFrame,
    source: SourceDeclaration,
    period: int,
    areas: pd.Index,
    spare: frozenset[str],
    *,
    part: bool = False,
) -> Figures:
    """The declared columns of `source` for all `areas`, from its raw table; rows of other levels are passed over.

    Where the areas are a part of the country only, figures of other areas in the table are there too, after theirs:
    the national value is that of all of them.

    Args:
        raw: the table as delivered; the key as column or index.
        source: what its columns mean.
        period: year of the figures.
        areas: the codes of all areas of the vintage, sorted.
        spare: codes that may be in the table though the boundaries have no polygon for them.
        part: whether the areas are a gemeente or region, and not all of the country.

    Raises SourceError for a table that is not what its declaration says, or of another vintage or period.
    """
    where = message("source {id!r}", id=source.id)
    if source.table:
        where = message("{source} ({path})", source=where, path=source.table.path)
    if period not in source.years:
        check_years([source], period)
        raise SourceError(
            "{where}: no figures for period {period}; it has {periods}",
            where=where,
            period=period,
            periods=[str(one) for one in source.years],
        )
    keyed = keyed_by_area(raw, source, where)
    level = next((level for level, prefix in PREFIXES.items() if areas[0].startswith(prefix)), AreaLevel.BUURT)
    _check_native(source, level, where)
    if _must_be_summed(keyed.index, source, areas, level):
        figures = _summed(keyed, source, period, level, where)
        elsewhere = figures.values.index.difference(areas) if part else areas[:0]
        return figures.of(areas.append(elsewhere) if len(elsewhere) else areas)
    others = "|".join([LARGER, *(pattern for other, pattern in PATTERNS.items() if other is not level)])
    keyed = keyed[~keyed.index.str.fullmatch(others)]
    strange = keyed.index[~keyed.index.isin(areas) & ~keyed.index.isin(list(spare))]
    elsewhere = _elsewhere(strange, areas, level) if part else strange[:0]
    blank = strange.intersection(without_figure(keyed, source))
    keyed = keyed.drop(blank.difference(elsewhere))
    strange = strange.difference(elsewhere).difference(blank)
    if source.codes_of is not None:
        strange = strange[~strange.str.fullmatch(PATTERNS[level])]
    _check_codes(keyed.index, strange, source, where, part=part)
    check_covered(keyed.index, areas, where, part=part)
    codes = areas.append(elsewhere.sort_values()) if len(elsewhere) else areas
    figures = figures_of_columns(keyed[keyed.index.isin(codes)], source, period, codes, where)
    return replace(figures, blank=blank.intersection(elsewhere)) if len(elsewhere) else figures


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
        if source.confidential:
            if (of_column := sum_of_keys(keyed, column, parts)) is None:
                continue  # nothing protects it
            keys[full] = of_column
        place = message("{where}, figure {name!r}", where=where, name=name)
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


def check_level(theme: Theme, sources: Sequence[SourceDeclaration], level: AreaLevel) -> None:
    """Raise SourceError where a theme would spread figures of wijken or gemeenten evenly over what lies in them.

    Only by a weight that the theme declares may they go to hexagons: gemeenten are empty for the most part.
    """
    for source in sources:
        if level.resolution is not None and source.native is not AreaLevel.BUURT and theme.dasymetric is None:
            raise SourceError(
                "source {id!r}: has figures per {native}, which are not spread evenly over hexagons; declare "
                "[dasymetric] in theme {theme!r}, or build at level {native}",
                id=source.id, native=source.finest.value, theme=theme.id,
            )  # fmt: skip


def check_years(sources: Sequence[SourceDeclaration], year: int) -> None:
    """Raise SourceError, naming what is missing, where a source has some months or quarters of a year and not all."""
    for source in sources:
        absent = absent_parts(year, source.periods)
        whole = PER_YEAR[source.periods[0].kind]
        if 0 < len(absent) < whole:
            raise SourceError(
                "source {id!r}: of {year} it has {count} of {whole} periods; a year is known when all are: add "
                "{absent}",
                id=source.id, year=year, count=whole - len(absent), whole=whole,
                absent=[str(one) for one in absent],
            )  # fmt: skip


def _added_up(parts: Sequence[tuple[pd.Series, pd.Series]]) -> tuple[pd.Series, pd.Series]:
    """A year from its months or quarters; unknown where one of them is, for the reason of the first that is."""
    value, reason = parts[0]
    for more, why in parts[1:]:
        value, reason = value + more, reason.where(reason.notna(), why)
    return value, reason


def keyed_by_area(raw: pd.DataFrame, source: SourceDeclaration, where: Message) -> pd.DataFrame:
    """A raw table by the codes of its areas. Raises SourceError where it has none, or one of them twice."""
    if source.key not in raw:
        raise SourceError(
            "{where}: key column {key!r} is missing; found {columns!r}",
            where=where,
            key=source.key,
            columns=list(raw.columns),
        )
    keyed = raw.assign(**{source.key: raw[source.key].astype(str).str.strip()}).set_index(source.key)
    if not keyed.index.is_unique:
        doubles = keyed.index[keyed.index.duplicated()].unique()
        occurring = plural("1 code occurs more than once", "{count} codes occur more than once", count=len(doubles))
        raise SourceError(
            "{where}: {occurring} in column {key!r}: {codes}; keep one row for each area",
            where=where,
            occurring=occurring,
            key=source.key,
            codes=first_few(doubles),
        )
    return keyed


def _check_native(source: SourceDeclaration, level: AreaLevel, where: Message) -> None:
    """Raise SourceError where the areas are finer than the figures: that of a gemeente is no figure of its buurten."""
    if not source.own and COARSENESS.index(source.native) > COARSENESS.index(level):
        raise SourceError(
            "{where}: has figures per {native}, which say nothing of the {level} in it; build at level {native}",
            where=where, native=source.native.value, level=level.value,
        )  # fmt: skip


def _must_be_summed(codes: pd.Index, source: SourceDeclaration, areas: pd.Index, level: AreaLevel) -> bool:
    """Whether figures of these areas follow from finer ones: the table has none of their own."""
    if source.own or COARSENESS.index(source.native) >= COARSENESS.index(level):
        return False
    return not codes.isin(areas).any() and bool(codes.str.fullmatch(PATTERNS[source.native]).any())


def _summed(keyed: pd.DataFrame, source: SourceDeclaration, period: int, level: AreaLevel, where: Message) -> Figures:
    """Counts and stocks of the finer areas of a source, summed by their codes; unknown where a part of them is."""
    finer = keyed[keyed.index.str.fullmatch(PATTERNS[source.native])].sort_index()
    added = {name: column for name, column in source.columns.items() if column.kind in ADDED}
    figures = figures_of_columns(finer, source.model_copy(update={"columns": added}), period, finer.index, where)
    larger = parents(finer.index, level)
    known = figures.values.notna().groupby(larger).all()
    values = figures.values.groupby(larger).sum().where(known)
    reasons = pd.DataFrame(None, index=values.index, columns=values.columns, dtype=object)
    margins = None if figures.margins is None else figures.margins.groupby(larger).sum()
    keys = None if figures.keys is None else figures.keys.groupby(larger).sum()
    return Figures(values, reasons.mask(values.isna(), Unknown.PARTLY), margins, keys)


def without_figure(keyed: pd.DataFrame, source: SourceDeclaration) -> pd.Index:
    """The codes whose rows hold no figure: CBS lists every code there ever was."""
    columns = [name for name in keyed if name in _all_columns(source)]
    empty = keyed[columns].astype("string").apply(lambda cells: cells.isna() | cells.str.strip().isin(numbers.NOTHING))
    return keyed.index[empty.all(axis=1)] if columns else keyed.index[:0]


def _all_columns(source: SourceDeclaration) -> set[str]:
    periods = source.periods
    return {name for one in source.columns.values() for of in periods for name in columns_of(one.formula, of)}


def _elsewhere(strange: pd.Index, areas: pd.Index, level: AreaLevel) -> pd.Index:
    """Codes that may be of the rest of the country: well formed, and of gemeenten of which there are no areas here. An
    own boundary file has whole gemeenten, so another code of one of these is a typing error or of another vintage.
    """
    ours = strange[strange.str.fullmatch(PATTERNS[level])]
    of_another = ~parents(ours, AreaLevel.GEMEENTE).isin(parents(areas, AreaLevel.GEMEENTE))
    water = ours.str.endswith(OPEN_WATER.get(level, "-"))
    return ours[of_another | water]


def _check_codes(codes: pd.Index, strange: pd.Index, source: SourceDeclaration, where: Message, *, part: bool) -> None:
    if not len(strange):
        return
    unknown = plural(
        "1 of {total:,} codes is", "{count:,} of {total:,} codes are", count=len(strange), total=len(codes)
    )
    if part:
        raise SourceError(
            "{where}: {unknown} not in the boundary file of {year}, though of its gemeenten or no "
            "codes at all: {codes}; they are misspelt, or of another year: give a boundary file of whole gemeenten, of "
            "the year of the figures",
            where=where, unknown=unknown, year=source.vintage, codes=first_few(strange),
        )  # fmt: skip
    raise SourceError(
        "{where}: {unknown} not in the vintage of {vintage}: {codes}; they are misspelt, or of "
        "another year: convert them or declare another vintage",
        where=where, unknown=unknown, vintage=source.vintage, codes=first_few(strange),
    )  # fmt: skip


def check_covered(codes: pd.Index, areas: pd.Index, where: Message, *, part: bool) -> None:
    """Nearly all areas have a row: of an area without one nothing is known, and a mean of the others is not theirs."""
    covered = float(areas.isin(codes).mean())
    if covered >= LEAST_COVERED:
        return
    if part:
        raise SourceError(
            "{where}: only {covered:.0%} of the {count} areas of the boundary file have a row; give a table that has "
            "them",
            where=where, covered=covered, count=len(areas),
        )  # fmt: skip
    raise SourceError(
        "{where}: only {covered:.0%} of the {total} areas of the country have a row; a part of the country has no "
        "national mean; give the national table, or a boundary file of that part",
        where=where, covered=covered, total=len(areas),
    )  # fmt: skip


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
