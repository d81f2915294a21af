"""The measure of one indicator at a level: from the figures of its sources, counted there or apportioned."""

from dataclasses import replace
from functools import reduce

import numpy as np
import pandas as pd

from boundaries.crosswalk import Crosswalk
from geo.areas import AreaFrame
from geo.disclosure.cell_keys import summed as summed_keys
from geo.measures import Measure
from geo.messages import message
from layers.declarations.indicators import Indicator
from layers.declarations.sources import SourceDeclaration
from layers.method.figures import Figures, figures_from_table, figures_of_columns, measure_of
from layers.method.places import Boundaries, upward
from layers.method.ports import Read


def figures_per_area(
    read: Read[pd.DataFrame], boundaries: Boundaries, *, source: SourceDeclaration, period: int, spare: frozenset[str]
) -> Figures:
    """The columns of a source, of the finest areas and, where these are a part of the country, of others it has."""
    table, ids = read.value, boundaries.areas.ids
    if source.own:
        table = table.rename_axis(source.key).reset_index()
    return figures_from_table(table, source, period, ids, spare, part=not boundaries.national)


def figures_per_cell(read: Read[pd.DataFrame], cells: AreaFrame, *, source: SourceDeclaration, period: int) -> Figures:
    """The columns of a source that are counted per cell."""
    where = message("source {id!r} ({level})", id=source.id, level=cells.level)
    return figures_of_columns(read.value, source, period, cells.ids, where)


def measured(areas: AreaFrame, *figures: Figures, indicator: Indicator) -> Measure:
    """Events and exposure of an indicator, from the figures of its sources: of the areas and of others they have."""
    elsewhere = reduce(pd.Index.union, (one.elsewhere(areas.ids) for one in figures))
    codes = areas.ids.append(elsewhere) if len(elsewhere) else areas.ids
    return measure_of(indicator, reduce(Figures.joined, (one.of(codes) for one in figures)))


def summed(measure: Measure, boundaries: Boundaries, areas: AreaFrame) -> Measure:
    """The measure of the finest areas, for the wijken or gemeenten that they lie in."""
    if areas.level is boundaries.areas.level:
        return measure
    larger = upward(measure.events.index, areas)
    whole = larger.apportion(measure)
    return replace(
        whole,
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


def divided(measure: Measure, boundaries: Boundaries, crosswalk: Crosswalk) -> Measure:
    """The measure of the finest areas, for the hexagons over which it is divided."""
    return crosswalk.apportion(within(measure, boundaries.areas.ids))


def within(measure: Measure, ids: pd.Index) -> Measure:
    """The measure of some of its areas."""
    parts = ("events", "exposure", "reason", "margin", "exposure_margin", "event_keys", "exposure_keys")
    columns = {name: column for name in parts if (column := getattr(measure, name)) is not None}
    return replace(measure, **{name: column.loc[ids] for name, column in columns.items()})
