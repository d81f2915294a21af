"""What no theme reads, held against the maps: where these fit and where not. A city's crimes by kind, with the map of
the year before; and of the buurten of a province homes without residents, electricity and the Leefbaarometer.

Of `drugs` three quarters is driving under the influence, so that it is called after what it counts here.
"""

from pathlib import Path

import pandas as pd
import pytest

from geo.areas import AreaLevel
from layers.method.country import Country
from services.jobs.build import LayerRequest, build

pytestmark = pytest.mark.real

INHABITANTS = 0.081
CAUGHT = {
    "vandalism": 0.310, "property": 0.269, "violent": 0.254, "drugs": 0.208, "other": 0.159, "fraud": 0.134,
    "total": 0.249,
}  # fmt: skip
"""Of Amsterdam in 2025, in the zoekgebieden of `misdrijven` of 2024: the table of the README."""


@pytest.fixture(scope="module")
def of_amsterdam(real: Path) -> pd.DataFrame:
    return pd.read_csv(real / "crime/amsterdam_buurt_2025_groepen.csv.gz").set_index("code")


def test_all_kinds_of_crime_are_more_frequent_where_the_map_of_the_year_before_points_fraud_the_least(
    netherlands: Country, of_amsterdam: pd.DataFrame
):
    layer = build(netherlands, LayerRequest("misdrijven", AreaLevel.BUURT, period=2024), lambda _: None)
    flagged = of_amsterdam.index.isin(",".join(layer.zoekgebieden["gebiedscodes"]).split(","))
    shares = of_amsterdam[flagged].sum(numeric_only=True) / of_amsterdam.sum(numeric_only=True)
    assert len(of_amsterdam) == 454
    assert shares["population"] == pytest.approx(INHABITANTS, abs=0.01)
    assert shares[list(CAUGHT)].to_dict() == pytest.approx(CAUGHT, abs=0.01)


def test_where_vastgoed_points_in_amsterdam_no_more_crimes_are_registered_per_inhabitant_than_elsewhere(
    netherlands: Country, of_amsterdam: pd.DataFrame
):
    layer = build(netherlands, LayerRequest("vastgoed", AreaLevel.BUURT), lambda _: None)
    codes = ",".join(layer.zoekgebieden["gebiedscodes"]).split(",")
    flagged = of_amsterdam[of_amsterdam.index.isin(codes)].sum() / of_amsterdam.sum()
    assert flagged[["population", "total"]].tolist() == pytest.approx([0.222, 0.236], abs=0.01)
    scores = layer.table.set_index("gebiedscode")["score"].reindex(of_amsterdam.index)
    rate = of_amsterdam["total"] / of_amsterdam["population"]
    assert scores.corr(rate, method="spearman") == pytest.approx(0.09, abs=0.02)


@pytest.fixture(scope="module")
def of_province(real: Path) -> pd.DataFrame:
    """A 0 may stand for what is not known: at least 50 homes, and some of them lived in, with electricity."""
    table = pd.read_csv(real / "kerncijfers/provincie_utrecht_buurt_kwb_leefbaarometer_energie.csv.gz")
    table = table.set_index("buurt_code")
    known = (table[["bewoond_percentage", "elektriciteitsverbruik_kwh_gemiddeld"]] > 0).all(axis=1)
    return table[known & (table["woningvoorraad"] >= 50)]


def test_vacancy_of_a_postcode_says_roughly_where_that_of_a_buurt_is_high_and_too_little_of_how_high(
    netherlands: Country, of_province: pd.DataFrame
):
    theme = netherlands.catalog.theme("leegstand_2020")
    measure = netherlands.measures(theme, AreaLevel.BUURT, 2024)["leegstand"]
    carried = (100 * measure.events / measure.exposure)[measure.known].reindex(of_province.index).dropna()
    own = 100 - of_province["bewoond_percentage"][carried.index]
    assert len(carried) > 750
    assert own.corr(carried, method="spearman") == pytest.approx(0.56, abs=0.03)
    assert ((own - carried).abs() <= 1).mean() == pytest.approx(0.43, abs=0.03)
    assert own[own >= 10].mean() == pytest.approx(16.1, abs=0.5)
    assert carried[own >= 10].mean() == pytest.approx(7.0, abs=0.5)


def test_electricity_per_home_says_what_homes_there_are_so_that_no_theme_reads_it(of_province: pd.DataFrame):
    of = of_province["elektriciteitsverbruik_kwh_gemiddeld"]
    for name, correlation in (("meergezinswoning_percentage", -0.71), ("koopwoning_percentage", 0.78)):
        assert of.corr(of_province[name], method="spearman") == pytest.approx(correlation, abs=0.02)


def test_where_vastgoed_scores_the_leefbaarometer_is_a_little_lower(netherlands: Country, of_province: pd.DataFrame):
    layer = build(netherlands, LayerRequest("vastgoed", AreaLevel.BUURT), lambda _: None)
    both = of_province.join(layer.table.set_index("gebiedscode")["score"])[["score", "leefbarometer_score"]].dropna()
    assert len(both) > 600
    assert both.corr("spearman").iloc[0, 1] == pytest.approx(-0.31, abs=0.03)
