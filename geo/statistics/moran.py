"""Moran's I: do areas look more like their neighbours than chance makes them?

The weights of an area's neighbours add up to 1. An area without neighbours counts in mean and spread and its value can
be drawn for any other, but it has no neighbours to look like; so I keeps its mean of -1 / (n - 1) under permutation.
For rates give `geo.statistics.standardised.standardised(measure)`: the empirical-Bayes index of Assunção and Reis.

Sources: P.A.P. Moran (1950), Notes on continuous stochastic phenomena, Biometrika 37, 17-23; A.D. Cliff and J.K. Ord
(1981), Spatial processes, 1.5 and 2.3.
"""

from typing import Literal

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, diags_array

from geo.errors import StatisticError
from geo.measures import check_aligned
from geo.neighbors import Neighbors
from geo.statistics.global_result import GlobalResult
from geo.statistics.lattice import Floats
from geo.statistics.result import Alternative

Null = Literal["randomisation", "normality"]
"""What is held against: these values in any order, or n independent values from one normal distribution."""

AT_ONCE = 64
"""Permutations multiplied with the weights at the same time."""


def moran(values: pd.Series, neighbors: Neighbors, *, alternative: Alternative, null: Null) -> GlobalResult:
    """Moran's I with its mean and variance under `null`; p by the normal approximation. Areas with NaN drop out.

    Raises StatisticError where nothing differs, nobody has a neighbour, or there are fewer than four areas.
    """
    z, weights = _prepared(values, neighbors)
    return GlobalResult.normal(_moments(z, weights, null), alternative, null)


def moran_drawn(
    values: pd.Series, neighbors: Neighbors, *, alternative: Alternative, draws: int, seed: int
) -> GlobalResult:
    """Moran's I with its mean and variance under randomisation; p by permutation of all values. Else as `moran`."""
    if draws < 1:
        raise StatisticError(f"moran: at least 1 draw is needed, found {draws}")
    z, weights = _prepared(values, neighbors)
    random = np.random.default_rng(seed)
    found = np.empty(draws)
    for start in range(0, draws, AT_ONCE):
        many = random.permuted(np.tile(z[:, None], min(AT_ONCE, draws - start)), axis=0)
        found[start : start + AT_ONCE] = np.einsum("ij,ij->j", many, weights @ many)
    scale = len(z) / weights.sum() / (z @ z)
    return GlobalResult.drawn(_moments(z, weights, "randomisation"), scale * found, seed, alternative)


def _prepared(values: pd.Series, neighbors: Neighbors) -> tuple[Floats, csr_array]:
    """Distances from the mean of what is known, and weights that add up to 1 per area."""
    check_aligned("moran", values.index, neighbors.ids)
    known = values.notna().to_numpy()
    among, found = neighbors.among(known), values[known].to_numpy(dtype=float)
    if len(found) < 4 or np.ptp(found) == 0 or not among.count.any():
        raise StatisticError(
            f"moran: nothing to test in {len(found)} areas with a value, {np.unique(found).size} of them different and "
            f"{np.count_nonzero(among.count)} with a neighbour; at least 4 areas, 2 values and 2 neighbours are needed"
        )
    return found - found.mean(), row_standardised(among)


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
    alike = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    peaked = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    square = (alike - peaked) / ((n - 1) * (n - 2) * (n - 3) * s0**2)
    return statistic, expected, square - expected**2


def weight_sums(weights: csr_array) -> tuple[float, float, float]:
    """The sums over weights that both variances need: S0, S1 and S2 of Cliff and Ord."""
    both = weights + weights.T
    sides = weights.sum(axis=0) + weights.sum(axis=1)
    return float(weights.sum()), float((both.data**2).sum()) / 2, float((sides**2).sum())
