"""What is known of one indicator in every area, whatever the lens: measure, value, deviation, what is searched in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from geo import deviations
from geo.measures import Measure
from geo.rates import intervals, rates
from geo.residuals import Residuals, fitted
from layers.declarations.indicators import Indicator
from layers.method.baseline import BaselineEvents, BaselineReport

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
        deviation: standard deviations from the national value, or from the baseline where there is one; positive is
            what the theme looks for.
        searched: what is searched in: the quantile residual of a rate, the deviation of a share or level.
        residuals: of a rate, the same with what it was fitted with.
        national: the value of all areas together, per unit of exposure.
        ratio: of a rate, how many times what it is compared with.
        baseline: how the baseline was made, or why there is none; None where none was asked for.
        lowest: of a rate that was shrunk, the lower bound of its interval (geo.rates.intervals), `highest` the upper.
    """

    measure: Measure
    value: pd.Series
    deviation: pd.Series
    searched: pd.Series
    residuals: Residuals | None
    national: float
    ratio: pd.Series | None = None
    baseline: BaselineReport | None = None
    lowest: pd.Series | None = None
    highest: pd.Series | None = None


def indicator_values(
    measure: Measure, *baselines: BaselineEvents, indicator: Indicator, floor: float
) -> IndicatorValues:
    """Rate, deviation and residual of a measure without values where exposure is below the floor; set against a
    baseline, if one is given.

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
    ratio = value / national if national > 0 else value * 0.0
    lowest, highest = intervals(with_floor) or (None, None)
    by_rate = IndicatorValues(
        with_floor, value, deviation, sign * fit.values, _turned(fit, sign), national, ratio, None, lowest, highest
    )
    return _set_against(by_rate, baselines[0], 1 / fit.shape, sign) if baselines else by_rate


def _set_against(by_rate: IndicatorValues, baseline: BaselineEvents, before: float, sign: int) -> IndicatorValues:
    """The same values against a baseline; as they are where there is none, with the reason.

    The ratio to the baseline is the mean that the model of the residuals gives to the rate of the area itself: what was
    expected where few events were, what was observed where many were.
    """
    if baseline.measure is None:
        return replace(by_rate, baseline=baseline.report)
    against = _where_known(baseline.measure, by_rate.measure)
    fit = fitted(against)
    ratio = (against.events + fit.shape) / (fit.expected + fit.shape)
    return replace(
        by_rate,
        deviation=sign * deviations.standardise(deviations.relative(ratio, 1.0)),
        searched=sign * fit.values,
        residuals=_turned(fit, sign),
        ratio=ratio,
        baseline=replace(baseline.report, before=before, after=1 / fit.shape),
    )


def _where_known(baseline: Measure, measure: Measure) -> Measure:
    """The baseline, where the measure itself is known; elsewhere the reason of the measure."""
    known = measure.known & baseline.known
    reason = measure.reason.where(~measure.known, baseline.reason)
    margins = (baseline.margin, None)
    return Measure.of(measure.id, baseline.events.where(known), baseline.exposure.where(known), reason, margins=margins)


def _turned(fit: Residuals, sign: int) -> Residuals:
    return replace(fit, values=sign * fit.values)
