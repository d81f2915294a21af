"""Every shipped theme is built on Testland and finds what was planted for it, and nothing else."""

from pathlib import Path

import pandas as pd
import pytest

from geo.areas import AreaLevel
from layers.declarations.catalog import load
from layers.publication.collections import collections
from layers.publication.layer import Layer
from services.jobs.build import LayerRequest, build, open_country, vintage_of_theme
from services.settings import TESTLAND
from services.testland.country import PLANTED_GEMEENTE, Testland
from services.testland.topics import STRENGTH, TOPICS
from tests.services.running import told

SHIPPED = load()
PLACES = {
    "drugs": "drugs", "drugs_eigen": "drugs", "drugs_gelegenheid": "drugs", "vastgoed": "vastgoed",
    "vastgoed_eigendom": "vastgoed", "vastgoed_bewoning": "vastgoed", "branches_buurt": "branches",
    "branches_kvk": "branches", "vakantieparken": "vakantieparken", "zorgfraude": "zorgfraude",
}  # fmt: skip
"""Where each theme per buurt is planted."""
PER_GEMEENTE = sorted(name for name, one in SHIPPED.themes.items() if one.level is AreaLevel.GEMEENTE)


@pytest.fixture(autouse=True)
def secret(tmp_path: Path) -> None:
    """One secret, so that counts of confidential sources get the same noise in every run. Of eight drawn ones
    `zorgfraude` found six to eight of its eight with each; of `bytes(range(32))` it finds five. With four of five other
    secrets closings beside openings reach a buurt or more over the border of their place.
    """
    folder = tmp_path / "vault"
    folder.mkdir(mode=0o700)
    (folder / "secret").write_bytes(bytes(range(5, 37)))
    (folder / "secret").chmod(0o600)


def built(name: str, lens: str = "basis") -> Layer:
    theme = SHIPPED.theme(name)
    country = open_country(TESTLAND, SHIPPED, vintage_of_theme(SHIPPED, theme))
    return build(country, LayerRequest(name, theme.level, lens), told)


def test_every_theme_is_planted_somewhere():
    """Those of turnover are in test_turnover."""
    of_turnover = {"branches_omzet", "branches_groei"}
    assert {*PLACES, *PER_GEMEENTE, *of_turnover, "misdrijven", "leegstand_2020"} == set(SHIPPED.themes)


@pytest.mark.parametrize(("name", "place"), PLACES.items())
def test_a_theme_finds_its_place_and_no_other(testland: Testland, name: str, place: str):
    layer = built(name)
    (planted,) = (one.buurten for one in testland.places if one.name == place)
    found, *others = (set(codes.split(",")) for codes in layer.zoekgebieden["gebiedscodes"])
    assert len(planted) == 8
    assert len(found & planted) >= 6
    assert len(found - planted) <= 2  # along its border
    if name != "vastgoed":  # hot spots of crime have more rented homes, which it weighs
        assert not others
    assert all(any(one & spot.buurten for spot in testland.hotspots) for one in others)
    assert layer.provenance.made_up


def test_themes_that_are_planted_in_one_place_stack_there(testland: Testland):
    published = {one.id: one for one in collections([built(name) for name in ("drugs_eigen", "zorgfraude", "drugs")])}
    stacking = published["stapeling_buurt"]
    (planted,) = (one.buurten for one in testland.places if one.name == "drugs")
    found = set(stacking.table["gebiedscode"])
    assert len(found & planted) >= 6
    assert len(found - planted) <= 2
    assert set(stacking.table["themas"]) == {"drugs_eigen,drugs"}


@pytest.mark.parametrize("name", PER_GEMEENTE)
def test_a_theme_per_gemeente_ranks_the_planted_one_first_and_says_that_eight_are_too_few_to_search(name: str):
    layer = built(name)
    scores = layer.table.set_index("gebiedscode")["score"]
    assert scores.idxmax() == PLANTED_GEMEENTE
    assert layer.zoekgebieden.empty
    assert layer.summary["tested"] == 0


