"""Gi*: is the sum of an area and its neighbours larger than chance makes it?"""

import numpy as np
import pandas as pd

from geo.neighbors import AnyNeighbors, Neighbors
from geo.statistics.exact import Tail, upper_tail
from geo.statistics.lattice import Floats
from geo.statistics.reference import reference
from geo.statistics.result import Alternative, LocalResult
from geo.variation import from_mean


def getis_ord(values: pd.Series, neighbors: AnyNeighbors, *, alternative: Alternative = "greater") -> LocalResult:
    """Gi* of Getis and Ord with equal weights; p by exact conditional permutation, q by Benjamini-Hochberg.

    By default hot spots are tested, sums that are high; "less" tests cold spots.

    The values of the neighbours are drawn without replacement from all other areas, the area's own value stays where
    it is. Areas with NaN drop out and are not drawn either; areas without neighbours are drawn but not tested. Both
    come back NaN. Raises StatisticError where there is nothing to compare.

    Source: J.K. Ord and A. Getis (1995), Local spatial autocorrelation statistics, Geographical Analysis 27(4),
    286-306; the distribution: geo.statistics.exact.

    >>> from scipy.sparse import diags_array
    >>> row = Neighbors(pd.RangeIndex(8), diags_array([1.0, 1.0], offsets=[-1, 1], shape=(8, 8)).tocsr())
    >>> values = pd.Series([9.0, 8.0, 9.0, 1.0, 2.0, 1.0, 2.0, 1.0])
    >>> getis_ord(values, row)
    <LocalResult: 8 of 8 areas tested, smallest p 0.0476, 0 with q <= 0.05 (greater; exact conditional permutation)>
    >>> getis_ord(values, row.graph()).p.round(3).tolist()
    [0.286, 0.048, 0.524, 0.333, 1.0, 0.762, 1.0, 0.714]
    """
    borders = Neighbors.of(neighbors)
    known, figures = reference("getis_ord", values, borders.ids)
    among = borders.among(known)
    tail = tail_of(figures, among, alternative)
    tests = (z_star(figures, among), tail.upper, tail.lower)
    return LocalResult.of(values.index, known, among, tests, alternative, tail.how)


def tail_of(values: Floats, among: Neighbors, alternative: Alternative) -> Tail:
    """P of the sum over the neighbours of each area; two-sided doubles the smaller tail."""
    if alternative == "greater":
        return upper_tail(values, among)
    below = upper_tail(-values, among)
    if alternative == "less":
        return below
    above = upper_tail(values, among)
    upper, lower = np.minimum(above.upper, below.upper), np.minimum(above.lower, below.lower)
    drawn = above.drawn | below.drawn
    exact, draws = above.exact and below.exact, max(above.draws, below.draws)
    return Tail(np.minimum(1.0, 2 * upper), np.minimum(1.0, 2 * lower), exact, drawn, draws)


def z_star(values: Floats, among: Neighbors) -> Floats:
    """Gi* in standard deviations from its mean under randomisation (formula 14.3 for equal weights)."""
    n, size = len(values), among.count + 1.0
    apart = from_mean(values)
    deviation = apart.std() * np.sqrt(np.maximum(size * (n - size), 1.0) / (n - 1))
    return np.asarray((among.matrix @ apart + apart) / deviation, dtype=float)
