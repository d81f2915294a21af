"""Crimes given what is there: what is left of city centres, in the country and in Amsterdam with what is near."""

from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest

from geo.areas import AreaLevel
from layers.declarations.catalog import load
from layers.method.country import Country
from layers.method.indicator_values import IndicatorValues
from layers.publication.layer import Receipt
from services import receipts
from services.files import digest
from services.jobs.build import LayerRequest, build, open_country

pytestmark = pytest.mark.real

TABLE = "kerncijfers/nl_buurt_2024_kerncijfers_and_misdrijven_2021_2025_woonikveilig.csv.gz"
NEAR = {
    "cafes_within_1km": "cafes", "cafeterias_within_1km": "cafetarias", "restaurants_within_1km": "restaurants",
    "supermarkets_within_1km": "supermarkten", "food_shops_within_1km": "winkels",
    "DistanceToTrainStationAllTypes_90": "treinstation",
}  # fmt: skip


def crimes(country: Country, reference: str) -> IndicatorValues:
    nodes = country.indicator_plan.indicator_nodes(
        country.catalog.theme("misdrijven"), AreaLevel.BUURT, 2024, reference
    )
    return country.results.of(nodes["misdrijven"])


def test_over_the_country_areas_differ_less_given_what_is_there(netherlands: Country):
    report = crimes(netherlands, "expected").baseline
    assert report.before == pytest.approx(0.63, abs=0.02)
    assert report.after <= 0.40
    assert crimes(netherlands, "peers").baseline.after < report.before


def test_of_the_first_twenty_places_few_are_centres_and_these_are_marked(netherlands: Country, real: Path):
    figures = pd.read_csv(real / TABLE).set_index("buurtcode")
    inhabitants = figures.groupby("gemeentecode")["inwoners"].sum()
    cities = figures[figures["gemeentecode"].isin(inhabitants.index[inhabitants > 50_000])]
    centres = set(cities.groupby("gemeentecode")["adressendichtheid"].idxmax())
    request = LayerRequest("misdrijven", AreaLevel.BUURT, "wat_er_is", 2025)
    first = build(netherlands, request, lambda _: None).zoekgebieden.head(20)
    of_centres = [not centres.isdisjoint(codes.split(",")) for codes in first["gebiedscodes"]]
    assert sum(of_centres) <= 8
    assert (first.loc[of_centres, "bezoekers"] == "veel").all()
    assert (first["aantal_gebieden"] <= 12).all()


@pytest.fixture(scope="module")
def amsterdam(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Country:
    """Amsterdam by itself, with what is near."""
    root = tmp_path_factory.mktemp("amsterdam")
    for folder in ("boundaries", "kerncijfers", "sources"):
        (root / folder).mkdir()
    areas = geopandas.read_parquet(real / "boundaries/amsterdam_buurt_2022_gebieden.parquet").to_crs(28992)
    table = areas[["cbsCode", "naam", "geometry"]].rename(columns={"cbsCode": "buurtcode", "naam": "buurtnaam"})
    table.assign(gemeentecode="GM0363", gemeentenaam="Amsterdam").to_file(root / "boundaries/buurten-2024.gpkg")
    figures = pd.read_csv(real / TABLE, dtype=str)
    figures[figures["gemeentecode"] == "GM0363"].to_csv(root / TABLE, index=False)
    near = pd.read_csv(real / "kerncijfers/amsterdam_nabijheid_2024_renamed.csv.gz", sep=";", encoding="utf-8-sig",
                       dtype=str)  # fmt: skip
    near = near.assign(buurtcode=near["Encoding_3"].str.strip()).rename(columns=NEAR)[["buurtcode", *NEAR.values()]]
    file = root / "sources/nabijheid-2024.parquet"
    near[near["buurtcode"].str.startswith("BU")].to_parquet(file, index=False)
    receipt = Receipt("sources/nabijheid", "Nabijheid", "StatLine", digest(file), len(near), "CC BY 4.0", "CBS")
    receipts.add(root, {"sources/nabijheid-2024.parquet": receipt})
    return open_country(str(root), load())


def test_in_amsterdam_what_is_searched_has_nothing_to_do_with_what_is_near(amsterdam: Country):
    raw, given = (crimes(amsterdam, reference) for reference in ("national", "expected"))
    assert given.baseline.left_out == {}
    assert given.baseline.after <= 0.5
    nearness = pd.read_parquet(Path(amsterdam.source.root) / "sources/nabijheid-2024.parquet").set_index("buurtcode")  # type: ignore[attr-defined]
    figures = nearness.apply(pd.to_numeric, errors="coerce").reindex(given.searched.index)
    around = {
        "cafes": figures["cafes"],
        "horeca": figures[["cafes", "cafetarias", "restaurants"]].sum(axis=1, min_count=3),
        "winkels": figures[["supermarkten", "winkels"]].sum(axis=1, min_count=2),
        "treinstation": figures["treinstation"],
    }
    assert raw.searched.corr(around["cafes"]) > 0.3
    assert {name: given.searched.corr(one) for name, one in around.items()} == pytest.approx(
        dict.fromkeys(around, 0.0), abs=0.05
    )


def test_in_amsterdam_what_is_searched_has_little_to_do_with_who_live_there_and_how_close(amsterdam: Country):
    """-.063 with address density: of the ten areas beyond three standard deviations, which do not steer the fit, nine
    lie where few addresses are; without these ten it is .056. A limit of 3.5 gives .05 and a map on which areas differ
    more, of 4 .11 with inhabitants. By chance alone 454 areas give .05 either way.

    Other declarations were tried: density as it is, beside its logarithm, to the third power or bending at 1,000,
    1,500, 2,500 or 5,000; squares of land and of the distance to a station. One comes under .05 in all terms: without
    the square of hospitality density is at -.013. But that says less of wijken that are left out of the fit (capped
    deviance per area 1.30, now 1.22), so the square stays.
    """
    searched = crimes(amsterdam, "expected").searched
    figures = pd.read_csv(Path(amsterdam.source.root) / TABLE).set_index("buurtcode").reindex(searched.index)  # type: ignore[attr-defined]
    terms = np.log1p(figures[["inwoners", "adressendichtheid", "oppervlakteLandHa"]])
    assert terms.corrwith(searched).to_dict() == pytest.approx(dict.fromkeys(terms, 0.0), abs=0.07)


def test_in_amsterdam_other_areas_lead_than_those_that_everybody_knows(amsterdam: Country):
    raw, given = (
        set(crimes(amsterdam, reference).ratio.sort_values(ascending=False).index[:10])
        for reference in ("national", "expected")
    )
    assert len(raw & given) <= 5
    assert np.isfinite(crimes(amsterdam, "expected").ratio[list(given)]).all()
