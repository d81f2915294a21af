"""The chances are exact: held against every subset, against the hypergeometric distribution and against the book."""

from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import block_diag, csr_array
from scipy.stats import hypergeom

from geo.neighbors import Neighbors
from geo.statistics import exact
from geo.statistics.exact import FLOOR, tails, upper_tail
from geo.statistics.lattice import Lattice
from tests.country import graph_of, grid, names
from tests.geo.statistics.permutations import drawn, every_subset

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
    tail = upper_tail(values * scale, neighbors)
    assert np.abs(tail.upper - true).max() < NOISE
    assert (tail.lower <= true + NOISE).all()
    assert tail.exact
    likely = true > 1e-9
    assert tail.upper[likely] == pytest.approx(true[likely], rel=1e-5)


@pytest.mark.parametrize(("count", "k"), [(10, 3), (30, 4), (692, 3), (14_500, 2), (20, 15), (40, 38)])
def test_the_largest_possible_sum_has_the_chance_of_one_subset(count, k):
    values = np.random.default_rng(count).permutation(np.arange(count) ** 2.0)
    highest = np.argsort(values)[::-1]
    middle = highest[k]
    neighbors = graph_of([(middle, other) for other in highest[:k]], count)
    tail = upper_tail(values, neighbors)
    assert tail.upper[middle] == pytest.approx(1 / comb(count - 1, k), rel=1e-4)


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
    tail = upper_tail(values, neighbors)
    tested = neighbors.count > 0
    assert not tail.exact
    assert (tail.lower <= true + NOISE)[tested].all()
    assert (tail.upper >= true - NOISE)[tested].all()
    if kind == "normal":
        assert tail.upper[tested] == pytest.approx(true[tested], rel=1e-2)


def test_an_area_without_neighbours_has_chance_one():
    tail = upper_tail(np.array([1.0, 2.0, 3.0]), graph_of([(0, 1)], 3))
    assert tail.upper[2] == tail.lower[2] == 1


def test_chances_are_never_below_the_floor_nor_above_one():
    values = np.repeat([1.0, 0.0], [200, 800])
    neighbors = cliques(1_000, 40)
    tail = upper_tail(values, neighbors)
    assert pd.Series(np.concatenate([tail.upper, tail.lower])).between(1e-12, 1).all()
    assert tail.upper.min() == 1e-12


def test_the_lower_end_is_never_above_the_upper_one():
    """On a rolling landscape some chances are so near 1 that only noise is left between the two ends."""
    column, row = np.meshgrid(np.arange(60), np.arange(60))
    neighbors = grid(60, 60)
    for seed in range(8):
        hills = np.sin(row / 6 + seed) + np.cos(column / 7)
        noise = np.random.default_rng(seed).normal(size=hills.shape)
        tail = upper_tail((hills + 0.3 * noise).ravel(), neighbors)
        assert (tail.lower <= tail.upper).all(), seed


# Deep tails and what always holds


def by_counting(values, neighbors, at):
    """The same in whole numbers of any length: subsets of all others by size and sum, one value after the other."""
    around = neighbors.matrix[[at]].indices
    k, most = len(around), int(values.max()) * len(around)
    ways = np.zeros((k + 1, most + 1), dtype=object)
    ways[0, 0] = 1
    for value in np.delete(values, at).tolist():
        before = ways.copy()
        ways[1:, value:] += before[:-1, : most + 1 - value]
    return Fraction(int(ways[k, values[around].sum() :].sum()), comb(len(values) - 1, k))


@pytest.mark.parametrize("kind", ["counts", "long tail", "zeros"])
def test_in_the_deepest_tail_p_is_that_of_counting_every_subset(kind):
    """Far beyond what can be drawn: a hot spot of ten areas amid 300."""
    rng = np.random.default_rng(7)
    values = {
        "counts": rng.poisson(4, 300),
        "long tail": np.floor(rng.gamma(0.3, 12, 300)).astype(int),
        "zeros": rng.poisson(0.1, 300),
    }[kind]
    neighbors = cliques(300, 9)
    *others, hot = np.split(rng.permuted(np.sort(values).reshape(30, 10), axis=1).ravel(), [44, 290])
    values = np.concatenate([others[0], hot, others[1]])
    assert (neighbors.count[44:54] == 9).all()
    tail = upper_tail(values.astype(float), neighbors).upper
    tested = np.arange(0, 120, 3)
    true = np.array([float(by_counting(values, neighbors, at)) for at in tested])
    assert true.min() < 1e-8
    assert np.abs(tail[tested] - np.maximum(true, FLOOR)).max() < NOISE
    deep = (true > 10 * FLOOR) & (true < 1e-6)
    assert tail[tested][deep] == pytest.approx(true[deep], rel=1e-2)


