import hashlib
import inspect
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from libpysal.graph import Graph

from services.testland.country import DISCONTINUED, LATER, SECRET, SEED, HotSpot, Testland, make_testland
from services.testland.geography import ODD_NAME

YEARS = range(2021, 2026)
LIVED = ["inwoners", "huishoudens", "huurhuishoudens"]


@pytest.fixture(scope="module", params=[SEED, 2, 3])
def country(request: pytest.FixtureRequest) -> Testland:
    return make_testland(request.param)


@pytest.fixture(scope="module")
def land(country) -> geopandas.GeoSeries:
    return country.boundaries.query("water == 'NEE'").set_index("buurtcode").geometry.sort_index()


@pytest.fixture(scope="module")
def borders(land) -> Graph:
    return Graph.build_contiguity(land, rook=True)


@pytest.fixture(scope="module")
def lived(country) -> pd.DataFrame:
    sums = country.addresses.groupby("buurtcode")[LIVED].sum()
    return sums.reindex(country.figures["buurtcode"], fill_value=0)


@pytest.fixture(scope="module")
def spots(country) -> dict[str, HotSpot]:
    return {spot.name: spot for spot in country.hotspots}


def fingerprint(country: Testland) -> str:
    tables = [country.boundaries, country.figures, country.crimes, country.addresses, country.incidents]
    text = [table.to_wkb().to_csv() if "geometry" in table else table.to_csv() for table in tables]
    spots = [(spot.name, sorted(spot.buurten), spot.strength) for spot in country.hotspots]
    return hashlib.sha256("".join([*text, repr(spots)]).encode()).hexdigest()


def test_one_seed_makes_one_country_in_any_process():
    code = f"""
import hashlib
from services.testland.country import Testland, make_testland
{inspect.getsource(fingerprint)}
print(fingerprint(make_testland()))
"""
    elsewhere = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
        env={"PYTHONHASHSEED": "7"},
    )
    assert elsewhere.stdout.strip() == fingerprint(make_testland())


def test_another_seed_makes_another_country():
    assert fingerprint(make_testland(2)) != fingerprint(make_testland(3))


def test_one_name_breaks_whatever_does_not_escape_it(country, spots):
    odd = country.boundaries[country.boundaries["buurtnaam"] == ODD_NAME]
    assert set("'&<>") <= set(ODD_NAME)
    assert set(odd["buurtcode"]) < spots["sterk"].buurten


def test_nobody_lives_in_the_buurt_that_is_only_water(country, lived):
    rows = country.boundaries.groupby("buurtcode")["water"].agg(set)
    (lake,) = rows[rows == {"JA"}].index
    figures = country.figures.set_index("buurtcode").loc[lake]
    assert lived.loc[lake, "inwoners"] == figures["inwoners"] == figures["oppervlakte_land"] == 0


def test_figures_and_crimes_name_every_buurt_once(country):
    codes = sorted(set(country.boundaries["buurtcode"]))
    assert country.figures["buurtcode"].tolist() == codes
    assert country.crimes["buurtcode"].tolist() == codes


def test_the_country_is_of_the_size_it_should_be(country, lived):
    assert 250_000 < lived["inwoners"].sum() < 350_000
    assert 10_000 <= len(country.addresses) <= 15_000
    assert country.incidents["jaar"].value_counts().between(8_000, 10_000).all()


def test_people_at_addresses_add_up_to_the_figures_but_for_rounding_to_fives(country, lived):
    figures = country.figures.set_index("buurtcode")
    for column in ("inwoners", "huishoudens"):
        known = figures[column] >= 0
        assert (figures.loc[known, column] % 5 == 0).all()
        assert (figures.loc[known, column] - lived.loc[known, column]).abs().max() == 2


def test_owned_homes_are_the_percentage_that_addresses_tell(country, lived):
    owned = country.figures.set_index("buurtcode")["koopwoningen"]
    told = 100 * (1 - lived["huurhuishoudens"] / lived["huishoudens"])
    assert (owned - told)[owned >= 0].abs().max() <= 0.5


def test_every_address_houses_a_household_and_no_household_is_empty(country):
    assert (country.addresses["huishoudens"] >= 1).all()
    assert (country.addresses["inwoners"] >= country.addresses["huishoudens"]).all()
    assert country.addresses["huurhuishoudens"].between(0, country.addresses["huishoudens"]).all()


