"""Postcodes of Testland: a theme over their figures is built and published, close to the truth by its own account."""

from pathlib import Path

import geopandas
import pandas as pd
import pytest

from geo.areas import AreaLevel
from layers.declarations.catalog import load
from layers.messages import speaking
from services.cli import reports
from services.jobs.build import LayerRequest, build, open_country
from services.releases import release
from services.settings import TESTLAND
from services.testland.country import SECRET, SEED, Testland
from services.testland.postcodes import make_postcodes
from tests.services.running import Zicht, told

Made = tuple[geopandas.GeoDataFrame, pd.DataFrame]

SOURCE = """
id = "postcodes"
title = "Woningen per postcode"
publisher = "CBS"
license = "CC BY 4.0"
url = "https://www.cbs.nl/postcode"
attribution = "CBS, Postcode 4"
status = "open"
level = "pc4"
key = "PC4"
vintage = 2024
codes_of = 2020
periods = [2024]
rounded_to = 5

[dasymetric]
source = "kerncijfers"
column = "huishoudens"

[table]
path = "postcode/cbs_pc4_2020_v1.csv.gz"

[columns.woningen]
kind = "stock"
title = "Woningen"
formula = "WONING"

[columns.leeg]
kind = "stock"
title = "Woningen waarin niemand staat ingeschreven"
formula = "WON_NBEW"

[columns.woz]
kind = "rate"
per = "woningen"
title = "Gemiddelde WOZ-waarde"
formula = "WOZWONING"
"""
THEME = """
id = "leegstand"
title = "Zicht op leegstand"
question = "Waar staan woningen leeg?"
level = "buurt"

[search]
statistic = "place_scan"
max_q = 0.05

[privacy]
min_count = 5
min_exposure = 50

[[indicator]]
id = "leeg"
title = "Woningen waarin niemand staat ingeschreven"
why = "Een woning waarin niemand staat ingeschreven, is een plek waar weinig op wordt gelet."
source = "postcodes"
value = "leeg"
per = "woningen"
scale = 100
unit = "%"
share = true
"""


@pytest.fixture(scope="module")
def made(testland: Testland) -> Made:
    return make_postcodes(testland, SEED)


@pytest.fixture
def declared(tmp_path: Path) -> Path:
    for name, text in (("sources/postcodes", SOURCE), ("themes/leegstand", THEME)):
        file = tmp_path / "own" / f"{name}.toml"
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "own"


def test_postcodes_cover_all_buurten_once_and_follow_none(testland: Testland, made: Made):
    boundaries, figures = made
    assert len(boundaries) == len(figures) == 120
    assert boundaries.geometry.is_valid.all()
    surface = testland.boundaries.geometry.area.sum()
    assert boundaries.geometry.area.sum() == pytest.approx(surface, rel=1e-9)
    assert boundaries.geometry.union_all().area == pytest.approx(surface, rel=1e-9)
    crossed = testland.boundaries.sjoin(boundaries).groupby("buurtcode").size()
    assert (crossed > 1).mean() > 0.4


def test_their_figures_are_those_of_the_buildings_in_them(testland: Testland, made: Made):
    boundaries, figures = made
    inside = testland.addresses[["huishoudens", "inwoners", "geometry"]].sjoin(boundaries)
    counted = inside.groupby("postcode")[["huishoudens", "inwoners"]].sum()
    known = figures.set_index("PC4")
    few = counted.index[counted["inwoners"] < 50]
    assert (known.loc[few] == SECRET).all(axis=None)
    known = known.drop(few)
    assert (known % [5, 5, 1] == 0).all(axis=None)
    occupied = known["WONING"] - known["WON_NBEW"]
    assert ((occupied - counted["huishoudens"]).abs().dropna() <= 4).all()  # both are rounded to fives


def test_the_same_seed_gives_the_same_postcodes(testland: Testland, made: Made):
    boundaries, figures = make_postcodes(testland, SEED)
    pd.testing.assert_frame_equal(figures, made[1])
    assert (boundaries.geometry == made[0].geometry).all()


def test_a_theme_over_them_says_how_far_its_figures_may_be_off_and_that_is_so(testland: Testland, declared: Path):
    country = open_country(TESTLAND, load(declared), 2024)
    with speaking("en"):
        layer = build(country, LayerRequest("leegstand", AreaLevel.BUURT), told)
        said = reports.how_searched(layer)
    assert said.startswith("not searched: these figures are known of other areas, such as postcodes, and divided over")
    assert layer.zoekgebieden.empty  # estimated figures are shown, not searched
    origin = layer.provenance
    assert {one.id for one in origin.receipts} == {
        "boundaries/testland", "boundaries/testland-pc4", "sources/kerncijfers", "sources/postcodes",
    }  # fmt: skip
    (notes,) = (one.notes for one in origin.receipts if one.id == "sources/postcodes")
    (of_homes,) = (one for one in notes if one.startswith("woningen: "))
    assert "standard error at the worst in half of the areas" in of_homes
    assert any("per postcode of four digits: estimated from these by huishoudens of kerncijfers" in one
               for one in origin.method)  # fmt: skip
    measure = country.measures(country.catalog.theme("leegstand"), AreaLevel.BUURT, 2024)["leeg"]
    lived = testland.addresses.groupby("buurtcode")["huishoudens"].sum().reindex(measure.exposure.index, fill_value=0)
    large = (lived > 100) & measure.known
    assert large.sum() > 300
    assert (measure.exposure / lived)[large].median() == pytest.approx(1.045, abs=0.02)  # 4 % more stand empty
    (planted,) = (list(one.buurten) for one in testland.places if one.name == "vastgoed")
    shares = (measure.events / measure.exposure)[measure.known]
    assert shares[planted].mean() > 2 * shares.median()  # of which four times as many were made
    published = layer.table.set_index("gebiedscode")["leeg"]
    assert published.median() == pytest.approx(3.95, abs=0.2)
    assert published[planted].mean() > 1.7 * published.median()  # every buurt had 4.05 when they were shrunk per buurt
    assert any("a rate of them is shrunk per postcode, before it is divided" in one for one in origin.method)


def test_it_is_published_as_other_themes_are(zicht: Zicht, declared: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ZICHT_LAYERS", str(declared))
    home = declared.parent / "home"
    for command in (("build", "leegstand", "--data", TESTLAND), ("publish",)):
        done = zicht(*command, "--home", home)
        assert done.code == 0, done.err
    ids = {one.id for one in release.collections(release.current(home))}
    assert ids == {"zoekgebieden_leegstand", "indicatoren_leegstand_buurt", "gebieden_buurt"}
    assert (
        "estimated from these by huishoudens of kerncijfers"
        in (release.current(home) / "methode-leegstand.html").read_text()
    )
