"""A lens that restricts where it searches leaves out what lies outside, and changes no score."""

from dataclasses import replace

import pytest

from geo.areas import AreaLevel
from geo.errors import DeclarationError
from layers.declarations.lenses import Where
from layers.method.restriction import inside, restricted
from services.jobs.build import LayerRequest, build, open_country
from services.jobs.declarations import catalogue
from services.settings import TESTLAND
from tests.layers.declared import LENS, catalog

MOST = 1000
"""Addresses per km² up to which the lens buitengebied searches."""


@pytest.fixture(scope="module")
def country():
    return open_country(TESTLAND, catalogue())


@pytest.fixture(scope="module")
def layer(country):
    return build(country, LayerRequest("misdrijven", AreaLevel.BUURT, "buitengebied"), lambda _: None)


def test_nothing_is_found_or_tested_outside_and_it_says_why(layer):
    table = layer.table.set_index("gebiedscode")
    outside = table.index[table["afgelegen"] > MOST]
    found = {code for codes in layer.zoekgebieden["gebiedscodes"] for code in codes.split(",")}
    assert len(outside) > 20
    assert not found & set(outside)
    assert len(found) > 5
    assert table.loc[outside, "q"].isna().all()
    scored = outside[table.loc[outside, "score"].notna()]
    assert set(table.loc[scored, "reden"]) == {"buiten_lens"}
    assert set(table.loc[scored, "waarom"]) == {"niet_gezocht"}


def test_inside_areas_are_tested_and_none_is_said_to_lie_outside(layer):
    inner = layer.table[layer.table["afgelegen"] <= MOST]
    assert not (inner["reden"] == "buiten_lens").any()
    assert inner["q"].notna().sum() > 300


def test_scores_are_those_without_the_restriction(country, layer):
    declared = country.catalog.lenses["buitengebied"]
    assert declared.where
    lenses = dict(country.catalog.lenses) | {"buitengebied": declared.model_copy(update={"where": ()})}
    free = open_country(TESTLAND, replace(country.catalog, lenses=lenses))
    before = build(free, LayerRequest("misdrijven", AreaLevel.BUURT, "buitengebied"), lambda _: None)
    assert before.table["score"].equals(layer.table["score"])
    assert before.table["q"].notna().sum() > layer.table["q"].notna().sum()


def test_a_level_that_is_not_known_is_not_inside(country):
    theme = country.catalog.theme("misdrijven")
    nodes = country.of_theme(theme).indicator_plan.indicator_nodes(theme, AreaLevel.BUURT, 2025, "national")
    made = {one: country.results.of(nodes[one]) for one in ("misdrijven", "afgelegen")}
    where = (Where(indicator="afgelegen", at_least=0.0, why="Overal."),)
    there = inside(where, made, {"afgelegen": 1.0})
    assert (there == made["afgelegen"].value.notna()).all()
    left = restricted(made["misdrijven"], made["afgelegen"], where=where, scales=(1.0,))
    assert left.searched.where(there).equals(made["misdrijven"].searched.where(there))
    assert left.value.equals(made["misdrijven"].value)


def test_a_lens_searches_by_a_level_of_its_theme_only(tmp_path):
    lens = f'{LENS}\n[[where]]\nindicator = "misdrijven"\nat_most = 3\nwhy = "Daar."\n'
    with pytest.raises(DeclarationError, match=r"no level of theme 'proef'; it has afstand"):
        catalog(tmp_path, lenses_nabij=lens)
