"""Gi* with exact chances, held against every subset, random draws and esda."""

from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import block_diag, csr_array

from geo.errors import AlignmentError, StatisticError
from geo.neighbors import Neighbors
from geo.statistics.by_name import SEARCHES
from geo.statistics.getis_ord import getis_ord
from geo.statistics.lattice import FINE
from geo.statistics.significance import benjamini_hochberg
from geo.unknown import Unknown
from tests.country import graph_of, grid, names
from tests.geo.statistics.peers import esda_of, off_by
from tests.geo.statistics.permutations import drawn, every_subset

SIZE = 8
edges = st.sets(st.sampled_from(list(combinations(range(SIZE), 2))), min_size=3, max_size=14)
whole = st.lists(st.integers(-3, 3), min_size=SIZE, max_size=SIZE).filter(lambda some: len(set(some)) > 1)
real = st.lists(st.floats(-3, 3), min_size=SIZE, max_size=SIZE).filter(lambda some: np.ptp(some) > 1e-3)
maps = edges.map(lambda some: graph_of(some, SIZE))
BOARD = grid(7, 7)


def series(figures, index=None):
    return pd.Series(np.asarray(figures, dtype=float), index=names(len(figures)) if index is None else index)


def p_of(figures, neighbors, alternative="greater"):
    return getis_ord(series(figures, neighbors.ids), neighbors, alternative=alternative).p.to_numpy()


