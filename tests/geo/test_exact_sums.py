"""Sums that do not depend on their order are the sums of fractions, which do not either."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.exact_sums import add, carried, whole
from geo.rasters import LARGEST, PART, VALUE

terms = st.floats(-LARGEST, LARGEST, allow_nan=False) | st.floats(-1, 1) | st.integers(-9, 9).map(float)


def summed(values, unit, limbs):
    row = np.zeros(limbs, dtype=np.int64)
    for one in values:
        add(row, one, unit)
    return row


def exact(values, unit):
    """Each term to the nearest whole number of units, of two the even one, as fractions have it."""
    return sum(round(Fraction(one) * 2**unit) for one in values)


@given(st.lists(terms, max_size=50))
def test_the_sum_is_that_of_fractions(values):
    assert whole(summed(values, *VALUE)[None]) == [exact(values, VALUE[0])]


@given(st.lists(st.floats(0, 1), max_size=50))
def test_of_parts_of_cells_too(values):
    assert whole(summed(values, *PART)[None]) == [exact(values, PART[0])]


@given(st.lists(terms, max_size=30), st.data())
def test_it_is_the_same_to_the_bit_in_any_order_and_any_parts(values, data):
    every = carried(summed(values, *VALUE))
    shuffled = data.draw(st.permutations(values))
    at = data.draw(st.integers(0, len(values)))
    parts = carried(summed(shuffled[:at], *VALUE)) + carried(summed(shuffled[at:], *VALUE))
    assert carried(parts).tobytes() == every.tobytes()


def test_a_double_keeps_all_its_bits_unless_it_is_tiny():
    smallest = 2.0 ** (52 - VALUE[0])
    assert 1e-23 < smallest < 1e-22
    for one in (smallest * (1 + 2**-52), 1 / 3, -1e38, 5.0):
        assert Fraction(whole(summed([one], *VALUE)[None])[0], 2 ** VALUE[0]) == Fraction(one)
