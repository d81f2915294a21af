"""What an attacker can compute is what trying all counts gives: no more, no less."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geo.disclosure.intervals import Bounds, by_programme, hierarchy_levels, in_hierarchy
from geo.errors import MeasureError

MOST = 4


def tried(lowest, highest, matrix):
    """The attacker who tries every whole number of each part, up to `MOST`."""
    totals = np.array(list(product(range(MOST + 1), repeat=matrix.shape[1]))) @ matrix.T
    possible = totals[((totals >= lowest) & (totals <= highest)).all(axis=1)]
    return (possible.min(axis=0), possible.max(axis=0)) if len(possible) else None


@st.composite
def hierarchies(draw):
    """Up to five parts in wijken, these in gemeenten; what is published of each is near what it is."""
    parts = draw(st.integers(1, 5))
    wijk = [draw(st.integers(0, min(2, at))) for at in range(parts)]
    wijken = sorted(set(wijk))
    gemeente = {one: draw(st.integers(0, 1)) for one in wijken}
    gemeenten = sorted(set(gemeente.values()))
    first_wijk, first_gemeente = parts, parts + len(wijken)
    parent = [first_wijk + wijken.index(one) for one in wijk]
    parent += [first_gemeente + gemeenten.index(gemeente[one]) for one in wijken] + [-1] * len(gemeenten)
    matrix = np.zeros((len(parent), parts))
    for part in range(parts):
        at = part
        while at >= 0:
            matrix[at, part] = 1
            at = parent[at]
    true = matrix @ np.array([draw(st.integers(0, MOST)) for _ in range(parts)])
    below = np.array([draw(st.integers(0, 4)) for _ in parent])
    above = np.array([draw(st.integers(0, 4)) for _ in parent])
    lowest, highest = np.maximum(true - below, 0), true + above
    highest[:parts], lowest[:parts] = np.minimum(highest[:parts], MOST), np.minimum(lowest[:parts], MOST)
    return np.array(parent), matrix, lowest, highest


@given(hierarchies())
def test_in_a_hierarchy_bounds_are_those_that_trying_everything_gives(made):
    parent, matrix, lowest, highest = made
    least, most = tried(lowest, highest, matrix)
    found = in_hierarchy(Bounds(lowest, highest), parent)
    np.testing.assert_array_equal(found.lowest, least)
    np.testing.assert_array_equal(found.highest, most)


@given(hierarchies())
def test_a_linear_programme_gives_the_same(made):
    parent, matrix, lowest, highest = made
    found = by_programme(Bounds(lowest, highest), csr_array(matrix), np.arange(len(parent)))
    expected = in_hierarchy(Bounds(lowest, highest), parent)
    np.testing.assert_array_equal(found.lowest, expected.lowest)
    np.testing.assert_array_equal(found.highest, expected.highest)


@given(st.data())
def test_where_buurten_and_hexagons_overlap_the_bounds_are_those_that_trying_everything_gives(data):
    pairs = data.draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=5, unique=True))
    matrix = np.array([[one[side] == at for one in pairs] for side in (0, 1) for at in range(3)], dtype=float)
    matrix = matrix[matrix.any(axis=1)]
    true = matrix @ np.array([data.draw(st.integers(0, MOST)) for _ in pairs])
    lowest = np.maximum(true - [data.draw(st.integers(0, 2)) for _ in true], 0)
    highest = true + [data.draw(st.integers(0, 2)) for _ in true]
    parts = np.vstack([np.eye(len(pairs)), matrix])
    bounds = Bounds(
        np.concatenate([np.zeros(len(pairs)), lowest]), np.concatenate([np.full(len(pairs), MOST), highest])
    )
    least, most = tried(bounds.lowest, bounds.highest, parts)
    found = by_programme(bounds, csr_array(parts), np.arange(len(parts)))
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
    with pytest.raises(MeasureError, match="contradict"):
        by_programme(wrong, csr_array(np.array([[1, 1], [1, 0], [0, 1]])), np.array([0]))
    with pytest.raises(ValueError, match="circle"):
        in_hierarchy(Bounds(np.zeros(2), np.ones(2)), np.array([1, 0]))


def test_a_second_release_narrows_what_the_first_left_open():
    both = Bounds(np.array([0.0]), np.array([5.0])).within(Bounds(np.array([3.0]), np.array([9.0])))
    assert (both.lowest[0], both.highest[0], both.width[0]) == (3, 5, 2)
