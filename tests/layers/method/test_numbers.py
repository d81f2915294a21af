"""A number that was written comes back as itself, or is refused; never as another number."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SourceError
from layers.method import numbers

BLANKS = (" ", "\N{NO-BREAK SPACE}", "\N{THIN SPACE}", "\N{NARROW NO-BREAK SPACE}", "'")
VALUES = st.decimals(-(10**9), 10**9, places=None, allow_nan=False).map(lambda one: one.quantize(Decimal("0.0001")))
AMOUNTS = st.builds(lambda one, places: round(one, places) if places else Decimal(int(one)), VALUES, st.integers(0, 4))


def grouped(number, decimal, thousands):
    return f"{number:,f}".translate(str.maketrans({",": thousands, ".": decimal}))


FORMS = {
    "plain": lambda number, decimal: grouped(number, decimal, ""),
    "thousands": lambda number, decimal: grouped(number, decimal, {",": ".", ".": ","}[decimal]),
    "blanks": lambda number, decimal: grouped(number, decimal, " "),
    "no-break": lambda number, decimal: grouped(number, decimal, "\N{NARROW NO-BREAK SPACE}"),
    "euro": lambda number, decimal: f"€ {grouped(number, decimal, {',': '.', '.': ','}[decimal])}",
    "euro behind": lambda number, decimal: f"{grouped(number, decimal, '')} EUR",
    "padded": lambda number, decimal: f"  {grouped(number, decimal, '')}\t",
    "left alone by Excel": lambda number, decimal: f'="{grouped(number, decimal, "")}"',
    "scientific": lambda number, decimal: f"{number:.14E}".replace(".", decimal),
    "typographic minus": lambda number, decimal: grouped(number, decimal, "").replace("-", "\N{MINUS SIGN}"),
}


@given(AMOUNTS, st.sampled_from([",", "."]), st.sampled_from(sorted(FORMS)))
def test_a_number_whose_decimals_are_declared_is_that_number(number, decimal, form):
    cells = pa.array([FORMS[form](number, decimal)])
    assert numbers.amounts(cells, decimal)[0] == float(number)
    assert numbers.coordinates(cells, decimal)[0] == float(number)
    assert numbers.column(pd.Series(cells.to_pylist()), decimal, "x")[0] == float(number)


@given(AMOUNTS, st.sampled_from([",", "."]), st.sampled_from(sorted(FORMS)))
def test_undeclared_a_number_is_itself_or_unknown(number, decimal, form):
    found = numbers.amounts(pa.array([FORMS[form](number, decimal)]), None)[0]
    assert np.isnan(found) or found == float(number)


@given(st.lists(st.tuples(AMOUNTS, st.sampled_from(sorted(FORMS))), min_size=1), st.sampled_from([",", "."]))
def test_a_column_is_what_was_written_or_refused(written, decimal):
    cells = pd.Series([FORMS[form](number, decimal) for number, form in written])
    wanted = [float(number) for number, _ in written]
    assert numbers.column(cells, decimal, "x").tolist() == wanted
    try:
        assert numbers.column(cells, None, "x").tolist() == wanted
    except SourceError as fault:
        assert "can be read as" in str(fault)  # noqa: PT017  # either is right


@given(st.text("0123456789.,-+ '€eE\N{NO-BREAK SPACE}", max_size=14))
def test_what_can_be_read_in_two_ways_is_read_in_neither(cell):
    cells = pa.array([cell])
    dutch, english, found = (
        numbers.written(cells, ",")[0],
        numbers.written(cells, ".")[0],
        numbers.amounts(cells, None)[0],
    )
    if np.isnan(dutch) or np.isnan(english):
        np.testing.assert_equal(found, english if np.isnan(dutch) else dutch)
    else:
        np.testing.assert_equal(found, dutch if dutch == english else np.nan)


FIGURES = st.text("0123456789.,-", max_size=10) | st.from_regex(r"-?[0-9]{1,5}([.,][0-9]{1,5})?", fullmatch=True)


@given(st.lists(st.none() | FIGURES), st.sampled_from([",", ".", None]))
def test_plain_figures_are_what_they_are_with_blanks_around_them(cells, decimal):
    for read in (numbers.amounts, numbers.coordinates):
        padded = pa.array([cell and f" {cell}\t" for cell in cells], pa.string())
        np.testing.assert_equal(read(pa.array(cells, pa.string()), decimal), read(padded, decimal))


@pytest.mark.parametrize("cell", ["1.234", "1,234", "12.500", "-999.999", "€ 1.234", '="1.234"'])
def test_a_thousand_and_a_decimal_fraction_are_never_guessed_apart(cell):
    assert np.isnan(numbers.amounts(pa.array([cell]), None)[0])
    with pytest.raises(
        SourceError, match=r"x: '.*' \(BU01\) can be read as -?\d.* and as -?\d.*; declare format.decimal"
    ):
        numbers.column(pd.Series([cell, "7", None], index=["BU01", "BU02", "BU03"]), None, "x")


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1.234", "2.500,5"], [1234, 2500.5]),
        (["1.234", "1.000.000"], [1234, 1e6]),
        (["1.234", "12,-"], [1234, 12]),
        (["1.234", "0.5"], [1.234, 0.5]),
        (["1.234", "0.125"], [1.234, 0.125]),
        (["1.234", "1234.5"], [1.234, 1234.5]),
        (["1234.567", "7"], [1234.567, 7]),
        (["1,234", "1,250.5"], [1234, 1250.5]),
        (["1.234", 7.25], None),
        (["12", "1 234", "1'234", "-5", "+5", "1234567"], [12, 1234, 1234, -5, 5, 1234567]),
        ([Decimal("1.234"), 1.234, np.int64(3), "7"], [1.234, 1.234, 3, 7]),
    ],
)
def test_one_cell_tells_how_the_whole_column_is_written(cells, values):
    if values is None:
        with pytest.raises(SourceError, match=r"can be read as 1234 and as 1\.234"):
            numbers.column(pd.Series(cells, dtype=object), None, "x")
    else:
        assert numbers.column(pd.Series(cells, dtype=object), None, "x").tolist() == values


@pytest.mark.parametrize("dtype", [float, "float32", "Int64", "int8"])
def test_what_came_as_numbers_stays_as_it_is(dtype):
    assert numbers.column(pd.Series([1, 2], dtype=dtype), ",", "x").tolist() == [1.0, 2.0]


@pytest.mark.parametrize("empty", [None, "", "  ", ".", " . ", float("nan"), pd.NA])
def test_nothing_is_unknown(empty):
    found = numbers.column(pd.Series([empty, "7"], dtype=object), None, "x")
    assert np.isnan(found[0])
    assert found[1] == 7


@pytest.mark.parametrize(
    "cell", ["n.v.t.", "12 5", "1.2.3", "1.23.4", "inf", "nan", "1e999", "12-3", "--5", "-", "1/2", "5%"]
)
@pytest.mark.parametrize("decimal", [None, ",", "."])
def test_what_is_no_number_is_refused_by_name(cell, decimal):
    assert np.isnan(numbers.amounts(pa.array([cell]), decimal)[0])
    with pytest.raises(SourceError, match=r"x: 1 cells are not numbers.*: BU01 '.*'; write numbers or leave"):
        numbers.column(pd.Series([cell, "7"], index=["BU01", "BU02"]), decimal, "x")


def test_what_contradicts_the_declaration_is_refused():
    with pytest.raises(
        SourceError, match=r"1 cells are not numbers with decimals after ',', as is declared: BU02 '12\.50'"
    ):
        numbers.column(pd.Series(["1,5", "12.50"], index=["BU01", "BU02"]), ",", "x")


def test_a_column_that_is_written_in_two_ways_is_refused():
    said = r"some decimals stand after a comma, '1,5' \(BU01\), and some after a point, '12.50' \(BU02\); write all"
    with pytest.raises(SourceError, match=said):
        numbers.column(pd.Series(["1,5", "12.50", "3"], index=["BU01", "BU02", "BU03"]), None, "x")


def test_codes_that_occur_twice_do_not_mix_up_their_cells():
    found = numbers.column(pd.Series(["1", None, "3"], index=["a", "a", "a"]), None, "x")
    np.testing.assert_equal(found.tolist(), [1, np.nan, 3])


@pytest.mark.parametrize(
    ("cell", "place"), [("52.370", 52.37), ("52,370", 52.37), ("-4,912", -4.912), ("121.687,3", 121687.3), ("121", 121)]
)
def test_a_coordinate_that_could_be_thousands_has_decimals(cell, place):
    assert numbers.coordinates(pa.array([cell]), None)[0] == place


def test_true_is_no_number():
    with pytest.raises(SourceError, match="1 cells are not numbers: 0 'True'"):
        numbers.column(pd.Series([True, "7"], dtype=object), None, "x")
