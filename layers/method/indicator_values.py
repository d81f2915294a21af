"""What is known of one indicator in every area, whatever the lens: measure, value, deviation, what is searched in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from geo import deviations
from geo.measures import Measure
from geo.rates import rates
from geo.residuals import Residuals, fitted
from layers.declarations.indicators import Indicator

SCALES: Mapping[str, Callable[[pd.Series, float], pd.Series]] = {
    "rate": deviations.relative,
    "share": deviations.log_odds,
    "level": deviations.absolute,
}
"""How far a value is from the national one, for each kind of indicator."""


@dataclass(frozen=True, slots=True)
class IndicatorValues:
    """One indicator in every area that has figures.

    Attributes:
        measure: events and exposure, with the floor of exposure set.
        value: per unit of exposure, shrunk where the measure asks for it.
        deviation: standard deviations from the national value; positive is what the theme looks for.
        searched: what is searched in: the quantile residual of a rate, the deviation of a share or level.
        residuals: of a rate, the same with what it was fitted with.
        national: the value of all areas together, per unit of exposure.
    """

    measure: Measure
    value: pd.Series
    deviation: pd.Series
    searched: pd.Series
    residuals: Residuals | None
    national: float


def indicator_values(measure: Measure, *, indicator: Indicator, floor: float) -> IndicatorValues:
    """Rate, deviation and residual of a measure without values where exposure is below the floor.

    Raises TypeError for a measure with confidential counts: they are to be perturbed first (layers.method.protection).
    """
    if measure.confidential:
        raise TypeError(f"measure {measure.id}: holds confidential counts that are not perturbed")
    with_floor = (measure.as_share() if indicator.share else measure).with_floor(floor)
    value, national = rates(with_floor), with_floor.national
    scale = "share" if indicator.share else "rate" if indicator.per else "level"
    sign = 1 if indicator.direction == "high" else -1
    deviation = sign * deviations.standardise(SCALES[scale](value, national))
    if indicator.share or not with_floor.shrunk:
        return IndicatorValues(with_floor, value, deviation, deviation, None, national)
    fit = fitted(with_floor)
    turned = replace(fit, values=sign * fit.values)
    return IndicatorValues(with_floor, value, deviation, turned.values, turned, national)
