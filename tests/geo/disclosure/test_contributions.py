"""What is sensitive is so for a second implementation too: tau-ARGUS, and whoever reckons it from single amounts."""

from itertools import chain

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.disclosure.contributions import Contributions, SensitivityRules, required
from tests.geo.disclosure.tau_argus import asked


def contributions(cells):
    """The sums of lists of amounts, none part of another."""
    ordered = [[*sorted(cell, reverse=True), 0, 0] for cell in cells]
    columns = (
        [sum(cell) for cell in cells],
        [len(cell) for cell in cells],
        *zip(*(one[:2] for one in ordered), strict=True),
    )
    return Contributions(*(np.array(one, dtype=float) for one in columns), np.full(len(cells), -1))


amounts = st.lists(st.integers(1, 1000), min_size=1, max_size=6)


@given(st.lists(amounts, min_size=1, max_size=5), st.integers(1, 99))
def test_by_the_percentage_rule_the_second_largest_knows_the_largest_too_well(cells, percent):
    found = required(contributions(cells), SensitivityRules(percent=float(percent)))
    for cell, sensitive in zip(cells, found.sensitive, strict=True):
        first, second, *_ = [*sorted(cell, reverse=True), 0]
        most = sum(cell) - second  # of the largest, by the second largest
        assert sensitive == ((most - first) * 100 < percent * first)


@given(st.lists(amounts, min_size=1, max_size=5), st.integers(1, 2), st.integers(30, 99))
def test_by_the_dominance_rule_one_or_two_are_nearly_all(cells, most, share):
    found = required(contributions(cells), SensitivityRules(dominance=((most, float(share)),)))
    large = [sum(sorted(cell, reverse=True)[:most]) for cell in cells]
    assert found.sensitive.tolist() == [top * 100 > share * sum(cell) for top, cell in zip(large, cells, strict=True)]
    at_most = [max(top * 100 / share - sum(cell), 0) for top, cell in zip(large, cells, strict=True)]
    np.testing.assert_allclose(found.above, at_most)


@given(st.lists(amounts, min_size=2, max_size=6), st.data())
def test_sums_of_larger_areas_are_those_of_all_their_amounts(cells, data):
    wijk = [data.draw(st.integers(0, 1)) for _ in cells]
    names = sorted(set(wijk))
    parent = [len(cells) + names.index(one) for one in wijk] + [len(cells) + len(names)] * len(names) + [-1]
    finest = contributions(cells)
    columns = (finest.value, finest.units, finest.largest, finest.second)
    found = Contributions.summed(columns, np.array(parent))
    within = [[*chain(*(cell for cell, of in zip(cells, wijk, strict=True) if of == one))] for one in names]
    whole = contributions([*cells, *within, [*chain(*cells)]])
    for name in ("value", "units", "largest", "second", "rest"):
        np.testing.assert_array_equal(getattr(found, name), getattr(whole, name))


def test_few_contributors_are_sensitive_and_nobody_is_not():
    rules = SensitivityRules(min_units=3, margin=25.0)
    found = required(contributions([[40, 40], [10, 10, 10], []]), rules)
    assert found.sensitive.tolist() == [True, False, False]
    assert (found.below[0], found.above[0]) == (20, 20)


def test_where_nothing_is_sensitive_as_well_something_must_stay_possible():
    found = required(contributions([[], [10, 10]]), SensitivityRules(zero_range=7.0))
    assert found.sensitive.tolist() == [True, False]
    assert (found.below[0], found.above[0]) == (0, 7)


BY_TAU_ARGUS = {
    "P(10,1)": SensitivityRules(percent=10.0),
    "NK(1,50)": SensitivityRules(dominance=((1, 50.0),)),
    "NK(2,80)": SensitivityRules(dominance=((2, 80.0),)),
    "FREQ(4,20)": SensitivityRules(min_units=4),
    "NK(1,60)|FREQ(3,20)": SensitivityRules(min_units=3, dominance=((1, 60.0),)),
    "P(15,1)|NK(2,85)": SensitivityRules(percent=15.0, dominance=((2, 85.0),)),
}


def test_tau_argus_finds_the_same_cells_sensitive():
    draws = np.random.default_rng(25)
    cells = [draws.lognormal(6, 1.2, size).round().astype(int).tolist() for size in draws.integers(1, 9, 60)]
    names = [f"c{at:02}" for at, cell in enumerate(cells) for _ in cell]
    amounts = [float(one) for one in chain(*cells)]
    tables = asked("sensitive", [{"cells": names, "amounts": amounts, "rules": rules} for rules in BY_TAU_ARGUS])
    for (said, rules), table in zip(BY_TAU_ARGUS.items(), tables, strict=True):
        found = required(contributions(cells), rules)
        assert [status == "U" for _, status, *_ in table] == found.sensitive.tolist(), said
        assert 0 < found.sensitive.sum() < 60
        if "|" not in said:  # of several rules tau-ARGUS requires what the first says, and zicht the most
            above = np.array([most for *_, most in table])
            np.testing.assert_allclose(above[found.sensitive], found.above[found.sensitive], atol=0.51)
