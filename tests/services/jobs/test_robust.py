"""A layer that says how firm its zoekgebieden are: what it is held against, and that it is remembered as such."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from boundaries.vintages import vintage
from geo.areas import AreaLevel
from layers.declarations.catalog import Catalog
from layers.method.country import Country
from layers.method.plan import Results
from layers.publication.layer import Layer
from services.cache.disk import HomeCache
from services.cli import reports
from services.jobs import plan as planning
from services.jobs.build import LayerRequest, build, build_and_save, plan_of
from services.jobs.carrying import searches
from services.sources.folder import Folder
from services.workspace import storage
from tests.country import buurtcode, raw, squares
from tests.layers.declared import SOURCE, THEME, catalog
from tests.services.engines.cluster import needs_spark

COLUMNS, ROWS = 14, 12
AREAS = squares(COLUMNS, ROWS)
YEAR = replace(vintage(2024), least=len(AREAS), gemeenten=2)
ALWAYS = {buurtcode(column, row, COLUMNS) for column in (2, 3, 4) for row in (2, 3, 4)}
ONCE = {buurtcode(column, row, COLUMNS) for column in (9, 10, 11) for row in (7, 8, 9)}
RESIDENTS = """
id = "bewoners"
title = "Bewoners"
publisher = "Testbureau"
license = "CC0"
url = "https://example.org"
attribution = "Testbureau"
status = "open"
use = "evaluation"
key = "buurtcode"
vintage = 2024
periods = [2023, 2024]
table = { path = "tellingen.csv" }

[columns.inkomen]
title = "Inkomen"
formula = "inkomen"
"""
REQUEST = LayerRequest("proef", AreaLevel.BUURT, period=2024, robust=True)


def counts() -> pd.DataFrame:
    """Crimes that are four times as many in one place in both years, and in another in 2024 only."""
    rng = np.random.default_rng(3)
    people = rng.integers(800, 3000, len(AREAS))
    table = pd.DataFrame({"buurtcode": AREAS.ids, "inwoners": people, "huishoudens": people // 2})
    for year in (2021, 2022, 2023, 2024):
        hot = ALWAYS | ONCE if year == 2024 else ALWAYS
        table[f"misdrijven_{year}"] = rng.poisson(people * 0.03 * np.where(AREAS.ids.isin(hot), 4, 1))
    table["inkomen"] = np.where(AREAS.ids.isin(ALWAYS), 20.0, rng.uniform(21, 60, len(table)))
    table["huurders"] = rng.binomial(people // 2, 0.4)
    return table.assign(afstand=rng.uniform(1, 10, len(table)))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("firm")
    (folder / "boundaries").mkdir()
    (folder / "layers").mkdir()
    raw(AREAS).to_file(folder / "boundaries/buurten-2024.gpkg")
    counts().to_csv(folder / "tellingen.csv", sep=";", index=False, encoding="cp1252")
    return folder


@pytest.fixture(scope="module")
def declared(root: Path) -> Catalog:
    searches = 'statistic = "place_scan"\nsecond = "getis_ord_total"'
    theme = THEME.replace('statistic = "getis_ord"', searches).replace("weight = 2", "weight = 4")
    per = 'per = "inwoners"\nalso_per = ["huishoudens"]'
    stock = SOURCE.replace('title = "Huishoudens"', 'title = "Huishoudens"\nkind = "stock"')
    return catalog(
        root / "layers",
        sources_bewoners=RESIDENTS,
        themes_proef=theme.replace('per = "inwoners"', per),
        sources_tellingen=stock,
    )


@pytest.fixture
def country(root: Path, declared: Catalog, tmp_path: Path) -> Country:
    return Country(Folder(root), YEAR, declared, results=Results(HomeCache(tmp_path)))


@pytest.fixture(scope="module")
def layer(root: Path, declared: Catalog) -> Layer:
    steps: list[str] = []
    made = build(Country(Folder(root), YEAR, declared), REQUEST, lambda step: steps.append(str(step)))
    assert any("9 of 9" in step for step in steps)
    return made


def files(folder: Path) -> dict[str, bytes]:
    """All that a home has, but for what a build remembers."""
    return {
        str(one.relative_to(folder)): one.read_bytes()
        for one in sorted(folder.rglob("*"))
        if one.is_file() and "cache" not in one.parts
    }


@pytest.fixture(scope="module")
def plainly(root: Path, declared: Catalog, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a build by one process saves."""
    home = tmp_path_factory.mktemp("plain")
    build_and_save(Country(Folder(root), YEAR, declared), [REQUEST], home, lambda _: None)
    made = files(home)
    assert any(name.endswith(".parquet") for name in made), sorted(made)
    return made


def row_of(layer: Layer, areas: set[str]) -> pd.Series:
    held = [areas & set(codes.split(",")) for codes in layer.zoekgebieden["gebiedscodes"]]
    return layer.zoekgebieden.iloc[max(range(len(held)), key=lambda at: len(held[at]))]


