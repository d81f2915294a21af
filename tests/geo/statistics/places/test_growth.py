"""Parts grow by neighbours that are like them: which join, how many, and that none is in two parts."""

import numpy as np
import pytest
from scipy.sparse import csr_array, diags_array

from geo.statistics.places.board import Board, Found, shifts
from geo.statistics.places.growth import grown
from tests.country import names


def row(values, may_join=None, shape=3.0):
    """Areas in a row."""
    count = len(values)
    line = csr_array(diags_array([1, 1], offsets=[-1, 1], shape=(count, count), dtype=np.int8))
    joins = np.ones(count, dtype=bool) if may_join is None else np.asarray(may_join)
    points = np.stack([np.arange(count) * 100.0, np.zeros(count)], axis=1)
    return Board(names(count), line, points, np.array(values, dtype=float), shape, np.zeros(count, dtype=int), joins)


def part(*areas):
    """A part whose window has no other areas than its members."""
    window = np.array(areas, dtype=np.int32)
    return Found(9.0, window, window.astype(np.intp), np.ones(len(window)))


def members(board, parts, most=12):
    return [one.members.tolist() for one in grown(board, parts, most)]


def test_a_neighbour_joins_where_its_own_value_is_four_times_as_likely_there():
    # at shape 3 and a multiple of 2 a value of (log(4) / 3 + log(2)) * 2 = 2.31 is four times as likely
    board = row([1.0, 2.32, 2.0, 2.0, 2.0, 2.30, 5.0])
    (larger,) = grown(board, [part(2, 3, 4)], 12)
    assert larger.members.tolist() == [1, 2, 3, 4]
    assert larger.weights.tolist() == pytest.approx([0.5, 1, 1, 1], abs=0.01)
    assert sorted(larger.window.tolist()) == [1, 2, 3, 4]
    assert larger.score == 9.0


def test_what_joined_is_looked_around_again_until_the_part_is_full():
    board = row([4.0] * 9)
    assert members(board, [part(3, 4, 5)]) == [list(range(9))]
    assert members(board, [part(3, 4, 5)], most=5) == [[2, 3, 4, 5, 6]]
    assert members(row([4.0, 4.0, 4.0, 3.0, 3.0, 3.0, 3.5]), [part(3, 4, 5)], most=4) == [[2, 3, 4, 5]]


def test_no_area_joins_that_is_not_high_or_is_in_the_window_of_another():
    assert members(row([4.0] * 4, [True, False, True, True]), [part(2, 3)]) == [[2, 3]]
    board = row([4.0] * 9)
    assert members(board, [part(0, 1, 2), part(4, 5, 6)]) == [[0, 1, 2, 3], [4, 5, 6, 7, 8]]


def test_a_part_without_members_stays_without():
    empty = Found(9.0, np.array([1, 2, 3], dtype=np.int32), np.array([], dtype=np.intp), np.array([]))
    assert members(row([4.0] * 6), [empty]) == [[]]


def test_the_multiple_of_a_part_lies_between_fixed_shifts():
    assert shifts(4.0) == pytest.approx((np.exp(0.35), np.exp(0.7)))
    # a window of 9 times counts as one of exp(1.4 / sqrt(3)): a value of 2.30 is four times as likely
    assert members(row([2.32, 9.0, 9.0, 2.28]), [part(1, 2)]) == [[0, 1, 2]]
