"""Cells become the number, year or code that their writer meant, or are unknown; never 0, never another number."""

import datetime as dt
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SourceError
from services.formats import cells, moments, numbers


@given(st.floats(-1e9, 1e9).map(lambda one: round(one, 2)), st.sampled_from([",", "."]))
def test_a_number_written_with_its_decimals_is_that_number(number, decimal):
    thousands = {",": ".", ".": ","}[decimal]
    written = f"{number:,.2f}".translate(str.maketrans({",": thousands, ".": decimal}))
    for cell in (written, f"€ {written}", f"  {written}\t", written.replace(thousands, "")):
        assert numbers.amounts(pa.array([cell]), decimal)[0] == pytest.approx(number)


@given(st.floats(1e4, 1e9).map(lambda one: round(one, 2)))
def test_undeclared_a_number_is_read_or_unknown_but_never_another(number):
    dutch = f"{number:,.2f}".translate(str.maketrans(",.", ".,"))
    for cell in (dutch, dutch.replace(".", ""), f"{number:.2f}", f"{number:.3f}"):
        found = numbers.amounts(pa.array([cell]), None)[0]
        assert math.isnan(found) or found == pytest.approx(number)


@pytest.mark.parametrize(
    ("cell", "decimal"),
    [("12.50", ","), ("1.2345", ","), ("12,50", "."), ("1,2345", "."), ("1.250", None), ("1,250", None)],
)
def test_what_contradicts_how_decimals_are_written_is_unknown(cell, decimal):
    assert np.isnan(numbers.amounts(pa.array([cell]), decimal)).all()


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1.250,-", 1250), ("€ 12,--", 12), ("1.250,50", 1250.5), ("1.000.000", 1e6), ("0.125", 0.125), ('="88,5"', 88.5)],
)
def test_what_can_be_read_in_one_way_is_read(cell, number):
    assert numbers.amounts(pa.array([cell]), None)[0] == number


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1.0, float("inf")]), pa.array([2.0**63, None]), pa.array([np.float16(1.5)], pa.float16()),
        pa.array(["a"], pa.string_view()), pa.array([True]), pa.array([None]),
    ],
)  # fmt: skip
def test_every_kind_of_cell_is_text(column):
    cells.check("rijen", pa.record_batch({"kolom": column}), None)
    assert len(cells.text(column)) == len(column)


@pytest.mark.parametrize(
    ("number", "written"),
    [(9_007_199_254_740_991.0, "9007199254740991"), (9_007_199_254_740_992.0, "9.007199254740992e+15"), (2.5, "2.5")],
)
def test_whole_numbers_that_are_exact_are_written_without_a_point(number, written):
    assert cells.text(pa.array([number])).to_pylist() == [written]


@pytest.mark.parametrize(
    "column",
    [pa.array([[1]]), pa.array([{"a": 1}]), pa.array([b"x"]), pa.array([dt.time(1)]), pa.array([dt.timedelta(1)])],
)
def test_cells_of_another_kind_are_refused_by_name(column):
    with pytest.raises(SourceError, match=r"rijen: column 'kolom' is .*; write it as text, numbers or dates"):
        cells.check("rijen", pa.record_batch({"kolom": column}), None)


def test_geometry_that_is_not_wkb_is_refused():
    with pytest.raises(SourceError, match=r"geometry 'plek' is .*; write it as WKB"):
        cells.check("rijen", pa.record_batch({"plek": pa.array([{"x": 1.0, "y": 2.0}])}), "plek")


@pytest.mark.parametrize(
    "cell", ["", " ", None, "n.v.t.", "1-2", "12a", "1.2.3", "1,2,3", "inf", "nan", "1e999", "--5"]
)
@pytest.mark.parametrize("read", [numbers.amounts, numbers.coordinates])
def test_what_is_no_number_is_unknown(cell, read):
    assert np.isnan(read(pa.array([cell], pa.string()), None)).all()


@pytest.mark.parametrize(
    ("column", "format_", "year"),
    [
        (pa.array(["2024"]), None, 2024),
        (pa.array(["2024-02-30"]), None, 2024),
        (pa.array(["20240101"]), None, 2024),
        (pa.array(["01-02-2024"]), None, moments.NO_YEAR),
        (pa.array(["01-02-2024"]), "%d-%m-%Y", 2024),
        (pa.array(["2024-02-01"]), "%d-%m-%Y", 2024),
        (pa.array(["7-1-2024 0:00:00"]), "%d-%m-%Y", 2024),
        (pa.array(["01-02-24"]), "%d-%m-%y", 2024),
        (pa.array(["45321"]), "%d-%m-%Y", 2024),
        (pa.array([45321]), None, 2024),
        (pa.array(["2021-12-31T23:30:00Z"]), None, 2022),
        (pa.array(["2021-12-31 23:30:00+00"]), None, 2022),
        (pa.array(["2022-06-30T23:30:00+02:00"]), None, 2022),
        (pa.array([dt.datetime(2021, 12, 31, 23, 30)], pa.timestamp("us", "UTC")), None, 2022),  # noqa: DTZ001  # likewise
        (pa.array([2024]), None, 2024),
        (pa.array([2024.0]), None, 2024),
        (pa.array([dt.date(2024, 5, 1)]), None, 2024),
        (pa.array([dt.datetime(2024, 5, 1)]), None, 2024),  # noqa: DTZ001  # as files have them
        (pa.array(["99999"]), None, moments.NO_YEAR),
        (pa.array([None], pa.string()), None, moments.NO_YEAR),
    ],
)
def test_the_year_of_a_date_is_read_or_unknown(column, format_, year):
    assert moments.years(column, format_).tolist() == [year]


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
    assert cells.matches(pa.array([cell], None if cell is not None else pa.string()), codes).tolist() == [found]


DATES = st.sampled_from(
    ["2024-03-01", "01-03-2023", "1 mei 2022", "45000", "2023-12-31T23:30:00Z", "20240301", "", "x"]
)


@given(st.lists(st.none() | DATES, min_size=1), st.sampled_from([None, "%d-%m-%Y"]), st.sampled_from([None, "UTC"]))
def test_a_date_is_of_the_same_year_however_many_rows_have_it(dates, format_, zone):
    each = [moments.years(pa.array([one], pa.string()), format_, zone)[0] for one in dates]
    for times in (1, 1_500):
        found = moments.years(pa.array(dates * times, pa.string()), format_, zone)
        assert found.tolist() == each * times


def test_moments_that_nearly_all_differ_are_of_the_same_years():
    written = [f"2023-12-31T{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}Z" for at in range(80_000, 86_400)]
    assert moments.years(pa.array(written), None).tolist() == [2023] * 2_800 + [2024] * 3_600
