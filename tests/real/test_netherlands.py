"""The main job on the real figures of 2024, held against what is known of them."""

import geopandas
import pandas as pd
import pytest
from libpysal.graph import Graph

from geo.areas import AreaLevel
from geo.neighbors import queen
from layers.declarations.catalog import load
from layers.method.country import Country
from layers.publication.layer import Layer
from services.jobs.build import LayerRequest, build

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def layer(netherlands: Country) -> Layer:
    return build(netherlands, LayerRequest("misdrijven", AreaLevel.BUURT, period=2024), lambda _doing: None)


def test_the_country_has_all_its_buurten_with_names(netherlands: Country):
    table = netherlands.buurten.table
    assert len(table) == 14_568
    assert table["gemeente"].nunique() == 342
    assert table.loc["BU0363AA01", ["name", "gemeente_name"]].tolist() == ["Planciusbuurt-Noord", "Amsterdam"]
    assert not table["gemeente_name"].str.startswith("GM").any()


def test_amsterdam_has_its_official_polygons(netherlands: Country, real):
    official = geopandas.read_parquet(real / "boundaries/amsterdam_buurt_2022_gebieden.parquet").to_crs(28992)
    official = official.set_index("cbsCode").sort_index().geometry
    used = netherlands.buurten.table.geometry[official.index]
    assert used.area.to_numpy() == pytest.approx(official.area.to_numpy())


def test_neighbors_are_found_although_borders_do_not_coincide(netherlands: Country, real):
    """The generalised map against the official polygons of Amsterdam: 98 % of the pairs, and 98 % of them true."""
    official = netherlands.buurten.where(netherlands.buurten.table["gemeente"] == "GM0363")
    near = geopandas.GeoDataFrame(geometry=official.table.geometry.buffer(0.25))
    joined = near.sjoin(near, predicate="intersects")
    true = {frozenset(pair) for pair in joined["area_id_right"].items() if pair[0] != pair[1]}
    raw = geopandas.read_parquet(real / "boundaries/nl_buurt_2024_georef.parquet").set_index("statcode")
    generalised = official.table[official.table.index.isin(raw.index)].copy()
    generalised["geometry"] = raw.geometry[generalised.index]
    areas = type(official)(official.level, official.vintage, generalised)
    both = {pair for pair in true if pair <= set(generalised.index)}
    found = pairs(queen(areas, netherlands.source.tolerance(netherlands.vintage)).graph())
    assert len(found & both) / len(both) > 0.975
    assert len(found & both) / len(found) > 0.97
    exact = pairs(queen(areas, 0).graph())
    assert len(exact & both) < len(found & both)


def pairs(graph: Graph) -> set[frozenset[str]]:
    edges = graph.adjacency[graph.adjacency > 0].index
    return {frozenset(edge) for edge in edges if edge[0] != edge[1]}


def test_the_national_rate_is_the_published_one(netherlands: Country, real):
    """Registered crimes over inhabitants, from the gemeente totals of the same publishers: within 1.5 %, since crimes
    that no buurt could be given are missing from the buurten."""
    gemeenten = pd.read_csv(
        real / "kerncijfers/nl_gemeente_2024_kerncijfers_and_misdrijven_2021_2025_woonikveilig.csv.gz"
    )
    published = gemeenten["misdrijven_2024"].sum() / gemeenten["inwoners"].sum()
    measures = netherlands.measures(load().theme("misdrijven"), AreaLevel.BUURT, 2024)
    assert measures["misdrijven"].national == pytest.approx(published, rel=0.015)


def test_inhabitants_of_amsterdam_are_those_of_its_own_file(netherlands: Country, real):
    """Two independent files; ours leaves 0 empty."""
    own = pd.read_csv(real / "kerncijfers/amsterdam_kwb_2024_renamed.csv.gz", sep=";", decimal=",")
    own = own.assign(code=own["Area_Code"].str.strip()).set_index("code")["Population_Total"]
    ours = netherlands.measures(load().theme("misdrijven"), AreaLevel.BUURT, 2024)["misdrijven"].exposure
    shared = own.index.intersection(ours.index[ours.notna()])
    assert len(shared) == 517
    assert (own[shared] == ours[shared]).all()


def test_known_centres_are_found_and_quiet_places_are_not(layer: Layer):
    hot = set(layer.table.loc[layer.table["kansrijk"], "gebiedsnaam"])
    assert {"Stadsdriehoek", "Nieuwestad", "Leidsebuurt-Zuidwest"} <= hot
    shares = layer.table.groupby("gemeentenaam")["kansrijk"].mean()
    assert shares["Schiermonnikoog"] == 0
    assert layer.table["kansrijk"].mean() < 0.05


def test_zoekgebieden_cross_the_borders_of_gemeenten(layer: Layer):
    assert (layer.zoekgebieden["gemeenten"].str.count(",") > 0).any()


def test_nothing_below_the_floor_is_shown(layer: Layer, netherlands: Country):
    theme = load().theme("misdrijven")
    measures = netherlands.measures(theme, AreaLevel.BUURT, 2024)
    table = layer.table.set_index("gebiedscode")
    few = (measures["misdrijven"].events < theme.privacy.min_count) | (
        measures["misdrijven"].exposure < theme.privacy.min_exposure
    )
    hidden = table.loc[few]
    assert len(hidden) > 1000
    assert hidden[["misdrijven", "misdrijven_afwijking", "misdrijven_bijdrage", "score", "q"]].isna().all(axis=None)
    assert not hidden["kansrijk"].any()


def test_one_gemeente_shows_what_the_country_shows_there(layer: Layer, netherlands: Country):
    alone = build(
        netherlands, LayerRequest("misdrijven", AreaLevel.BUURT, period=2024, gemeente="GM0344"), lambda _doing: None
    )
    here = layer.table[layer.table["gemeentecode"] == "GM0344"].reset_index(drop=True)
    assert alone.table.drop(columns="geometry").equals(here.drop(columns="geometry"))
    assert set(alone.zoekgebieden["id"]) <= set(layer.zoekgebieden["id"])
    assert alone.zoekgebieden["gemeenten"].str.contains("Utrecht").all()


def test_wijken_add_up_to_the_country(netherlands: Country):
    theme = load().theme("misdrijven")
    buurten = netherlands.measures(theme, AreaLevel.BUURT, 2024)["misdrijven"]
    wijken = netherlands.measures(theme, AreaLevel.WIJK, 2024)["misdrijven"]
    assert wijken.events.sum() <= buurten.events.sum()
    assert wijken.events.sum() > 0.98 * buurten.events.sum()


def test_figures_spread_over_hexagons_are_shown_but_not_searched(netherlands: Country):
    gemeente = "GM0233"
    made = build(
        netherlands, LayerRequest("misdrijven", AreaLevel.H3_8, period=2024, gemeente=gemeente), lambda _doing: None
    )
    assert len(made.zoekgebieden) == 0
    assert made.table["q"].isna().all()
    assert made.table["misdrijven"].notna().any()
    assert (made.table.loc[made.table["score"].notna(), "reden"] == "geschat").all()
