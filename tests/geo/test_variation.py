"""What floating point makes of equal figures is no difference, and what all figures have in common takes none away."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.deviations import absolute, log_odds, relative, standardise
from geo.errors import StatisticError
from geo.measures import Measure
from geo.rates import rates
from geo.statistics.by_name import STATISTICS
from geo.statistics.moran import moran, moran_drawn
from geo.statistics.standardised import standardised
from geo.variation import are_whole, differs, from_mean, noise, same
from tests.country import grid, names

weights = st.lists(st.floats(1, 1e6), min_size=2, max_size=40)
BOARD = grid(12, 12)


def level_of(value, weight):
    weight = pd.Series(weight, index=names(len(weight)))
    return Measure.of("m", weight * value, weight, pd.Series(None, index=weight.index, dtype=object), shrunk=False)


@given(weights, st.floats(1e-3, 1e6))
def test_a_level_that_is_the_same_everywhere_deviates_nowhere(weight, level):
    measure = level_of(level, weight)
    values = rates(measure)
    assert not differs(values.to_numpy())
    for deviation in (absolute, relative):
        assert standardise(deviation(values, measure.national)).tolist() == [0.0] * len(weight)
    assert standardised(measure).tolist() == [0.0] * len(weight)


@given(weights, st.floats(0.001, 1.0))
def test_a_share_that_is_the_same_everywhere_deviates_nowhere_that_of_all_included(weight, share):
    for value in (share, 1.0):
        measure = level_of(value, weight)
        assert standardise(log_odds(rates(measure), measure.national)).tolist() == [0.0] * len(weight)


def test_a_share_of_all_deviates_by_no_bound_where_others_have_less():
    assert log_odds(pd.Series([1.0, 1 - 1e-16, 0.5]), 0.7).tolist()[:2] == [np.inf, np.inf]
    assert not same(pd.Series([np.inf, np.nan]), 0.7).any()


@given(st.lists(st.integers(-1_000, 1_000), min_size=1, max_size=30), st.sampled_from([0, 10**12, 2**53 - 4_000]))
def test_whole_numbers_differ_where_they_do_however_large(figures, offset):
    values = np.array(figures, dtype=float) + offset
    assert are_whole(values)
    assert differs(values) == (len(set(figures)) > 1)
    true = np.array(figures) - np.mean(figures)
    assert from_mean(values) == pytest.approx(true, abs=1e-9)
    assert noise(values) <= 1e-12 * max(np.ptp(values), 1)


def test_real_numbers_differ_by_more_than_a_millionth_of_a_millionth():
    assert not differs(np.array([1.5, 1.5 * (1 + 0.9e-12)]))
    assert differs(np.array([1.5, 1.5 * (1 + 1.2e-12)]))


@pytest.mark.parametrize("name", ["getis_ord", "getis_ord_i", "local_moran"])
@pytest.mark.parametrize("values", [(0.3, 0.1 + 0.2), (33.3, 33.3 * 7 / 7.000000000000001), (1.0, sum([0.1] * 10))])
def test_values_that_are_equal_but_for_rounding_are_refused(name, values):
    figures = pd.Series(np.where(np.arange(144) % 12 < 5, *values), index=BOARD.ids)
    with pytest.raises(StatisticError, match="do not differ"):
        STATISTICS[name].test(figures, BOARD, alternative="greater")
    with pytest.raises(StatisticError, match="nothing to test"):
        moran(figures, BOARD)
    with pytest.raises(StatisticError, match="nothing to test"):
        moran_drawn(figures, BOARD, draws=9, seed=1)
    with pytest.raises(StatisticError, match="does not differ"):
        STATISTICS["local_moran_among"].test(figures, figures * np.arange(144), BOARD)


@pytest.mark.parametrize("offset", [1e9, 1e12, 2.0**53 - 4_000])
@pytest.mark.parametrize("name", ["getis_ord", "getis_ord_i", "local_moran"])
@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
def test_what_is_added_to_all_counts_changes_nothing(name, offset, alternative):
    counts = pd.Series(np.random.default_rng(1).poisson(20, 144).astype(float), index=BOARD.ids)
    with_it = STATISTICS[name].test(counts + offset, BOARD, alternative=alternative)
    without = STATISTICS[name].test(counts, BOARD, alternative=alternative)
    assert with_it.how == without.how
    assert with_it.statistic.to_numpy() == pytest.approx(without.statistic.to_numpy(), abs=1e-9)
    assert with_it.p.to_numpy() == pytest.approx(without.p.to_numpy(), abs=1e-12)
    assert moran(counts + offset, BOARD).z == pytest.approx(moran(counts, BOARD).z, abs=1e-9)


@pytest.mark.parametrize("power", [-900, -300, 300, 900])
@pytest.mark.parametrize("name", ["getis_ord", "getis_ord_i", "getis_ord_total", "local_moran"])
def test_the_unit_of_values_changes_nothing_however_large_or_small(name, power):
    values = pd.Series(np.random.default_rng(1).poisson(20, 144).astype(float), index=BOARD.ids)
    scaled = STATISTICS[name].test(values * 2.0**power, BOARD, alternative="greater")
    same_as = STATISTICS[name].test(values, BOARD, alternative="greater")
    assert scaled.statistic.to_numpy() == pytest.approx(same_as.statistic.to_numpy(), rel=1e-12)
    assert scaled.p.to_numpy() == pytest.approx(same_as.p.to_numpy(), rel=1e-12)
