"""Moran's I: do areas look more like their neighbours than chance makes them?

The weights of an area's neighbours add up to 1. An area without neighbours counts in mean and variance and its value
can be drawn for any other, but it adds nothing to I; so I keeps its mean of -1 / (n - 1) under permutation. For rates
give `geo.statistics.standardised.standardised(measure)`: the empirical-Bayes index of Assunção and Reis.

Sources: P.A.P. Moran (1950), Notes on continuous stochastic phenomena, Biometrika 37, 17-23; A.D. Cliff and J.K. Ord
(1981), Spatial processes, 1.5 and 2.3.
"""

from typing import Literal

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, diags_array

from geo.alignment import check_aligned
from geo.errors import StatisticError
from geo.messages import message
from geo.neighbors import AnyNeighbors, Neighbors
from geo.statistics.global_result import GlobalResult
from geo.statistics.lattice import Floats
from geo.statistics.reference import summable
from geo.statistics.result import Alternative
from geo.variation import differs, from_mean

Null = Literal["randomisation", "normality"]
"""The null hypothesis: these values in any order, or n independent values from one normal distribution."""

AT_ONCE = 64
"""Permutations multiplied with the weights at the same time; the number only bounds memory, draws stay the same."""


def moran(
    values: pd.Series, neighbors: AnyNeighbors, *, alternative: Alternative = "greater", null: Null = "randomisation"
) -> GlobalResult:
    """Moran's I with its mean and variance under `null`; p by the normal approximation. Areas with NaN drop out.

    By default it is tested whether neighbours are more similar than chance makes them, given these values.
    Raises StatisticError where nothing differs, no area has a neighbour, or there are fewer than four areas.

    >>> from scipy.sparse import diags_array
    >>> row = Neighbors(pd.RangeIndex(8), diags_array([1.0, 1.0], offsets=[-1, 1], shape=(8, 8)).tocsr())
    >>> values = pd.Series([9.0, 8.0, 9.0, 1.0, 2.0, 1.0, 2.0, 1.0])
    >>> moran(values, row)
    <GlobalResult: statistic 0.613, expected -0.143, z 2.01, p 0.0223 (greater; normal approximation, randomisation)>
    """
    z, weights = _prepared(values, neighbors)
    how = {"randomisation": message("randomisation"), "normality": message("normality")}[null]
    return GlobalResult.normal(_moments(z, weights, null), alternative, how)


def moran_drawn(
    values: pd.Series, neighbors: AnyNeighbors, *, alternative: Alternative = "greater", draws: int, seed: int
) -> GlobalResult:
    """Moran's I with its mean and variance under randomisation; p by permutation of all values. Else as `moran`."""
    if draws < 1:
        raise StatisticError("moran: at least 1 draw is needed, found {draws}", draws=draws)
    z, weights = _prepared(values, neighbors)
    random = np.random.default_rng(seed)
    products = np.empty(draws)
    for start in range(0, draws, AT_ONCE):
        permuted = random.permuted(np.tile(z[:, None], min(AT_ONCE, draws - start)), axis=0)
        products[start : start + AT_ONCE] = np.einsum("ij,ij->j", permuted, weights @ permuted)
    scale = len(z) / weights.sum() / (z @ z)
    return GlobalResult.drawn(_moments(z, weights, "randomisation"), scale * products, seed, alternative)


def _prepared(values: pd.Series, neighbors: AnyNeighbors) -> tuple[Floats, csr_array]:
    """Distances from the mean of the known values, and weights that add up to 1 per area."""
    borders = Neighbors.of(neighbors)
    check_aligned("moran", values.index, borders.ids)
    known = values.notna().to_numpy()
    among, figures = borders.among(known), values[known].to_numpy(dtype=float)
    if len(figures) < 4 or not differs(figures) or not among.count.any():
        raise StatisticError(
            "moran: nothing to test in {count} areas with a value, {different} of them different and {bordering} with "
            "a neighbour; at least 4 areas, 2 values and 2 neighbours are needed",
            count=len(figures),
            different=np.unique(figures).size,
            bordering=np.count_nonzero(among.count),
        )
    return from_mean(summable("moran", figures, values.index[known])), row_standardised(among)


def row_standardised(neighbors: Neighbors) -> csr_array:
    """Weights that add up to 1 for every area that has a neighbour."""
    return csr_array(diags_array(1.0 / np.maximum(neighbors.count, 1)) @ neighbors.matrix)


def _moments(z: Floats, weights: csr_array, null: Null) -> tuple[float, float, float]:
    """I, its mean and its variance (Cliff and Ord 1981, formulas 1.44, 2.11 and 2.12)."""
    n = len(z)
    s0, s1, s2 = weight_sums(weights)
    squares = float(z @ z)
    statistic = n / s0 * float(z @ (weights @ z)) / squares
    expected = -1.0 / (n - 1)
    if null == "normality":
        square = (n**2 * s1 - n * s2 + 3 * s0**2) / ((n - 1) * (n + 1) * s0**2)
        return statistic, expected, square - expected**2
    kurtosis = n * float((z**4).sum()) / squares**2
    plain = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    peaked = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    square = (plain - peaked) / ((n - 1) * (n - 2) * (n - 3) * s0**2)
    return statistic, expected, square - expected**2


def weight_sums(weights: csr_array) -> tuple[float, float, float]:
    """The sums over weights that both variances need: S0, S1 and S2 of Cliff and Ord."""
    both = weights + weights.T
    sides = weights.sum(axis=0) + weights.sum(axis=1)
    return float(weights.sum()), float((both.data**2).sum()) / 2, float((sides**2).sum())
