"""0 is as in the country, twice as much is as far as half as much, and nothing carries a score alone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.deviations import absolute, log_odds, relative, standardise
from tests.country import names

positive = st.floats(1e-6, 1e6)
deviation = st.one_of(st.just(float("nan")), st.floats(-1e6, 1e6).filter(lambda one: one == 0 or abs(one) > 1e-6))


def series(figures):
    return pd.Series(figures, index=names(len(figures)), dtype=float)


@given(positive, st.floats(1, 1e3))
def test_as_many_times_more_is_as_far_as_as_many_times_less(national, times):
    more, same, less = relative(series([national * times, national, national / times]), national)
    assert same == 0
    assert more == pytest.approx(-less, abs=1e-12)
    assert more == pytest.approx(np.log(times), abs=1e-12)


@given(st.lists(deviation, min_size=1, max_size=30))
def test_standardised_deviations_lie_within_the_limit_and_keep_sign_order_and_what_is_unknown(deviations):
    raw = series(deviations)
    standard = standardise(raw)
    assert standard.isna().equals(raw.isna())
    assert standard.dropna().between(-3, 3).all()
    assert (np.sign(standard.dropna()) == np.sign(raw.dropna())).all()
    assert (standard[raw.sort_values().index].dropna().diff().dropna() >= 0).all()


@given(st.lists(st.floats(-1, 1).filter(lambda one: one == 0 or abs(one) > 1e-6), min_size=1, max_size=8))
def test_the_root_mean_square_around_the_country_becomes_one(deviations):
    standard = standardise(series(deviations))
    if any(deviations) and standard.abs().max() < 3:
        assert (standard**2).mean() == pytest.approx(1)


@given(st.lists(deviation, min_size=1, max_size=30), st.floats(0.01, 100))
def test_the_unit_of_the_figures_does_not_matter(deviations, times):
    raw = series(deviations)
    pd.testing.assert_series_equal(standardise(raw * times), standardise(raw))


def test_a_country_without_events_deviates_nowhere():
    values = series([0.0, 0.0, np.nan])
    assert relative(values, 0.0).equals(values)
    assert standardise(values).equals(values)


def test_none_at_all_is_the_limit_and_does_not_stretch_the_scale():
    alone = standardise(relative(series([2.0, 0.5]), 1.0))
    with_none = standardise(relative(series([2.0, 0.5, 0.0]), 1.0))
    assert with_none["a0002"] == -3
    assert with_none[:2].equals(alone)


def test_none_at_all_is_the_limit_also_where_all_others_are_as_in_the_country():
    assert standardise(relative(series([1.0, 1.0, 0.0]), 1.0))["a0002"] == -3


def test_a_deviation_is_cut_off_at_three_standard_deviations_and_not_before():
    many = standardise(series([0.0] * 99 + [1.0]))  # ten standard deviations
    assert many.max() == 3
    few = standardise(series([0.0] * 8 + [1.0]))  # the root of nine
    assert few.max() == 3
    assert standardise(series([0.0] * 7 + [1.0])).max() == pytest.approx(8**0.5)


def test_a_level_deviates_by_difference():
    assert absolute(series([30.0, 10.0]), 20.0).tolist() == [10.0, -10.0]


def test_a_share_rises_as_far_above_the_national_one_as_it_falls_below():
    shares = pd.Series([0.1, 0.5, 0.9])
    assert log_odds(shares, 0.5).tolist() == pytest.approx([-np.log(9), 0, np.log(9)])
    assert log_odds(pd.Series([0.0, 1.0]), 0.43).tolist() == [-np.inf, np.inf]
