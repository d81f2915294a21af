"""Codes have the shapes of CBS, letters included, and tell in which wijk and gemeente an area lies."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundaries.codes import is_code, malformed, parents
from geo.areas import AreaLevel

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
buurtcodes = st.builds(
    "BU{}{}".format, st.text("0123456789", min_size=4, max_size=4), st.text(ALPHANUMERIC, min_size=4, max_size=4)
)
GOOD = {"GM0599": AreaLevel.GEMEENTE, "WK059901": AreaLevel.WIJK, "WK0363AF": AreaLevel.WIJK}
GOOD |= {"BU05990113": AreaLevel.BUURT, "BU0363AF08": AreaLevel.BUURT}


@pytest.mark.parametrize(("code", "level"), GOOD.items())
def test_a_code_is_one_of_its_own_level_only(code, level):
    assert [one for one in (AreaLevel.GEMEENTE, AreaLevel.WIJK, AreaLevel.BUURT) if is_code(code, one)] == [level]


WRONG = ["", "BU", "BU036300", "bu0363AF08", "BU0363af08", "BU0363AF081", " BU0363AF08", "BU0363AF08\n", "BUA363AF08"]


@pytest.mark.parametrize("code", WRONG)
def test_anything_else_is_no_buurtcode(code):
    assert not is_code(code, AreaLevel.BUURT)
    assert list(malformed(pd.Series(["BU0363AF08", code]), AreaLevel.BUURT)) == [code]


def test_digits_are_those_of_cbs():
    """Not the Arabic-Indic ones of 0363."""
    assert not is_code("GM\u0660\u0663\u0666\u0663", AreaLevel.GEMEENTE)


@pytest.mark.parametrize("missing", [None, float("nan"), 363])
def test_what_is_no_text_is_malformed(missing):
    assert len(malformed(pd.Series(["BU0363AF08", missing], dtype=object), AreaLevel.BUURT)) == 1


@given(st.lists(buurtcodes, min_size=1, max_size=10))
def test_a_buurt_lies_in_the_wijk_and_gemeente_of_its_code_and_so_does_the_wijk(codes):
    codes = pd.Index(codes)
    wijken, gemeenten = parents(codes, AreaLevel.WIJK), parents(codes, AreaLevel.GEMEENTE)
    assert not len(malformed(codes.to_series(), AreaLevel.BUURT))
    assert all(is_code(wijk, AreaLevel.WIJK) for wijk in wijken)
    assert all(is_code(gemeente, AreaLevel.GEMEENTE) for gemeente in gemeenten)
    assert parents(wijken, AreaLevel.GEMEENTE).equals(gemeenten)
    assert [code[2:8] for code in codes] == [wijk[2:] for wijk in wijken]
