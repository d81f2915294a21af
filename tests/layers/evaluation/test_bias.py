"""Whom a map falls on: counted as by hand, of those that were searched and known only."""

from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from layers.evaluation.bias import fifths

CODES = [f"a{at:03d}" for at in range(150)]


@given(
    values=st.lists(st.one_of(st.integers(0, 60), st.none()), min_size=150, max_size=150),
    found=st.frozensets(st.sampled_from(CODES)),
    searched=st.frozensets(st.sampled_from(CODES), min_size=120),
)
def test_fifths_have_each_area_that_was_searched_and_known_once_in_order(values, found, searched):
    figure = pd.Series(values, CODES, dtype=float)
    known = [code for code in CODES if code in searched and not np.isnan(figure[code])]
    made = fifths(figure, found, searched)
    if len(known) < 100:
        assert made == []
        return
    assert 1 <= len(made) <= 5
    assert sum(one.areas for one in made) == len(known)
    assert sum(one.flagged for one in made) == len(found.intersection(known))
    assert all(before.high < after.low for before, after in pairwise(made))
    for one in made:
        inside = [code for code in known if one.low <= figure[code] <= one.high]
        assert (one.areas, one.flagged) == (len(inside), len(found.intersection(inside)))


def test_fifths_without_ties_are_those_of_pandas():
    figure = pd.Series(np.random.default_rng(1).permutation(150).astype(float), CODES)
    found = set(CODES[:30])
    by_pandas = pd.qcut(figure, 5, labels=False)
    on_map = pd.Series(figure.index.isin(found), figure.index)
    assert [one.flagged for one in fifths(figure, found, CODES)] == on_map.groupby(by_pandas).sum().tolist()
    assert [one.areas for one in fifths(figure, found, CODES)] == [30] * 5
    assert [round(one.share, 6) for one in fifths(figure, found, CODES)] == [
        round(one, 6) for one in on_map.groupby(by_pandas).mean()
    ]


def test_of_fewer_than_a_hundred_areas_nothing_is_said():
    figure = pd.Series(range(150), CODES, dtype=float)
    assert fifths(figure, [], CODES[:99]) == []
    assert len(fifths(figure, [], CODES[:100])) == 5
