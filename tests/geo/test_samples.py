"""A stratified sample is as large as was asked, leaves no stratum out, and estimates totals without bias."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import StatisticError
from geo.samples import stratified_sample
from tests.country import names


def strata(labels):
    return pd.Series(labels, index=names(len(labels)))


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=60), st.data())
def test_as_many_as_asked_each_once_of_every_stratum_one_at_least_and_the_same_again(labels, data):
    of = strata(labels)
    count, seed = data.draw(st.integers(of.nunique(), len(of))), data.draw(st.integers(0, 99))
    sample = stratified_sample(of, count, seed)
    assert len(sample) == count
    assert sample.index.is_unique
    assert set(of[sample.index]) == set(labels)
    assert sample.equals(stratified_sample(of, count, seed))
    for stratum, part in of[sample.index].value_counts().items():
        assert sample[of[sample.index] == stratum].tolist() == pytest.approx([part / (of == stratum).sum()] * part)
    assert (1 / sample).sum() == pytest.approx(len(of))


def test_weighed_by_one_over_its_chance_the_mean_of_many_samples_is_the_total():
    rng = np.random.default_rng(1)
    of = strata(["a"] * 150 + ["b"] * 30 + ["c"] * 4)
    finds = pd.Series(rng.poisson(2, 184), index=of.index)
    totals = [(finds[one.index] / one).sum() for one in (stratified_sample(of, 20, seed) for seed in range(2000))]
    assert np.mean(totals) == pytest.approx(finds.sum(), abs=4 * np.std(totals) / np.sqrt(2000))


def test_parts_follow_the_size_of_strata():
    of = strata(["a"] * 80 + ["b"] * 20)
    assert of[stratified_sample(of, 10, 1).index].value_counts().to_dict() == {"a": 8, "b": 2}


@pytest.mark.parametrize("count", [0, 1, 6])
def test_a_sample_that_cannot_be_drawn_is_refused_with_what_can(count):
    with pytest.raises(StatisticError, match="of 5 areas in 2 strata: ask for 2 or more, and 5 or fewer"):
        stratified_sample(strata(["a", "a", "a", "b", "b"]), count, 1)
