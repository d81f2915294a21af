"""Numbers in text have the marks of the language, and can be read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.messages import message
from layers.messages import LANGUAGES, number, said, speaking, translations


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0, 1, "0,0"), (1234.56, 1, "1.234,6"), (1234567, 0, "1.234.567"), (-12.5, 2, "-12,50"), (0.05, 2, "0,05"),
        (0.5, None, "0,5"), (-1234567.0, None, "-1.234.567"), (0.0, None, "0"), (250, None, "250"),
    ],
)  # fmt: skip
def test_numbers_have_a_decimal_comma_and_points_between_thousands(value, digits, text):
    assert number(value, digits) == text


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_a_number_can_be_read_back(value, digits):
    back = float(number(value, digits).replace(".", "").replace(",", "."))
    assert back == pytest.approx(value, abs=0.51 * 10**-digits)


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_the_decimals_that_a_number_has_are_all_written(value, digits):
    rounded = round(value, digits)
    assert float(number(rounded, None).replace(".", "").replace(",", ".")) == rounded


@given(st.floats(-1e15, 1e15), st.integers(0, 6))
def test_a_number_in_english_is_as_python_writes_it(value, digits):
    with speaking("en"):
        assert number(value, digits) == f"{round(value, digits) + 0.0:,.{digits}f}"


def test_nothing_is_not_negative():
    assert number(-0.04) == "0,0"
    assert number(-0.0, None) == "0"


def test_text_of_a_declaration_is_not_translated():
    assert said("language") == "language"
    assert said(message("language")) != "language"


def test_a_message_is_known_in_every_language():
    texts = translations(message("language"))
    assert len(texts) == len(LANGUAGES) == 2
    assert "language" in texts
