"""Hot spots through the years, and the exact Mann-Kendall test beneath, held against every order of the years."""

from itertools import permutations

import numpy as np
import pandas as pd
import pymannkendall
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from geo import deviations
from geo.errors import AlignmentError, StatisticError
from geo.measures import Measure
from geo.neighbors import queen
from geo.rates import rates
from geo.statistics.mann_kendall import LONGEST, mann_kendall
from geo.statistics.trend import Trend
from geo.statistics.trends import trends
from geo.unknown import Unknown
from tests.country import graph_of, grid

BOARD = grid(9, 9)
HEART = "a0040"
AROUND = [30, 31, 32, 39, 40, 41, 48, 49, 50]
YEARS = range(2021, 2026)

tied = st.lists(st.integers(0, 3), min_size=2, max_size=6)
different = st.lists(st.integers(-99, 99), min_size=3, max_size=10, unique=True)
heights = st.lists(st.integers(0, 12), min_size=5, max_size=5)


def of(*series):
    return mann_kendall(np.array(series, dtype=float))


def s_of(series):
    return sum(np.sign(later - one) for at, one in enumerate(series) for later in series[at + 1 :])


def board(years):
    """A board for each year, of which the heart is as high as given and the rest is noise around 0."""
    values = np.random.default_rng(5).normal(size=(len(years), 81)).round()
    values[:, AROUND] = np.array(years, dtype=float)[:, None]
    return values


def by_year(values):
    return {2021 + at: pd.Series(one, index=BOARD.ids) for at, one in enumerate(values)}


def through(years, **how):
    return trends(by_year(board(years)), BOARD, **{"max_q": 0.05} | how)


@given(tied)
def test_p_is_the_share_of_all_orders_with_as_strong_a_trend_ties_included(series):
    result = of(series)
    orders = np.array([s_of(order) for order in permutations(series)])
    assert result.s[0] == s_of(series)
    assert result.p[0] == pytest.approx(np.mean(np.abs(orders) >= abs(result.s[0])), rel=1e-12)


@given(different)
def test_without_ties_tau_and_p_are_those_of_kendall(series):
    theirs = kendalltau(range(len(series)), series, method="exact")
    result = of(series)
    assert (result.tau[0], result.p[0]) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-9)


@pytest.mark.parametrize("length", [LONGEST + 1, 40])
def test_long_series_have_the_p_of_pymannkendall(length):
    rng = np.random.default_rng(length)
    series = rng.integers(0, 9, (20, length)) + np.linspace(0, 3, length)
    series[::2] = series[::2].round()
    result, theirs = of(*series), [pymannkendall.original_test(one) for one in series]
    assert result.s.tolist() == [one.s for one in theirs]
    assert result.tau == pytest.approx([one.Tau for one in theirs])
    assert result.p == pytest.approx([one.p for one in theirs])


@pytest.mark.parametrize("ties", [False, True])
def test_where_exact_ends_the_normal_p_is_near(ties):
    rng = np.random.default_rng(3)
    series = rng.integers(0, 6, (50, LONGEST)) if ties else rng.normal(size=(50, LONGEST))
    normal = [pymannkendall.original_test(one).p for one in series]
    assert mann_kendall(series.astype(float)).p == pytest.approx(normal, abs=0.02)


def test_five_years_that_all_rise_have_the_least_p_there_is():
    result = of([1, 2, 3, 4, 5], [1, 2, 3, 5, 4], [1, 3, 2, 5, 4], [5, 4, 3, 2, 1])
    assert result.p * 120 == pytest.approx([2, 10, 28, 2])
    assert result.tau.tolist() == [1, 0.8, 0.6, -1]


def test_what_does_not_change_has_no_trend_and_what_is_missing_is_unknown():
    result = of([2, 2, 2, 2], [1, 2, np.nan, 4])
    assert (result.s[0], result.tau[0], result.p[0]) == (0, 0, 1)
    assert np.isnan([result.s[1], result.tau[1], result.p[1]]).all()
    assert mann_kendall(np.full((1, 30), 2.0)).p == [1]


@pytest.mark.parametrize(
    ("years", "trend"),
    [
        ([0, 0, 0, 0, 9], Trend.NEW),
        ([4, 5, 6, 8, 12], Trend.GROWING),
        ([12, 8, 6, 5, 4], Trend.FADING),
        ([9, 9, 9, 9, 9], Trend.LASTING),
        ([9, 0, 9, 9, 9], Trend.SPORADIC),
        ([9, 9, 9, 9, 0], Trend.SPORADIC),
        ([0, 0, 0, 9, 9], Trend.SPORADIC),
        ([0, 0, 0, 0, 0], Trend.NONE),
    ],
)
def test_a_hot_spot_is_called_by_when_it_was_hot_and_where_it_goes(years, trend):
    assert through(years).trend[HEART] is trend


