"""Figures per postcode of four digits, in the areas of which a layer is made: counts divided, means by their counts.

A raw table is checked as others are, against the postcodes of its year; then every column goes through one
interpolation (boundaries.interpolation). What does not come along is named in the notes, with how far what does may be
off: no figure per buurt is more than an estimate, and none is searched in.
"""

from dataclasses import replace

import pandas as pd

from boundaries.counts import Counts
from boundaries.dasymetric import Weights
from boundaries.interpolation import Interpolation, by_density, by_points_or_squares
from boundaries.postcodes import PATTERN
from boundaries.series import Year, harmonised
from geo.errors import SourceError, first_few
from geo.measures import Measure
from geo.messages import Message, message
from geo.rates import shrunk_where_counted
from geo.unknown import Unknown
from layers.declarations.indicators import Indicator, qualified
from layers.declarations.sources import ADDED, SourceDeclaration
from layers.method.columns import figures_of_columns
from layers.method.figures import Figures
from layers.method.indicator_measures import measure_of
from layers.method.places import Boundaries
from layers.method.ports import Read
from layers.method.tables import check_covered, keyed_by_area, without_figure

MOST_ELSEWHERE = 0.1
"""Share of the codes of a table that may have no polygon; more, and it is of another year."""


def by_surface(boundaries: Boundaries, postcodes: Boundaries) -> Interpolation:
    """From postcodes to the finest areas, by the surface that they share."""
    return by_density(postcodes.areas, boundaries.areas, national=boundaries.national)


def by_figures(boundaries: Boundaries, postcodes: Boundaries, figures: Figures, *, column: str) -> Interpolation:
    """The same by a count of the finest areas."""
    counts = figures.values[column].reindex(boundaries.areas.ids)
    return by_density(postcodes.areas, boundaries.areas, counts, national=boundaries.national)


def by_squares(boundaries: Boundaries, postcodes: Boundaries, weights: Read[Weights]) -> Interpolation:
    """The same by what lies in squares of 100 m."""
    return by_points_or_squares(postcodes.areas, boundaries.areas, weights.value)


def figures_of_postcodes(
    postcodes: Boundaries,
    interpolation: Interpolation,
    read: Read[pd.DataFrame],
    *,
    source: SourceDeclaration,
    period: int,
) -> Figures:
    """The columns of a source per postcode, in the finest areas.

    Raises SourceError for a table that is not what its declaration says, or of postcodes of another year.
    """
    where = _where(source)
    keyed = _keyed(read.value, source, where)
    codes = postcodes.areas.ids
    elsewhere = _without_polygon(keyed, codes, source, where)
    crossing = codes[interpolation.crosswalk.given > 0]
    check_covered(keyed.index, crossing, where, part=True)
    there = figures_of_columns(keyed[keyed.index.isin(codes)], source, period, codes, where)
    return _carried(there, interpolation, source, elsewhere)


def shrunk_per_postcode(
    measure: Measure,
    interpolation: Interpolation,
    read: Read[pd.DataFrame],
    *,
    source: SourceDeclaration,
    period: int,
    indicator: Indicator,
) -> Measure:
    """The measure of the finest areas, of which the rates are those of the postcodes that counted them, shrunk there.
    An exposure that another source has is brought to these first.

    Args:
        measure: of an indicator of which the events are counted per postcode.
        interpolation: by which it came.
        read: the figures per postcode.
        source: that has them.
        period: of the figures.
        indicator: that it is the measure of; its floor is that of the postcodes that the model of rates is fitted to.
    """
    where, codes = _where(source), interpolation.crosswalk.sources
    keyed = _keyed(read.value, source, where)
    figures = figures_of_columns(keyed[keyed.index.isin(codes)], source, period, codes, where)
    there = _there(measure, figures, interpolation, indicator)
    counted = shrunk_where_counted(there, indicator.min_exposure or 0.0)
    if counted.shrunk_events is None:
        return measure
    both = counted.shrunk_events.notna()
    rate = interpolation.counts(counted.shrunk_events) / interpolation.counts(counted.exposure.where(both))
    shrunk = (rate * measure.exposure).reindex(measure.events.index).mask(measure.exposure == 0, 0.0)
    partly = measure.known & shrunk.isna()
    reason = measure.reason.mask(partly, Unknown.PARTLY)
    return replace(measure, events=measure.events.mask(partly), reason=reason, shrunk_events=shrunk)


