"""Rates: events over exposure, shrunk toward the national rate where exposure is small.

Shrinkage is by the Poisson-gamma model of Clayton and Kaldor, fitted by maximum likelihood. Rejected: the moment
estimator of Marshall (1991). Over the buurten of the Netherlands, sixty stations and shopping streets with few
inhabitants make up most of its variance between areas, so that it shrinks little: a buurt of sixty inhabitants without
a registered crime gets one eighth of the national rate from it, and a quarter from the likelihood.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import gammaln

from geo.measures import Measure
from geo.rounded import expected_count, probability

SHAPES = (1e-3, 1e6)
"""Bounds of the gamma shape; at the upper one areas differ no more than chance makes them."""


def rates(measure: Measure) -> pd.Series:
    """The value of each area, per unit of exposure: shrunk where the measure asks for it. NaN where unknown."""
    if measure.shrunk:
        return empirical_bayes(measure)
    return (measure.events / measure.exposure).where(measure.known)


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
    known = measure.known
    national = measure.national
    if national == 0:
        return (measure.events * 0.0).where(known)
    expected = measure.exposure[known].to_numpy() * national
    if measure.margin is None:
        shape = gamma_shape(measure.events[known].to_numpy(), expected)
        return ((measure.events + shape) / (measure.exposure + shape / national)).where(known)
    lowest, highest = measure.lowest[known].to_numpy(), measure.highest[known].to_numpy()
    shape = rounded_gamma_shape(lowest, highest, expected)
    events = pd.Series(expected_count(lowest, highest, expected, shape), index=measure.events.index[known])
    return ((events + shape) / (measure.exposure[known] + shape / national)).reindex(known.index)


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
