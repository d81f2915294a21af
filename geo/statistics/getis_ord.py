"""Gi*: is the sum of an area and its neighbours larger than chance makes it?"""

import numpy as np
import pandas as pd

from geo.errors import StatisticError
from geo.measures import check_aligned
from geo.neighbors import Neighbors
from geo.statistics.exact import FLOOR, Floats, Lattice, chance_of_at_least, upper_tails
from geo.statistics.result import Alternative, How, LocalResult


def getis_ord(values: pd.Series, neighbors: Neighbors, *, alternative: Alternative) -> LocalResult:
    """Gi* of Getis and Ord with equal weights; p by exact conditional permutation, q by Benjamini-Hochberg.

    The values of the neighbours are drawn without replacement from all other areas, the area's own value stays where
    it is. Areas with NaN drop out and are not drawn either; areas without neighbours are drawn but not tested. Both
    come back NaN. Raises StatisticError where there is nothing to compare.

    Source: J.K. Ord and A. Getis (1995), Local spatial autocorrelation statistics, Geographical Analysis 27(4),
    286-306; the distribution: geo.statistics.exact.
    """
    check_aligned("getis_ord", values.index, neighbors.ids)
    known = values.notna().to_numpy()
    if values[known].nunique() < 2:  # one value everywhere
        raise StatisticError(
            f"getis_ord: {int(known.sum())} areas have a value and they do not differ: nothing to test"
        )
    among = neighbors.among(known)
    found = values[known].to_numpy(dtype=float)
    p, lower = p_values(found, among, alternative)
    tests = pd.DataFrame({"statistic": _z(found, among), "p": p, "lower": lower}, index=among.ids)[among.count > 0]
    return LocalResult.of(values.index, tests, among, alternative=alternative, how=How("certified", FLOOR))


def p_values(values: Floats, among: Neighbors, alternative: Alternative) -> tuple[Floats, Floats]:
    """Upper and lower end of p for the sum over the neighbours of each area; two-sided doubles the smaller tail."""
    if alternative == "greater":
        return _upper_tail(values, among)
    if alternative == "less":
        return _upper_tail(-values, among)
    above, below = _upper_tail(values, among), _upper_tail(-values, among)
    high, low = (np.minimum(1.0, 2 * np.minimum(one, other)) for one, other in zip(above, below, strict=True))
    return high, low


def _upper_tail(values: Floats, among: Neighbors) -> tuple[Floats, Floats]:
    """The chance of a sum at least as high: at most, and at least, for what rounding to the lattice leaves open."""
    counts = among.count.astype(np.int64)
    lattice = Lattice.of(values, int(counts.max()))
    sums, tails = among.matrix.astype(np.int64) @ lattice.values, upper_tails(lattice)
    high = chance_of_at_least(lattice, tails, sums - counts, counts)
    return high, np.minimum(high, chance_of_at_least(lattice, tails, sums + counts, counts))


def _z(values: Floats, among: Neighbors) -> Floats:
    """Gi* in standard deviations from its mean under randomisation (formula 14.3 for equal weights)."""
    n, size = len(values), among.count + 1.0
    total = among.matrix.astype(float) @ values + values
    spread = values.std() * np.sqrt(np.maximum(size * (n - size), 1.0) / (n - 1))
    return np.asarray((total - size * values.mean()) / spread, dtype=float)
