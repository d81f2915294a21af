"""What an attacker can compute is what trying all counts gives: no more, no less."""

import numpy as np
import pytest
from hypothesis import given

from geo.disclosure.intervals import Bounds, from_parts, hierarchy_levels, in_hierarchy
from geo.errors import MeasureError
from tests.geo.disclosure.attackers import hierarchies, tried


@given(hierarchies())
def test_in_a_hierarchy_bounds_are_those_that_trying_everything_gives(made):
    parent, matrix, lowest, highest = made
    least, most = tried(lowest, highest, matrix)
    found = in_hierarchy(Bounds(lowest, highest), parent)
    np.testing.assert_array_equal(found.lowest, least)
    np.testing.assert_array_equal(found.highest, most)


def test_a_hierarchy_is_gone_through_from_those_that_are_part_of_nothing_on():
    levels = hierarchy_levels(np.array([1, 3, 3, -1, -1]))
    assert [one.tolist() for one in levels] == [[3, 4], [1, 2], [0]]
    assert [one.tolist() for one in hierarchy_levels(np.array([], dtype=int))] == [[]]


def test_what_nothing_bounds_is_endless():
    """A wijk of which one buurt is not published tells nothing of it, and less of its other."""
    found = in_hierarchy(Bounds(np.array([5.0, 3.0, 0.0]), np.array([np.inf, 8.0, np.inf])), np.array([-1, 0, 0]))
    assert found.highest.tolist() == [np.inf, 8, np.inf]
    found = in_hierarchy(Bounds(np.array([5.0, 3.0, 0.0]), np.array([9.0, 8.0, np.inf])), np.array([-1, 0, 0]))
    assert (found.lowest.tolist(), found.highest.tolist()) == ([5, 3, 0], [9, 8, 6])


def test_bounds_that_contradict_one_another_are_refused():
    wrong = Bounds(np.array([9.0, 0.0, 0.0]), np.array([9.0, 2.0, 2.0]))
    with pytest.raises(MeasureError, match="contradict"):
        in_hierarchy(wrong, np.array([-1, 0, 0]))
    with pytest.raises(ValueError, match="circle"):
        in_hierarchy(Bounds(np.zeros(2), np.ones(2)), np.array([1, 0]))


def test_a_second_release_narrows_what_the_first_left_open():
    both = Bounds(np.array([0.0]), np.array([5.0])).within(Bounds(np.array([3.0]), np.array([9.0])))
    assert (both.lowest[0], both.highest[0], both.width[0]) == (3, 5, 2)


def test_what_parts_tell_of_a_whole_does_not_narrow_the_parts():
    parent = np.array([-1, 0, 0])
    found = from_parts(
        Bounds(np.array([5.0, 3.0, 0.0]), np.array([9.0, 8.0, np.inf])), parent, hierarchy_levels(parent)
    )
    assert (found.lowest.tolist(), found.highest.tolist()) == ([5, 3, 0], [9, 8, np.inf])
