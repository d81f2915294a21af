"""Where hierarchies overlap an attacker computes what trying all counts gives, of every count that matters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import OptimizeResult
from scipy.sparse import csr_array, eye_array, vstack

from geo.disclosure import overlays as programme
from geo.disclosure.intervals import Bounds, in_hierarchy
from geo.disclosure.overlays import narrowest
from geo.errors import DisclosureError, MeasureError
from tests.geo.disclosure.attackers import MOST, hierarchies, tried

ALL = 99


@given(hierarchies())
def test_in_one_hierarchy_it_gives_the_same(made):
    parent, matrix, lowest, highest = made
    found = narrowest(Bounds(lowest, highest), csr_array(matrix), np.arange(len(parent)), ALL)
    expected = in_hierarchy(Bounds(lowest, highest), parent)
    np.testing.assert_array_equal(found.lowest, expected.lowest)
    np.testing.assert_array_equal(found.highest, expected.highest)


@st.composite
def overlays(draw):
    """Up to six parts, each of a buurt and a hexagon, all of one town."""
    areas = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=6, unique=True))
    matrix = np.array([[one[side] == at for one in areas] for side in (0, 1) for at in range(3)], dtype=float)
    matrix = np.vstack([matrix[matrix.any(axis=1)], np.ones(len(areas))])
    true = matrix @ np.array([draw(st.integers(0, MOST)) for _ in areas])
    lowest = np.maximum(true - [draw(st.integers(0, 2)) for _ in true], 0)
    highest = true + [draw(st.integers(0, 2)) for _ in true]
    count = len(areas)
    bounds = np.concatenate([np.zeros(count), lowest]), np.concatenate([np.full(count, float(MOST)), highest])
    return np.vstack([np.eye(count), matrix]), *bounds


@given(overlays())
def test_where_buurten_and_hexagons_overlap_the_bounds_are_those_that_trying_everything_gives(made):
    parts, lowest, highest = made
    least, most = tried(lowest, highest, parts)
    found = narrowest(Bounds(lowest, highest), csr_array(parts), np.arange(len(parts)), ALL)
    np.testing.assert_array_equal(found.lowest, least)
    np.testing.assert_array_equal(found.highest, most)


@given(overlays(), st.integers(1, 5), st.data())
def test_what_is_narrow_is_exact_and_of_the_rest_enough_values_are_possible(made, enough, data):
    parts, lowest, highest = made
    asked = np.array(sorted(data.draw(st.sets(st.integers(0, len(parts) - 1), min_size=1))))
    least, most = (one[asked] for one in tried(lowest, highest, parts))
    found = narrowest(Bounds(lowest, highest), csr_array(parts), asked, enough)
    assert ((least <= found.lowest) & (found.highest <= most)).all()
    exact = (found.lowest == least) & (found.highest == most)
    assert exact[most - least + 1 < enough].all()
    assert (found.width[~exact] + 1 >= enough).all()


def test_bounds_that_contradict_one_another_are_refused():
    wrong = Bounds(np.array([9.0, 0.0, 0.0]), np.array([9.0, 2.0, 2.0]))
    with pytest.raises(MeasureError, match="contradict"):
        narrowest(wrong, csr_array(np.array([[1, 1], [1, 0], [0, 1]])), np.array([0]), ALL)


@st.composite
def threefold(draw):
    """Up to six parts, each of a buurt, a hexagon and one of another size."""
    sides = st.tuples(*(st.integers(0, 2) for _ in range(3)))
    areas = draw(st.lists(sides, min_size=1, max_size=6, unique=True))
    matrix = np.array([[one[side] == at for one in areas] for side in range(3) for at in range(3)], dtype=float)
    matrix = matrix[matrix.any(axis=1)]
    true = matrix @ np.array([draw(st.integers(0, MOST)) for _ in areas])
    lowest = np.maximum(true - [draw(st.integers(0, 2)) for _ in true], 0)
    highest = true + [draw(st.integers(0, 2)) for _ in true]
    count = len(areas)
    bounds = np.concatenate([np.zeros(count), lowest]), np.concatenate([np.full(count, float(MOST)), highest])
    return np.vstack([np.eye(count), matrix]), *bounds


@given(threefold(), st.integers(1, 5))
def test_of_three_hierarchies_whole_counts_are_those_that_trying_everything_gives(made, enough):
    parts, lowest, highest = made
    least, most = tried(lowest, highest, parts)
    found = narrowest(Bounds(lowest, highest), csr_array(parts), np.arange(len(parts)), enough, whole=True)
    assert ((least <= found.lowest) & (found.highest <= most)).all()
    exact = (found.lowest == least) & (found.highest == most)
    assert exact[most - least + 1 < enough].all()
    assert (found.width[~exact] + 1 >= enough).all()


ODD = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=float)
"""Three sums in a circle, as two hierarchies never make: with 1 in each, halves would do."""


def test_halves_are_no_counts():
    """By halves each part would be 0.5; by whole numbers there are no such counts at all, or just one."""
    ones = Bounds(np.array([1.0, 1, 1, 0, 0, 0]), np.array([1.0, 1, 1, 9, 9, 9]))
    with pytest.raises(MeasureError, match="contradict"):
        narrowest(ones, csr_array(ODD), np.arange(6), 9, whole=True)
    nearly = Bounds(np.array([1.0, 1, 0, 0, 0, 0]), np.array([1.0, 1, 1, 9, 9, 9]))
    found = narrowest(nearly, csr_array(ODD), np.arange(6), 9, whole=True)
    assert (found.lowest.tolist(), found.highest.tolist()) == ([1, 1, 0, 0, 1, 0], [1, 1, 0, 0, 1, 0])


def test_what_is_too_much_to_find_out_is_refused(monkeypatch):
    def out_of_nodes(*_, **__):
        return OptimizeResult(x=None, status=1)

    def asked(*, whole):
        return narrowest(Bounds(np.zeros(6), np.ones(6)), csr_array(ODD), np.arange(6), 9, whole=whole)

    with monkeypatch.context() as patch:
        patch.setattr(programme, "milp", out_of_nodes)
        with pytest.raises(DisclosureError, match="publish areas, or hexagons of one size"):
            asked(whole=True)
    monkeypatch.setattr(programme, "MOST_PARTS", 2)
    assert asked(whole=False).lowest.tolist() == [0] * 6
    with pytest.raises(DisclosureError, match="have 3 parts in common"):
        asked(whole=True)


def test_one_solution_shows_that_most_counts_stay_possible(monkeypatch):
    """Fifteen by fifteen buurten, hexagons askew over them and larger ones: without it six programmes are solved."""
    solved, milp = [], programme.milp
    monkeypatch.setattr(programme, "milp", lambda *told, **more: solved.append(1) or milp(*told, **more))
    row, column = (one.ravel() for one in np.mgrid[:30, :30])
    of = (row // 2 * 15 + column // 2, (row + 1) // 2 * 16 + (column + 1) // 2, row // 7 * 5 + column // 7, 0 * row)
    sides = [csr_array((np.ones(900), (np.unique(one, return_inverse=True)[1], np.arange(900)))) for one in of]
    true = np.random.default_rng(3).poisson(1.0, 900).astype(float)
    parts = csr_array(vstack([*sides, eye_array(900)]))
    sums = parts @ true
    counts = len(sums) - 900
    lowest, highest = np.maximum(sums - 2, 0), sums + 4
    lowest[counts:], highest[counts:] = 0, np.inf
    found = narrowest(Bounds(lowest, highest), parts, np.arange(counts), 4, whole=True)
    assert (found.width + 1 >= 4).all()
    assert ((lowest[:counts] <= found.lowest) & (found.highest <= highest[:counts])).all()
    assert len(solved) <= 3
