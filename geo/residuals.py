"""How surprising each area's events are, on one scale for areas large and small: what a search looks at.

A shrunk rate is the best guess of a rate, and the wrong thing to search in: shrinkage draws small areas to the middle,
so that where inhabitants are alike among neighbours, as they are in real life, their rates are alike too and a map
without any pattern has zoekgebieden. A residual has the same distribution in every area as long as nothing is the
matter, so that every order of them is as likely: just what a permutation test needs. Rejected: dividing a rate by its
standard deviation (Assunção and Reis; geo.statistics.standardised), which is as fair, but of which sixty stations and
shopping streets with hardly an inhabitant make up the standard deviation of all.

Source: P.K. Dunn and G.K. Smyth (1996), Randomized quantile residuals, Journal of Computational and Graphical
Statistics 5(3), 236-244, doi:10.1080/10618600.1996.10474708; with the middle of each step in place of a random point
on it (mid-p), so that the same figures always give the same map.
"""

import numpy as np
import pandas as pd
from scipy.special import betainc, betaincc, ndtri

from geo.measures import Measure
from geo.rates import gamma_shape

LIMIT = 4.0
"""Where a residual is cut off. At 3 strong small clusters lose half of what finds them; at 5 and above a station among
quiet neighbours begins to carry them, and on a map with a few of those little else is found."""
ROUNDS = 20
"""Most times that the areas which are not cut off are chosen anew."""


def residuals(measure: Measure) -> pd.Series:
    """Each area's events as a standard normal value under the model of geo.rates; NaN where unknown.

    Events are Poisson around exposure times a rate of the area's own, those rates gamma around a common rate: so events
    are negative binomial. The residual is the normal value with as much probability below it as below the events (half
    of that of the events themselves included), cut off at `LIMIT`, so that one extreme area cannot carry its
    neighbours. Nor can it make the others look alike: common rate and shape are fitted to the areas that are not cut
    off, again until those stay the same. All zero without any events. Events need not be whole: carried counts are not.
    """
    known = measure.known
    events = measure.events[known].to_numpy(dtype=float)
    exposure = measure.exposure[known].to_numpy(dtype=float)
    found = np.zeros(len(events))
    usual = np.ones(len(events), dtype=bool)
    for _ in range(ROUNDS):
        if not events[usual].any():
            break
        expected = exposure * events[usual].sum() / exposure[usual].sum()
        below, above = _tails(events, expected, gamma_shape(events[usual], expected[usual]))
        found = np.where(below < above, ndtri(below), -ndtri(above))
        before, usual = usual, np.abs(found) <= LIMIT
        if np.array_equal(before, usual):
            break
    return pd.Series(found.clip(-LIMIT, LIMIT), index=measure.events.index[known]).reindex(known.index)


def _tails(events: np.ndarray, expected: np.ndarray, shape: float) -> tuple[np.ndarray, np.ndarray]:
    """The probability of fewer and of more events, that of just so many divided between them."""
    odds = shape / (shape + expected)
    least = events > 0
    fewer = np.where(least, betainc(shape, np.where(least, events, 1.0), odds), 0.0)
    more = np.where(least, betaincc(shape, np.where(least, events, 1.0), odds), 1.0)
    return (fewer + betainc(shape, events + 1, odds)) / 2, (more + betaincc(shape, events + 1, odds)) / 2
