"""Rates are shrunk as the gamma-Poisson model says, held against its integrals and its likelihood on a grid."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma, nbinom, poisson

from geo.measures import Measure
from geo.rates import SHAPES, empirical_bayes, gamma_shape, intervals, rates, shrunk_where_counted
from tests.country import counted

exposures = st.floats(1, 1e4)
areas = st.lists(st.tuples(st.integers(0, 200), exposures), min_size=2, max_size=12)
GRID = np.exp(np.linspace(*np.log(SHAPES), 600))


def estimated(pairs):
    """Events and exposure of areas with an event somewhere, their national rate, and what comes out."""
    events, exposure = (np.array(part, dtype=float) for part in zip(*pairs, strict=True))
    assume(events.sum() > 0)
    measure = counted(events, exposure)
    return events, exposure, measure.national, empirical_bayes(measure).to_numpy()


def posterior_mean(events, exposure, national, shape):
    """The mean of the rate given its events, by integrating over all rates that are at all likely."""
    prior = gamma(shape, scale=national / shape)
    likely = gamma(shape + events, scale=1 / (exposure + shape / national))
    low, high = likely.ppf(1e-13), likely.isf(1e-13)
    scale = likely.median()
    peak = poisson.pmf(events, exposure * scale) * prior.pdf(scale)

    def density(rate):
        return poisson.pmf(events, exposure * rate) * prior.pdf(rate) / peak

    around = {"points": [scale], "limit": 200, "epsabs": 0, "epsrel": 1e-10}
    return quad(lambda rate: rate * density(rate), low, high, **around)[0] / quad(density, low, high, **around)[0]


@settings(max_examples=5)
@given(st.lists(st.tuples(st.integers(0, 60), st.floats(10, 2e3)), min_size=4, max_size=6))
def test_the_estimate_is_the_posterior_mean_of_the_rate(pairs):
    events, exposure, national, estimates = estimated(pairs)
    shape = gamma_shape(events, exposure * national)
    assume(0.5 < shape < 1e4)  # elsewhere the integral, not the estimate, is inexact
    expected = [posterior_mean(*one, national, shape) for one in zip(events, exposure, strict=True)]
    assert estimates == pytest.approx(expected, rel=1e-6)


@given(areas)
def test_no_shape_is_more_likely_than_the_one_found(pairs):
    events, exposure, national, _ = estimated(pairs)
    expected = exposure * national

    def likelihood(shapes):
        shapes = np.reshape(shapes, (-1, 1))
        return nbinom.logpmf(events, shapes, shapes / (shapes + expected)).sum(axis=1)

    assert likelihood(gamma_shape(events, expected))[0] >= likelihood(GRID).max() - 1e-6 * abs(likelihood(GRID).max())


def test_the_shape_of_drawn_rates_is_found_again():
    rng = np.random.default_rng(5)
    expected = rng.gamma(2, 10, 8000)
    for shape in (0.3, 1.0, 4.0, 30.0):
        events = rng.poisson(expected * rng.gamma(shape, 1 / shape, len(expected)))
        assert gamma_shape(events, expected) == pytest.approx(shape, rel=0.1)


def test_where_areas_differ_no_more_than_chance_all_are_the_country():
    rng = np.random.default_rng(3)
    exposure = rng.uniform(50, 5000, 3000)
    estimates = empirical_bayes(counted(rng.poisson(exposure * 0.05), exposure))
    assert np.abs(estimates / 0.05 - 1).max() < 0.1


@given(areas)
def test_an_estimate_lies_between_the_rate_of_the_area_and_that_of_the_country(pairs):
    events, exposure, national, estimates = estimated(pairs)
    raw = events / exposure
    assert (estimates >= np.minimum(raw, national) * (1 - 1e-9)).all()
    assert (estimates <= np.maximum(raw, national) * (1 + 1e-9)).all()


@given(areas, st.floats(0, 5), exposures, st.floats(1.01, 100))
def test_at_one_rate_the_area_with_more_exposure_is_shrunk_less(pairs, rate, exposure, times):
    pairs = [*pairs, (rate * exposure, exposure), (rate * exposure * times, exposure * times)]
    _, _, national, (*_, small, large) = estimated(pairs)
    assert abs(large - rate) <= abs(small - rate) * (1 + 1e-9)
    assert abs(large - national) >= abs(small - national) * (1 - 1e-9)


@given(areas, st.sampled_from([float("nan"), 0.0]))
def test_an_area_without_exposure_is_unknown_and_leaves_the_others_as_they_are(pairs, exposure):
    *_, alone = estimated(pairs)
    *_, estimates = estimated([*pairs, (0, exposure)])
    assert np.isnan(estimates[-1])
    assert estimates[:-1] == pytest.approx(alone, rel=1e-6)


def test_events_where_nobody_is_exposed_count_in_the_national_rate_as_in_the_published_one():
    measure = counted(np.array([3.0, 5.0, 20.0, 50.0]), np.array([100.0, 100.0, 1000.0, 0.0]))
    assert measure.national == 78 / 1200


@given(areas, st.sampled_from([1e-3, 1e3]))
def test_the_unit_of_exposure_only_rescales(pairs, unit):
    *_, estimates = estimated(pairs)
    *_, scaled = estimated([(events, exposure * unit) for events, exposure in pairs])
    assert scaled * unit == pytest.approx(estimates, rel=1e-4)  # as exact as the search for the shape


@given(st.lists(exposures, min_size=1, max_size=12), st.floats(1e-3, 5))
def test_equal_rates_everywhere_stay_the_national_rate(exposure, rate):
    *_, estimates = estimated([(rate * one, one) for one in exposure])
    assert estimates == pytest.approx([rate] * len(exposure), rel=1e-9)


def test_no_events_at_all_is_a_rate_of_zero_not_unknown():
    estimates = rates(counted([0, 0, np.nan], [10, 1000, 10]))
    assert estimates.tolist()[:2] == [0, 0]
    assert np.isnan(estimates.iloc[2])


def test_an_area_under_the_floor_is_unknown_yet_in_the_national_rate():
    measure = counted([5, 5, 60], [10, 100, 1000]).with_floor(50)
    estimates = rates(measure)
    assert estimates.isna().tolist() == [True, False, False]
    assert measure.national == 70 / 1110


def test_a_level_is_not_shrunk():
    assert rates(counted([200, 0], [10, 1000], shrunk=False)).tolist() == [20, 0]


@given(areas, st.floats(0, 100), st.booleans())
def test_what_is_shrunk_where_it_was_counted_and_not_divided_is_the_same_rate(pairs, floor, rounded):
    events, exposure = (np.array(part, dtype=float) for part in zip(*pairs, strict=True))
    assume(events.sum() > 0 and (exposure >= floor).any())
    measure = counted(events, exposure)
    if rounded:
        measure = replace(measure, margin=measure.events * 0 + 2)
    carried = shrunk_where_counted(measure, floor).with_floor(floor)
    expected = rates(measure.with_floor(floor))
    assert rates(carried).to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-12, nan_ok=True)


def test_a_small_area_has_a_rate_to_divide_and_does_not_steer_it():
    measure = counted([5, 0, 9, 60, 50, 70], [1, 0, 10, 1000, 1000, 1000])
    shrunk = shrunk_where_counted(measure, 50)
    national = 194 / 3011
    shape = gamma_shape(np.array([60, 50, 70]), np.full(3, 1000 * national))
    assert shrunk.shrunk_events.iloc[0] == pytest.approx((5 + shape) / (1 + shape / national))
    assert shrunk.shrunk_events.iloc[2] == pytest.approx(10 * (9 + shape) / (10 + shape / national))
    assert shrunk.shrunk_events.iloc[1] == 0


def test_a_level_is_divided_as_it_is():
    level = counted([200, 0], [10, 1000], shrunk=False)
    assert shrunk_where_counted(level, 50).shrunk_events is None


def test_nineteen_in_twenty_true_rates_lie_within_their_interval():
    """Of 4,000 areas whose rates are drawn from the gamma of the model: 95 % of them, give or take 1 %."""
    rng = np.random.default_rng(3)
    exposure = pd.Series(rng.integers(50, 5000, 4000).astype(float))
    true = rng.gamma(2.0, 0.02 / 2.0, 4000)
    events = pd.Series(rng.poisson(exposure * true).astype(float))
    low, high = intervals(Measure.of("m", events, exposure, pd.Series([None] * 4000)))
    assert 0.94 <= ((low <= true) & (true <= high)).mean() <= 0.96
    rate = empirical_bayes(Measure.of("m", events, exposure, pd.Series([None] * 4000)))
    assert ((low < rate) & (rate < high)).all()


def test_an_interval_is_wider_where_counts_were_rounded_and_a_level_has_none():
    events, exposure, nothing = pd.Series([5.0, 40.0, 90.0]), pd.Series([900.0] * 3), pd.Series([None] * 3)
    exact = intervals(Measure.of("m", events, exposure, nothing))
    rounded = intervals(Measure.of("m", events, exposure, nothing, margins=(pd.Series([2.0] * 3), None)))
    assert ((rounded[1] - rounded[0]) > (exact[1] - exact[0])).all()
    assert intervals(Measure.of("m", events, exposure, nothing, shrunk=False)) is None
