"""A division is declared whole, and its columns are found under any name they have had."""

import pytest

from boundaries.vintages import vintage, vintages
from geo.errors import UnknownNameError


@pytest.mark.parametrize("year", vintages())
def test_a_declared_division_says_what_it_must_contain(year):
    declared = vintage(year)
    assert declared.year == year
    assert declared.least > 10_000
    assert declared.gap >= 0
    assert {"code", "name", "gemeente_name", "wijk_name"} <= set(declared.aliases)
    assert set(declared.names) == {"gemeente", "wijk"}
    assert all({"path", "code", "name"} <= set(place) for place in declared.names.values())


def test_an_unknown_year_lists_those_there_are():
    with pytest.raises(UnknownNameError, match=r"unknown vintage '1899'; known: .*2024"):
        vintage(1899)


@pytest.mark.parametrize(
    ("found", "column"),
    [
        (["buurtcode", "x"], "buurtcode"),
        (["BU_CODE"], "BU_CODE"),
        (["statcode", "BUURTCODE"], "BUURTCODE"),  # the first alias goes before the first column
        (["wijkcode"], None),
        ([], None),
        ([1, "statcode"], "statcode"),
    ],
)
def test_a_column_is_found_by_any_of_its_names_in_any_case(found, column):
    assert vintage(2024).column("code", found) == column


def test_no_name_stands_for_two_things():
    aliases = [alias for theirs in vintage(2024).aliases.values() for alias in theirs]
    assert len(aliases) == len(set(aliases))
