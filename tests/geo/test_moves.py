"""What became of zoekgebieden between two maps."""

from hypothesis import given
from hypothesis import strategies as st

from geo.moves import Move, Moved, moves

maps = st.lists(st.frozensets(st.integers(0, 11).map(str), min_size=1, max_size=5), max_size=6)


def distinct(zones):
    """Without areas that two of them hold, as on a map."""
    taken, made = set(), []
    for one in zones:
        if left := one - taken:
            made.append(left)
            taken |= left
    return made


def sets(*zones):
    return [frozenset(one) for one in zones]


def test_those_that_share_half_of_the_smaller_are_the_same():
    assert moves(sets("abcd"), sets("cd")) == [Moved(1, 1)]
    assert moves(sets("abcd"), sets("defg")) == [Moved(None, 1), Moved(1, None)]
    assert moves(sets("abcd", "x"), sets("x", "ab")) == [Moved(2, 1), Moved(1, 2)]


def test_of_several_that_share_the_one_that_shares_most_is_the_same():
    assert moves(sets("abcde"), sets("a", "bcd")) == [Moved(None, 1), Moved(1, 2)]


def test_each_move_has_its_name():
    names = [Moved(*one).move for one in ((None, 1), (2, 1), (1, 1), (1, 2), (1, None))]
    assert names == [Move.CAME, Move.ROSE, Move.SAME, Move.FELL, Move.WENT]


@given(maps)
def test_a_map_does_not_move_against_itself(zones):
    zones = distinct(zones)
    assert all(one.move is Move.SAME for one in moves(zones, zones))


@given(maps, maps)
def test_every_zoekgebied_of_either_map_is_there_once(before, after):
    before, after = distinct(before), distinct(after)
    found = moves(before, after)
    assert sorted(one.before for one in found if one.before) == list(range(1, len(before) + 1))
    assert sorted(one.after for one in found if one.after) == list(range(1, len(after) + 1))


@given(maps, maps)
def test_what_came_one_way_went_the_other(before, after):
    before, after = distinct(before), distinct(after)
    there = {one.after for one in moves(before, after) if one.move is Move.CAME}
    back = {one.before for one in moves(after, before) if one.move is Move.WENT}
    assert len(there) == len(back)
