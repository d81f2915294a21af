"""Boundaries of another country: a file with the columns of Eurostat's, declared, up to what is published of it."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from boundaries.codes import level_of, of_elsewhere, parents
from boundaries.vintages import vintage
from geo.areas import AreaLevel
from geo.errors import AreaError, DeclarationError, SourceError, ZichtError
from layers.declarations.catalog import Catalog
from layers.publication.collections import collections
from layers.publication.layer import Layer
from services.exporters import geopackage, qgis
from services.jobs.build import LayerRequest, build, open_country
from services.ogc import configuration
from services.ogc.questions import question
from services.pages import map as map_page
from services.sources.boundaries import BoundaryFolder
from services.stores import sqlite
from services.stores.queries import QueryError
from services.stores.served import opened
from services.stores.systems import SYSTEMS
from tests.layers.declared import SOURCE, THEME, catalog

SIDE, COUNT = 6_000.0, 12
WEST, SOUTH = 3_900_000.0, 3_080_000.0
"""In Belgium, in EPSG:3035."""
FILE = "LAU_RG_01M_2021_3035.gpkg"
DECLARED = f"""
path = "{FILE}"
country = "BE"
title = "Local administrative units 2021"
license = "Eurostat"
attribution = "EuroGeographics"
"""
HOT = [(column, row) for column in (4, 5, 6) for row in (4, 5, 6)]


def lau() -> geopandas.GeoDataFrame:
    """Local administrative units of two countries as Eurostat has them: its columns, and rows in no order."""
    at = np.arange(COUNT**2)
    x, y = WEST + SIDE * (at % COUNT), SOUTH + SIDE * (at // COUNT)
    belgium = pd.DataFrame(
        {
            "GISCO_ID": [f"BE_{11000 + one}" for one in at], "CNTR_CODE": "BE",
            "LAU_ID": [str(11000 + one) for one in at], "LAU_NAME": [f"Gemeente {one}" for one in at],
            "POP_2021": 3000 + 200 * at, "POP_DENS_2021": 1.0, "AREA_KM2": 36.0, "YEAR": 2021,
        }
    )  # fmt: skip
    ours = geopandas.GeoDataFrame(belgium, geometry=shapely.box(x, y, x + SIDE, y + SIDE), crs=3035)
    other = ours.assign(CNTR_CODE="NL", GISCO_ID=ours["GISCO_ID"].str.replace("BE", "NL"))
    other = other.set_geometry(other.translate(0, COUNT * SIDE), crs=3035)
    return geopandas.GeoDataFrame(pd.concat([ours, other]).sample(frac=1, random_state=2), crs=3035)


def put(root: Path, declared: str = DECLARED, year: int = 2021) -> BoundaryFolder:
    (root / "boundaries").mkdir(exist_ok=True)
    (root / "boundaries" / f"gemeenten-{year}.toml").write_text(declared, encoding="utf-8")
    return BoundaryFolder(root)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("belgium")
    (folder / "boundaries").mkdir()
    (folder / "layers").mkdir()
    lau().to_file(folder / "boundaries" / FILE, layer="LAU_RG_01M_2021_3035")
    put(folder)
    inside = lau().query("CNTR_CODE == 'BE'").sort_values("GISCO_ID")
    people = inside["POP_2021"].to_numpy()
    at = inside["LAU_ID"].astype(int).to_numpy() - 11000
    hot = np.isin(at, [row * COUNT + column for column, row in HOT])
    rng = np.random.default_rng(5)
    table = pd.DataFrame({"GISCO_ID": inside["GISCO_ID"], "inwoners": people, "huishoudens": people // 2})
    table["misdrijven_2021"] = rng.poisson(people * 0.01 * np.where(hot, 3, 1))
    table["huurders"], table["afstand"] = rng.binomial(people // 2, 0.4), rng.uniform(1, 10, len(table))
    table.to_csv(folder / "tellingen.csv", sep=";", index=False, encoding="cp1252")
    return folder


@pytest.fixture(scope="module")
def declared(root: Path) -> Catalog:
    source = SOURCE.replace('key = "buurtcode"\nvintage = 2024', 'key = "GISCO_ID"\nlevel = "gemeente"\nvintage = 2021')
    theme = THEME.replace('level = "buurt"', 'level = "gemeente"')
    return catalog(
        root / "layers",
        sources_tellingen=source.replace("[2023, 2024]", "[2021]"),
        themes_proef=theme.replace('"getis_ord"', '"place_scan"'),
    )


@pytest.fixture(scope="module")
def layer(root: Path, declared: Catalog) -> Layer:
    country = open_country(str(root), declared, 2021)
    return build(country, LayerRequest("proef", AreaLevel.GEMEENTE, period=2021), lambda _: None)


def test_the_areas_of_a_country_are_read_in_the_system_of_europe_with_their_codes_and_names(root: Path):
    read = BoundaryFolder(root).read(replace(vintage(2021), finest=AreaLevel.GEMEENTE))
    areas = read.areas
    assert (len(areas), areas.level, areas.vintage, areas.crs.to_epsg()) == (144, AreaLevel.GEMEENTE, 2021, 3035)
    assert areas.ids[:2].tolist() == ["BE_11000", "BE_11001"]
    assert areas.table.loc["BE_11001", ["name", "gemeente", "gemeente_name"]].tolist() == [
        "Gemeente 1", "BE_11001", "Gemeente 1",
    ]  # fmt: skip
    assert areas.table.area.to_numpy() == pytest.approx(36e6)
    assert read.national
    (receipt,) = read.receipts
    assert (receipt.rows, receipt.attribution) == (144, "EuroGeographics")
    assert "PDOK" in receipt.notes[0]


def test_a_theme_over_them_finds_the_place_where_it_was_planted_and_all_of_it_lies_in_belgium(layer: Layer):
    found = set(layer.zoekgebieden["gebiedscodes"].iloc[0].split(","))
    planted = {f"BE_{11000 + row * COUNT + column}" for column, row in HOT}
    assert len(found & planted) >= 8
    assert (layer.table.crs.to_epsg(), layer.zoekgebieden.crs.to_epsg()) == (3035, 3035)
    assert layer.table["gemeentecode"].tolist() == layer.table["gebiedscode"].tolist()


def test_it_is_published_in_its_own_system_and_served_in_degrees_where_it_lies(layer: Layer, tmp_path: Path):
    published = collections([layer])
    sqlite.write(published, tmp_path)
    with closing(sqlite3.connect(tmp_path / "zicht.sqlite")) as store:
        rows = store.execute('SELECT crs84, rd FROM "_shapes_gemeente_3035"').fetchall()
    degrees = geopandas.GeoSeries(shapely.from_geojson([text for text, _ in rows]), crs="OGC:CRS84")
    back = degrees.to_crs(3035)
    assert len(rows) == 144
    assert back.area.to_numpy() == pytest.approx(36e6, rel=1e-5)
    assert sorted(back.centroid.x.round(-1)) == sorted(layer.table.centroid.x.round(-1))
    assert sorted(back.centroid.y.round(-1)) == sorted(layer.table.centroid.y.round(-1))
    in_metres = shapely.from_geojson([metres for _, metres in rows])
    assert shapely.area(in_metres) == pytest.approx(36e6)
    northings = [south for south, *_ in shapely.bounds(in_metres)]
    assert min(northings) == pytest.approx(SOUTH)
    geopackage.export(published, tmp_path / "zicht.gpkg")
    for collection in published:
        file = geopandas.read_file(tmp_path / "zicht.gpkg", layer=collection.id)
        assert file.crs.to_epsg() == 3035
        assert file.total_bounds == pytest.approx(collection.table.total_bounds)


def test_the_map_shows_where_it_lies_and_asks_pdok_for_nothing(layer: Layer):
    page = map_page.build_map(collections([layer])).get_root().render()
    assert "service.pdok.nl" not in page
    assert "Kadaster" not in page
    assert "Er is geen achtergrond: PDOK heeft geen kaart van deze gebieden. Bestanden zijn in EPSG:3035" in page
    west, south, east, north = layer.table.to_crs("OGC:CRS84").total_bounds
    assert f'"extent":[[{south:.2f}'[:-1] in page
    assert 3.8 < west < east < 5.2
    assert 50.5 < south < north < 51.5


def test_the_api_names_no_system_and_qgis_no_background_of_the_netherlands(layer: Layer, tmp_path: Path):
    published = collections([layer])
    sqlite.write(published, tmp_path)
    served = opened(tmp_path / "zicht.sqlite").collections
    known = [one.replace("/28992", "/3035") for one in SYSTEMS]
    for one in configuration.resources(served, "zicht.sqlite").values():
        assert one["providers"][0]["crs"] == known
    with pytest.raises(QueryError, match=r"crs must be one of .*3035"):
        question.question(served[0], {"crs": SYSTEMS[1]}, 10, 100)
    assert question.question(served[0], {"crs": SYSTEMS[2]}, 10, 100).system == SYSTEMS[2]
    qgis.write(published, tmp_path)
    with ZipFile(tmp_path / "qgis.zip") as archive:
        projects = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".qgs")]
    assert len(projects) == 1
    assert "3035" in projects[0]
    assert "pdok" not in projects[0].lower()


def test_cells_of_the_grid_of_europe_are_areas_too(tmp_path: Path):
    (tmp_path / "boundaries").mkdir()
    at = [(3_080_000 + 1000 * row, 3_900_000 + 1000 * column) for row in range(5) for column in range(5)]
    cells = geopandas.GeoDataFrame(
        {"GRD_ID": [f"CRS3035RES1000mN{n}E{e}" for n, e in at], "CNTR_ID": "BE", "TOT_P_2021": range(25)},
        geometry=[shapely.box(e, n, e + 1000, n + 1000) for n, e in at], crs=3035,
    )  # fmt: skip
    cells.to_file(tmp_path / "boundaries/grid_1km_surf.gpkg")
    text = DECLARED.replace(FILE, "grid_1km_surf.gpkg") + 'code = "GRD_ID"\nname = ""\nof_country = "CNTR_ID"\n'
    areas = put(tmp_path, text).areas(2021)
    assert (len(areas), areas.table["name"].iloc[0]) == (25, "CRS3035RES1000mN3080000E3900000")


@pytest.mark.parametrize(
    ("declared", "fault"),
    [
        (DECLARED.replace("BE", "XX"), r"no rows of XX in column CNTR_CODE; give the two letters"),
        (DECLARED.replace(FILE, "weg.gpkg"), r"weg\.gpkg: no such file"),
        (DECLARED + 'code = "NSI_CODE"', r"no column NSI_CODE; it has GISCO_ID"),
        (DECLARED + 'code = "LAU_ID"', r"144 codes are no codes of another country .*BE_11001 in Eurostat's GISCO_ID"),
        (DECLARED + 'layer = "NUTS"', r"0 layers with polygons are called NUTS; it has LAU_RG_01M_2021_3035"),
        (DECLARED + "crs = 4326", r"must be in metres.*found EPSG:4326"),
        (DECLARED + "crs = 3857", r"must be in metres.*found EPSG:3857"),
        (DECLARED.replace(f'"{FILE}"', '"../../elders.gpkg"'), r"leads out of its folder"),
    ],
)
def test_what_does_not_fit_is_said_in_words(root: Path, tmp_path: Path, declared: str, fault: str):
    (tmp_path / "boundaries").mkdir()
    (tmp_path / "boundaries" / FILE).hardlink_to(root / "boundaries" / FILE)
    with pytest.raises(ZichtError, match=fault):
        put(tmp_path, declared).areas(2021)


def test_a_declaration_without_a_licence_or_with_another_key_is_refused(tmp_path: Path):
    with pytest.raises(DeclarationError, match=r"license.*\n.*landen|landen.*\n.*license"):
        put(tmp_path, DECLARED.replace('license = "Eurostat"', 'landen = "BE"')).areas(2021)


def test_a_declaration_beside_a_boundary_file_of_the_same_year_is_refused(tmp_path: Path):
    folder = put(tmp_path)
    (tmp_path / "boundaries/buurten-2021.gpkg").touch()
    with pytest.raises(SourceError, match=r"gemeenten-2021\.toml declares .* and buurten-2021\.gpkg is of that year"):
        folder.areas(2021)


def test_a_changed_boundary_file_or_declaration_is_seen_before_it_is_read(root: Path, tmp_path: Path):
    (tmp_path / "boundaries").mkdir()
    (tmp_path / "boundaries" / FILE).write_bytes((root / "boundaries" / FILE).read_bytes())
    before = put(tmp_path).identity(vintage(2021))
    assert put(tmp_path).identity(vintage(2021)) == before
    assert put(tmp_path, DECLARED + "crs = 31370").identity(vintage(2021)) != before
    (tmp_path / "boundaries" / FILE).write_bytes(b"other")
    assert put(tmp_path).identity(vintage(2021)) != before


def test_hexagons_are_made_in_the_netherlands_only_and_that_is_said(root: Path, declared: Catalog):
    with pytest.raises(
        AreaError, match=r"hexagons: placed in areas of the Netherlands only, and these are in EPSG:3035"
    ):
        open_country(str(root), declared, 2021).areas(AreaLevel.H3_7)


def test_codes_of_another_country_are_of_the_level_of_gemeenten_and_lie_in_no_other():
    codes = pd.Index(["BE_11001", "CRS3035RES1000mN3080000E3900000", "GM0363", "BU0363AF08"])
    assert of_elsewhere(codes.to_series()).tolist() == [True, True, False, False]
    assert [level_of(one).value for one in codes] == ["gemeente", "gemeente", "gemeente", "buurt"]
    assert parents(codes, AreaLevel.GEMEENTE).tolist() == [*codes[:3], "GM0363"]
