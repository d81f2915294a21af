"""The chances are exact: held against every subset, against the hypergeometric distribution and against the book."""

from math import comb

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import block_diag, csr_array
from scipy.stats import hypergeom

from geo.neighbors import Neighbors
from geo.statistics.exact import FLOOR, upper_tail
from tests.country import graph_of, grid, names
from tests.geo.statistics.permutations import every_subset

NOISE = 1e-14
"""What a transform of up to two million points leaves, in chances of 1."""


def cliques(count, largest):
    """Areas in groups in which all border all others, of two areas up to one more than `largest`, over and over."""
    sizes = np.resize(np.arange(2, largest + 2), count)
    sizes = sizes[np.cumsum(sizes) <= count]
    alone = csr_array((count - sizes.sum(),) * 2)
    groups = [csr_array(np.ones((size, size)) - np.eye(size)) for size in sizes]
    return Neighbors(names(count), csr_array(block_diag([*groups, alone])))


@pytest.mark.parametrize("scale", [1, 0.1])
@pytest.mark.parametrize(("count", "ones", "largest"), [(120, 12, 40), (1_000, 500, 20), (14_500, 300, 40)])
def test_of_zeros_and_ones_the_chance_is_hypergeometric(count, ones, largest, scale):
    rng = np.random.default_rng(count)
    values = rng.permutation(np.repeat([1, 0], [ones, count - ones]))
    neighbors = cliques(count, largest)
    around = neighbors.matrix.astype(int) @ values
    true = np.maximum(hypergeom.sf(around - 1, count - 1, ones - values, neighbors.count), FLOOR)
    found = upper_tail(values * scale, neighbors)
    assert np.abs(found.upper - true).max() < NOISE
    assert (found.lower <= true + NOISE).all()
    assert found.exact == (scale == 1)
    likely = true > 1e-9
    assert found.upper[likely] == pytest.approx(true[likely], rel=1e-5)


@pytest.mark.parametrize(("count", "k"), [(10, 3), (30, 4), (692, 3), (14_500, 2), (20, 15), (40, 38)])
def test_the_largest_possible_sum_has_the_chance_of_one_subset(count, k):
    values = np.random.default_rng(count).permutation(np.arange(count) ** 2.0)
    highest = np.argsort(values)[::-1]
    middle = highest[k]
    neighbors = graph_of([(middle, other) for other in highest[:k]], count)
    found = upper_tail(values, neighbors)
    assert found.upper[middle] == pytest.approx(1 / comb(count - 1, k), rel=1e-4)


@pytest.mark.parametrize("count", [3, 10, 40, 100, 400])
def test_with_nearly_all_others_as_neighbours_the_chance_is_still_exact(count):
    values = np.random.default_rng(count).permutation(np.arange(count) % 2)
    for missing in range(min(3, count - 1)):
        neighbors = graph_of([(0, other) for other in range(1, count - missing)], count)
        around = values[1 : count - missing].sum()
        true = hypergeom.sf(around - 1, count - 1, values[1:].sum(), count - 1 - missing)
        assert upper_tail(values.astype(float), neighbors).upper[0] == pytest.approx(true, rel=1e-9)


@pytest.mark.parametrize("kind", ["normal", "long tail", "outlier"])
def test_the_true_chance_lies_within_a_narrow_bracket(kind):
    rng = np.random.default_rng(11)
    values = rng.normal(size=16)
    if kind == "long tail":
        values = np.exp(2 * values)
    elif kind == "outlier":
        values[3] = 1e4  # one extreme area takes nearly the whole lattice
    neighbors = cliques(16, 5)
    true = every_subset(values, neighbors)
    found = upper_tail(values, neighbors)
    tested = neighbors.count > 0
    assert not found.exact
    assert (found.lower <= true + NOISE)[tested].all()
    assert (found.upper >= true - NOISE)[tested].all()
    if kind == "normal":
        assert found.upper[tested] == pytest.approx(true[tested], rel=1e-2)


def test_an_area_without_neighbours_has_chance_one():
    found = upper_tail(np.array([1.0, 2.0, 3.0]), graph_of([(0, 1)], 3))
    assert found.upper[2] == found.lower[2] == 1


def test_chances_are_never_below_the_floor_nor_above_one():
    values = np.repeat([1.0, 0.0], [200, 800])
    neighbors = cliques(1_000, 40)
    found = upper_tail(values, neighbors)
    assert pd.Series(np.concatenate([found.upper, found.lower])).between(FLOOR, 1).all()
    assert found.upper.min() == FLOOR


def test_the_lower_end_is_never_above_the_upper_one():
    """On a rolling landscape some chances are so near 1 that only noise is left between the two ends."""
    column, row = np.meshgrid(np.arange(60), np.arange(60))
    neighbors = grid(60, 60)
    for seed in range(8):
        hills = np.sin(row / 6 + seed) + np.cos(column / 7)
        noise = np.random.default_rng(seed).normal(size=hills.shape)
        found = upper_tail((hills + 0.3 * noise).ravel(), neighbors)
        assert (found.lower <= found.upper).all(), seed
