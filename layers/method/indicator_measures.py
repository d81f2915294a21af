"""The measure of one indicator at a level: from the figures of its sources, counted there or apportioned."""

from dataclasses import replace
from functools import reduce

import numpy as np
import pandas as pd

from boundaries.codes import parents
from boundaries.crosswalk import Crosswalk
from geo.areas import AreaFrame, AreaLevel
from geo.disclosure.cell_keys import summed as summed_keys
from geo.errors import SourceError
from geo.measures import Measure
from geo.messages import message
from geo.quotients import growth, within_groups
from geo.rates import shrunk_where_counted
from geo.unknown import Unknown
from layers.declarations.indicators import Indicator
from layers.declarations.sources import SourceDeclaration
from layers.method.columns import figures_of_columns
from layers.method.figures import Figures
from layers.method.names import figures_by_name
from layers.method.places import Boundaries, upward
from layers.method.ports import Read
from layers.method.tables import figures_from_table


def figures_per_area(
    read: Read[pd.DataFrame], boundaries: Boundaries, *, source: SourceDeclaration, period: int, spare: frozenset[str]
) -> Figures:
    """The columns of a source, of the finest areas and, where these are a part of the country, of others it has."""
    table, ids = read.value, boundaries.areas.ids
    if source.names is not None:
        return figures_by_name(table, source, period, boundaries.areas, part=not boundaries.national)
    if source.own:
        table = table.rename_axis(source.key).reset_index()
    return figures_from_table(table, source, period, ids, spare, part=not boundaries.national)


def figures_per_cell(read: Read[pd.DataFrame], cells: AreaFrame, *, source: SourceDeclaration, period: int) -> Figures:
    """The columns of a source that are counted per cell."""
    where = message("source {id!r} ({level})", id=source.id, level=cells.level)
    return figures_of_columns(read.value, source, period, cells.ids, where)


def measured(areas: AreaFrame, *figures: Figures, indicator: Indicator, period: int) -> Measure:
    """Events and exposure of an indicator, from the figures of its sources: of the areas and of others they have.

    Raises SourceError where a figure is not known of any area: a column may be there for a period that it has not.
    """
    elsewhere = reduce(pd.Index.union, (one.elsewhere(areas.ids) for one in figures))
    codes = areas.ids.append(elsewhere) if len(elsewhere) else areas.ids
    of_sources = reduce(Figures.joined, (one.of(codes) for one in figures))
    empty = [one for one in indicator.columns if one in of_sources.values and of_sources.values[one].isna().all()]
    if empty:
        raise SourceError(
            "indicator {id!r}: {columns} is not known of any area in {period}, so there is no map of it; give the "
            "figures of that period, or take another with --period",
            id=indicator.id, columns=", ".join(empty), period=period,
        )  # fmt: skip
    return measure_of(indicator, of_sources)


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
    if indicator.relative_to is not None:
        alone, groups = value, pd.Series(parents(value.index, AreaLevel.GEMEENTE), value.index)
        value = within_groups(alone, weight, groups)
        reason = reason.mask(alone.notna() & (weight > 0) & value.isna(), Unknown.NO_EXPOSURE)
    of_weight = figures.margin(indicator.mean_weight) if indicator.mean_weight else None
    level = Measure.of(indicator.id, value * weight, weight, reason, shrunk=False, margins=(None, of_weight))
    return replace(level, event_keys=_key_of_level(indicator, figures))


def _key_of_level(indicator: Indicator, figures: Figures) -> pd.Series | None:
    """The cell keys of a level that is a count. Raises SourceError where it is a mean of what is confidential, or what
    became of it: of that too counts would follow that nothing protects.
    """
    keys = [figures.key(column) for column in indicator.columns]
    if indicator.since is not None and any(one is not None for one in keys):
        raise SourceError(
            "indicator {id!r}: what became of confidential figures tells how many there were, and noise on counts does "
            "not protect it; leave out `since`, and say per = {since!r} if that is a count",
            id=indicator.id, since=indicator.since,
        )  # fmt: skip
    if indicator.mean_weight is not None and any(one is not None for one in keys):
        raise SourceError(
            "indicator {id!r}: a mean of confidential figures, which noise on counts does not protect; leave out "
            "mean_weight if {value} is a count, or leave the indicator out",
            id=indicator.id, value=indicator.value,
        )  # fmt: skip
    return keys[0]


def summed(measure: Measure, boundaries: Boundaries, areas: AreaFrame) -> Measure:
    """The measure of the finest areas, for the wijken or gemeenten that they lie in.

    Rates of a gemeente are shrunk as its own, also where they come of postcodes: hardly one lies in several gemeenten.
    A wijk may be a part of one.
    """
    if areas.level is boundaries.areas.level:
        return measure
    larger = upward(measure.events.index, areas)
    whole = larger.apportion(measure)
    return replace(
        whole,
        shrunk_events=None if areas.level is AreaLevel.GEMEENTE else whole.shrunk_events,
        event_keys=_summed(measure.event_keys, measure, larger),
        exposure_keys=_summed(measure.exposure_keys, measure, larger),
    )


def _summed(keys: pd.Series | None, measure: Measure, larger: Crosswalk) -> pd.Series | None:
    """The keys of larger areas: of what is counted in them, which is where both events and exposure are known."""
    if keys is None:
        return None
    source, target = larger.at
    counted = (measure.events.notna() & measure.exposure.notna()).to_numpy()[source]
    of_parts = keys.to_numpy(dtype=np.uint64)[source[counted]]
    return pd.Series(summed_keys(of_parts, target[counted], len(larger.targets)), larger.targets)


def divided(measure: Measure, boundaries: Boundaries, crosswalk: Crosswalk, *, share: bool, floor: float) -> Measure:
    """The measure of the finest areas, for the hexagons over which it is divided; its rates are shrunk before that."""
    if measure.shrunk_events is None:
        measure = shrunk_where_counted(measure.as_share() if share else measure, floor)
    return crosswalk.apportion(within(measure, boundaries.areas.ids))


def within(measure: Measure, ids: pd.Index) -> Measure:
    """The measure of some of its areas."""
    parts = (
        "events", "exposure", "reason", "margin", "exposure_margin", "event_keys", "exposure_keys", "shrunk_events"
    )  # fmt: skip
    columns = {name: column for name in parts if (column := getattr(measure, name)) is not None}
    return replace(measure, **{name: column.loc[ids] for name, column in columns.items()})
