"""What an order of areas catches: held against a walk by hand, and against what cannot be beaten."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.evaluation.hits import PARTS, Hits, caught, hits

SEEDS = st.integers(0, 10_000)


def country(seed, count=200):
    rng = np.random.default_rng(seed)
    return (pd.Series(rng.gamma(1, 1, count)), pd.Series(rng.poisson(5, count).astype(float)))


def by_hand(order, cost, events, part):
    """The same by walking from area to area."""
    left, found = part * cost.sum(), 0.0
    for area in order.sort_values(ascending=False, kind="stable").index:
        share = min(1.0, left / cost[area])
        found, left = found + share * events[area], left - share * cost[area]
        if left <= 0:
            break
    return found / events.sum()


@given(seed=SEEDS)
def test_it_is_a_walk_from_area_to_area_until_the_part_is_spent(seed):
    cost, events = country(seed)
    order = pd.Series(np.random.default_rng(seed + 1).permutation(len(cost)) * 1.0)
    assert caught(order, cost, events) == pytest.approx([by_hand(order, cost, events, part) for part in PARTS])


@given(seed=SEEDS)
def test_no_order_catches_more_than_that_of_the_truth_per_cost(seed):
    cost, truth = country(seed)
    order = pd.Series(np.random.default_rng(seed + 1).normal(size=len(cost)))
    rows = hits({"any": order, "truth": truth / cost}, ("km2", cost), truth, truth)
    assert all(row.pei <= 1 + 1e-12 for row in rows)
    assert [row.pei for row in rows if row.order == "truth"] == pytest.approx([1.0] * 4)


def test_parts_are_one_two_five_and_ten_percent():
    assert PARTS == (0.01, 0.02, 0.05, 0.10)


def test_the_indices_are_those_of_their_papers():
    cost, truth = pd.Series(1.0, range(100)), pd.Series([30.0] + [1.0] * 99)
    last = pd.Series([10.0] + [1.0] * 99)
    first = hits({"first": pd.Series(range(100, 0, -1)) * 1.0}, ("km2", cost), truth, last)[0]
    assert first == Hits("first", "km2", 0.01, pytest.approx(30 / 129), pytest.approx(100 * 30 / 129),
                         pytest.approx(1.0), pytest.approx((30 / 129) / (10 / 109)))  # fmt: skip


def test_areas_without_cost_or_truth_take_no_part_and_unknown_ones_come_last():
    cost = pd.Series([0.0, 1.0, 1.0, np.nan, 8.0])
    events = pd.Series([100.0, 1.0, 3.0, 100.0, 0.0])
    order = pd.Series([9.0, np.nan, 1.0, 9.0, np.nan])
    assert caught(order, cost, events)[-1] == pytest.approx(0.75)
    assert np.isnan(caught(order, cost * 0, events)).all()
