"""q-values by the book, and results that cannot contradict themselves."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests

from geo.errors import AlignmentError, StatisticError
from geo.statistics.by_name import SEARCHES
from geo.statistics.significance import benjamini_hochberg, benjamini_yekutieli, bonferroni, holm
from tests.country import names
from tests.geo.statistics.results import made

chance = st.floats(1e-12, 1)
few = st.sampled_from([0.001, 0.01, 0.02, 0.05, 0.5, 1.0])  # many the same
unknown = st.just(float("nan"))
chances = st.lists(chance | few | unknown, max_size=40)


def by_the_book(p):
    """The least level at which the step-up rule of Benjamini and Hochberg rejects each, tried one by one."""
    tests = len(p)
    ranked = sorted(p)
    levels = [min(1.0, ranked[rank - 1] * tests / rank) for rank in range(1, tests + 1)]
    return [min(level for rank, level in enumerate(levels, start=1) if ranked[rank - 1] >= one) for one in p]


def series(figures):
    return pd.Series(figures, index=names(len(figures)), dtype=float)


def result(p, q, statistic=None):
    return made(series(p) if statistic is None else statistic, series(p), series(q))


@given(chances)
def test_q_is_that_of_the_book_and_unknown_areas_are_not_counted(p):
    q = benjamini_hochberg(np.array(p, dtype=float))
    known = [one for one in p if not np.isnan(one)]
    assert np.isnan(q).tolist() == np.isnan(p).tolist()
    assert q[~np.isnan(q)] == pytest.approx(by_the_book(known), rel=1e-12)
    if known:
        assert q[~np.isnan(q)] == pytest.approx(false_discovery_control(known), rel=1e-12)
        for method, ours in (("by", benjamini_yekutieli), (None, bonferroni)):
            times = np.minimum(1, np.array(known) * len(known))
            theirs = false_discovery_control(known, method=method) if method else times
            corrected = ours(np.array(p, dtype=float))
            assert corrected[~np.isnan(corrected)] == pytest.approx(theirs, rel=1e-12)


@given(st.lists(chance | few, min_size=1, max_size=40))
def test_holm_is_that_of_statsmodels(p):
    assert holm(np.array(p)) == pytest.approx(multipletests(p, method="holm")[1], rel=1e-12)


@pytest.mark.parametrize("correct", [benjamini_hochberg, benjamini_yekutieli, bonferroni, holm])
@given(p=chances)
def test_corrected_is_never_below_p_nor_above_one(correct, p):
    p = np.array(p, dtype=float)
    corrected, tested = correct(p), ~np.isnan(p)
    assert (corrected >= p)[tested].all()
    assert (corrected <= 1)[tested].all()


@given(st.integers(1, 400), st.floats(1e-6, 1))
def test_equal_p_everywhere_is_also_q(tests, p):
    assert (benjamini_hochberg(np.full(tests, p)) == p).all()


@given(chances)
def test_a_smaller_p_never_has_a_larger_q(p):
    known = np.sort([one for one in p if not np.isnan(one)])
    assert (np.diff(benjamini_hochberg(known)) >= 0).all()


@given(chances, st.randoms(use_true_random=False))
def test_the_order_of_areas_does_not_matter(p, random):
    order = list(range(len(p)))
    random.shuffle(order)
    p = np.array(p, dtype=float)
    assert np.array_equal(benjamini_hochberg(p[order]), benjamini_hochberg(p)[order], equal_nan=True)


def test_the_step_up_rule_rejects_what_a_later_p_vouches_for():
    q = benjamini_hochberg(np.array([0.04, 0.045, 0.049]))
    assert q == pytest.approx([0.049] * 3)


@pytest.mark.parametrize(
    ("p", "q", "rule"),
    [
        ([0.0], [0.5], "p must lie in"),
        ([1.1], [1.1], "p must lie in"),
        ([0.5], [0.4], "q not below it"),
        ([np.nan], [0.5], "q must be known, and no reason given"),
        ([0.5], [np.nan], "p must lie in|q must be known"),
    ],
)
def test_a_result_that_contradicts_itself_is_refused(p, q, rule):
    with pytest.raises(StatisticError, match=rule):
        result(p, q)


def test_a_result_of_other_areas_is_refused():
    with pytest.raises(AlignmentError, match="a0001"):
        result([0.5], [0.5], series([1.0, 2.0]))


def test_the_areas_that_were_tested_are_counted():
    assert result([0.5, np.nan, 1.0], [0.6, np.nan, 1.0]).tested == 2


def test_every_statistic_is_known_by_the_name_of_its_function():
    assert {name: one.__name__ for name, one in SEARCHES.items()} == {name: name for name in SEARCHES}


@pytest.mark.parametrize("power", [1, 30])  # 30: most of them tiny
def test_of_very_many_q_is_that_of_the_book_too(power):
    p = np.random.default_rng(1).random(300_000) ** power
    p[:1000], p[1000:2000] = 1.0, 1e-12
    np.testing.assert_allclose(benjamini_hochberg(p), false_discovery_control(p), rtol=1e-12)
