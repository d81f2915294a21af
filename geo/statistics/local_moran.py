"""Local Moran: is an area like its neighbours, more than chance makes it?

    I_i = z_i lag_i / m2,   z_i = x_i - mean,   lag_i = the mean of z over the neighbours,   m2 = sum z^2 / (n - 1)

Under conditional permutation x_i, the mean and m2 stay as they are and only the values of the neighbours are drawn. So
I_i is a fixed number times their sum plus another, and rises with that sum where z_i is above 0, falls with it where
z_i is below, and is always 0 where z_i is 0. Hence no table of its own: with S the sum over the neighbours,

    p of "greater" (like its neighbours)      P(S at least the observed) for z_i > 0, P(S at most) for z_i < 0
    p of "less" (unlike its neighbours)       the other tail
    p of "two-sided"                          twice the smaller tail, whatever the sign

and 1 for z_i = 0, where no neighbours could make a difference.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.alignment import check_aligned
from geo.neighbors import AnyNeighbors, Neighbors
from geo.statistics.exact import Tail
from geo.statistics.getis_ord import tail_of
from geo.statistics.lattice import Floats
from geo.statistics.moran import row_standardised
from geo.statistics.permutations import TIE
from geo.statistics.reference import reference
from geo.statistics.result import Alternative, LocalResult
from geo.variation import from_mean, noise

UNDEFINED = "undefined"
"""The quadrant of an area that lies, or whose neighbours lie, exactly at the mean."""


def local_moran(values: pd.Series, neighbors: AnyNeighbors, *, alternative: Alternative = "two-sided") -> LocalResult:
    """Local Moran's I of Anselin with weights that add up to 1; p by exact conditional permutation.

    "greater" looks for areas like their neighbours, high among high and low among low; "less" for outliers; by default
    both: `quadrants` says which. m2 divides by n - 1, as in GeoDa and esda, so that all I_i add up to n - 1 times
    Moran's I where nobody is an island (spdep divides by n). Areas with NaN drop out and are not drawn; areas without
    neighbours are drawn but not tested. Raises StatisticError where nothing differs.

    Source: L. Anselin (1995), Local indicators of spatial association - LISA, Geographical Analysis 27(2), 93-115.
    """
    borders = Neighbors.of(neighbors)
    known, figures = reference("local_moran", values, borders.ids)
    among = borders.among(known)
    z = standard_scores(figures)
    tail = product_tail(signs(figures), figures, among, alternative)
    statistic = (1 - 1 / len(z)) * z * (row_standardised(among) @ z)
    return LocalResult.of(values.index, known, among, (statistic, tail.upper, tail.lower), alternative, tail.how)


def quadrants(values: pd.Series, neighbors: AnyNeighbors) -> pd.Series:
    """HH, LL, HL or LH: the area itself high or low, and its neighbours on average, against the mean of all.

    "undefined" at exactly the mean; None where the value is unknown or no area borders. Not a test: see `local_moran`.

    >>> from scipy.sparse import diags_array
    >>> row = Neighbors(pd.RangeIndex(8), diags_array([1.0, 1.0], offsets=[-1, 1], shape=(8, 8)).tocsr())
    >>> values = pd.Series([9.0, 8.0, 9.0, 1.0, 2.0, 1.0, 2.0, 1.0])
    >>> quadrants(values, row).tolist()
    ['HH', 'HH', 'HH', 'LH', 'LL', 'LL', 'LL', 'LL']
    """
    borders = Neighbors.of(neighbors)
    check_aligned("quadrants", values.index, borders.ids)
    known = values.notna().to_numpy()
    return quadrants_of(values[known], values[known], borders.among(known), values.index)


def quadrants_of(own: pd.Series, around: pd.Series, among: Neighbors, every: pd.Index) -> pd.Series:
    """The quadrants of `own` in the area and `around` at its neighbours, both known; None for the rest of `every`."""
    own_signs, lag_signs = signs(own.to_numpy(dtype=float)), _lag_signs(around.to_numpy(dtype=float), among)
    letters = {1: "H", -1: "L"}
    named = {
        area: UNDEFINED if sign * lag == 0 else letters[sign] + letters[lag]
        for area, sign, lag, count in zip(own.index, own_signs, lag_signs, among.count, strict=True)
        if count
    }
    return pd.Series([named.get(area) for area in every], index=every, dtype=object)


def product_tail(sign: NDArray[np.int64], values: Floats, among: Neighbors, alternative: Alternative) -> Tail:
    """P of `sign` times the sum of `values` over the neighbours; 1 where the sign is 0."""
    if alternative == "two-sided":
        tail = other = tail_of(values, among, alternative)
    else:
        sides = {1: tail_of(values, among, "greater"), -1: tail_of(values, among, "less")}
        tail, other = (sides[1], sides[-1]) if alternative == "greater" else (sides[-1], sides[1])
    upper, lower, drawn = (
        np.where(sign > 0, of_high, np.where(sign < 0, of_low, none))
        for of_high, of_low, none in (
            (tail.upper, other.upper, 1.0), (tail.lower, other.lower, 1.0), (tail.drawn, other.drawn, False)
        )
    )  # fmt: skip
    return Tail(upper, lower, tail.exact and other.exact, drawn.astype(bool), max(tail.draws, other.draws))


def standard_scores(values: Floats) -> Floats:
    """Distance from the mean in standard deviations."""
    apart = from_mean(values)
    return np.asarray(apart / apart.std(), dtype=float)


def signs(values: Floats) -> NDArray[np.int64]:
    """1 above the mean, -1 below it, 0 at it but for rounding."""
    return _sign_beyond(from_mean(values), noise(values))


def _lag_signs(values: Floats, among: Neighbors) -> NDArray[np.int64]:
    """The same for the mean of the neighbours."""
    return _sign_beyond(row_standardised(among) @ from_mean(values), noise(values))


def _sign_beyond(distance: Floats, rounding: float) -> NDArray[np.int64]:
    least = max(TIE * float(np.abs(distance).max(initial=0.0)), len(distance) ** 0.5 * rounding)
    return np.where(np.abs(distance) <= least, 0, np.sign(distance)).astype(np.int64)