def test_what_stands_in_every_search_is_firm_and_what_one_year_turns_says_so(layer: Layer):
    firm, turned = row_of(layer, ALWAYS), row_of(layer, ONCE)
    assert firm["standvastig"] > turned["standvastig"]
    assert "Het staat er niet op" in turned["zekerheid"]
    assert "met de cijfers van 2023" in turned["zekerheid"]
    assert "met de cijfers van 2023" not in firm["zekerheid"]
    assert "Er is nog op" in firm["zekerheid"]


def test_the_record_has_every_search_and_in_how_many_zoekgebieden_stood(layer: Layer):
    by_id = {one["id"]: one for one in layer.summary["robustness"]}
    assert list(by_id) == [
        "zonder_misdrijven", "zonder_huur", "misdrijven_per_huishoudens", "periode_2023", "niveau_wijk",
        "buurgebieden", "grootte_8", "grootte_19", "tweede_zoekwijze",
    ]  # fmt: skip
    assert by_id["zonder_huur"] == {
        "id": "zonder_huur", "title": "zonder 'Huurders'", "says": len(layer.zoekgebieden),
        "stands": len(layer.zoekgebieden),
    }  # fmt: skip
    second = by_id["tweede_zoekwijze"]
    assert (second["title"], second["says"]) == ("met de tweede zoekwijze", len(layer.zoekgebieden))
    assert second["stands"] >= 1
    assert by_id["niveau_wijk"]["says"] == 0  # eight wijken are too few to search in


def test_the_second_search_finds_what_the_map_says_it_finds(country: Country, layer: Layer):
    found, searched = country.results.of(plan_of(country, REQUEST).runs[-1])
    codes = layer.table.set_index("gebiedscode")["tweede_zoekwijze"]
    assert set(found) == set(codes.index[codes.isin(["beide", "alleen_tweede"])])
    assert set(found) < set(searched)
    assert len(set(found) & ALWAYS) >= 6


def test_it_says_on_which_fifth_of_incomes_the_map_falls(layer: Layer):
    (income,) = layer.summary["bias"]
    flagged = [one["flagged"] for one in income["fifths"]]
    assert (income["title"], income["known"]) == ("Inkomen", sum(one["areas"] for one in income["fifths"]))
    assert sum(flagged) == layer.table["kansrijk"].sum()
    assert flagged[0] >= len(ALWAYS) == 9
    assert [one["title"] for one in income["without"]] == ["zonder 'Misdrijven'", "zonder 'Huurders'"]
    assert "sources/bewoners" in {one.id for one in layer.provenance.receipts}


def test_without_being_asked_nothing_is_searched_again_and_all_else_is_the_same(country: Country, layer: Layer):
    plain = build(country, replace(REQUEST, robust=False), lambda _: None)
    assert plain.zoekgebieden["standvastig"].isna().all()
    assert "robustness" not in plain.summary
    others = ["standvastig", "zekerheid"]
    pd.testing.assert_frame_equal(
        plain.zoekgebieden.drop(columns=others), layer.zoekgebieden.drop(columns=others), check_dtype=False
    )
    pd.testing.assert_frame_equal(plain.table, layer.table)


@pytest.mark.parametrize("by", ["local:2", "spark:local[2]"])
def test_whichever_engine_searches_again_the_built_layer_is_the_same_to_the_byte(
    by: str, country: Country, tmp_path: Path, plainly: dict[str, bytes]
):
    if by.startswith("spark"):
        needs_spark()
    build_and_save(country, [REQUEST], tmp_path / "built", lambda _: None, by)
    assert files(tmp_path / "built") == plainly


def test_what_was_searched_before_is_remembered_and_a_layer_is_renewed_as_it_was(
    country: Country, root: Path, declared: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    build_and_save(country, [REQUEST], tmp_path, lambda _: None)
    assert [one.robust for one in storage.listed(tmp_path)] == [True]
    again = Country(Folder(root), YEAR, declared, results=Results(HomeCache(tmp_path)))
    runs = plan_of(again, REQUEST).runs
    assert len(runs) == 9
    assert searches(again.results, runs) == []  # so that no engine starts
    assert planning.planned(again, [REQUEST], tmp_path)[0].built
    monkeypatch.setattr(planning, "open_country", lambda *_: again)
    renewed = planning.renew(tmp_path, declared, str(root), lambda _: None)
    assert (renewed.layers, renewed.current) == ((), 1)
    assert not any(node.kind in {"run", "search"} for node in again.results.made)


def test_hexagons_over_which_figures_are_divided_are_not_searched_and_it_is_said_which_are(country: Country):
    made = build(country, replace(REQUEST, level=AreaLevel.H3_8), lambda _: None)
    said = " ".join(str(line) for line in reports.summary(made).renderables)  # type: ignore[union-attr]  # a group
    assert "niet gezocht: deze cijfers zijn bekend van grotere gebieden" in said
    assert "waar punten in liggen" in said
    assert made.summary["tested"] == 0
    assert {one["says"] for one in made.summary["robustness"]} == {0}
