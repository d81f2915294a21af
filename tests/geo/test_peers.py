"""What areas that are alike make one expect: held against sums written out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.measures import Measure
from geo.peers import classed, of_class, of_nearest

AREAS = 60
IDS = pd.Index([f"BU{at:08d}" for at in range(AREAS)])


def measure(seed=1):
    rng = np.random.default_rng(seed)
    exposure = rng.integers(50, 5_000, AREAS).astype(float)
    events = rng.poisson(exposure * 0.02).astype(float)
    return Measure.of("m", pd.Series(events, IDS), pd.Series(exposure, IDS), pd.Series(None, IDS, dtype=object))


@given(st.integers(0, 1000))
def test_over_a_class_as_much_is_expected_as_was_observed(seed):
    counts, classes = measure(seed), pd.Series(np.arange(AREAS) % 3 * 1.0, IDS)
    expects = of_class(counts, classes)
    np.testing.assert_allclose(expects.groupby(classes).sum(), counts.events.groupby(classes).sum())


def test_an_area_has_the_rate_of_its_class():
    counts = measure()
    classes = pd.Series(np.repeat([0.0, 1.0], AREAS // 2), IDS)
    first = slice(0, AREAS // 2)
    rate = counts.events.iloc[first].sum() / counts.exposure.iloc[first].sum()
    assert of_class(counts, classes).iloc[0] == pytest.approx(counts.exposure.iloc[0] * rate)


def test_fewer_than_twenty_areas_are_no_peers():
    classes = pd.Series([0.0] * 19 + [1.0] * 20 + [np.nan] * (AREAS - 39), IDS)
    expects = of_class(measure(), classes)
    assert expects.notna().tolist() == [False] * 19 + [True] * 20 + [False] * (AREAS - 39)


def test_a_bound_belongs_to_the_class_above_it():
    assert classed(pd.Series([0.0, 499.9, 500.0, 2_500.0]), [500, 1000, 1500, 2500]).tolist() == [0, 0, 1, 4]


def test_nearest_are_those_that_look_most_alike_by_logarithm():
    counts = measure()
    alike = pd.DataFrame({"dichtheid": np.geomspace(1, 1e4, AREAS), "land": 5.0}, IDS)
    expects = of_nearest(counts, alike, 21)
    logs = np.log1p(alike["dichtheid"].to_numpy())
    for at in (0, 30, 59):
        near = np.argsort(np.abs(logs - logs[at]), kind="stable")[:21]
        rate = counts.events.iloc[near].sum() / counts.exposure.iloc[near].sum()
        assert expects.iloc[at] == pytest.approx(counts.exposure.iloc[at] * rate)


def test_an_area_of_which_a_characteristic_is_unknown_has_no_peers():
    alike = pd.DataFrame({"dichtheid": np.arange(AREAS, dtype=float)}, IDS)
    alike.iloc[7] = np.nan
    assert of_nearest(measure(), alike, 20).isna().to_numpy().nonzero()[0].tolist() == [7]
    assert of_nearest(measure(), alike, AREAS).isna().all()
