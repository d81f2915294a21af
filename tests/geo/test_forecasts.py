"""Forecasts: the last years smoothed, with a little of what lies around."""

import numpy as np
import pandas as pd
import pytest

from geo.forecasts import per_unit, smoothed
from geo.neighbors import queen
from tests.country import squares

AREAS = squares(4, 4)


def test_the_last_year_weighs_half_and_the_ones_before_less():
    years = [pd.Series([one]) for one in (100.0, 10.0, 1.0, 1e9)]
    assert smoothed(years).iloc[0] == pytest.approx(0.5 * 100 + 0.3 * 10 + 0.2 * 1)


def test_a_year_that_is_unknown_leaves_its_weight_to_the_others_but_the_last_must_be_there():
    nan = float("nan")
    years = [pd.Series([10.0, nan]), pd.Series([nan, 5.0]), pd.Series([20.0, 5.0])]
    assert smoothed(years).iloc[0] == pytest.approx((0.5 * 10 + 0.2 * 20) / 0.7)
    assert np.isnan(smoothed(years).iloc[1])


def test_those_around_lend_two_percent_over_their_units_together():
    rng = np.random.default_rng(1)
    events, unit = (pd.Series(rng.uniform(1, 9, 16), AREAS.ids) for _ in range(2))
    neighbors = queen(AREAS)
    dense = neighbors.matrix.toarray()
    theirs = 0.98 * events / unit + 0.02 * (dense @ events) / (dense @ unit)
    np.testing.assert_allclose(per_unit(events, unit, neighbors), theirs)
    np.testing.assert_allclose(per_unit(events, unit), events / unit)


def test_without_units_nothing_is_forecast_per_unit():
    events, unit = pd.Series(1.0, AREAS.ids), pd.Series([0.0, np.nan] + [1.0] * 14, AREAS.ids)
    assert per_unit(events, unit, queen(AREAS)).isna().sum() == 2