def test_a_million_draws_give_the_same_where_p_is_one_in_ten_thousand():
    rng = np.random.default_rng(3)
    values = rng.gamma(0.7, size=400)
    board = grid(20, 20)
    for heart in (84, 95, 270, 315):
        values[board.matrix[[heart]].indices[:3]] += 2.2
    tail = upper_tail(values, board)
    sample = np.flatnonzero((tail.upper > 3e-5) & (tail.upper < 2e-3))
    assert len(sample) > 3
    off = []
    for at in sample:
        share, draws = drawn(values, board, at, 1_000_000, rng)
        off.append((share - tail.upper[at]) / np.sqrt(tail.upper[at] / draws))
    assert np.abs(off).max() < 4
    assert np.mean(np.square(off)) < 3.5


@given(st.lists(st.integers(0, 5), min_size=9, max_size=9).filter(lambda some: len(set(some)) > 1), st.integers(0, 99))
def test_the_chances_of_all_sums_add_up_to_one(values, seed):
    """As high and as low together are everything, and the observed sum twice."""
    neighbors = Neighbors(names(9), csr_array(np.triu(np.random.default_rng(seed).random((9, 9)) < 0.4, 1).astype(int)))
    values = np.array(values, dtype=float)
    above, below = upper_tail(values, neighbors).upper, upper_tail(-values, neighbors).upper
    for at in np.flatnonzero(neighbors.count):
        around = neighbors.matrix[[at]].indices
        sums = [sum(some) for some in combinations(np.delete(values, at), len(around))]
        assert above[at] + below[at] == pytest.approx(1 + np.mean(np.array(sums) == values[around].sum()), abs=1e-12)


@pytest.mark.parametrize("kind", ["whole", "real"])
def test_for_every_number_of_neighbours_the_chances_are_those_of_something(kind):
    values = np.random.default_rng(1).gamma(1, 9, size=500)
    lattice = Lattice.of(np.rint(values) if kind == "whole" else values, 30)
    table = tails(lattice, 500, 30)
    assert table[:, 0] == pytest.approx(1, abs=1e-12)
    assert np.diff(table).max() <= NOISE
    mean = table[:, 1:].sum(axis=1)
    assert mean == pytest.approx(np.arange(31) * lattice.points.mean(), rel=1e-9)


@pytest.mark.parametrize("kind", ["whole", "real"])
def test_a_map_that_is_tested_in_parts_gives_what_it_gives_whole(kind):
    rng = np.random.default_rng(5)
    values, board = rng.gamma(1, 5, size=400), grid(20, 20)
    if kind == "whole":
        values = np.rint(values)
    whole, part_of = upper_tail(values, board), rng.integers(0, 4, 400)
    for part in range(4):
        rows = csr_array(board.matrix.multiply((part_of == part)[:, None]))
        rows.eliminate_zeros()
        tail, here = upper_tail(values, Neighbors(board.ids, rows)), part_of == part
        assert (tail.upper[~here] == 1).all()
        assert tail.upper[here] == pytest.approx(whole.upper[here], rel=1e-9)
        assert tail.lower[here] == pytest.approx(whole.lower[here], rel=1e-9)


@pytest.mark.parametrize(("count", "largest"), [(400, 199), (1_000, 300)])
def test_with_hundreds_of_neighbours_the_chance_is_still_hypergeometric(count, largest):
    rng = np.random.default_rng(1)
    values = (rng.random(count) < 0.2).astype(float)
    around = (rng.random((count, count)).argsort(axis=1) < rng.integers(1, largest + 1, (count, 1))).astype(int)
    np.fill_diagonal(around, 0)
    neighbors = Neighbors(names(count), csr_array(around))
    true = hypergeom.sf(around @ values - 1, count - 1, values.sum() - values, neighbors.count)
    assert np.abs(upper_tail(values, neighbors).upper - np.maximum(true, FLOOR)).max() < 10 * NOISE


@given(
    seed=st.integers(0, 2**32 - 1),
    largest=st.integers(1, 40),
    step=st.sampled_from([1, 2, 64, 256]),
    kinds=st.integers(1, 60),
)
def test_frequencies_at_which_larger_sets_are_nothing_need_no_more_of_them(seed, largest, step, kinds):
    """As when all are computed; also of values that are multiples of half a lattice, of which sums repeat."""
    rng, count = np.random.default_rng(seed), 3_000
    histogram = np.bincount(step * rng.integers(0, kinds, count) % 512, minlength=32_768)
    found = exact.tails_of(histogram, count, largest)
    with pytest.MonkeyPatch.context() as every:
        every.setattr(exact, "_enough", lambda _n, most: most + 1)
        whole = exact.tails_of(histogram, count, largest)
    assert np.abs(found - whole).max() < 1e-16


@pytest.mark.parametrize(
    ("count", "largest", "enough"),
    [(12_995, 101, 12), (390_000, 18, 6), (3_000, 40, 13), (300, 100, 101), (90, 60, 61)],
)
def test_how_many_in_a_row_tell_that_larger_sets_are_nothing(count, largest, enough):
    assert exact._enough(count, largest) == enough
