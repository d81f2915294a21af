"""Hot areas that touch become zoekgebieden by the six rules of geo.zoekgebieden, whatever the map."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geo.errors import AlignmentError, AreaError
from geo.neighbors import Neighbors
from geo.scores import Score
from geo.statistics.places.result import Place
from geo.zoekgebieden import LARGEST, Zoekgebied, find, of_places
from tests.country import graph_of, grid, names
from tests.geo.statistics.results import made

SIDE = 9
MAX_Q = 0.05
BOARD = grid(SIDE, SIDE)
INDICATORS = ["een", "twee", "drie"]


def score_of(values, index, rng=None):
    """Scores with contributions that add up to them."""
    values = pd.Series(values, index=index, dtype=float)
    parts = np.random.default_rng(3 if rng is None else rng).dirichlet([1, 1, 1], len(values))
    return Score(values, pd.DataFrame(parts, index=index, columns=INDICATORS).mul(values, axis=0))


def result_of(hot, index, height=None):
    q = pd.Series(np.where(hot, 0.01, 0.5), index=index)
    height = pd.Series(np.arange(len(index), 0, -1.0) if height is None else height, index=index, dtype=float)
    return made(height, q / 2, q)


def search(hot, neighbors=BOARD, values=None, height=None, kind="drugs-basis-buurt-2024-2024"):
    index = neighbors.ids
    score = score_of(np.ones(len(index)) if values is None else values, index)
    return find(score, result_of(hot, index, height), neighbors, max_q=MAX_Q, kind=kind)


def at(*places):
    """A board on which only these squares (column, row) are hot."""
    hot = np.zeros((SIDE, SIDE), dtype=bool)
    for column, row in places:
        hot[row, column] = True
    return hot.ravel()


def block(columns, rows, west=0, south=0):
    return at(*[(west + column, south + row) for column in range(columns) for row in range(rows)])


def connected(areas, neighbors):
    parts, _ = connected_components(neighbors.among(neighbors.ids.isin(areas)).matrix, directed=False)
    return parts == 1


def partition(zoekgebieden):
    return {one.areas for one in zoekgebieden}


@st.composite
def boards(draw):
    """A board with holes in it, some of it hot, under hills of any shape, plateaus among them."""
    seed = draw(st.integers(0, 2**32))
    density, cold, steps = draw(st.tuples(st.floats(0.3, 1), st.floats(0, 0.7), st.sampled_from([2, 5, 10**6])))
    rng = np.random.default_rng(seed)
    neighbors = BOARD.among(rng.random(SIDE * SIDE) < density)
    count = len(neighbors.ids)
    height = np.round(rng.normal(size=count) * steps) / steps
    return neighbors, rng.random(count) >= cold, np.round(rng.normal(1, 1, count), 1), height


@given(boards())
def test_every_hot_area_above_the_mean_is_in_exactly_one_zoekgebied_and_no_other_area_is(board):
    neighbors, hot, values, height = board
    zoekgebieden = search(hot, neighbors, values, height)
    members = [area for one in zoekgebieden for area in one.areas]
    assert sorted(members) == sorted(neighbors.ids[hot & (values > 0)])


@given(boards())
def test_the_areas_of_a_zoekgebied_are_in_one_piece(board):
    neighbors, hot, values, height = board
    assert all(connected(one.areas, neighbors) for one in search(hot, neighbors, values, height))


@given(boards())
def test_hot_areas_that_touch_are_together_unless_they_are_too_many(board):
    neighbors, hot, values, height = board
    zoekgebieden = search(hot, neighbors, values, height)
    among = neighbors.among(hot & (values > 0))
    _, whole = connected_components(among.matrix, directed=False)
    whole = pd.Series(whole, index=among.ids)
    sizes = whole.value_counts()
    for one in zoekgebieden:
        (part,) = whole[list(one.areas)].unique()
        assert sizes[part] > LARGEST or sizes[part] == len(one.areas)


@given(boards())
def test_what_is_too_large_is_parted_by_the_peak_each_area_climbs_to(board):
    neighbors, hot, values, height = board
    keep = hot & (values > 0)
    among, heights = neighbors.among(keep), height[keep]
    _, whole = connected_components(among.matrix, directed=False)

    def peak(area):
        around = [area, *among.matrix[[area]].nonzero()[1]]
        upward = max(around, key=lambda one: (heights[one], -one))
        return area if upward == area else peak(upward)

    groups = {}
    for area, part in enumerate(whole):
        where = ("peak", peak(area)) if (whole == part).sum() > LARGEST else ("whole", part)
        groups.setdefault(where, []).append(among.ids[area])
    assert partition(search(hot, neighbors, values, height)) == {tuple(areas) for areas in groups.values()}


@given(boards())
def test_reasons_add_up_to_the_score_which_is_the_mean_over_its_areas(board):
    neighbors, hot, values, height = board
    known = pd.Series(values, index=neighbors.ids)
    for one in search(hot, neighbors, values, height):
        assert sum(one.reasons.values()) == pytest.approx(one.score)
        assert one.score == pytest.approx(known[list(one.areas)].mean())


@given(boards())
def test_ranks_count_up_from_one_by_sum_of_scores(board):
    neighbors, hot, values, height = board
    zoekgebieden = search(hot, neighbors, values, height)
    strength = [(-round(one.score * len(one.areas), 6), one.id) for one in zoekgebieden]
    assert [one.rank for one in zoekgebieden] == list(range(1, len(zoekgebieden) + 1))
    assert strength == sorted(strength)


@given(boards(), st.randoms(use_true_random=False))
def test_the_order_of_areas_changes_nothing(board, random):
    neighbors, hot, values, _ = board
    height = np.random.default_rng(1).permutation(len(hot)).astype(float)  # where two are equal, the order decides
    order = list(range(len(hot)))
    random.shuffle(order)
    turned = Neighbors(neighbors.ids[order], csr_array(neighbors.matrix[order][:, order]))
    score, result = score_of(values, neighbors.ids), result_of(hot, neighbors.ids, height)
    other = Score(score.value[turned.ids], score.contributions.loc[turned.ids])
    moved = made(*(one[turned.ids] for one in (result.statistic, result.p, result.q)))
    before = find(score, result, neighbors, max_q=MAX_Q, kind="x")
    after = find(other, moved, turned, max_q=MAX_Q, kind="x")
    assert [(one.id, one.rank, one.areas) for one in before] == [(one.id, one.rank, one.areas) for one in after]


def test_a_quiet_area_among_hot_ones_is_not_hot():
    values = np.ones(SIDE * SIDE)
    values[SIDE + 1] = 0
    (ring,) = search(block(3, 3), values=values)
    assert len(ring.areas) == 8
    assert names(SIDE * SIDE)[SIDE + 1] not in ring.areas


def test_q_may_be_as_large_as_asked_but_no_larger():
    q = pd.Series([0.05, np.nextafter(0.05, 1)], index=names(2))
    result = made(q, q, q)
    (only,) = find(score_of([1, 1], names(2)), result, graph_of([(0, 1)], 2), max_q=0.05, kind="x")
    assert only.areas == ("a0000",)


def test_an_area_without_score_or_test_is_never_hot():
    q = pd.Series([0.01, np.nan], index=names(2))
    result = made(q, q, q)
    assert find(score_of([np.nan, 1], names(2)), result, graph_of([(0, 1)], 2), max_q=0.05, kind="x") == []


def test_hot_areas_that_touch_at_a_corner_are_one_and_those_apart_are_two():
    assert len(search(at((0, 0), (1, 1)))) == 1
    assert len(search(at((0, 0), (2, 0)))) == 2


def test_what_hot_areas_enclose_is_not_added():
    enclosed = block(3, 3) & ~at((1, 1))
    assert [len(one.areas) for one in search(enclosed)] == [8]


def test_a_hot_area_by_itself_is_a_zoekgebied():
    (alone,) = search(at((5, 5)))
    assert alone.areas == (BOARD.ids[5 * SIDE + 5],)


def test_the_largest_stays_whole_and_one_more_is_parted_along_its_valley():
    column = np.tile(np.arange(SIDE), SIDE)
    valley = np.abs(column - 2.1)
    assert [len(one.areas) for one in search(block(5, 5), height=valley)] == [25]
    assert sum(len(one.areas) for one in search(block(5, 5) | at((5, 0)), height=valley)) == 26
    assert len(search(block(5, 5) | at((5, 0)), height=valley)) == 2
    east, west = search(block(6, 5), height=valley)
    assert sorted([len(east.areas), len(west.areas)]) == [15, 15]


def test_one_hill_without_a_valley_stays_whole_however_large():
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    hill = -np.hypot(row - 4.3, column - 4.1)
    assert [len(one.areas) for one in search(block(SIDE, SIDE), height=hill)] == [SIDE * SIDE]


def test_strong_and_large_comes_before_strong_and_small():
    values = np.ones(SIDE * SIDE)
    values[at((8, 8))] = 2.5
    large, small = search(block(3, 1) | at((8, 8)), values=values)
    assert (len(large.areas), len(small.areas)) == (3, 1)
    assert small.score > large.score


def test_what_is_equally_strong_is_ranked_by_id():
    zoekgebieden = search(at((0, 0), (4, 0), (8, 0)))
    assert [one.id for one in zoekgebieden] == sorted(one.id for one in zoekgebieden)


def test_q_is_that_of_its_least_certain_area():
    q = pd.Series([0.01, 0.04, 0.02], index=names(3))
    result = made(q, q, q)
    (only,) = find(score_of([1, 1, 1], names(3)), result, graph_of([(0, 1), (1, 2)], 3), max_q=0.05, kind="x")
    assert only.q == 0.04


def test_an_id_tells_what_was_searched_and_changes_only_with_the_areas():
    (one,), (other,) = search(at((0, 0))), search(at((0, 0)), values=np.full(SIDE * SIDE, 9.0))
    assert one.id == other.id
    assert one.id.startswith("drugs-basis-buurt-2024-2024-")
    (more,) = search(at((0, 0), (1, 0)))
    assert more.id != one.id
    (later,) = search(at((0, 0)), kind="drugs-basis-buurt-2025-2024")
    assert later.id.removeprefix("drugs-basis-buurt-2025") == one.id.removeprefix("drugs-basis-buurt-2024")


def test_an_unknown_contribution_counts_as_nothing_in_the_mean():
    contributions = pd.DataFrame({"een": [1.0, 2.0], "twee": [1.0, np.nan]}, index=names(2))
    score = Score(contributions.sum(axis=1), contributions)
    (only,) = find(score, result_of([True, True], names(2)), graph_of([(0, 1)], 2), max_q=MAX_Q, kind="x")
    assert only.reasons == {"een": 1.5, "twee": 0.5}


def test_where_nothing_is_hot_nothing_is_found():
    assert search(np.zeros(SIDE * SIDE, dtype=bool)) == []


def test_scores_of_other_areas_are_refused():
    with pytest.raises(AlignmentError, match="zoekgebieden"):
        find(score_of([1, 1], names(2)), result_of([True] * 4, names(4)), grid(2, 2), max_q=MAX_Q, kind="x")


@pytest.mark.parametrize(
    ("areas", "reasons", "rule"),
    [
        ((), {"een": 1.0}, "sorted and occur once"),
        (("b", "a"), {"een": 1.0}, "sorted and occur once"),
        (("a", "a"), {"een": 1.0}, "sorted and occur once"),
        (("a",), {"een": 0.5}, "reasons add up to 0.5, not 1"),
    ],
)
def test_a_zoekgebied_that_contradicts_itself_is_refused(areas, reasons, rule):
    with pytest.raises(AreaError, match=rule):
        Zoekgebied("x", areas, 1.0, reasons, 0.01, 1)


def place(weights, strength=2.0, q=0.01):
    values = dict.fromkeys(weights, strength)
    return Place(weights, tuple(sorted(weights)), 9.0, values, float("inf"), q, q)


def test_of_places_an_area_without_a_score_above_the_mean_is_left_out_and_so_is_a_place_without_any():
    score = score_of([1.0, -0.1, np.nan, 2.0, 0.0], names(5))
    places = [place({"a0000": 1.0, "a0001": 0.9, "a0002": 0.8, "a0003": 0.6}), place({"a0004": 1.0})]
    (only,) = of_places(score, places, kind="x")
    assert only.areas == ("a0000", "a0003")
    assert only.weights == {"a0000": 1.0, "a0003": 0.6}
    assert (only.score, only.q, only.strength) == (1.5, 0.01, 2.0)


def test_strength_is_that_of_the_areas_that_are_shown_and_it_is_said_how_many_are_not():
    score = score_of([1.0, np.nan, 2.0, np.nan, 1.0], names(5))
    values = {"a0000": 3.0, "a0001": 40.0, "a0002": 5.0}
    one = Place(dict.fromkeys(values, 1.0), ("a0000", "a0001", "a0002", "a0003"), 9.0, values, 2.0, 0.01, 0.01)
    (found,) = of_places(score, [one], kind="x")
    assert found.areas == ("a0000", "a0002")
    assert found.strength == pytest.approx(4 * np.exp(-1.645 / np.sqrt(2 * 2)))
    assert found.hidden == 2


def test_of_places_the_surely_strongest_comes_first_however_large():
    score = score_of(np.ones(4), names(4))
    large, small = place({"a0000": 1, "a0001": 1, "a0002": 1}, 1.5), place({"a0003": 1}, 1.8)
    assert [(one.rank, len(one.areas)) for one in of_places(score, [large, small], kind="x")] == [(1, 1), (2, 3)]


def test_of_places_an_id_is_that_of_the_same_areas_found_otherwise():
    score = score_of([1.0, 1.0], names(2))
    (one,) = of_places(score, [place({"a0000": 1.0, "a0001": 1.0})], kind="x")
    (other,) = find(score, result_of([True, True], names(2)), graph_of([(0, 1)], 2), max_q=MAX_Q, kind="x")
    assert one.id == other.id


def test_weights_of_some_areas_only_are_refused():
    with pytest.raises(AreaError, match="all of its areas have a weight"):
        Zoekgebied("x", ("a", "b"), 1.0, {"een": 1.0}, 0.01, 1, {"a": 1.0})