def _there(measure: Measure, figures: Figures, interpolation: Interpolation, indicator: Indicator) -> Measure:
    """The measure per postcode."""
    if indicator.per in figures.values:
        return measure_of(indicator, figures)
    exposure = interpolation.back(measure.exposure.reindex(interpolation.crosswalk.targets))
    events, reason = figures.values[indicator.value], figures.reasons[indicator.value]
    return Measure.of(indicator.id, events, exposure, reason, margins=(figures.margin(indicator.value), None))


def _where(source: SourceDeclaration) -> Message:
    return message("source {id!r} ({path})", id=source.id, path=source.table.path if source.table else "")


def _keyed(read: pd.DataFrame, source: SourceDeclaration, where: Message) -> pd.DataFrame:
    keyed = keyed_by_area(read, source, where)
    return keyed.set_axis(keyed.index.str.replace(r"\.0$", "", regex=True))  # a spreadsheet made numbers of them


def _without_polygon(keyed: pd.DataFrame, codes: pd.Index, source: SourceDeclaration, where: Message) -> pd.Index:
    """The codes with figures of which there is no polygon, where they are few."""
    wrong = keyed.index[~keyed.index.str.fullmatch(PATTERN)]
    if len(wrong):
        raise SourceError(
            "{where}: {count} of {total} codes in column {key!r} are no postcodes of four digits: {codes}; add figures "
            "of longer postcodes up to these, and leave out rows of totals",
            where=where, count=len(wrong), total=len(keyed), key=source.key, codes=first_few(wrong),
        )  # fmt: skip
    elsewhere = keyed.index.difference(codes).difference(without_figure(keyed, source))
    if len(elsewhere) > MOST_ELSEWHERE * len(keyed):
        raise SourceError(
            "{where}: {count} of {total} postcodes are not in the boundary file of {year}: {codes}; give the file of "
            "the year of the figures, and say which with codes_of",
            where=where, count=len(elsewhere), total=len(keyed), year=source.codes_of or source.vintage,
            codes=first_few(elsewhere),
        )  # fmt: skip
    return elsewhere


def _carried(there: Figures, by: Interpolation, source: SourceDeclaration, elsewhere: pd.Index) -> Figures:
    """The figures in the areas: counts divided, means and rates weighed by the counts that they are of."""
    values = {}
    for name, column in source.columns.items():
        full = qualified(source.id, name)
        if full not in there.values:
            continue
        figures = there.values[full]
        if column.per is None:
            values[full] = by.counts(figures)
        else:
            values[full] = by.means(figures, there.values[qualified(source.id, column.per)])
    table = pd.DataFrame(values)
    reasons = pd.DataFrame(None, table.index, table.columns, dtype=object).mask(table.isna(), Unknown.PARTLY)
    margins = None
    if there.margins is not None:
        margins = there.margins.apply(lambda column: by.counts(column.fillna(0.0)).fillna(0.0))
    interpolated = () if by.crosswalk.exact else tuple(table.columns)
    notes = (*_not_carried(there, by, elsewhere), *_errors(there, by, source))
    return replace(Figures(table, reasons, margins), interpolated=interpolated, notes=notes)


def _not_carried(there: Figures, by: Interpolation, elsewhere: pd.Index) -> list[Message]:
    """What is not in the areas, by name."""
    notes = []
    if len(elsewhere):
        notes.append(message(
            "postcodes not carried over, since the boundary file lacks them: {codes}", codes=first_few(elsewhere)
        ))  # fmt: skip
    unknown = there.values.isna().any(axis=1) & (by.crosswalk.given > 0)
    if unknown.any():
        notes.append(message(
            "postcodes not carried over whole, since a figure of them is unknown: {codes}",
            codes=first_few(unknown.index[unknown]),
        ))  # fmt: skip
    return notes


def _errors(there: Figures, by: Interpolation, source: SourceDeclaration) -> list[Message]:
    """Of each count: how much of it came, how much of that in parts, and how far the half of the areas may be off."""
    notes = []
    for name, column in source.columns.items():
        full = qualified(source.id, name)
        if column.kind not in ADDED or full not in there.values:
            continue
        known = there.values[full].fillna(0.0)
        year = harmonised({0: Year(Counts("n", known), by.crosswalk)}).xs(0, level="year")
        value = year["value"].where(year["value"] > 0)
        notes.append(message(
            "{name}: {carried:.1%} came to these areas, {split:.0%} of that from postcodes that lie in several; "
            "standard error at the worst in half of the areas {error:.0%} or less (Bhatia and Davis 2000)",
            name=name, carried=_share(year["value"].sum(), known.sum()),
            split=_share((value * year["split"]).sum(), value.sum()), error=float((year["error"] / value).median()),
        ))  # fmt: skip
    return notes


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0
