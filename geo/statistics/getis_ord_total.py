"""Gi* in which an area's own value counts: is its sum with its neighbours larger than any areas would give?

Conditional permutation leaves the own value where it is, so that an area at the top with quiet neighbours is not
significant, whatever its own figures (geo.statistics.getis_ord). Total permutation draws all of them, the own value
too: k + 1 of all n values. Their chances are the table of geo.statistics.exact as it stands, without the step that
takes the area itself out.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geo.errors import StatisticError
from geo.messages import message
from geo.neighbors import AnyNeighbors, Neighbors, rings
from geo.statistics.compiling import log_compilation
from geo.statistics.exact import DRAWS, FLOOR, SEED, Tail, groups, in_doubt, tails
from geo.statistics.getis_ord import z_star
from geo.statistics.lattice import Floats, Lattice
from geo.statistics.reference import reference
from geo.statistics.result import Alternative, LocalResult
from geo.variation import noise

TOTAL = message("total permutation, over one and two rings of neighbours")


def getis_ord_total(values: pd.Series, neighbors: AnyNeighbors, *, alternative: Alternative = "greater") -> LocalResult:
    """Gi* with equal weights, over one ring of neighbours and over two; p by exact total permutation.

    P is twice the smaller of the two rings, so that trying both costs what it should; q is by Benjamini-Hochberg. The
    statistic is Gi* in standard deviations for the ring of the smaller p. By default sums that are high are tested.

    Areas with NaN drop out and are not drawn; areas without neighbours are drawn but not tested. Raises StatisticError
    where there is nothing to compare.

    Source: A. Getis and J.K. Ord (1992), The analysis of spatial association by use of distance statistics,
    Geographical Analysis 24(3), 189-206, for Gi* under randomisation of all values.

    >>> from scipy.sparse import diags_array
    >>> row = Neighbors(pd.RangeIndex(8), diags_array([1.0, 1.0], offsets=[-1, 1], shape=(8, 8)).tocsr())
    >>> values = pd.Series([9.0, 8.0, 9.0, 1.0, 2.0, 1.0, 2.0, 1.0])
    >>> getis_ord_total(values, row).p.round(3).tolist()
    [0.036, 0.036, 0.25, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    borders = Neighbors.of(neighbors)
    known, figures = reference("getis_ord_total", values, borders.ids)
    among = borders.among(known)
    near, far = among, _together(among)
    found = [_tail_of(figures, reach, alternative) for reach in (near, far)]
    nearer = found[0].upper <= found[1].upper
    statistic = np.where(nearer, z_star(figures, near), z_star(figures, far))
    upper, lower = (
        np.minimum(1.0, 2 * np.minimum(getattr(found[0], end), getattr(found[1], end))) for end in ("upper", "lower")
    )
    how = _both(found[0], found[1], upper, lower).how_over(TOTAL)
    return LocalResult.of(values.index, known, among, (statistic, upper, lower), alternative, how)


def _together(among: Neighbors) -> Neighbors:
    """Who lies at one step or two."""
    first, second = rings(among, 2)
    return Neighbors(among.ids, csr_array(first.matrix + second.matrix))


def _tail_of(values: Floats, among: Neighbors, alternative: Alternative) -> Tail:
    """P of the sum of each area and its neighbours; two-sided doubles the smaller tail."""
    if alternative == "greater":
        return total_tail(values, among)
    below = total_tail(-values, among)
    if alternative == "less":
        return below
    above = total_tail(values, among)
    upper, lower = np.minimum(above.upper, below.upper), np.minimum(above.lower, below.lower)
    return _both(above, below, np.minimum(1.0, 2 * upper), np.minimum(1.0, 2 * lower))


def _both(one: Tail, other: Tail, upper: Floats, lower: Floats) -> Tail:
    """What came of two tails."""
    return Tail(upper, lower, one.exact and other.exact, one.drawn | other.drawn, max(one.draws, other.draws))


def total_tail(values: Floats, neighbors: Neighbors) -> Tail:
    """The chance, for every area, that as many values as it and its neighbours, drawn from all, sum as high.

    Args:
        values: one finite number per area, not all equal.
        neighbors: who borders whom.

    Where the bracket of p is too wide, beside an extreme value, or there is none, of very many neighbours, p is drawn.
    """
    counts = neighbors.count.astype(np.int64) + 1
    upper, lower = np.ones(len(values)), np.ones(len(values))
    exact, n = True, len(values)
    with log_compilation():
        for areas, mirrored in groups(counts, n):
            size = n - counts[areas] if mirrored else counts[areas]
            try:
                lattice = Lattice.of(-values if mirrored else values, max(int(size.max()), 1))
            except StatisticError:  # values that cannot be told apart well enough
                lower[areas], exact = 0.0, False
                continue
            sums = (neighbors.matrix @ lattice.positions + lattice.positions)[areas]
            if mirrored:  # as high a sum of k is as low a sum of the rest, which is as high a sum of the rest mirrored
                sums = lattice.positions.sum() - sums
            table = tails(lattice, n, int(size.max()))
            high, certain = lattice.goals(sums, size).clip(0, table.shape[1] - 1)
            upper[areas], lower[areas] = table[size, high], table[size, certain]
            exact &= lattice.exact
    upper = np.clip(upper, FLOOR, 1.0)
    lower = np.clip(lower, FLOOR, upper)
    drawn = in_doubt(upper, lower, n, counts)
    if drawn.any():
        upper[drawn] = _drawn(values, neighbors, np.flatnonzero(drawn))
        lower = np.minimum(lower, upper)
    return Tail(upper, lower, exact, drawn, DRAWS if drawn.any() else 0)


def _drawn(values: Floats, neighbors: Neighbors, areas: NDArray[np.intp]) -> Floats:
    """The share of draws from all values with a sum at least that of each area, the observed counted as one. The first
    of all values in random order are a draw of every size.
    """
    above = values - values.min()
    sums = (neighbors.matrix @ above + above)[areas]
    sizes, which = np.unique(neighbors.count[areas] + 1, return_inverse=True)
    least = sums - sizes[which] * noise(values)
    rng, counted = np.random.default_rng(SEED), np.ones(len(areas))
    for _ in range(DRAWS):
        counted += np.cumsum(rng.permutation(above)[: sizes[-1]])[sizes - 1][which] >= least
    return counted / (DRAWS + 1)
