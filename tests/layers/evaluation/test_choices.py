"""What may be chosen otherwise follows from what is declared."""

import pytest

from boundaries.vintages import vintage
from geo.areas import AreaLevel
from layers.declarations.catalog import load
from layers.evaluation.choices import choices
from layers.method.country import Country
from layers.method.reading import Own
from layers.publication.layer import LayerKey
from services.jobs.build import open_country
from services.settings import TESTLAND
from services.testland.source import TestlandSource
from tests.keys import MadeUpKeys

SHIPPED = load()


@pytest.fixture(scope="module")
def country() -> Country:
    return Country(TestlandSource(), vintage(2024), SHIPPED, Own(keyring=MadeUpKeys()))


def ids(country: Country, theme: str, level: AreaLevel = AreaLevel.BUURT, lens: str = "basis") -> list[str]:
    declared = SHIPPED.theme(theme)
    key = LayerKey(theme, level, 2024, lens)
    return [one.id for one in choices(country, key, declared, SHIPPED.lens(lens, declared))]


def test_a_theme_is_searched_again_with_each_thing_chosen_otherwise(country: Country):
    assert ids(country, "misdrijven") == [
        "zonder_misdrijven", "zonder_toename", "zonder_huurwoningen", "misdrijven_per_huishoudens",
        "vergeleken_expected", "vergeleken_peers", "periode_2025", "niveau_wijk", "buurgebieden", "grootte_8",
        "grootte_19", "tweede_zoekwijze",
    ]  # fmt: skip


def test_a_lens_is_held_against_the_other_references_and_its_own_weights(country: Country):
    found = ids(country, "misdrijven", lens="wat_er_is")
    assert {"vergeleken_national", "vergeleken_peers"} <= set(found)
    assert "vergeleken_expected" not in found
    assert "zonder_afgelegen" in ids(country, "misdrijven", lens="buitengebied")


def test_on_hexagons_nothing_is_expected_and_no_level_is_searched_of_which_figures_are_divided(country: Country):
    assert not [one for one in ids(country, "misdrijven", AreaLevel.H3_8) if one.startswith(("vergeleken", "niveau"))]


def test_where_points_are_counted_hexagons_are_searched_too():
    country = open_country(TESTLAND, SHIPPED)
    declared = SHIPPED.theme("vakantieparken")
    found = [one.id for one in choices(country, LayerKey("x", AreaLevel.BUURT, 2024, "basis"), declared, None)]
    assert country.figure_plan.counts_in_cells(declared, 2024) is any(one.startswith("niveau_h3") for one in found)


def test_one_choice_differs_in_one_thing(country: Country):
    declared = SHIPPED.theme("misdrijven")
    key = LayerKey("misdrijven", AreaLevel.BUURT, 2024, "basis")
    made = {one.id: one.what for one in choices(country, key, declared, None)}
    assert made["zonder_toename"].weights == {"misdrijven": 2, "huurwoningen": 1}
    assert made["grootte_8"].theme.search.largest == 8
    assert made["grootte_19"].theme.search.largest == 19
    assert made["tweede_zoekwijze"].how == {"statistic": "getis_ord_total", "max_q": 0.05, "largest": 12}
    assert made["tweede_zoekwijze"].theme.search.second is None
    high = {one.id: one.high for one in choices(country, key, declared, None)}
    assert (high["tweede_zoekwijze"], high["grootte_8"]) == ("misdrijven", None)
    assert made["periode_2025"].key.period == 2025
    assert made["misdrijven_per_huishoudens"].theme.indicator[0].per == "kerncijfers.huishoudens"
    assert declared.floor(made["misdrijven_per_huishoudens"].theme.indicator[0]) == 25  # 50 inhabitants as households
    assert declared.floor(made["zonder_toename"].theme.indicator[0]) == 50
    assert len({one.study.key for one in made.values()}) == 3  # buurten, wijken, and buurten with other neighbours
    assert len({one.name for one in made.values()}) == len(made)


def test_a_theme_without_a_second_search_is_not_held_against_one(country: Country):
    assert "tweede_zoekwijze" not in ids(country, "vastgoed")


def test_another_exposure_by_its_name_alone_is_on_the_floor_of_its_indicator(country: Country):
    declared = SHIPPED.theme("misdrijven")
    first, *others = declared.indicator
    plain = first.model_validate(
        first.model_dump() | {"also_per": ["kerncijfers.huishoudens"], "min_exposure": 70}
    )  # fmt: skip
    theme = declared.model_copy(update={"indicator": (plain, *others)})
    key = LayerKey("misdrijven", AreaLevel.BUURT, 2024, "basis")
    (per_household,) = (one for one in choices(country, key, theme, None) if one.id == "misdrijven_per_huishoudens")
    assert theme.floor(per_household.what.theme.indicator[0]) == 70
