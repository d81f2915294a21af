"""The GeoPackage as QGIS and GDAL read it."""

import sqlite3
from contextlib import closing

import pytest

from layers.publication.reasons import LABELS
from services.exporters.geopackage import export
from tests.services.made_release import made_release


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    path = tmp_path_factory.mktemp("package") / "zicht.gpkg"
    export(made_release(), path)
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as opened:
        yield opened


def test_each_column_has_its_title_and_each_code_what_it_is_called(package):
    titles = dict(
        package.execute("SELECT column_name, title FROM gpkg_data_columns WHERE table_name = 'indicatoren_drugs_buurt'")
    )
    assert titles["misdrijven"] == "Geregistreerde misdrijven"
    assert titles["reden"] == "Reden zonder toets"
    coded = package.execute(
        "SELECT DISTINCT column_name, value, c.description FROM gpkg_data_columns "
        "JOIN gpkg_data_column_constraints c USING (constraint_name) WHERE constraint_type = 'enum'"
    ).fetchall()
    assert {name for name, _, _ in coded} == {"reden", "misdrijven_reden", "leegstand_reden", "woz_reden"}
    assert ("reden", "geheim", "geheim bij de bron") in coded
    assert {code for _, code, _ in coded} == set(LABELS)


def test_what_it_adds_to_a_plain_geopackage_is_declared(package):
    declared = package.execute("SELECT table_name FROM gpkg_extensions WHERE extension_name = 'gpkg_schema'").fetchall()
    assert sorted(declared) == [("gpkg_data_column_constraints",), ("gpkg_data_columns",)]
