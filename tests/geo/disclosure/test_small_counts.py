"""Few events are not shown, none at all included; a level has no events."""

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geo.disclosure.small_counts import too_few
from geo.measures import Measure
from tests.country import counted


@given(st.lists(st.one_of(st.just(float("nan")), st.floats(0, 20)), min_size=1, max_size=20), st.floats(0, 10))
def test_a_known_value_on_fewer_events_than_the_floor_is_too_small(events, least):
    measure = counted(events, [100.0] * len(events))
    assert too_few(measure, least).tolist() == [events < least for events in events]


def test_what_is_not_known_is_not_too_small():
    measure = counted([np.nan, 0, 0], [10, 0, np.nan])
    assert not too_few(measure, 5).any()


def test_zero_is_too_small_since_it_tells_about_everyone_there():
    assert too_few(counted([0], [100]), 1).all()


def test_a_level_is_no_count_but_where_it_is_a_confidential_count_by_itself():
    level = counted([0, 1, 5], [1, 1, 1], shrunk=False)
    assert not too_few(level, 5).any()
    assert too_few(replace(level, counted=True), 5).tolist() == [True, True, False]


def test_of_a_share_nearly_all_is_as_telling_as_nearly_none():
    index = pd.Index(["a", "b", "c"])
    none = pd.Series(None, index=index, dtype=object)
    shares = Measure.of("huur", pd.Series([96.0, 95.0, 4.0], index), pd.Series(100.0, index), none)
    assert too_few(shares, 5, share=True).tolist() == [True, False, True]
    assert too_few(shares, 5).tolist() == [False, False, True]
