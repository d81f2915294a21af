"""How unusual an area and its surroundings are: shares of all areas, counted by hand, of scores that may be shown."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import diags_array

from geo.neighbors import Neighbors
from layers.method.striking import striking

LEAST = {"1_op_1000": 0.001, "1_op_100": 0.01, "1_op_20": 0.05, "gewoon": 1.0}


def row(count):
    return Neighbors(pd.RangeIndex(count), diags_array([1.0, 1.0], offsets=[-1, 1], shape=(count, count)).tocsr())


def by_hand(value, values):
    share = sum(other >= value - 1e-9 for other in values) / len(values)
    return next(code for code, most in LEAST.items() if share <= most)


@given(st.integers(0, 2**32 - 1), st.integers(3, 300), st.integers(0, 3))
def test_it_is_the_share_of_areas_that_are_as_high_and_of_what_has_no_score_nothing_is_said(seed, count, decimals):
    rng = np.random.default_rng(seed)
    score = pd.Series(np.where(rng.random(count) < 0.2, np.nan, rng.normal(0, 1, count).round(decimals)))
    found = striking(score, row(count))
    around = {
        at: np.mean(near)
        for at in range(count)
        if not np.isnan(score[at]) and (near := [score[one] for one in (at - 1, at + 1)
                                                 if 0 <= one < count and not np.isnan(score[one])])
    }  # fmt: skip
    known = score.dropna()
    assert found["own"].to_dict() == {at: by_hand(known[at], known) if at in known else None for at in score.index}
    expected = {at: by_hand(around[at], around.values()) if at in around else None for at in score.index}
    assert found["around"].to_dict() == expected


def test_without_any_score_nothing_is_said():
    assert striking(pd.Series([np.nan] * 4), row(4)).isna().all(axis=None)
