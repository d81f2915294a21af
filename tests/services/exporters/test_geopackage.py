"""The GeoPackage as QGIS and GDAL read it."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from layers.publication.reasons import LABELS
from services.exporters.geopackage import export
from tests.ogc import places
from tests.services.made_release import made_release


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    path = tmp_path_factory.mktemp("package") / "zicht.gpkg"
    export(made_release(), path)
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as opened:
        yield opened


def test_each_column_has_its_title_and_each_code_what_it_is_called(package):
    titles = dict(
        package.execute(
            "SELECT column_name, title FROM gpkg_data_columns WHERE table_name = 'indicatoren_misdrijven_buurt'"
        )
    )
    assert titles["misdrijven"] == "Geregistreerde misdrijven"
    assert titles["reden"] == "Reden zonder toets"
    coded = package.execute(
        "SELECT DISTINCT column_name, value, c.description FROM gpkg_data_columns "
        "JOIN gpkg_data_column_constraints c USING (constraint_name) WHERE constraint_type = 'enum'"
    ).fetchall()
    of_figures = {"reden", "misdrijven_reden", "leegstand_reden", "woz_reden"}
    assert {name for name, _, _ in coded} == of_figures | {
        "waarom", "hoogte_zelf", "hoogte_rondom", "rol", "zonder_telling", "bezoekers", "verloop",
        "tweede_zoekwijze",
    }  # fmt: skip
    assert ("reden", "geheim", "geheim bij de bron") in coded
    assert {code for name, code, _ in coded if name == "rol"} == {"kern", "hoort_bij"}
    assert {code for name, code, _ in coded if name in of_figures} == set(LABELS)


def test_what_it_adds_to_a_plain_geopackage_is_declared(package):
    declared = package.execute("SELECT table_name FROM gpkg_extensions WHERE extension_name = 'gpkg_schema'").fetchall()
    assert sorted(declared) == [("gpkg_data_column_constraints",), ("gpkg_data_columns",)]


FIGURES = "indicatoren_misdrijven_buurt"


@pytest.fixture(scope="module")
def borrowed(tmp_path_factory):
    """A package of which the figures of two years have the polygons of the areas."""
    path = tmp_path_factory.mktemp("borrowed") / "zicht.gpkg"
    export(places.collections(), path)
    return path


def test_a_layer_that_borrows_its_polygons_is_read_as_any_other(borrowed):
    given = places.collections()[1].table
    read = pyogrio.read_dataframe(borrowed, layer=FIGURES, fid_as_index=True)
    assert pyogrio.read_info(borrowed, layer=FIGURES)["geometry_type"] == "MultiPolygon"
    assert list(read.columns) == [*given.columns.drop("geometry"), "fid_gebieden_buurt", "geometry"]
    assert read.index.is_unique
    assert read.crs == given.crs
    for name in given.columns.drop("geometry"):
        there, here = read[name].to_numpy(object), given[name].to_numpy(object)
        assert ((there == here) | (pd.isna(there) & pd.isna(here))).all(), name
    assert shapely.equals(read.geometry.to_numpy(), given.geometry.to_numpy()).all()


def test_its_polygons_stand_in_the_file_once(borrowed):
    with closing(sqlite3.connect(borrowed)) as package:
        made = dict(package.execute("SELECT name, sql FROM sqlite_master WHERE sql NOT NULL"))
    assert made[FIGURES].startswith("CREATE VIEW")
    assert [name for name, sql in made.items() if "MULTIPOLYGON" in sql] == ["gebieden_buurt"]


def test_it_is_found_by_the_spatial_index_of_the_areas_of_which_each_answer_is_right(borrowed):
    assert pyogrio.read_info(borrowed, layer=FIGURES)["capabilities"]["fast_spatial_filter"]
    given = places.collections()[1].table
    west, south, east, north = given.total_bounds
    for share in np.linspace(0.1, 0.9, 5):
        box = (west, south, west + share * (east - west), south + share * (north - south))
        read = pyogrio.read_dataframe(borrowed, layer=FIGURES, bbox=box)
        assert sorted(read["id"]) == sorted(given.loc[given.intersects(shapely.box(*box)), "id"])
    with closing(sqlite3.connect(borrowed)) as package, package:
        package.execute("DELETE FROM rtree_gebieden_buurt_geom")
    assert len(pyogrio.read_dataframe(borrowed, layer=FIGURES, bbox=box)) == 0, "the index is not used"


def test_only_layers_are_listed_and_what_the_codes_are_called(borrowed):
    assert pyogrio.list_layers(borrowed)[:, 0].tolist() == ["gebieden_buurt", FIGURES, "codes", "layer_styles"]
    codes = pyogrio.read_dataframe(borrowed, layer="codes")
    assert dict(zip(codes["code"], codes["label"], strict=True))["geheim"] == "geheim bij de bron"


def test_a_collection_with_a_polygon_of_its_own_keeps_them_all(tmp_path):
    areas, figures = places.collections()
    moved = figures.table.geometry.where(figures.table.index != 3, figures.table.geometry.translate(1, 1))
    export([areas, replace(figures, table=figures.table.set_geometry(moved))], tmp_path / "zicht.gpkg")
    read = pyogrio.read_dataframe(tmp_path / "zicht.gpkg", layer=FIGURES)
    assert shapely.equals(read.geometry.to_numpy(), moved.to_numpy()).all()
    assert pyogrio.list_layers(tmp_path / "zicht.gpkg")[:, 0].tolist() == ["gebieden_buurt", FIGURES, "layer_styles"]
