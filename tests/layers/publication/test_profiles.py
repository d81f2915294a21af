"""What is said of profiles is what was counted, no more; the section to count by selects what fits."""

import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.profiles import Condition, Profile, Profiles, Table
from layers.declarations.records import Between, Count
from layers.messages import say, speaking
from layers.publication.profiles import HEADER, counted_by, described, lines, row

RANGES = {"bouwjaar": {"..1945": Between(below=1945), "1945..1975": Between(least=1945, below=1975)}}
OLD, RENT = Condition("bouwjaar", "..1945"), Condition("eigendom", 'particuliere "huur"')


def made(*conditions, p=0.0002, high=90.0):
    return Profile(conditions, Table(500, 50, 40, 20), Table(1000, 100, 80, 40), 12.34, 5.6, high, p)


@pytest.fixture(autouse=True)
def _in_dutch():
    with speaking("nl"):
        yield


def test_a_row_has_a_cell_for_each_header_all_of_the_second_half():
    cells = ('bouwjaar onder 1945, eigendom: particuliere "huur"', "40,0% (20 van 50)", "8,0%", "5,0", "12,3",
             "5,6 en 90,0", "minder dan 0,001")  # fmt: skip
    assert row(made(OLD, RENT), RANGES) == cells
    assert len(HEADER) == len(cells)


@given(data=st.data())
def test_how_many_times_as_often_is_always_what_the_two_shares_give_as_they_are_said(data):
    objects = data.draw(st.integers(60, 5000))
    fitting, cases = data.draw(st.integers(1, objects)), data.draw(st.integers(15, objects))
    most = min(fitting, cases)
    counted = Table(objects, cases, fitting, data.draw(st.integers(max(1, fitting + cases - objects), max(most, 1))))
    cells = row(replace(made(OLD), table=counted), RANGES)
    of_cases, of_objects = (float(one.partition("%")[0].replace(",", ".")) for one in cells[1:3])
    if of_objects:
        assert float(cells[3].replace(".", "").replace(",", ".")) == pytest.approx(of_cases / of_objects, abs=0.051)


def test_an_odds_ratio_without_an_end_is_said_to_be_large():
    assert row(made(OLD, p=0.0123, high=float("inf")), RANGES)[-2:] == ("5,6 en meer dan 1.000", "0,012")


@pytest.mark.parametrize(
    "place", [("1945..1975", "bouwjaar vanaf 1945, onder 1975"), ("..1945", "bouwjaar onder 1945")]
)
def test_a_range_is_said_in_words(place):
    assert say(described(made(Condition("bouwjaar", place[0])), RANGES)) == place[1]


def test_what_is_proposed_is_a_count_that_selects_what_fits():
    read = tomllib.loads(counted_by(made(OLD, RENT), RANGES))["records"]["count"]["passend"]
    count = Count.model_validate(read)
    assert count.where == {"eigendom": ('particuliere "huur"',)}
    assert count.between == {"bouwjaar": Between(below=1945)}


def test_that_most_objects_that_fit_are_no_case_is_said_with_their_number():
    said = " ".join(map(say, lines(Profiles((made(OLD, RENT),), 179, 5, 1000, 100), RANGES)))
    assert "100 gevallen onder 1.000 objecten" in said
    assert "Van de 80 objecten die daarbij passen zijn er 40 een geval en 40 niet" in said
    assert "geen reden om daar iets te vermoeden" in said


def test_where_nothing_is_found_that_is_what_is_said():
    said = [say(one) for one in lines(Profiles((), 179, 5, 1000, 100), RANGES)]
    assert said[-1] == "Gevallen hebben dus niets vaker dan andere objecten dat niet door toeval kan komen."
