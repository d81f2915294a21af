"""How many themes stack up in an area is that of scipy and of a permutation, and what is not judged takes no part."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson_binom

from geo.stacking import Stacking, stacked
from tests.country import names


def table(rows):
    return pd.DataFrame(
        rows, index=names(len(rows)), columns=[f"thema_{at}" for at in range(len(rows[0]))], dtype=float
    )


flag = st.sampled_from([0.0, 1.0, None])


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(flag, min_size=n, max_size=n), min_size=1, max_size=12)))
def test_the_tail_is_the_poisson_binomial_of_scipy_over_the_themes_that_judged(rows):
    flags = table(rows)
    made = stacked(flags)
    shares = flags.mean()
    for area, row in flags.iterrows():
        judged = row.notna()
        assert made.judged[area] == judged.sum()
        assert made.count[area] == row.sum()
        assert made.expected[area] == pytest.approx(shares[judged].sum())
        if judged.any():
            theirs = poisson_binom(np.asarray(shares[judged]))
            for least in range(judged.sum() + 1):
                assert made.tail[least][area] == pytest.approx(theirs.sf(least - 1), abs=1e-12)
        assert made.p[area] == pytest.approx(made.tail[made.count[area]][area])


def test_the_number_of_areas_that_is_expected_is_the_mean_of_permutations():
    rng = np.random.default_rng(1)
    flags = table((rng.random((300, 4)) < [0.3, 0.2, 0.1, 0.4]).astype(float).tolist())
    drawn = [
        (np.column_stack([rng.permutation(flags[name]) for name in flags]).sum(axis=1) >= 2).sum() for _ in range(2000)
    ]
    assert stacked(flags).areas(2)[1] == pytest.approx(np.mean(drawn), abs=4 * np.std(drawn) / np.sqrt(2000))


def test_themes_that_go_together_give_more_than_expected_and_themes_that_do_not_as_many():
    both = [[1.0, 1.0]] * 10 + [[0.0, 0.0]] * 90
    assert stacked(table(both)).areas(2) == (10, pytest.approx(1.0))
    apart = [[1.0, 1.0]] + [[1.0, 0.0]] * 9 + [[0.0, 1.0]] * 9 + [[0.0, 0.0]] * 81
    assert stacked(table(apart)).areas(2) == (1, pytest.approx(1.0))


def test_a_theme_that_judged_nothing_takes_no_part():
    made = stacked(table([[1.0, None], [0.0, None]]))
    assert isinstance(made, Stacking)
    assert made.expected.tolist() == [0.5, 0.5]
    assert made.areas(2) == (0, 0.0)
    assert made.areas(3) == (0, 0.0)
