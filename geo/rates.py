"""Rates: events over exposure, shrunk toward the national rate where exposure is small.

Shrinkage is by the Poisson-gamma model of Clayton and Kaldor, fitted by maximum likelihood. Rejected: the moment
estimator of Marshall (1991). Over the buurten of the Netherlands, sixty stations and shopping streets with few
inhabitants make up most of its variance between areas, so that it shrinks little: a buurt of sixty inhabitants without
a registered crime gets one eighth of the national rate from it, and a quarter from the likelihood.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import gammaincinv, gammaln

from geo.measures import Measure
from geo.rounded import expected_count, probability

SHAPES = (1e-3, 1e6)
"""Bounds of the gamma shape; at the upper one areas differ no more than chance makes them."""
SURE = 0.95
"""How surely the rate of an area lies within its interval."""


def rates(measure: Measure) -> pd.Series:
    """The value of each area, per unit of exposure: shrunk where the measure asks for it. NaN where unknown.

    Of figures that were divided it is what was shrunk before that (`shrunk_where_counted`).
    """
    if measure.shrunk_events is not None:
        return (measure.shrunk_events / measure.exposure).where(measure.known)
    if measure.shrunk:
        return empirical_bayes(measure)
    return (measure.events / measure.exposure).where(measure.known)


def intervals(measure: Measure) -> tuple[pd.Series, pd.Series] | None:
    """Between which bounds the rate of each area lies, at `SURE`: of its posterior, as of `empirical_bayes`. Of events
    that were rounded, from the lower bound at the fewest that they may be to the upper at the most. None of a measure
    that is not shrunk, or was shrunk before it was divided, or of which nothing happened.
    """
    if not measure.shrunk or measure.shrunk_events is not None or measure.national == 0:
        return None
    shape, known = _shape(measure, measure.known), measure.known
    per = measure.exposure + shape / measure.national
    tails = ((measure.lowest, (1 - SURE) / 2), (measure.highest, (1 + SURE) / 2))
    low, high = (
        pd.Series(gammaincinv((events + shape)[known].to_numpy(dtype=float), tail), per.index[known]) / per[known]
        for events, tail in tails
    )
    return low.reindex(per.index), high.reindex(per.index)


def shrunk_where_counted(measure: Measure, floor: float) -> Measure:
    """The measure with `shrunk_events`, to be divided over other areas as its events are; a level as it is.

    Counts that were divided differ less between areas than chance makes counts differ: shrunk there, as if each area
    had counted them itself, all of them would have the national rate. `floor` is the least exposure of areas that the
    model is fitted to; the others, which are parts of something larger, have a rate by it too. The sum of all is not
    that of the events: an area of which little is known has events of the nation in the place of its own.
    """
    if not measure.shrunk:
        return measure
    there = measure.events.notna() & (measure.exposure > 0)
    steers = measure.with_floor(floor).known
    rate = _shrunk(measure, steers if steers.any() else there, there)
    return replace(measure, shrunk_events=(rate * measure.exposure).mask(measure.exposure == 0, 0.0))


def empirical_bayes(measure: Measure) -> pd.Series:
    """Shrink each area's rate toward the national rate, more so where exposure is small.

    Events are Poisson around exposure times a rate of the area's own; those rates are gamma around the national rate m
    with shape a. The estimate is the posterior mean (events + a) / (exposure + a / m): the raw rate where exposure is
    large, m where it is nothing. An area without exposure has no rate; its events count in m, as in the published one.
    Events that were rounded are those that the model expects within what they may be (geo.rounded).

    Source: D. Clayton and J. Kaldor (1987), Empirical Bayes estimates of age-standardized relative risks for use in
    disease mapping, Biometrics 43(3), 671-681, doi:10.2307/2532003.

    >>> events, exposure = pd.Series([0, 30, 120]), pd.Series([10, 1000, 2000])
    >>> empirical_bayes(Measure.of("m", events, exposure, pd.Series([None] * 3))).round(4).tolist()
    [0.0474, 0.0332, 0.0591]
    """
    return _shrunk(measure, measure.known, measure.known)


def _shrunk(measure: Measure, steers: "pd.Series[bool]", there: "pd.Series[bool]") -> pd.Series:
    """The rates of the areas that are `there`, by the model that is fitted to those that steer."""
    national = measure.national
    if national == 0:
        return (measure.events * 0.0).where(there)
    shape = _shape(measure, steers)
    if measure.margin is None:
        return ((measure.events + shape) / (measure.exposure + shape / national)).where(there)
    interval = (measure.lowest, measure.highest, measure.exposure * national)
    lowest, highest, expects = (one[there].to_numpy(dtype=float) for one in interval)
    events = pd.Series(expected_count(lowest, highest, expects, shape), index=there.index[there])
    return ((events + shape) / (measure.exposure[there] + shape / national)).reindex(there.index)


def _shape(measure: Measure, steers: "pd.Series[bool]") -> float:
    """The shape of the gamma distribution of the rates, fitted to the areas that steer."""
    expected = measure.exposure * measure.national
    if measure.margin is None:
        return gamma_shape(measure.events[steers].to_numpy(), expected[steers].to_numpy())
    interval = (measure.lowest, measure.highest, expected)
    return rounded_gamma_shape(*(one[steers].to_numpy(dtype=float) for one in interval))


def rounded_gamma_shape(lowest: np.ndarray, highest: np.ndarray, expected: np.ndarray) -> float:
    """The same as `gamma_shape` of events of which only an interval is known."""
    return _most_likely(lambda shape: float(np.sum(np.log(probability(lowest, highest, expected, shape)))))


def gamma_shape(events: np.ndarray, expected: np.ndarray) -> float:
    """The most likely shape of the gamma distribution of relative rates, given events and expected events (not 0)."""

    def log_likelihood(shape: float) -> float:
        return float(
            np.sum(
                gammaln(events + shape)
                - gammaln(shape)
                - shape * np.log1p(expected / shape)
                + events * np.log(expected / (expected + shape))
            )
        )

    return _most_likely(log_likelihood)


def _most_likely(log_likelihood: Callable[[float], float]) -> float:
    from scipy.optimize import minimize_scalar  # noqa: PLC0415  # half a second

    bounds = (np.log(SHAPES[0]), np.log(SHAPES[1]))
    optimum = minimize_scalar(lambda log_shape: -log_likelihood(np.exp(log_shape)), bounds=bounds, method="bounded")
    return float(np.exp(optimum.x))
