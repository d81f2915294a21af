"""Cells become the number, year or code that their writer meant, or are unknown; never 0, never another number."""

import datetime as dt
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.records import values


@given(st.floats(-1e9, 1e9).map(lambda one: round(one, 2)), st.sampled_from([",", "."]))
def test_a_number_written_with_its_decimals_is_that_number(number, decimal):
    thousands = {",": ".", ".": ","}[decimal]
    written = f"{number:,.2f}".translate(str.maketrans({",": thousands, ".": decimal}))
    for cell in (written, f"€ {written}", f"  {written}\t", written.replace(thousands, "")):
        assert values.amounts(pa.array([cell]), decimal)[0] == pytest.approx(number)


@given(st.floats(1e4, 1e9).map(lambda one: round(one, 2)))
def test_undeclared_a_number_is_read_or_unknown_but_never_another(number):
    dutch = f"{number:,.2f}".translate(str.maketrans(",.", ".,"))
    for cell in (dutch, dutch.replace(".", ""), f"{number:.2f}", f"{number:.3f}"):
        found = values.amounts(pa.array([cell]), None)[0]
        assert math.isnan(found) or found == pytest.approx(number)


@pytest.mark.parametrize(
    "cell", ["", " ", None, "n.v.t.", "1-2", "12a", "1.2.3", "1,2,3", "inf", "nan", "1e999", "--5"]
)
@pytest.mark.parametrize("read", [values.amounts, values.coordinates])
def test_what_is_no_number_is_unknown(cell, read):
    assert np.isnan(read(pa.array([cell], pa.string()), None)).all()


@pytest.mark.parametrize(
    ("column", "format_", "year"),
    [
        (pa.array(["2024"]), None, 2024),
        (pa.array(["2024-02-30"]), None, 2024),
        (pa.array(["20240101"]), None, 2024),
        (pa.array(["01-02-2024"]), None, values.NO_YEAR),
        (pa.array(["01-02-2024"]), "%d-%m-%Y", 2024),
        (pa.array(["2024-02-01"]), "%d-%m-%Y", values.NO_YEAR),
        (pa.array([2024]), None, 2024),
        (pa.array([2024.0]), None, 2024),
        (pa.array([dt.date(2024, 5, 1)]), None, 2024),
        (pa.array([dt.datetime(2024, 5, 1)]), None, 2024),  # noqa: DTZ001  # as files have them
        (pa.array(["20245"]), None, values.NO_YEAR),
        (pa.array([None], pa.string()), None, values.NO_YEAR),
    ],
)
def test_the_year_of_a_date_is_read_or_unknown(column, format_, year):
    assert values.years(column, format_).tolist() == [year]


@pytest.mark.parametrize(
    ("cell", "codes", "found"),
    [
        ("Hennep", ("hennep",), True),
        ("hennepkwekerij", ("hennep",), False),
        ("hennepkwekerij", ("hennep*",), True),
        (" 5630 ", ("5610", "5630"), True),
        (5630, ("56*",), True),
        (None, ("*",), False),
        ("a.c", ("abc", "a*c"), False),
    ],
)
def test_a_code_is_that_code_or_begins_so(cell, codes, found):
    assert values.matches(pa.array([cell], None if cell is not None else pa.string()), codes).tolist() == [found]
