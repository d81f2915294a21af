"""Values as whole numbers: their own where they have a step, rounded ones with a bound on the error where not."""

from fractions import Fraction
from itertools import combinations
from math import gcd

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.errors import StatisticError
from geo.statistics import exact
from geo.statistics.exact import upper_tail
from geo.statistics.getis_ord import getis_ord
from geo.statistics.lattice import TABLE, Lattice
from tests.country import graph_of, grid, names

whole = st.lists(st.integers(-1_000, 1_000), min_size=2, max_size=30).filter(lambda some: len(set(some)) > 1)
steps = st.sampled_from([1, 5, 0.1, 0.001, 1 / 3, 1 / 7, 100 / 60, 1e6, 2.5e-9])


@given(whole, steps, st.integers(-500, 500))
def test_multiples_of_a_step_keep_a_lattice_of_their_own(figures, step, offset):
    figures = np.array(figures)
    lattice = Lattice.of((figures + offset) * step, 6)
    assert lattice.exact
    above = figures - figures.min()
    assert lattice.points.tolist() == (above // gcd(*above.tolist())).tolist()


@given(st.lists(st.fractions(0, 9, max_denominator=8), min_size=3, max_size=9).filter(lambda some: len(set(some)) > 1))
def test_fractions_that_are_equal_as_sums_are_equal_as_points(figures):
    lattice = Lattice.of(np.array([float(one) for one in figures]), 3)
    for one, other in combinations(combinations(range(len(figures)), 3), 2):
        tie = sum(figures[at] for at in one) == sum(figures[at] for at in other)
        assert (lattice.points[list(one)].sum() == lattice.points[list(other)].sum()) == tie


@pytest.mark.parametrize("kind", ["normal", "gamma", "mostly nothing"])
def test_real_numbers_have_no_step_and_are_rounded_by_half_a_point_at_most(kind):
    rng = np.random.default_rng(1)
    values = rng.gamma(0.5, size=5_000) if kind == "gamma" else rng.normal(size=5_000)
    if kind == "mostly nothing":
        values[rng.random(5_000) < 0.98] = 0
    lattice = Lattice.of(values, 6)
    assert 0.4 < lattice.error <= 0.5
    assert not lattice.exact
    scale = np.ptp(values) / lattice.points.max()
    assert np.abs(lattice.points * scale + values.min() - values).max() <= 0.5 * scale * (1 + 1e-9)


@given(st.integers(1, 256), st.sampled_from(["whole", "real"]))
@settings(max_examples=20)
def test_the_largest_sum_fits_and_a_table_of_all_sums_has_its_bound(largest, kind):
    values = np.random.default_rng(1).gamma(1, 1e5, size=2_000)
    lattice = Lattice.of(np.rint(values) if kind == "whole" else values, largest)
    assert int(np.sort(lattice.points)[-largest:].sum()) < lattice.length
    assert (largest + 1) * lattice.length <= TABLE


def test_more_values_than_can_be_told_apart_are_refused_and_flags_never_are():
    values = np.random.default_rng(1).normal(size=5_000)
    assert not Lattice.of(values, 256).exact
    for most in (257, 2_000):
        with pytest.raises(StatisticError, match=f"sums of {most} values that are not whole"):
            Lattice.of(values, most)
    assert Lattice.of((values > 0).astype(float), 1_000).exact


# What comes of it


@pytest.mark.parametrize("scale", [0.1, 1 / 60, 1e4, 1 / 3])
def test_what_ties_in_whole_numbers_ties_in_any_unit(scale):
    board, counts = grid(12, 12), np.random.default_rng(1).poisson(1, 144)
    one, other = (
        getis_ord(pd.Series(counts * times, index=board.ids), board, alternative="greater") for times in (1, scale)
    )
    assert one.how == other.how
    assert other.how.kind == "exact"
    assert other.p.to_numpy() == pytest.approx(one.p.to_numpy(), rel=1e-12)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 12)), min_size=8, max_size=8), st.integers(0, 99))
def test_rates_that_tie_as_fractions_tie(figures, seed):
    rates = [Fraction(*one) for one in figures]
    assume(len(set(rates)) > 1)
    pairs = list(combinations(range(8), 2))
    chosen = np.random.default_rng(seed).random(len(pairs)) < 0.3
    neighbors = graph_of([pair for pair, one in zip(pairs, chosen, strict=True) if one], 8)
    tail = upper_tail(np.array([events / exposure for events, exposure in figures]), neighbors)
    for at in np.flatnonzero(neighbors.count):
        around = neighbors.matrix[[at]].indices
        seen = sum(rates[one] for one in around)
        others = [rate for one, rate in enumerate(rates) if one != at]
        true = np.mean([sum(some) >= seen for some in combinations(others, len(around))])
        assert tail.upper[at] >= true - 1e-12
        assert tail.lower[at] <= true + 1e-12
        assert tail.upper[at] - tail.lower[at] <= (0 if tail.exact else 0.7)


def test_counting_and_rounding_agree():
    """The same figures, once as they are and once too fine for a step."""
    board = grid(12, 12)
    counts = np.random.default_rng(2).poisson(30, 144).astype(float)
    exact, rounded = upper_tail(counts, board), upper_tail(counts + np.linspace(0, 1e-3, 144) ** 2, board)
    assert (exact.exact, rounded.exact) == (True, False)
    assert (rounded.lower <= exact.upper + 1e-12).all()
    assert (rounded.upper >= exact.upper - 1e-12).all()


def test_an_answer_that_cannot_be_certain_nor_drawn_is_refused_with_the_way_out(monkeypatch):
    monkeypatch.setattr(exact, "ADDITIONS", 10**5)
    count, reach = 1_202, 150
    away = np.arange(1, reach + 1)
    rows = np.repeat(np.arange(count), 2 * reach)
    pairs = np.stack([rows, (rows + np.tile(np.concatenate([away, -away]), count)) % count])
    neighbors = graph_of(pairs[:, rows == 0].T.tolist(), count)
    with pytest.raises(StatisticError, match="take fewer neighbours"):
        getis_ord(pd.Series(np.random.default_rng(1).normal(size=count), names(count)), neighbors, alternative="less")
