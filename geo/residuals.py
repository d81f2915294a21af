"""Quantile residuals: how far each area's events lie from what is expected, on one scale for areas large and small.

They are what a search tests. A shrunk rate is the best estimate of a rate, and the wrong thing to test: shrinkage draws
small areas to the middle, so that where numbers of inhabitants are similar among neighbours, as they are in real life,
their rates are similar too and a map without any pattern has zoekgebieden. A residual has the same distribution in
every area as long as nothing is the matter, so that every order of them is as likely: just what a permutation test
needs. Rejected: dividing a rate by its standard deviation (Assunção and Reis; geo.statistics.standardised), which is as
fair, but of which sixty stations and shopping streets with hardly an inhabitant make up the standard deviation of all.

Source: P.K. Dunn and G.K. Smyth (1996), Randomized quantile residuals, Journal of Computational and Graphical
Statistics 5(3), 236-244, doi:10.1080/10618600.1996.10474708; with the middle of each step in place of a random point
on it (mid-p), so that the same figures always give the same map.
"""

import numpy as np
import pandas as pd
from scipy.special import betainc, betaincc, ndtri

from geo.measures import Measure
from geo.rates import gamma_shape, rounded_gamma_shape

LIMIT = 4.0
"""Standard deviations at which a residual is cut off. At 3 strong small clusters lose half of their power; from 5 on a
station makes quiet neighbours significant, and on a map with a few of those little else is."""
ROUNDS = 20
"""Most times that the model is fitted again to the areas that are not cut off."""


def residuals(measure: Measure) -> pd.Series:
    """Each area's events as a standard normal value under the model of geo.rates; NaN where unknown.

    Events are Poisson around exposure times a rate of the area's own, those rates gamma around a common rate: so events
    are negative binomial. The residual is the normal value with as much probability below it as below the events (half
    of that of the events themselves included), cut off at `LIMIT`, so that one extreme area cannot make its neighbours
    significant. Nor can it make the others look equal: common rate and shape are fitted to the areas that are not cut
    off, again until those stay the same. All zero without any events. Events need not be whole: counts that were
    apportioned to other areas are not. Of events that were rounded, half of the probability of all that they may be is
    included (geo.rounded).

    >>> events, exposure = pd.Series([10, 12, 9, 11, 60]), pd.Series([100] * 5)
    >>> residuals(Measure.of("m", events, exposure, pd.Series([None] * 5))).round(2).tolist()
    [-0.54, -0.36, -0.64, -0.45, 1.93]
    """
    known = measure.known
    events = measure.events[known].to_numpy(dtype=float)
    exposure = measure.exposure[known].to_numpy(dtype=float)
    lowest, highest = (one[known].to_numpy(dtype=float) for one in (measure.lowest, measure.highest))
    quantiles = np.zeros(len(events))
    fitted = np.ones(len(events), dtype=bool)
    for _ in range(ROUNDS):
        if not events[fitted].any():
            break
        expected = exposure * events[fitted].sum() / exposure[fitted].sum()
        if measure.margin is None:
            shape = gamma_shape(events[fitted], expected[fitted])
        else:
            shape = rounded_gamma_shape(lowest[fitted], highest[fitted], expected[fitted])
        below, above = _tails(lowest, highest, expected, shape)
        quantiles = np.where(below < above, ndtri(below), -ndtri(above))
        before, fitted = fitted, np.abs(quantiles) <= LIMIT
        if np.array_equal(before, fitted):
            break
    return pd.Series(quantiles.clip(-LIMIT, LIMIT), index=measure.events.index[known]).reindex(known.index)


def _tails(
    lowest: np.ndarray, highest: np.ndarray, expected: np.ndarray, shape: float
) -> tuple[np.ndarray, np.ndarray]:
    """The probability of fewer and of more events, that of as many as there may be divided between them (mid-p)."""
    odds = shape / (shape + expected)
    least = lowest > 0
    fewer = np.where(least, betainc(shape, np.where(least, lowest, 1.0), odds), 0.0)
    more = np.where(least, betaincc(shape, np.where(least, lowest, 1.0), odds), 1.0)
    return (fewer + betainc(shape, highest + 1, odds)) / 2, (more + betaincc(shape, highest + 1, odds)) / 2