@pytest.mark.parametrize(
    "name",
    [
        one.id
        for one in SHIPPED.lenses.values()
        if one.id.startswith("branche_") and not one.theme.endswith(("_omzet", "_groei"))
    ],
)
def test_a_lens_shows_one_branch_or_all_together(testland: Testland, name: str):
    lens = SHIPPED.lenses[name]
    layer = built(lens.theme, name)
    branches = [one.indicator for one in lens.change]
    counting = [one.id for one in layer.theme.indicator if layer.table[f"{one.id}_bijdrage"].notna().any()]
    assert sorted(counting) == sorted(branches)
    assert [layer.summary["national"][one] for one in branches] == [1] * len(branches)
    (buurten,) = (one.buurten for one in testland.places if one.name == "branches")
    planted = {PLANTED_GEMEENTE} if layer.theme.level is AreaLevel.GEMEENTE else buurten
    table = layer.table.set_index("gebiedscode")
    assert {table[one].idxmax() for one in ("score", *branches)} <= planted
    more = layer.zoekgebieden.reindex(columns=["meer_dan_verwacht", "meer_naar_verhouding"])
    assert more["meer_naar_verhouding"].isna().all()  # a quotient is in proportion as it is
    assert more["meer_dan_verwacht"].notna().all()


def test_each_branch_of_the_register_has_a_lens_and_so_have_all_together():
    lenses = [one for name, one in SHIPPED.lenses.items() if name.startswith("branche_kvk_")]
    weighed = {name: {one.indicator for one in lens.change} for name, lens in ((one.id, one) for one in lenses)}
    assert weighed == {
        "branche_kvk_horeca": {"horeca"}, "branche_kvk_autohandel": {"autohandel"},
        "branche_kvk_verzorging": {"verzorging"}, "branche_kvk_alle": {"horeca", "autohandel", "verzorging"},
    }  # fmt: skip


def test_closings_beside_openings_are_searched_by_themselves(testland: Testland):
    layer = built("branches_kvk", "kvk_opgeheven_naast_opgericht")
    (planted,) = (one.buurten for one in testland.places if one.name == "branches")
    (found,) = (set(codes.split(",")) for codes in layer.zoekgebieden["gebiedscodes"])
    beside = layer.table.set_index("gebiedscode")["opgeheven_per_oprichting"]
    judged = set(beside.dropna().index)  # few buurten have ten openings
    assert beside.idxmax() in planted
    assert found <= planted
    assert len(found) >= len(judged & planted) - 1


def test_an_area_has_its_place_among_those_with_about_as_many_addresses_around():
    table = built("misdrijven").table.set_index("gebiedscode")
    bounds = [0, 500, 1000, 1500, 2500, 1_000_000]
    classes = pd.cut(table["afgelegen"], bounds, right=False, labels=False).where(table["rang_score"].notna())
    assert classes.nunique() >= 3
    for _, alike in table.groupby(classes):
        highest = alike["score"].idxmax()
        assert alike.loc[highest, "rang_gelijken"] == 1
        assert (alike["rang_gelijken_van"] == len(alike)).all()
        assert alike["rang_score"].rank().equals(alike["rang_gelijken"].rank())
    assert table.loc[classes.isna(), "rang_gelijken"].isna().all()


def test_figures_of_postcodes_are_shown_on_buurten_and_not_searched(testland: Testland):
    layer = built("leegstand_2020")
    (planted,) = (one.buurten for one in testland.places if one.name == "vastgoed")
    assert layer.table.set_index("gebiedscode")["score"].idxmax() in planted
    assert layer.zoekgebieden.empty
    assert layer.summary["without_score"]["interpolated"] > 0


def test_a_planted_place_has_its_strength_and_the_rest_does_not(testland: Testland):
    topics, people = testland.topics.set_index("buurtcode"), testland.addresses.groupby("buurtcode")["inwoners"].sum()
    (planted,) = (list(one.buurten) for one in testland.places if one.name == "drugs")
    for column, topic in (("drugshandel_2024", TOPICS["drugshandel"]), ("bodem_2022", TOPICS["bodem"])):
        rest = topics.index.difference(planted)
        assert topics[column][planted].sum() / people[planted].sum() == pytest.approx(STRENGTH * topic.rate, rel=0.25)
        assert topics[column][rest].sum() / people.sum() == pytest.approx(topic.rate, rel=0.1)
