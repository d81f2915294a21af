"""What became of a zoekgebied since the period before it."""

import geopandas
import pytest
from shapely import Point

from layers.messages import say
from layers.publication.development import LABELS, Development
from layers.publication.development import developed as developed_of


def developed(zoekgebieden, *empty):
    """Of maps that were searched in each period in which something was found, and in those that are `empty`."""
    periods = zoekgebieden.groupby("lens")["periode"].agg(set)
    return developed_of(zoekgebieden, {("buurt", lens): of | set(empty) for lens, of in periods.items()})


def table(*rows):
    """Rows of period, rank, areas, strength and, where it matters, vintage and lens."""
    made = [
        {"periode": period, "rang": rank, "gebiedscodes": ",".join(areas), "sterkte": strength, "indeling": vintage,
         "lens": lens, "niveau": "buurt", "geometry": Point(0, 0)}
        for period, rank, areas, strength, vintage, lens in ((*row, *(2024, "basis")[len(row) - 4:]) for row in rows)
    ]  # fmt: skip
    return geopandas.GeoDataFrame(made, crs=28992)


@pytest.mark.parametrize(
    ("strength", "development"), [(2.0, "blijft"), (2.49, "blijft"), (2.5, "groeit"), (1.61, "blijft"), (1.6, "dooft")]
)
def test_it_grows_or_fades_by_a_quarter(strength, development):
    found = developed(table((2023, 1, "abcd", 2.0), (2024, 1, "bcde", strength)))
    assert found["verloop"].tolist() == [None, development]


def test_what_was_not_there_is_new_and_the_first_period_says_nothing():
    found = developed(table((2023, 1, "ab", 2.0), (2024, 1, "xy", 2.0), (2024, 2, "ab", 2.0)))
    assert found["verloop"].tolist() == [None, "nieuw", "blijft"]


def test_what_lay_in_several_zoekgebieden_is_regrouped_and_not_new():
    before = ((2023, 1, "abcd", 2.0), (2023, 2, "efgh", 2.0))
    split = developed(table(*before, (2024, 1, "abcd", 2.0), (2024, 2, "dexy", 2.0), (2024, 3, "ewxyz", 2.0)))
    assert split["verloop"].tolist() == [None, None, "blijft", "anders_ingedeeld", "nieuw"]


def test_each_period_is_held_against_the_one_before_it_whatever_their_order():
    found = developed(table((2025, 1, "ab", 4.0), (2023, 1, "ab", 1.5), (2024, 1, "ab", 2.0)))
    assert found["verloop"].tolist() == ["groeit", None, "groeit"]


def test_maps_of_another_lens_or_of_other_areas_are_not_compared():
    by_lens = developed(table((2023, 1, "ab", 2.0), (2024, 1, "ab", 2.0, 2024, "haven")))
    assert by_lens["verloop"].isna().all()
    by_areas = developed(table((2023, 1, "ab", 2.0, 2023), (2024, 1, "ab", 2.0)))
    assert by_areas["verloop"].tolist() == [None, "andere_indeling"]


def test_a_strength_that_is_not_known_says_nothing_of_growth():
    found = developed(table((2023, 1, "ab", float("nan")), (2024, 1, "ab", float("nan"))))
    assert found["verloop"].tolist() == [None, "blijft"]


def test_a_period_in_which_nothing_was_found_is_the_one_before():
    found = developed(table((2022, 1, "ab", 2.0), (2024, 1, "ab", 2.0)), 2023)
    assert found["verloop"].tolist() == [None, "nieuw"]
    assert developed(table((2024, 1, "ab", 2.0)), 2023)["verloop"].tolist() == ["nieuw"]
    assert developed(table((2023, 1, "ab", 2.0)), 2024)["verloop"].tolist() == [None]


def test_a_map_that_was_not_searched_says_nothing_of_the_next():
    rows = table((2024, 1, "ab", 2.0))
    assert developed_of(rows, {("buurt", "basis"): [2024], ("wijk", "basis"): [2023]})["verloop"].tolist() == [None]


def test_no_zoekgebieden_are_no_fault():
    assert developed(table((2024, 1, "a", 1.0)).iloc[:0]).empty


def test_each_development_has_a_name_of_its_own():
    assert LABELS.keys() == {str(one) for one in Development}
    assert len({say(one) for one in LABELS.values()}) == len(Development)