def test_some_buurten_have_no_inhabitants_but_may_have_incidents(country, lived):
    empty = lived.index[lived["inwoners"] == 0]
    assert 0.02 < len(empty) / len(lived) < 0.04
    assert country.incidents["buurtcode"].isin(empty).any()


def test_missing_figures_hold_the_codes_of_cbs(country):
    figures = country.figures
    missing = figures["koopwoningen"][figures["koopwoningen"] < 0].value_counts()
    assert missing[SECRET] >= 5
    assert missing[LATER] >= 2
    assert missing[DISCONTINUED] == 1
    assert (figures["huishoudens"] == SECRET).sum() >= 2
    assert (figures["inwoners"] == SECRET).sum() >= 1
    numbers = figures.select_dtypes("number").to_numpy()
    assert set(numbers[numbers < 0]) == {SECRET, LATER, DISCONTINUED}


def test_incidents_add_up_to_the_crimes_of_every_buurt_and_year(country):
    counted = pd.crosstab(country.incidents["buurtcode"], country.incidents["jaar"])
    crimes = country.crimes.set_index("buurtcode")
    assert crimes.columns.tolist() == [f"misdrijven_{year}" for year in YEARS]
    assert (crimes.to_numpy() == counted.reindex(crimes.index, fill_value=0)[list(YEARS)].to_numpy()).all()


@pytest.mark.parametrize("points", ["addresses", "incidents"])
def test_every_point_lies_on_the_land_of_its_buurt(country, land, points):
    placed = getattr(country, points)
    assert placed.crs.to_epsg() == 28992
    assert shapely.contains_properly(land[placed["buurtcode"]].to_numpy(), placed.geometry.to_numpy()).all()


def test_a_hot_spot_is_in_one_piece_and_everyone_of_it_is_inhabited(spots, borders, lived):
    assert list(spots) == ["sterk", "zwak", "grens"]
    for spot in spots.values():
        members = sorted(spot.buurten)
        assert 8 <= len(members) <= 10
        assert borders.subgraph(members).n_components == 1
        assert (lived.loc[members, "inwoners"] >= 50).all()


def test_one_hot_spot_lies_across_a_border_with_three_buurten_at_least_on_either_side(spots):
    sides = {name: pd.Series(sorted(spot.buurten)).str[2:6].value_counts() for name, spot in spots.items()}
    assert [len(sides[name]) for name in ("sterk", "zwak", "grens")] == [1, 1, 2]
    assert sides["grens"].min() >= 3


def test_hot_spots_lie_apart(spots, land):
    for one, other in combinations(spots.values(), 2):
        apart = land[sorted(one.buurten)].union_all().distance(land[sorted(other.buurten)].union_all())
        assert apart > 1_000


def test_a_hot_spot_has_its_factor_more_crime_and_rises_in_the_last_years(country, spots, lived):
    crimes = country.crimes.set_index("buurtcode")
    elsewhere = lived.index[~lived.index.isin(frozenset().union(*(spot.buurten for spot in spots.values())))]
    usual = crimes.loc[elsewhere].sum() / lived.loc[elsewhere, "inwoners"].sum()
    for spot in spots.values():
        members = sorted(spot.buurten)
        factor = crimes.loc[members].sum() / lived.loc[members, "inwoners"].sum() / usual
        assert factor[:3].mean() == pytest.approx(spot.strength, rel=0.25)
        assert factor[3:].mean() > 1.08 * factor[:3].mean()


def test_a_hot_spot_has_more_rental_homes(spots, lived):
    usual = lived["huurhuishoudens"].sum() / lived["huishoudens"].sum()
    for spot in spots.values():
        there = lived.loc[sorted(spot.buurten)].sum()
        assert there["huurhuishoudens"] / there["huishoudens"] > usual + 0.05


def test_outside_hot_spots_crime_does_not_cluster(country, spots, lived, borders):
    planted = frozenset().union(*(spot.buurten for spot in spots.values()))
    plain = lived.index[(lived["inwoners"] >= 100) & ~lived.index.isin(planted)]
    rate = country.crimes.set_index("buurtcode").sum(axis=1)[plain] / lived.loc[plain, "inwoners"]
    weights = borders.subgraph(plain)
    z = pd.Series(rate - rate.mean(), index=plain)
    moran = float((z * weights.transform("R").lag(z)).sum() / (z**2).sum())
    assert abs(moran) < 3 / np.sqrt(weights.n_edges / 2)
