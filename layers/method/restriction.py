"""Where a lens searches: only in areas of which declared levels lie between its bounds.

Scores, rates and what they are compared with stay those of the whole country; what lies outside is left out of the
search alone, as if it were not known. Rejected: to drop what is found outside afterwards. A place in the countryside
would then still be held against the centre of a city, and the share of false alarms be that of both together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from layers.declarations.lenses import Where
from layers.method.indicator_values import IndicatorValues


def inside(where: Sequence[Where], made: Mapping[str, IndicatorValues], scales: Mapping[str, float]) -> pd.Series:
    """Whether each area lies where the lens searches; not where a level is unknown. `scales` are by indicator."""
    return _between(where, [made[one.indicator] for one in where], [scales[one.indicator] for one in where])


def restricted(
    values: IndicatorValues, *levels: IndicatorValues, where: Sequence[Where], scales: Sequence[float]
) -> IndicatorValues:
    """What is searched in of an indicator, without the areas where the lens does not search.

    Args:
        values: of the indicator.
        levels: those of the conditions, in their order.
        where: the conditions.
        scales: by which each level is shown.
    """
    there = _between(where, levels, scales).reindex(values.value.index, fill_value=False)
    fit = values.residuals
    return replace(
        values,
        deviation=values.deviation.where(there),
        searched=values.searched.where(there),
        residuals=None if fit is None else replace(fit, values=fit.values.where(there)),
    )


def _between(where: Sequence[Where], levels: Sequence[IndicatorValues], scales: Sequence[float]) -> "pd.Series[bool]":
    there = pd.Series(data=True, index=levels[0].value.index)
    for one, level, scale in zip(where, levels, scales, strict=True):
        shown = level.value * scale
        there &= shown.notna()
        there &= shown.ge(one.at_least) if one.at_least is not None else True
        there &= shown.le(one.at_most) if one.at_most is not None else True
    return there
