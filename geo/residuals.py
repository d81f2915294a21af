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

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betainc, betaincc, gammaln, ndtr, ndtri

from geo.alignment import check_aligned
from geo.measures import Measure
from geo.rates import SHAPES, gamma_shape, rounded_gamma_shape

LIMIT = 4.0
"""Standard deviations at which a residual is cut off. At 3 strong small clusters lose half of their power; from 5 on a
station makes quiet neighbours significant, and on a map with a few of those little else is."""
NORMAL = 100.0
"""Shape of gamma values that are normal as good as: for figures that no counts lie under."""
ROOM = 1.25
"""Times the probability beyond `LIMIT` from which a tail is surely not cut off, whatever was rounded."""
ROUNDS = 20
"""Most times that the model is fitted again to the areas that are not cut off."""


@dataclass(frozen=True, slots=True)
class Residuals:
    """Residuals and what they were fitted with: the events `expected` in each area, and the `shape` of the gamma by
    which rates differ.
    """

    values: pd.Series
    expected: pd.Series
    shape: float

    def __post_init__(self) -> None:
        check_aligned("residuals", self.values.index, self.expected.index)


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
    return fitted(measure).values


def fitted(measure: Measure) -> Residuals:
    """The same, with expected events and shape."""
    known = measure.known
    events = measure.events[known].to_numpy(dtype=float)
    exposure = measure.exposure[known].to_numpy(dtype=float)
    lowest, highest = (one[known].to_numpy(dtype=float) for one in (measure.lowest, measure.highest))
    normal, expected, shape = np.zeros(len(events)), np.zeros(len(events)), SHAPES[1]
    steers = np.ones(len(events), dtype=bool)
    for _ in range(ROUNDS):
        if not events[steers].any():
            break
        expected = exposure * events[steers].sum() / exposure[steers].sum()
        if measure.margin is None:
            shape = gamma_shape(events[steers], expected[steers])
        else:
            shape = rounded_gamma_shape(lowest[steers], highest[steers], expected[steers])
        before, steers = steers, _steering(lowest, highest, expected, shape)
        if np.array_equal(before, steers):
            break
    if events.any():
        normal = quantiles(lowest, highest, expected, shape)
    return Residuals(_everywhere(normal.clip(-LIMIT, LIMIT), known), _everywhere(expected, known), shape)


def combined(residuals: Mapping[str, Residuals], values: pd.Series, weights: Mapping[str, float]) -> Residuals:
    """Residuals of several indicators as one: their weighted sum `values`, brought to a spread of 1; of one, its own.

    Expected events and shape are those of the indicator that weighs most among those with counts. Where none has,
    values become normal scores, all areas are expected to have as much, and the shape is `NORMAL`.

    Args:
        residuals: those of indicators with counts.
        values: the weighted sum of all.
        weights: of all indicators; of equal ones the first weighs most.
    """
    counted = [name for name in weights if name in residuals and (residuals[name].expected > 0).any()]
    if not counted:
        ranks = values.rank()
        normal = pd.Series(ndtri((ranks - 0.5) / max(values.notna().sum(), 1)), index=values.index)
        return Residuals(normal, (values * 0.0) + 1.0, NORMAL)
    heaviest = residuals[max(counted, key=lambda name: weights[name])]
    if len(weights) == 1:
        return heaviest
    spread = float(values.std(ddof=0))
    scaled = values / spread if spread > 0 else values
    return Residuals(scaled, heaviest.expected.loc[scaled.index], heaviest.shape)


def quantiles(lowest: np.ndarray, highest: np.ndarray, expected: np.ndarray, shape: float) -> np.ndarray:
    """The normal value of events, of which only the lowest and highest that they may be are known; not cut off."""
    below, above = _tails(lowest, highest, expected, shape)
    return np.asarray(np.where(below < above, ndtri(below), -ndtri(above)))


def _steering(lowest: np.ndarray, highest: np.ndarray, expected: np.ndarray, shape: float) -> np.ndarray:
    """Which areas are not cut off.

    Half of the probability of the events themselves is in either tail: where that is enough, as nearly everywhere, the
    tails, which take most of the time of a fit, need not be computed.
    """
    odds = np.log1p(-expected / (shape + expected)), np.log(expected / (shape + expected))
    itself = shape * odds[0] + lowest * odds[1] + gammaln(shape + lowest) - gammaln(shape) - gammaln(lowest + 1)
    steers = np.exp(itself) / 2 > ROOM * ndtr(-LIMIT)
    doubtful = ~steers
    there = quantiles(lowest[doubtful], highest[doubtful], expected[doubtful], shape)
    steers[doubtful] = np.abs(there) <= LIMIT
    return np.asarray(steers)


def _everywhere(figures: np.ndarray, known: "pd.Series[bool]") -> pd.Series:
    return pd.Series(figures, index=known.index[known]).reindex(known.index)


def _tails(
    lowest: np.ndarray, highest: np.ndarray, expected: np.ndarray, shape: float
) -> tuple[np.ndarray, np.ndarray]:
    """The probability of fewer and of more events, that of as many as there may be divided between them (mid-p)."""
    odds = shape / (shape + expected)
    least = lowest > 0
    fewer = np.where(least, betainc(shape, np.where(least, lowest, 1.0), odds), 0.0)
    more = np.where(least, betaincc(shape, np.where(least, lowest, 1.0), odds), 1.0)
    return (fewer + betainc(shape, highest + 1, odds)) / 2, (more + betaincc(shape, highest + 1, odds)) / 2
