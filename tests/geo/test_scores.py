"""Contributions add up to the score, and what is unknown is not zero."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.scores import combine
from tests.country import names

INDICATORS = ["een", "twee", "drie", "vier"]
cell = st.one_of(st.just(float("nan")), st.floats(-3, 3))
tables = st.lists(st.tuples(*[cell] * 4), min_size=1, max_size=10)
weights = st.lists(st.integers(1, 8), min_size=4, max_size=4).map(lambda some: dict(zip(INDICATORS, some, strict=True)))


def columns(rows):
    return dict(pd.DataFrame(rows, columns=INDICATORS, index=names(len(rows)), dtype=float).items())


@given(tables, weights)
def test_contributions_add_up_to_the_score(rows, weight):
    score = combine(columns(rows), weight)
    summed = score.contributions.sum(axis=1, min_count=1)
    pd.testing.assert_series_equal(summed, score.value, check_names=False, rtol=0, atol=1e-12)


@given(tables, weights)
def test_a_score_is_the_weighted_mean_of_what_is_known_where_enough_is(rows, weight):
    score = combine(columns(rows), weight)
    for row, value in zip(rows, score.value, strict=True):
        known = {name: one for name, one in zip(INDICATORS, row, strict=True) if not np.isnan(one)}
        held = sum(weight[name] for name in known)
        if known and 3 * held >= 2 * sum(weight.values()):
            assert value == pytest.approx(sum(weight[name] * one for name, one in known.items()) / held, abs=1e-12)
        else:
            assert np.isnan(value)


@given(tables, weights)
def test_what_is_unknown_contributes_nothing_that_is_known(rows, weight):
    table = columns(rows)
    score = combine(table, weight)
    for name in INDICATORS:
        assert score.contributions[name].isna().equals(table[name].isna() | score.value.isna())


@given(tables, weights, st.permutations(INDICATORS))
def test_the_order_of_indicators_does_not_matter(rows, weight, order):
    table = columns(rows)
    one, other = combine(table, weight), combine(table, {name: weight[name] for name in order})
    pd.testing.assert_series_equal(one.value, other.value, rtol=0, atol=1e-12)
    pd.testing.assert_frame_equal(one.contributions, other.contributions[INDICATORS], rtol=0, atol=1e-12)


def test_an_unknown_indicator_counts_as_the_mean_of_the_others_not_as_zero():
    score = combine(columns([(2.0, 2.0, 2.0, np.nan)]), dict.fromkeys(INDICATORS, 1))
    assert score.value.tolist() == [2.0]


def test_two_thirds_of_the_weight_must_be_known():
    weight = {"een": 2, "twee": 1}
    score = combine(columns([(1.0, np.nan, 0, 0), (np.nan, 1.0, 0, 0)]), weight)
    assert score.value.notna().tolist() == [True, False]


def test_weights_with_decimals_count_as_the_same_weights_without():
    table = columns([(np.nan, 1.0, 1.0, 0)])
    whole = combine(table, {"een": 4, "twee": 7, "drie": 1})
    tenth = combine(table, {"een": 0.4, "twee": 0.7, "drie": 0.1})
    assert tenth.value.equals(whole.value)


def test_a_deviation_without_weight_is_not_in_the_score():
    score = combine(columns([(1.0, 2.0, 3.0, np.nan)]), {"een": 1, "twee": 1})
    assert list(score.contributions) == ["een", "twee"]
    assert score.value.tolist() == [1.5]