def bracket(values, neighbors):
    """The sums that the lattice may take for one another: half a step off for each neighbour, and for each drawn."""
    largest = int(neighbors.count.max())
    return largest * np.ptp(values) / ((FINE - 1) // largest)


DRAWN = 0.025
"""Five standard errors of a share of 9,999 draws, at most."""


def board_of_gammas(seed=1):
    return np.random.default_rng(seed).gamma(1.5, size=len(BOARD.ids))


@given(whole, maps)
def test_of_whole_numbers_p_is_the_share_of_all_subsets_ties_included(values, neighbors):
    assert p_of(values, neighbors) == pytest.approx(every_subset(values, neighbors), abs=1e-9, nan_ok=True)


@settings(max_examples=12)
@given(whole, maps)
def test_less_is_greater_of_the_negated_and_two_sided_is_twice_the_smaller(values, neighbors):
    values = np.array(values)
    greater, less = every_subset(values, neighbors), every_subset(-values, neighbors)
    assert p_of(values, neighbors, "less") == pytest.approx(less, abs=1e-9, nan_ok=True)
    two_sided = np.minimum(1, 2 * np.minimum(greater, less))
    assert p_of(values, neighbors, "two-sided") == pytest.approx(two_sided, abs=1e-9, nan_ok=True)


@settings(max_examples=12)
@given(real, maps)
def test_of_real_numbers_p_is_never_below_the_true_one_and_lies_within_what_rounding_leaves_open(values, neighbors):
    result = getis_ord(series(values), neighbors, alternative="greater")
    true, tested = every_subset(values, neighbors), result.p.notna().to_numpy()
    chance = DRAWN if result.how.drawn else 1e-9
    assert (result.lower <= true + 1e-9)[tested].all()
    assert (result.p >= true - chance)[tested].all()
    at_most = every_subset(values, neighbors, slack=bracket(values, neighbors))
    assert (result.p <= at_most + chance)[tested].all()


@settings(max_examples=12)
@given(real, maps, st.floats(-100, 100), st.floats(0.01, 100))
def test_shifting_and_stretching_values_changes_nothing_beyond_rounding(values, neighbors, shift, times):
    moved = shift + times * np.array(values)
    assume(np.ptp(moved) > 1e-3)
    found = getis_ord(series(moved), neighbors, alternative="greater")
    result, chance = found.p.to_numpy(), DRAWN if found.how.drawn else 1e-9
    tested = ~np.isnan(result)
    assert (result >= every_subset(values, neighbors, slack=-1e-6) - chance)[tested].all()
    at_most = every_subset(values, neighbors, slack=bracket(values, neighbors) + 1e-6)
    assert (result <= at_most + chance)[tested].all()


@given(whole, maps, st.permutations(range(SIZE)))
def test_what_areas_are_called_does_not_matter(values, neighbors, order):
    renamed = Neighbors(neighbors.ids[order], csr_array(neighbors.matrix[order][:, order]))
    before = getis_ord(series(values), neighbors, alternative="greater")
    after = getis_ord(series(values)[renamed.ids], renamed, alternative="greater")
    for part in ("statistic", "p", "q"):
        there, here = getattr(before, part), getattr(after, part)[neighbors.ids]
        assert here.to_numpy() == pytest.approx(there.to_numpy(), abs=1e-9, nan_ok=True)


@given(whole, maps, st.lists(st.booleans(), min_size=SIZE, max_size=SIZE))
def test_an_unknown_area_counts_in_no_way(values, neighbors, keep):
    keep = np.array(keep)
    known = np.array(values)[keep]
    assume(len(set(known)) > 1)
    result = getis_ord(series(values).where(keep), neighbors, alternative="greater")
    without = getis_ord(series(values)[keep], neighbors.among(keep), alternative="greater")
    for part in ("statistic", "p", "q"):
        assert getattr(result, part)[~keep].isna().all()
        assert getattr(result, part)[keep].equals(getattr(without, part))


@given(whole, maps, st.integers(-3, 3))
def test_an_island_is_not_tested_but_can_be_drawn(values, neighbors, island):
    more = Neighbors(names(SIZE + 1), csr_array(block_diag([neighbors.matrix, csr_array((1, 1))])))
    result = getis_ord(series([*values, island]), more, alternative="greater")
    assert np.isnan([result.statistic.iloc[-1], result.p.iloc[-1], result.q.iloc[-1]]).all()
    assert result.p.to_numpy() == pytest.approx(every_subset([*values, island], more), abs=1e-9, nan_ok=True)


@given(whole, maps)
def test_the_statistic_is_how_far_the_sum_lies_from_its_mean_when_all_are_drawn(values, neighbors):
    values, result = np.array(values), getis_ord(series(values), neighbors, alternative="greater").statistic
    for at in range(SIZE):
        around = [at, *neighbors.matrix[[at]].nonzero()[1]]
        sums = np.array([values[list(chosen)].sum() for chosen in combinations(range(SIZE), len(around))])
        if 1 < len(around) < SIZE:
            assert result.iloc[at] == pytest.approx((values[around].sum() - sums.mean()) / sums.std(), abs=1e-9)


@given(whole, maps)
def test_p_is_no_smaller_than_one_subset_and_the_largest_sum_has_just_that(values, neighbors):
    values = np.array(values) + np.arange(SIZE) / 100  # no ties
    result = p_of(values, neighbors)
    for at in np.flatnonzero(neighbors.count):
        around = neighbors.matrix[[at]].nonzero()[1]
        one_subset = 1 / comb(SIZE - 1, len(around))
        assert result[at] >= one_subset * (1 - 1e-9)
        if set(around) == set(np.argsort(np.where(np.arange(SIZE) == at, -99, values))[-len(around) :]):
            assert result[at] == pytest.approx(one_subset)


def test_on_testland_p_is_what_very_many_draws_give(borders):
    rng = np.random.default_rng(20)
    tied, long_tailed = rng.poisson(2, len(borders.ids)), rng.gamma(0.5, size=len(borders.ids))
    off = []
    for values in (tied, long_tailed):
        p = p_of(values, borders)
        sample = rng.choice(np.flatnonzero((p > 1e-3) & (p < 1 - 1e-3)), 8, replace=False)
        for at in sample:
            share, draws = drawn(values, borders, at, 200_000, rng)
            off.append((share - p[at]) / np.sqrt(p[at] * (1 - p[at]) / draws))
    assert np.abs(off).max() < 4
    assert np.mean(np.square(off)) < 2  # 16 squared standard normals: above 2 once in a hundred


def test_the_statistic_is_that_of_esda(borders):
    values = np.random.default_rng(2).gamma(2, size=len(borders.ids))
    result = getis_ord(series(values, borders.ids), borders, alternative="greater").statistic
    theirs = esda_of("G_Local", values, neighbors=borders, transform="B", star=True, permutations=0).Zs
    tested = borders.count > 0
    assert result[tested].to_numpy() == pytest.approx(theirs[tested], abs=1e-10)


def test_p_is_that_of_esda_but_for_the_chance_in_its_draws():
    values = board_of_gammas()
    draws = {"permutations": 9_999, "seed": 12345, "n_jobs": 1}
    theirs = esda_of("G_Local", values, neighbors=BOARD, transform="B", star=True, alternative="greater", **draws)
    assert np.abs(off_by(theirs.p_sim, p_of(values, BOARD), 9_999)).max() < 4.5


def test_a_hot_place_is_hot_also_where_values_lie_around_zero_or_below():
    values = np.random.default_rng(6).normal(size=49)
    hot = [8, 9, 10, 15, 16, 17, 22, 23, 24]
    values[hot] += 4
    for shift in (-values.mean(), -50.0):
        result = getis_ord(series(values + shift), BOARD, alternative="greater")
        assert result.p.idxmin() == result.statistic.idxmax() == "a0016"
        assert result.p["a0016"] < 1e-6
        assert result.statistic["a0016"] > 4


def test_p_and_q_come_with_how_they_were_found():
    result = getis_ord(series(board_of_gammas()), BOARD, alternative="greater")
    assert (str(result.how), result.tested) == ("exact conditional permutation, certified from above", 49)
    assert result.p.min() >= result.how.floor
    counted = getis_ord(series(board_of_gammas().round()), BOARD, alternative="greater")
    assert str(counted.how) == "exact conditional permutation"
    assert counted.lower.equals(counted.p)


@settings(max_examples=15)
@given(real, maps)
def test_q_is_certified_as_p_is_no_rounding_makes_an_area_hot(values, neighbors):
    result = getis_ord(series(values), neighbors, alternative="greater")
    true = benjamini_hochberg(every_subset(values, neighbors))
    assert (result.q.to_numpy() >= true - 1e-9)[~np.isnan(true)].all()


def test_an_area_that_was_not_tested_says_why():
    values = series([1, 2, 3, np.nan])
    result = getis_ord(values, graph_of([(0, 1), (2, 3)], 4), alternative="greater")
    assert result.reason.tolist() == [None, None, Unknown.ISLAND, Unknown.ABSENT]


@pytest.mark.parametrize("seed", range(60))
def test_any_map_gets_an_answer(seed):
    result = getis_ord(series(board_of_gammas(seed)), BOARD, alternative="greater")
    assert (result.q >= result.p).all()


@pytest.mark.parametrize("figures", [[1, 1, 1, np.nan], [np.nan] * 4, [2, np.nan, np.nan, np.nan]])
def test_where_nothing_differs_there_is_nothing_to_test(figures):
    with pytest.raises(StatisticError, match=f"the values of {np.isfinite(figures).sum()} areas do not differ"):
        getis_ord(series(figures), grid(2, 2), alternative="greater")


def test_a_country_of_islands_is_not_tested():
    result = getis_ord(series([1, 2, 3]), graph_of([], 3), alternative="greater")
    assert result.tested == 0


def test_values_of_other_areas_are_refused():
    with pytest.raises(AlignmentError, match="getis_ord"):
        getis_ord(series([1, 2, 3]), grid(2, 2), alternative="greater")


@pytest.mark.parametrize("name", SEARCHES)
def test_every_statistic_finds_a_planted_place_and_leaves_the_unknown_unknown(name):
    values = series(board_of_gammas())
    values.iloc[[24, 16, 17, 18, 23, 25, 30, 31, 32]] += 5
    values.iloc[0] = np.nan
    result = SEARCHES[name](values, BOARD, alternative="greater")
    assert result.q["a0024"] < 0.01
    assert np.isnan(result.q["a0000"])
