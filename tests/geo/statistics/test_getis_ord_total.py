"""Gi* by total permutation: p is what enumeration of every choice of values gives, and the own value counts."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import StatisticError
from geo.neighbors import Neighbors
from geo.statistics.getis_ord import getis_ord
from geo.statistics.getis_ord_total import getis_ord_total, total_tail
from tests.country import graph_of, grid, names


def enumerated(values, group):
    """The share of all choices of as many values that sum as high."""
    sums = [sum(choice) for choice in combinations(values, len(group))]
    return np.mean([one >= sum(values[at] for at in group) - 1e-9 for one in sums])


def within(neighbors, at, steps):
    """The area and all at so many steps at most."""
    reached = {at}
    for _ in range(steps):
        reached |= {int(other) for one in reached for other in neighbors.matrix[[one]].nonzero()[1]}
    return sorted(reached)


@st.composite
def small_maps(draw):
    count = draw(st.integers(4, 10))
    pairs = draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), min_size=3, max_size=14))
    values = draw(st.lists(st.integers(0, 6), min_size=count, max_size=count).filter(lambda one: len(set(one)) > 1))
    return graph_of(pairs, count), [float(one) for one in values]


@settings(max_examples=40, deadline=None)
@given(small_maps())
def test_p_of_one_ring_is_that_of_every_choice(case):
    neighbors, values = case
    tail = total_tail(np.array(values), neighbors)
    assert tail.exact
    for at in range(len(values)):
        assert tail.upper[at] == pytest.approx(enumerated(values, within(neighbors, at, 1)), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(small_maps())
def test_p_is_twice_the_smaller_of_one_ring_and_two(case):
    neighbors, values = case
    found = getis_ord_total(pd.Series(values, index=neighbors.ids), neighbors)
    for at in np.flatnonzero(neighbors.count > 0):
        rings = [enumerated(values, within(neighbors, int(at), steps)) for steps in (1, 2)]
        assert found.p.iloc[at] == pytest.approx(min(1.0, 2 * min(rings)), abs=1e-9)
    assert found.p.isna().equals(pd.Series(neighbors.count == 0, index=neighbors.ids))


def test_values_that_are_not_whole_are_certified_around_the_truth():
    rng = np.random.default_rng(3)
    values = list(rng.normal(size=12))
    tail = total_tail(np.array(values), grid(4, 3))
    for at in range(12):
        truth = enumerated(values, within(grid(4, 3), at, 1))
        assert tail.lower[at] - 1e-9 <= truth <= tail.upper[at] + 1e-9


def test_the_own_value_counts():
    values = pd.Series(np.random.default_rng(1).normal(size=400), index=names(400))
    neighbors = grid(20, 20)
    before, conditional = getis_ord_total(values, neighbors).p, getis_ord(values, neighbors).p
    values.iloc[210] = 8.0
    assert getis_ord(values, neighbors).p.iloc[210] == pytest.approx(conditional.iloc[210], rel=0.05)
    assert getis_ord_total(values, neighbors).p.iloc[210] < before.iloc[210] / 5


@pytest.mark.parametrize("alternative", ["less", "two-sided"])
def test_cold_spots_are_hot_spots_of_what_is_turned_round(alternative):
    values = pd.Series(np.random.default_rng(2).integers(0, 9, 100).astype(float), index=names(100))
    neighbors = grid(10, 10)
    low, high = getis_ord_total(-values, neighbors).p, getis_ord_total(values, neighbors).p
    found = getis_ord_total(values, neighbors, alternative=alternative).p
    expected = low if alternative == "less" else (2 * np.minimum(low, high)).clip(upper=1)
    assert found.to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-9)


def test_values_that_do_not_differ_are_refused():
    with pytest.raises(StatisticError, match="getis_ord_total: the values of 4 areas do not differ"):
        getis_ord_total(pd.Series(1.0, index=names(4)), grid(2, 2))


def test_a_map_of_which_most_is_around_every_area_is_computed_by_the_rest():
    values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0]
    everybody = graph_of([(a, b) for a, b in combinations(range(6), 2) if (a, b) != (0, 5)], 6)
    tail = total_tail(np.array(values), Neighbors(everybody.ids, everybody.matrix))
    assert tail.upper == pytest.approx([enumerated(values, within(everybody, at, 1)) for at in range(6)])
