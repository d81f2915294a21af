"""At which place a figure stands, among all and among those that are alike."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geo.ranks import ranked

FIGURES = st.lists(st.one_of(st.integers(0, 5).map(float), st.just(float("nan"))), max_size=30)


@given(FIGURES)
def test_a_place_is_one_more_than_how_many_are_higher(figures):
    values = pd.Series(figures, dtype=float)
    place, of = ranked(values)
    for at, value in values.items():
        if np.isnan(value):
            assert np.isnan(place[at])
            assert np.isnan(of[at])
        else:
            assert place[at] == 1 + (values > value).sum()
            assert of[at] == values.notna().sum()


def test_among_those_that_are_alike_only_these_count_and_one_without_a_class_has_no_place():
    values = pd.Series([5.0, 4.0, 3.0, 2.0, 1.0])
    place, of = ranked(values, pd.Series([0.0, 1.0, 0.0, 1.0, np.nan]))
    assert place.tolist()[:4] == [1.0, 1.0, 2.0, 2.0]
    assert of.tolist()[:4] == [2.0] * 4
    assert place.isna().tolist() == of.isna().tolist() == [False] * 4 + [True]
