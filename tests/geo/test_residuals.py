"""Residuals: one scale for areas large and small, that a few extreme areas do not bend."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import nbinom, norm

from geo import residuals as module
from geo.measures import Measure
from geo.rates import gamma_shape
from geo.residuals import LIMIT, combined, fitted, residuals

AREAS = 3_000


def measure(events, exposure):
    index = pd.Index([f"BU{at:08d}" for at in range(len(events))])
    nothing = pd.Series(None, index=index, dtype=object)
    return Measure.of("m", pd.Series(events, index=index), pd.Series(exposure, index=index), nothing)


def country(seed, factor=1.0):
    """Events of a gamma-Poisson country with very unequal exposure."""
    rng = np.random.default_rng(seed)
    exposure = np.exp(rng.normal(0, 1.2, AREAS)) * 500
    return rng.poisson(exposure * 0.03 * rng.gamma(6, 1 / 6, AREAS) * factor).astype(float), exposure


def test_they_are_normal_values_of_the_negative_binomial_of_scipy(monkeypatch):
    monkeypatch.setattr(module, "ROUNDS", 1)  # fitted to all areas
    events, exposure = country(1)
    expected = exposure * events.sum() / exposure.sum()
    shape = gamma_shape(events, expected)
    model = nbinom(shape, shape / (shape + expected))
    theirs = norm.ppf(model.cdf(events - 1) + model.pmf(events) / 2).clip(-LIMIT, LIMIT)
    np.testing.assert_allclose(residuals(measure(events, exposure)), theirs, atol=1e-8)


def test_they_spread_alike_whatever_the_exposure():
    events, exposure = country(2)
    spread = residuals(measure(events, exposure)).groupby(pd.qcut(exposure, 4, labels=False)).std()
    assert spread.between(0.9, 1.1).all()


def test_a_few_extreme_areas_do_not_make_the_others_alike():
    events, exposure = country(3)
    plain = residuals(measure(events, exposure))
    events[:15], exposure[:15] = 5_000, 60
    bent = residuals(measure(events, exposure))
    assert (bent[:15] == 4.0).all()
    assert np.abs(bent[15:] - plain[15:]).max() < 0.2


def test_a_residual_is_cut_off_at_four_on_either_side_and_an_area_beyond_is_not_fitted_to():
    events, exposure = country(3)
    for extreme in (100.0, 10_000.0):
        events[0], exposure[0] = extreme, 60
        events[1], exposure[1] = 0, 60 * extreme
        values = residuals(measure(events, exposure))
        assert (*values.iloc[:2], values.max(), values.min()) == (4, -4, 4, -4)
    apart = residuals(measure(events[2:], exposure[2:]))
    np.testing.assert_array_equal(values.iloc[2:], apart)


@pytest.mark.parametrize(("events_there", "fitted"), [(34.0, True), (60.0, False)])
def test_what_is_not_fitted_to_begins_at_four_and_no_further(monkeypatch, events_there, fitted):
    rng = np.random.default_rng(5)
    events, exposure = rng.poisson(30.0, 400).astype(float), np.full(400, 1_000.0)
    events[0] = events_there
    values, apart = residuals(measure(events, exposure)), residuals(measure(events[1:], exposure[1:]))
    assert np.array_equal(values.iloc[1:], apart) is not fitted
    monkeypatch.setattr(module, "LIMIT", 8.0)
    assert (residuals(measure(events, exposure)).iloc[0] > 4) is not fitted
    assert residuals(measure(events, exposure)).iloc[0] < 8


@given(
    events=arrays(float, 40, elements=st.floats(0, 1e5) | st.integers(0, 300)),
    wider=arrays(float, 40, elements=st.sampled_from([0.0, 0.0, 4.0])),
    expected=arrays(float, 40, elements=st.floats(1e-9, 1e5)),
    shape=st.floats(1e-3, 1e6),
)
def test_what_is_fitted_to_are_the_areas_of_which_the_residual_is_not_cut_off(events, wider, expected, shape):
    due = np.abs(module.quantiles(events, events + wider, expected, shape)) <= 4
    np.testing.assert_array_equal(module._steering(events, events + wider, expected, shape), due)


def test_what_is_unknown_stays_unknown_and_moves_nothing():
    events, exposure = country(4)
    known = residuals(measure(events, exposure))
    more = residuals(measure(np.append(events, [np.nan, 3.0]), np.append(exposure, [100.0, 0.0])))
    assert more.iloc[-2:].isna().all()
    np.testing.assert_array_equal(more.iloc[:-2], known)


def test_without_any_events_all_are_usual():
    result = residuals(measure(np.array([0.0, 0.0, np.nan]), np.array([10.0, 20.0, 30.0])))
    np.testing.assert_array_equal(result, [0.0, 0.0, np.nan])


@given(
    st.lists(st.tuples(st.integers(0, 200), st.floats(1, 1e5)), min_size=2, max_size=40),
    st.floats(1e-3, 1e3),
    st.randoms(use_true_random=False),
)
def test_neither_the_unit_of_exposure_nor_the_order_of_areas_changes_them(figures, unit, random):
    events, exposure = (np.array(part, dtype=float) for part in zip(*figures, strict=True))
    result = residuals(measure(events, exposure))
    assert np.isfinite(result).all()
    np.testing.assert_allclose(residuals(measure(events, exposure * unit)), result, atol=1e-4)
    order = random.sample(range(len(events)), len(events))
    np.testing.assert_allclose(residuals(measure(events[order], exposure[order])), result.to_numpy()[order], atol=1e-4)


@given(st.integers(0, 60), st.integers(0, 60))
def test_more_events_are_never_less_surprising(few, more):
    few, more = sorted((few, more))
    events, exposure = country(5)
    exposure[:2], events[:2] = 500, (few, more)
    result = residuals(measure(events, exposure))
    assert result.iloc[0] <= result.iloc[1]


@pytest.mark.parametrize("part", [0.0, 0.25, 3.75])
def test_events_need_not_be_whole(part):
    events, exposure = country(6)
    around = []
    for result in (np.floor(part), part, np.ceil(part)):
        events[0], exposure[0] = result, 100.0
        around.append(residuals(measure(events, exposure)).iloc[0])
    assert around == sorted(around)


def test_they_come_with_what_they_were_fitted_with():
    events, exposure = country(4)
    made = measure(events, exposure)
    fit = fitted(made)
    pd.testing.assert_series_equal(fit.values, residuals(made))
    steers = fit.values.abs() < LIMIT
    assert fit.expected.sum() / exposure.sum() == pytest.approx(events[steers].sum() / exposure[steers].sum())
    assert fit.shape == pytest.approx(6, rel=0.15)


def test_of_several_the_spread_is_one_and_the_model_that_of_the_heaviest_with_counts():
    one, other = (fitted(measure(*country(seed))) for seed in (5, 6))
    weighed = 0.2 * one.values + 0.8 * other.values
    both = combined({"one": one, "other": other}, weighed, {"one": 1, "other": 4, "share": 9})
    assert both.values.std(ddof=0) == pytest.approx(1)
    assert np.corrcoef(both.values, weighed)[0, 1] == pytest.approx(1)
    assert (both.expected.equals(other.expected), both.shape) == (True, other.shape)


def test_what_is_expected_stands_in_the_order_of_the_values():
    one, other = (fitted(measure(*country(seed))) for seed in (5, 6))
    weighed = (one.values + other.values)[::-1]
    both = combined({"one": one, "other": other}, weighed, {"one": 1, "other": 1})
    assert both.expected.equals(one.expected[::-1])


def test_of_one_indicator_it_is_its_own():
    one = fitted(measure(*country(7)))
    assert combined({"one": one}, one.values, {"one": 2}) is one


def test_without_counts_values_are_normal_scores_of_areas_that_are_alike():
    values = pd.Series([30.0, np.nan, 10.0, 20.0, 90.0])
    found = combined({}, values, {"share": 1})
    assert found.values.to_numpy() == pytest.approx(norm.ppf([0.625, np.nan, 0.125, 0.375, 0.875]), nan_ok=True)
    assert found.expected.dropna().tolist() == [1, 1, 1, 1]
    assert found.shape == 100
