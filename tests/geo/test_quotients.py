"""Location quotients, growth and levels within a group, held against the definitions written out and pandas' own."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.quotients import growth, location_quotient, within_groups

ESTABLISHMENTS = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 500)), min_size=1, max_size=30)
"""Of each area those in the branch and those in all others."""


def by_definition(branch: list[int], total: list[int]) -> list[float]:
    """(e_i / e) / (E_i / E), as a textbook has it: an area's share of the branch over its share of all."""
    return [(one / sum(branch)) / (whole / sum(total)) for one, whole in zip(branch, total, strict=True)]


@given(ESTABLISHMENTS)
def test_a_location_quotient_is_that_of_the_textbook_and_its_weighed_mean_is_one(areas):
    branch, total = [one for one, _ in areas], [one + rest for one, rest in areas]
    national = sum(branch) / sum(total)
    found = location_quotient(pd.Series(branch) / pd.Series(total), national)
    if not sum(branch):
        assert found.isna().all()
        return
    assert found.tolist() == pytest.approx(by_definition(branch, total))
    assert np.average(found, weights=total) == pytest.approx(1)


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(1, 1e4)), min_size=1))
def test_growth_is_one_more_than_the_relative_change_of_pandas(areas):
    table = pd.DataFrame(areas, columns=["before", "now"])
    changed = 1 + table.replace(0, np.nan).pct_change(axis=1, fill_method=None)["now"]
    assert growth(table["now"], table["before"]).tolist() == pytest.approx(changed.tolist(), nan_ok=True)


def test_what_is_not_known_at_one_time_has_no_growth():
    found = growth(pd.Series([2.0, np.nan, 3.0]), pd.Series([1.0, 2.0, np.nan]))
    assert found.isna().tolist() == [False, True, True]


LEVELS = st.lists(
    st.tuples(st.sampled_from("ab"), st.floats(0.1, 10) | st.just(np.nan), st.integers(0, 9)), min_size=1, max_size=40
)
"""Of each area its group, its level and what that weighs."""


@given(LEVELS)
def test_a_level_within_its_group_is_that_over_the_weighed_mean_of_five_known_areas_or_more(areas):
    table = pd.DataFrame(areas, columns=["group", "level", "weight"])
    found = within_groups(table["level"], table["weight"], table["group"])
    known = table[table["level"].notna() & (table["weight"] > 0)]
    expected = pd.Series(np.nan, table.index)
    for _, group in known.groupby("group"):
        if len(group) >= 5:
            expected[group.index] = group["level"] / np.average(group["level"], weights=group["weight"])
    assert found.tolist() == pytest.approx(expected.tolist(), nan_ok=True)


@given(st.floats(0.1, 10))
def test_what_a_whole_group_has_in_common_stands_out_nowhere(factor):
    levels, weights = pd.Series([1.0, 1.2, 0.9, 1.1, 1.0, 1.3] * 2), pd.Series(range(1, 13))
    groups = pd.Series(["a"] * 6 + ["b"] * 6)
    raised = levels.where(groups == "a", levels * factor)
    alike = within_groups(levels, weights, groups)
    assert within_groups(raised, weights, groups).tolist() == pytest.approx(alike.tolist())
