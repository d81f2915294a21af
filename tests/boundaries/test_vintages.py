"""A vintage is declared whole, and columns are found under any name they have had; any year can be read."""

import pandas as pd
import pytest

from boundaries.vintages import declared_vintage, plain, vintage, vintages
from geo.errors import UnknownNameError


@pytest.mark.parametrize("year", vintages())
def test_a_declared_vintage_says_what_it_must_contain_and_where_it_is(year):
    declared = vintage(year)
    assert declared.year == year
    assert declared.least > 12_000
    assert declared.url.startswith("https://")
    assert str(year) in declared.url
    assert {"code", "name", "wijk", "gemeente", "gemeente_name", "wijk_name"} <= set(declared.aliases)


def test_every_year_since_2019_is_declared():
    assert list(vintages()) == list(range(2019, 2027))


@pytest.mark.parametrize("year", [year for year in vintages() if vintage(year).shipped])
def test_a_boundary_file_in_the_folder_of_real_data_says_how_far_its_borders_lie_apart(year):
    shipped = vintage(year).shipped
    assert shipped.tolerance >= 0
    assert set(shipped.names) == {"gemeente", "wijk"}
    assert all({"path", "code", "name"} <= set(place) for place in shipped.names.values())
    assert vintage(year).spare == shipped.spare


def test_an_official_file_has_no_codes_to_spare():
    assert vintage(2023).spare == frozenset()


@pytest.mark.parametrize("year", [1994, 1899])
def test_a_year_before_there_were_buurten_lists_those_there_are(year):
    with pytest.raises(UnknownNameError, match=rf"unknown vintage '{year}'; known: .*2024"):
        vintage(year)


@pytest.mark.parametrize("year", [1995, 2014, 2018, 2031])
def test_a_year_that_is_not_declared_can_be_read_and_not_fetched(year):
    found = vintage(year)
    assert (found.year, found.least, found.service, found.shipped) == (year, 0, None, None)
    assert found.column("code", ["BU_CODE"]) == "BU_CODE"
    with pytest.raises(UnknownNameError, match=rf"unknown vintage '{year}'; known: 2019, .*2024"):
        declared_vintage(year)
    assert declared_vintage(2024) is vintage(2024)


def test_three_hundred_gemeenten_are_the_country():
    codes = pd.Index([f"BU{at:04d}{nth:04d}" for at in range(300) for nth in range(2)])
    assert vintage(2014).is_national(codes)
    assert not vintage(2014).is_national(codes[2:])


@pytest.mark.parametrize(
    ("found", "column"),
    [
        (["buurtcode", "x"], "buurtcode"),
        (["BU_CODE"], "BU_CODE"),
        (["buCode"], "buCode"),
        (["statcode", "BUURTCODE"], "BUURTCODE"),  # the first alias goes before the first column
        (["wijkcode"], None),
        ([], None),
        ([1, "statcode"], "statcode"),
    ],
)
def test_a_column_is_found_by_any_of_its_names_in_any_case(found, column):
    assert vintage(2024).column("code", found) == column


def test_no_name_stands_for_two_things():
    aliases = [plain(alias) for theirs in vintage(2024).aliases.values() for alias in theirs]
    assert len(aliases) == len(set(aliases))
