"""Each indicator's own search: which of them would have found a zoekgebied without the others."""

import pytest

from layers.method.alone import by_indicator, finders, found_alone
from layers.method.build import StudyArea
from layers.method.indicator_values import indicator_values
from tests.layers.declared import HOT, THEME, board, built, catalog, counts, layer, measures

HOT_CODES = {board()[2][place] for place in HOT}
PLACES = {"statistic": "place_scan", "max_q": 0.05, "largest": 12}


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    theme = THEME.replace('statistic = "getis_ord"', 'statistic = "place_scan"')
    return catalog(tmp_path_factory.mktemp("alone"), themes_proef=theme)


@pytest.fixture(scope="module")
def values(declared):
    """The indicators of the theme; crimes are high in one place, renting nowhere."""
    made = measures(counts(board()[2]))
    theme = declared.theme("proef")
    return {one.id: indicator_values(made[one.id], indicator=one, floor=theme.floor(one)) for one in theme.indicator}


@pytest.fixture(scope="module")
def study():
    areas, neighbors, _ = board()
    return StudyArea(areas, neighbors)


def test_an_indicator_finds_where_it_is_high_itself_and_one_that_is_high_nowhere_finds_nothing(study, values):
    found = found_alone(study, values["misdrijven"], **PLACES)
    assert 9 <= len(set(found) & HOT_CODES) == len(found)
    assert list(found) == sorted(found)
    assert found_alone(study, values["huur"], **PLACES) == ()


def test_a_test_per_area_finds_areas_alone_too(study, values):
    found = found_alone(study, values["misdrijven"], **(PLACES | {"statistic": "getis_ord"}))
    assert set(found) & HOT_CODES


def test_an_indicator_that_is_the_same_everywhere_finds_nothing(declared, study):
    table = counts(board()[2]).assign(afstand=3.0)
    distance = next(one for one in declared.theme("proef").indicator if one.id == "afstand")
    level = indicator_values(measures(table)["afstand"], indicator=distance, floor=50)
    for statistic in ("place_scan", "getis_ord"):
        assert found_alone(study, level, **(PLACES | {"statistic": statistic})) == ()


def test_half_of_the_areas_make_a_finder():
    alone = by_indicator(("a", "b"), ("a",), (), indicators=("two", "one", "none"))
    assert finders(alone, ["a", "b"]) == ["two", "one"]
    assert finders(alone, ["a", "b", "c"]) == ["two"]
    assert finders({}, ["a"]) == []


def test_a_zoekgebied_says_which_indicators_find_it_alone(declared):
    published = layer(declared, built(declared))
    row, *_ = published.zoekgebieden.itertuples()
    assert row.alleen_gevonden == "misdrijven"
    assert "Met dit cijfer alleen was het ook gevonden" in row.zekerheid


def test_with_one_indicator_nothing_is_said_of_it_alone(tmp_path):
    theme = THEME.replace('statistic = "getis_ord"', 'statistic = "place_scan"')
    single = catalog(tmp_path, themes_proef=theme.replace('unit = "%"', 'unit = "%"\nweight = 0'))
    published = layer(single, built(single))
    row, _ = published.zoekgebieden.itertuples()
    assert row.alleen_gevonden is None
    assert "alleen" not in row.zekerheid
