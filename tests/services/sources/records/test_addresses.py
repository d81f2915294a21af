"""An address in one cell gives the postcode and the house number that a reader sees in it, or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sources.records.addresses import parted


@pytest.mark.parametrize(
    ("address", "postcode", "number"),
    [
        ("Dorpsstraat 1a, 3511 AB Utrecht", "3511AB", "1a"),
        ("Dorpsstraat 1a\n3511ab  UTRECHT", "3511AB", "1a"),
        ("Plein 1940 12-2 3511AB UTRECHT", "3511AB", "12-2"),
        ("Plein 1940 12, 3511 AB", "3511AB", "12"),
        ("Laan van 1945 7 a, 3511 AB", "3511AB", "7 a"),
        ("Hoofdweg 1945, 3511 AB", "3511AB", "1945"),
        ("Kerkstraat 12 3, 3511 AB Utrecht", "3511AB", "12 3"),
        ("2e Kerkstraat 5 hs 3511ab", "3511AB", "5 hs"),
        ("1e Straat 2 II, 3511 AB Stad", "3511AB", "2 II"),
        ("Dorpsstraat 12 bis, 3511 AB", "3511AB", "12 bis"),
        ("3511 AB 1a", "3511AB", "1a"),
        ("3511AB, 12-H", "3511AB", "12-H"),
        ("3511 AB Utrecht", "3511AB", None),
        ("Dorpsstraat 1", None, None),
        ("Dorpsstraat 1, 0511 AB Utrecht", None, None),
        ("Dorpsstraat 1, 3511 SS Utrecht", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_the_parts_of_an_address_are_those_that_a_reader_sees(address, postcode, number):
    assert parted([address]) == ([postcode], [number])


@given(
    st.sampled_from(["Dorpsstraat", "2e Jan Steenstraat", "Plein 1813", "'s-Gravelandseweg", "Weg naar Laren"]),
    st.integers(1, 1799), st.sampled_from(["", "a", "-2", "B-12", " hs", " bis", "/3"]),
    st.sampled_from([", ", " ", "; ", "\n"]),
)  # fmt: skip
def test_whatever_the_street_the_number_is_the_one_that_was_written(street, number, addition, between):
    assert parted([f"{street} {number}{addition}{between}3511 AB Utrecht"]) == (["3511AB"], [f"{number}{addition}"])
