"""Rounded counts: what may be known of them, and that nothing is shown of what may be too few."""

import hypothesis
import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st
from scipy.stats import nbinom

from geo.disclosure.small_counts import too_few
from geo.measures import Measure
from geo.rates import empirical_bayes, gamma_shape, rounded_gamma_shape
from geo.residuals import residuals
from geo.rounded import expected_count, probability
from geo.unknown import Unknown

SHAPES = st.floats(0.05, 500)
MEANS = st.floats(0.01, 500)
COUNTS = st.integers(0, 400)
TRUE = st.lists(st.integers(0, 60), min_size=2, max_size=30)


def rounded(true: list[int], step: int = 5) -> pd.Series:
    return pd.Series([step * ((one + step // 2) // step) for one in true], dtype=float)


def measure(events: pd.Series, exposure: pd.Series, margin: float | None = None, of_exposure: float | None = None):
    margins = tuple(None if one is None else pd.Series(one, index=events.index) for one in (margin, of_exposure))
    return Measure.of("m", events, exposure, pd.Series(None, index=events.index, dtype=object), margins=margins)


@hypothesis.given(COUNTS, st.integers(0, 10), MEANS, SHAPES)
def test_the_probability_of_an_interval_is_that_of_scipy(lowest, width, mean, shape):
    ours = probability(np.array([float(lowest)]), np.array([float(lowest + width)]), np.array([mean]), shape)
    theirs = nbinom.pmf(np.arange(lowest, lowest + width + 1), shape, shape / (shape + mean)).sum()
    assert ours[0] == pytest.approx(theirs, rel=1e-6, abs=1e-200)


@hypothesis.given(st.integers(0, 60), st.integers(0, 10), st.floats(0.1, 60), st.floats(0.2, 50))
def test_the_expected_count_is_the_mean_over_the_interval(lowest, width, mean, shape):
    ours = expected_count(np.array([float(lowest)]), np.array([float(lowest + width)]), np.array([mean]), shape)
    counts = np.arange(lowest, lowest + width + 1)
    weights = nbinom.pmf(counts, shape, shape / (shape + mean))
    assert ours[0] == pytest.approx((counts * weights).sum() / weights.sum(), rel=1e-5, abs=1e-9)


@hypothesis.given(TRUE, st.integers(0, 20))
def test_what_is_too_few_is_hidden_however_it_was_rounded(true, min_count):
    exposure = pd.Series(100.0, index=range(len(true)))
    hidden = too_few(measure(rounded(true), exposure, 2.0), min_count)
    assert hidden[pd.Series(true) < min_count].all()
    assert not hidden[pd.Series(true) >= min_count + 5].any()  # no more than the step hides more


@hypothesis.given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=30))
def test_what_is_left_of_a_share_is_hidden_too(parts):
    events, rest = (pd.Series(one) for one in zip(*parts, strict=True))
    shares = measure(rounded(events), rounded(events + rest), 2.0, 2.0)
    hidden = too_few(shares, 5, share=True)
    assert hidden[shares.known & ((events < 5) | (rest < 5))].all()


@hypothesis.given(TRUE)
def test_exposure_that_may_be_under_the_floor_gives_no_value(true):
    exposure = pd.Series(true)
    floored = measure(rounded(true), rounded(true), 2.0, 2.0).with_floor(20)
    assert not floored.known[exposure < 20].any()
    assert floored.known[exposure >= 25].all()


def test_exposure_of_zero_that_may_be_two_is_too_small_and_not_nothing():
    zero, some = pd.Series([0.0, 50.0]), pd.Series([10.0, 10.0])
    assert measure(some, zero).reason[0] == Unknown.NO_EXPOSURE
    assert measure(some, zero, None, 2.0).reason[0] == Unknown.SMALL_EXPOSURE


@hypothesis.given(st.lists(st.integers(0, 60), min_size=5, max_size=30).filter(any))
def test_a_margin_of_nothing_changes_nothing(true):
    events = pd.Series(true, dtype=float)
    exposure = pd.Series(np.linspace(50, 500, len(true)))
    exact, without = measure(events, exposure), measure(events, exposure, 0.0)
    assert empirical_bayes(without).to_numpy() == pytest.approx(empirical_bayes(exact).to_numpy(), rel=1e-3)
    assert residuals(without).to_numpy() == pytest.approx(residuals(exact).to_numpy(), abs=1e-2)


def test_the_shape_of_rounded_counts_is_about_that_of_the_true_ones():
    rng = np.random.default_rng(7)
    expected = np.full(4000, 8.0)
    true = rng.poisson(expected * rng.gamma(3, 1 / 3, 4000)).astype(float)
    five = 5 * np.round(true / 5)
    shape = rounded_gamma_shape((five - 2).clip(min=0), five + 2, expected)
    assert shape == pytest.approx(gamma_shape(true, expected), rel=0.05)
    assert shape == pytest.approx(3, rel=0.1)


def test_the_lowest_and_highest_lie_a_margin_from_what_was_published_and_never_under_zero():
    known = measure(pd.Series([0.0, 5.0]), pd.Series([0.0, 50.0]), 2.0, 2.0)
    assert known.lowest.tolist() == [0, 3]
    assert known.highest.tolist() == [2, 7]
    assert known.lowest_exposure.tolist() == [0, 48]


def test_a_rounded_zero_is_not_taken_for_none():
    events, exposure = pd.Series([0.0, 0, 0, 5, 10, 0, 5, 20]), pd.Series(1000.0, index=range(8))
    taken, known = empirical_bayes(measure(events, exposure)), empirical_bayes(measure(events, exposure, 2.0))
    assert (known[events == 0] > taken[events == 0]).all()
    assert (known.diff()[events.diff() > 0] > 0).all()


def test_rounding_does_not_make_rare_events_stand_out():
    """Of 4,000 areas with 2 events each on average: the residuals of rounded counts, against those of true ones."""
    rng = np.random.default_rng(5)
    exposure = pd.Series(1000.0, index=range(4000))
    true = rng.poisson(2.0 * rng.gamma(4, 0.25, 4000))
    exact = residuals(measure(pd.Series(true, dtype=float), exposure))
    known = residuals(measure(rounded(true), exposure, 2.0))
    assert known.std() <= exact.std()
    assert (known > 2).mean() <= (exact > 2).mean()
    assert known.corr(exact) > 0.75
