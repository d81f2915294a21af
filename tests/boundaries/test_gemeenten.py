"""A gemeente is meant by its code or by its name, as people type it; never by a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundaries.gemeenten import code_of, with_capitals
from geo.errors import AreaError, UnknownNameError

NAMES = {
    "GM0344": "Utrecht", "GM0363": "Amsterdam", "GM0373": "Bergen (NH.)", "GM0518": "'s-Gravenhage",
    "GM0748": "Bergen op Zoom", "GM0893": "Bergen (L.)", "GM1581": "Utrechtse Heuvelrug", "GM1900": "Súdwest-Fryslân",
}  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("GM0363", "GM0363"),
        ("gm0363", "GM0363"),
        ("Amsterdam", "GM0363"),
        (" amsterdam ", "GM0363"),
        ("amst", "GM0363"),
        ("Utrecht", "GM0344"),
        ("utrechtse", "GM1581"),
        ("Sudwest-Fryslan", "GM1900"),
        ("den haag", "GM0518"),
        ("Bergen (L.)", "GM0893"),
    ],
)
def test_a_gemeente_is_known_by_code_and_by_name(typed, code):
    assert code_of(typed, NAMES) == code


def test_the_beginning_of_several_names_is_refused_with_the_candidates():
    with pytest.raises(
        AreaError,
        match=r"'bergen' may be any of these gemeenten; give a code: GM0373 Bergen \(NH\.\), GM0748 Bergen op Zoom, ",
    ):
        code_of("bergen", NAMES)


@pytest.mark.parametrize("typed", ["GM9999", "Atlantis", "", " "])
def test_what_is_no_gemeente_is_an_error_that_lists_those_there_are(typed):
    with pytest.raises(UnknownNameError, match=r"unknown gemeente .*; known: GM0344 Utrecht, GM0363 Amsterdam"):
        code_of(typed, NAMES)


@given(st.dictionaries(st.from_regex(r"GM[0-9]{4}", fullmatch=True), st.text(min_size=1), min_size=1))
def test_every_code_always_gives_itself(names):
    assert all(code_of(code, names) == code for code in names)


def test_where_a_boundary_file_has_no_names_of_gemeenten_a_name_is_refused_so():
    codes = {"GM0363": "GM0363", "GM0599": "GM0599"}
    with pytest.raises(AreaError, match=r"'Rotterdam' is no code .* has no names of gemeenten; .*: GM0363, GM0599$"):
        code_of("Rotterdam", codes)
    assert code_of("gm0599", codes) == "GM0599"


WRITTEN = (
    "'s-Gravenhage", "'s-Hertogenbosch", "Bergen (NH.)", "Beek (L.)", "Capelle aan den IJssel", "De Friese Meren",
    "Graft-De Rijp", "Haarlemmerliede en Spaarnwoude", "Hof van Twente", "IJsselstein", "Krimpen aan den IJssel",
    "Loon op Zand", "Mill en Sint Hubert", "Oude IJsselstreek", "Oud-Beijerland", "Reusel-De Mierden",
    "Sint-Oedenrode", "Súdwest-Fryslân", "Wijk bij Duurstede", "Bergen op Zoom",
)  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_a_name_in_small_letters_gets_the_capitals_that_cbs_writes(name):
    assert with_capitals(name.lower()) == name
    assert with_capitals(name) == name


def test_a_name_with_any_capital_stays_as_it_is():
    assert with_capitals("het Bildt") == "het Bildt"
    assert with_capitals("GM0363") == "GM0363"
