"""The parts that statistics share, each beside its formula."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geo.errors import AlignmentError, StatisticError
from geo.statistics.by_name import STATISTICS, Local
from geo.statistics.exact import Tail, upper_tail
from geo.statistics.getis_ord import getis_ord, tail_of, z_star
from geo.statistics.getis_ord_i import z_without
from geo.statistics.lattice import Lattice
from geo.statistics.local_moran import product_tail, quadrants, quadrants_of, signs, standard_scores
from geo.statistics.mann_kendall import MannKendall, mann_kendall
from geo.statistics.moran import weight_sums
from geo.statistics.of_rates import getis_ord_i_of_rates, getis_ord_of_rates, local_moran_of_rates
from geo.statistics.reference import reference
from geo.statistics.result import LocalStatistic
from geo.statistics.scan_kernel import improve, ratio
from geo.statistics.standardised import standardised
from geo.statistics.trends import Trends, trends
from tests.country import counted, graph_of, grid, names

EDGES = st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=20)
VALUES = st.lists(st.integers(-20, 20), min_size=8, max_size=8).filter(lambda some: len(set(some)) > 1).map(
    lambda some: np.array(some, dtype=float)
)  # fmt: skip


@given(EDGES, VALUES)
def test_gi_star_is_the_sum_less_its_mean_over_its_standard_deviation(edges, values):
    neighbors = graph_of(edges, 8)
    z = z_star(values, neighbors)
    for at in range(8):
        inside = [at, *neighbors.matrix[[at]].nonzero()[1]]
        size = len(inside)
        if size < 8:
            variance = values.var() * size * (8 - size) / 7
            assert z[at] == pytest.approx((values[inside].sum() - size * values.mean()) / np.sqrt(variance), abs=1e-9)


def test_gi_star_of_a_hot_spot_is_positive_and_of_a_cold_spot_negative():
    chain = graph_of([(0, 1), (1, 2), (2, 3)], 4)
    z = z_star(np.array([9.0, 9.0, 1.0, 1.0]), chain)
    assert z[0] > 0 > z[3]
    assert z[0] == pytest.approx(3**0.5)


@given(EDGES, VALUES)
def test_gi_is_the_weighted_sum_less_its_mean_over_its_standard_deviation_among_the_others(edges, values):
    neighbors = graph_of(edges, 8)
    z = z_without(values, csr_array(neighbors.matrix.astype(float)))
    for at in range(8):
        around, others = neighbors.matrix[[at]].nonzero()[1], np.delete(values, at)
        size = len(around)
        variance = others.var() * size * (7 - size) / 6
        expected = (values[around].sum() - size * others.mean()) / np.sqrt(variance) if variance > 1e-9 else 0
        assert z[at] == pytest.approx(expected, abs=1e-7)


@given(EDGES, VALUES)
def test_two_sided_doubles_the_smaller_tail_and_less_is_greater_of_the_opposite(edges, values):
    neighbors = graph_of(edges, 8)
    above, below = tail_of(values, neighbors, "greater"), tail_of(values, neighbors, "less")
    assert isinstance(above, Tail)
    assert np.array_equal(below.upper, upper_tail(-values, neighbors).upper)
    both = np.minimum(1, 2 * np.minimum(above.upper, below.upper))
    assert np.array_equal(tail_of(values, neighbors, "two-sided").upper, both)


@given(EDGES, VALUES)
def test_the_tail_of_a_product_is_that_of_its_sign_and_one_at_the_mean(edges, values):
    neighbors = graph_of(edges, 8)
    sign = np.array([1, -1, 0, 1, -1, 0, 1, -1])
    tail = product_tail(sign, values, neighbors, "greater").upper
    above, below = (tail_of(values, neighbors, side).upper for side in ("greater", "less"))
    assert np.array_equal(tail, np.select([sign > 0, sign < 0], [above, below], 1.0))


@given(VALUES)
def test_standard_scores_have_mean_0_and_variance_1_and_their_signs_are_the_signs(values):
    scores = standard_scores(values)
    assert (scores.mean(), scores.std()) == pytest.approx((0, 1), abs=1e-12)
    assert np.array_equal(signs(values), np.sign(scores.round(9)).astype(int))


@given(EDGES, VALUES)
def test_quadrants_of_a_value_among_itself_are_its_quadrants(edges, values):
    neighbors, series = graph_of(edges, 8), pd.Series(values, index=names(8))
    assert quadrants_of(series, series, neighbors, series.index).equals(quadrants(series, neighbors))


@given(EDGES)
def test_sums_of_weights_are_those_of_cliff_and_ord(edges):
    dense = graph_of(edges, 8).matrix.toarray() * np.arange(1.0, 9.0)
    s1 = ((dense + dense.T) ** 2).sum() / 2
    s2 = ((dense.sum(axis=0) + dense.sum(axis=1)) ** 2).sum()
    assert weight_sums(csr_array(dense)) == pytest.approx((dense.sum(), s1, s2))


def test_the_reference_set_is_what_has_a_value_that_is_finite_and_differs():
    values = pd.Series([1.0, np.nan, 3.0], index=names(3))
    known, figures = reference("x", values, names(3))
    assert (known.tolist(), figures.tolist()) == ([True, False, True], [1, 3])
    with pytest.raises(AlignmentError, match="x: not about the same areas: a0003"):
        reference("x", values, names(4))
    with pytest.raises(StatisticError, match="x: the values of 0 areas do not differ"):
        reference("x", values * np.nan)


@given(st.lists(st.integers(0, 40), min_size=2, max_size=9).filter(lambda some: len(set(some)) > 1))
def test_a_goal_on_an_exact_lattice_is_the_sum_itself(values):
    lattice = Lattice.of(np.array(values, dtype=float), 3)
    sums = lattice.positions[:2]
    goals = lattice.goals(sums, np.ones(2, dtype=np.int64))
    assert goals.tolist() == [sums.astype(int).tolist()] * 2


def test_the_goals_of_rounded_values_lie_around_the_sum():
    lattice = Lattice.of(np.random.default_rng(1).normal(size=30), 3)
    low, high = lattice.goals(lattice.positions, np.ones(30, dtype=np.int64))
    assert not lattice.exact
    assert (low - 1 < lattice.positions).all()
    assert (high >= lattice.positions).all()
    assert (high - low <= 2).all()


def test_a_window_improves_only_the_draws_in_which_it_stands_out_more():
    best = np.array([0.0, 99.0, 0.0])
    root = np.sqrt(best)
    improve(best, root, np.array([12, 12, 3], dtype=np.int32), 6.0, 100.0)
    assert best.tolist() == [ratio(12.0, 6.0, 100.0), 99.0, 0.0]
    assert root[0] ** 2 == pytest.approx(2.513465)


def test_a_trend_test_gives_s_tau_and_p_of_each_row():
    test = mann_kendall(np.array([[1.0, 2.0, 3.0, 4.0, 5.0]]))
    assert isinstance(test, MannKendall)
    assert (test.s[0], test.tau[0], test.p[0]) == pytest.approx((10, 1, 2 / 120))


def test_trends_of_years_that_are_not_in_order_are_refused():
    board = grid(3, 3)
    years = {2020 + year: pd.Series(np.arange(9.0) ** (1 + year), index=board.ids) for year in range(5)}
    result = trends(dict(reversed(years.items())), board, max_q=0.05)
    assert list(result.years) == sorted(years)
    with pytest.raises(StatisticError, match="trends: years must be in order, found 2024, 2023"):
        Trends(dict(reversed(result.years.items())), result.s, result.tau, result.p, result.trend, 0.05, 0.1)


@pytest.mark.parametrize(
    ("of_rates", "name"),
    [(getis_ord_of_rates, "getis_ord"), (getis_ord_i_of_rates, "getis_ord_i"), (local_moran_of_rates, "local_moran")],
)
def test_statistics_of_rates_are_those_of_standardised_rates(of_rates, name):
    board, rng = grid(5, 5), np.random.default_rng(1)
    measure = counted(rng.poisson(9, 25), rng.integers(0, 3, 25) * 50)
    test: LocalStatistic = STATISTICS[name].test
    result, plain = (
        of_rates(measure, board),
        test(standardised(measure), board, alternative=of_rates.__kwdefaults__["alternative"]),
    )
    assert result.p.equals(plain.p)
    assert result.reason[~measure.known].tolist() == measure.reason[~measure.known].tolist()


def test_statistics_by_name_are_these():
    assert set(STATISTICS) == {
        "getis_ord", "getis_ord_i", "local_moran", "getis_ord_of_rates", "getis_ord_i_of_rates", "local_moran_of_rates",
        "local_join_counts", "local_moran_among", "getis_ord_rings", "getis_ord_weighted", "getis_ord_total",
        "place_scan", "scan", "trends",
    }  # fmt: skip
    assert all(isinstance(statistic, Local) for statistic in STATISTICS.values())
    assert STATISTICS["getis_ord"].test is getis_ord