def test_of_ten_years_one_may_be_cool_but_not_the_last():
    assert through([9] * 4 + [0] + [9] * 5).trend[HEART] is Trend.LASTING
    assert through([9] * 9 + [0]).trend[HEART] is Trend.SPORADIC


def test_alpha_decides_how_many_years_may_be_out_of_order():
    years = [4, 5, 8, 6, 12]
    assert through(years).trend[HEART] is Trend.GROWING
    assert through(years, alpha=0.05).trend[HEART] is Trend.LASTING


@settings(max_examples=20)
@given(heights)
def test_backwards_in_time_the_sign_turns_and_growing_is_fading(years):
    values = board(years)
    forward, back = (trends(by_year(order), BOARD, max_q=0.05) for order in (values, values[::-1]))
    assert back.s.tolist() == (-forward.s).tolist()
    assert back.p.equals(forward.p)
    turned = {Trend.GROWING: Trend.FADING, Trend.FADING: Trend.GROWING}
    stays = {Trend.LASTING, Trend.NONE, *turned}
    for trend, other in zip(forward.trend, back.trend, strict=True):
        assert other is turned.get(trend, trend) if trend in stays else other not in stays


@settings(max_examples=20)
@given(heights, st.integers(-50, 50), st.integers(1, 9))
def test_the_level_and_the_scale_of_a_year_change_nothing(years, level, scale):
    values = board(years)
    shifted = values.copy()
    shifted[2] = shifted[2] * scale + level
    one, other = (trends(by_year(some), BOARD, max_q=0.05) for some in (values, shifted))
    assert one.trend.equals(other.trend)
    assert one.s.equals(other.s)


def test_an_area_that_was_not_tested_in_every_year_is_unknown():
    values = board([9, 9, 9, 9, 9])
    values[0, 40] = np.nan
    result = trends(by_year(values), BOARD, max_q=0.05)
    assert result.trend[HEART] is None
    assert np.isnan([result.s[HEART], result.tau[HEART], result.p[HEART]]).all()
    assert result.years[2021].reason[HEART] == Unknown.ABSENT
    assert result.trend.isna().sum() == 1


def test_an_island_is_unknown():
    neighbors = graph_of([(0, 1), (1, 2)], 4)
    values = {year: pd.Series([1.0, 2.0, 4.0, 3.0], index=neighbors.ids) for year in YEARS}
    assert trends(values, neighbors, max_q=0.05).trend["a0003"] is None


def test_too_few_years_for_a_trend_are_refused():
    with pytest.raises(StatisticError, match=r"3 years reach no p under 0\.33, and alpha is 0\.1"):
        through([1, 2, 3])
    assert through([1, 2, 3], alpha=0.4).trend.notna().all()


def test_a_year_without_differences_is_named():
    with pytest.raises(StatisticError, match="year 2023: getis_ord"):
        trends(by_year(board([9] * 5) * [[1], [1], [0], [1], [1]]), BOARD, max_q=0.05)


def test_years_of_other_areas_are_refused():
    values = by_year(board([9] * 5))
    with pytest.raises(AlignmentError):
        trends(values | {2023: values[2023].iloc[::-1]}, BOARD, max_q=0.05)


@pytest.fixture(scope="module")
def crimes(testland, buurten):
    """Deviation of the crime rate per buurt of Testland, by year."""
    table = testland.crimes.merge(testland.figures, on="buurtcode").set_index("buurtcode").reindex(buurten.ids)
    inhabitants = table["inwoners"].where(table["inwoners"] >= 0)
    unexplained = pd.Series(None, index=buurten.ids, dtype=object)
    measures = {year: Measure.of("m", table[f"misdrijven_{year}"], inhabitants, unexplained) for year in YEARS}
    return {
        year: deviations.standardise(deviations.relative(rates(one), one.national)) for year, one in measures.items()
    }


def test_the_hot_spots_of_testland_last_or_grow_and_nothing_else_does(testland, buurten, crimes):
    result = trends(crimes, queen(buurten), max_q=0.05).trend
    stays = set(result.index[result.isin([Trend.LASTING, Trend.GROWING])])
    for spot in testland.hotspots:
        assert stays & spot.buurten, spot.name
    assert stays <= frozenset.union(*(spot.buurten for spot in testland.hotspots))
    assert Trend.GROWING in set(result)  # their factor rises in 2024 and again in 2025
    assert not {Trend.NEW, Trend.FADING} & set(result)
