"""A table of a real PostGIS comes out as the counts that pandas makes of it."""

import adbc_driver_postgresql.dbapi as driver
import pandas as pd
import pyarrow as pa
import pytest

from geo.errors import SourceError
from layers.declarations.reading import read
from layers.declarations.sources import SourceDeclaration
from services.formats import postgis
from services.sources.records.proposal import of_table, proposed
from services.sources.records.tally import RecordsInput, tally
from tests.services.formats.database import database, required
from tests.services.running import Zicht
from tests.services.sources.records.declared import AREAS, expected, rows, source

TABLE = """
CREATE EXTENSION postgis;
CREATE SCHEMA zaken;
CREATE TABLE zaken."Meldingen" AS SELECT zaak, datum::date AS datum, soort, bedrag::numeric AS bedrag,
    ST_Transform(ST_SetSRID(ST_MakePoint(x, y), 28992), 4326)::geometry(Point, 4326) AS plek, x, y FROM ruw;
CREATE TABLE meldingen AS SELECT zaak, datum, soort, bedrag, x, y FROM ruw;
CREATE MATERIALIZED VIEW zaken.bewaard AS SELECT * FROM zaken."Meldingen";
CREATE DOMAIN plaats AS geometry;
CREATE TABLE los AS SELECT zaak, datum, soort, bedrag, plek::geometry AS plek FROM zaken."Meldingen";
CREATE VIEW gezien AS SELECT zaak, datum, soort, bedrag, plek::plaats AS plek FROM zaken."Meldingen";
CREATE TABLE bol AS SELECT zaak, datum, soort, bedrag, plek::geography AS plek FROM zaken."Meldingen";
CREATE TABLE twee AS SELECT zaak, datum, soort, bedrag, ST_Transform(plek, 3857) AS vlak, plek FROM zaken."Meldingen";
CREATE TABLE stil AS SELECT zaak, datum, soort, bedrag, ST_SetSRID(plek, 0) AS plek FROM zaken."Meldingen";
CREATE TABLE gemengd AS SELECT plek FROM los UNION ALL SELECT ST_Transform(plek, 28992) FROM los;
CREATE TABLE leeg AS SELECT plek FROM los WHERE false;
CREATE TABLE geheim AS SELECT zaak, x, y FROM ruw;
CREATE ROLE lezer LOGIN;
GRANT SELECT (x, y) ON geheim TO lezer;
CREATE TABLE personen AS SELECT x, y, datum, soort, bedrag, '' AS burgerservicenummer FROM ruw;
"""


@pytest.fixture(scope="module")
def uri():
    required()
    with database() as found:
        with driver.connect(found, autocommit=True) as connection, connection.cursor() as cursor:
            cursor.adbc_ingest("ruw", pa.Table.from_pandas(rows(), preserve_index=False))
            for statement in TABLE.split(";\n")[:-1]:
                cursor.execute(statement)
        yield found


@pytest.mark.parametrize(
    "records", [{"postgis": "zaken.Meldingen", "place": {"geometry": "plek"}}, {"postgis": "meldingen"}]
)
def test_a_table_is_counted_by_its_geometry_or_its_columns(uri, tmp_path, records):
    found = tally(source(path=None, **records), AREAS, RecordsInput(tmp_path, uri))
    pd.testing.assert_frame_equal(found.table, expected(rows()), check_names=False)
    assert found.rows == 400


@pytest.mark.parametrize("name", ["zaken.bewaard", "los", "gezien", "bol"])
def test_views_and_places_that_do_not_declare_where_they_lie_are_read_as_any_table(uri, tmp_path, name):
    found = tally(source(path=None, postgis=name, place={"geometry": "plek"}), AREAS, RecordsInput(tmp_path, uri))
    pd.testing.assert_frame_equal(found.table, expected(rows()), check_names=False)


def test_the_crs_is_that_of_the_geometry_that_is_declared(uri):
    assert [postgis.table("twee", uri, one).crs for one in ("vlak", "plek", "PLEK")] == [
        "EPSG:3857", "EPSG:4326", "EPSG:4326",
    ]  # fmt: skip
    assert postgis.table("leeg", uri, "plek").crs == "EPSG:28992"
    assert postgis.table("meldingen", uri).crs is None


@pytest.mark.parametrize(
    ("table", "column", "said"),
    [
        ("stil", "plek", r'"public"."stil": geometry .plek. says in no SRID .* with ST_SetSRID\("plek", 28992'),
        ("gemengd", "plek", r'lies in several SRIDs: 4326, 28992; .* with ST_Transform\("plek", 28992\)'),
        ("twee", "zaak", r"column 'zaak' is no geometry but text; its geometries: 'vlak', 'plek'"),
    ],
)  # fmt: skip
def test_a_geometry_that_lies_nowhere_or_in_two_systems_is_told_how_to_be_declared(uri, table, column, said):
    with pytest.raises(SourceError, match=said):
        postgis.table(table, uri, column)


@pytest.mark.parametrize("name", ["zaken.Meldingen", "meldingen", "los"])
def test_what_is_proposed_of_a_table_counts_what_lies_in_it(uri, tmp_path, name):
    made = proposed(of_table(name, uri), "rijen", AREAS)
    assert made.empty == ("legal_ground",)
    (tmp_path / "rijen.toml").write_text(made.text.replace('legal_ground = ""', 'legal_ground = "Gemeentewet"'))
    found = tally(read(tmp_path / "rijen.toml", SourceDeclaration), AREAS, RecordsInput(tmp_path, uri))
    pd.testing.assert_frame_equal(found.table, expected(rows()).filter(like="meldingen"), check_names=False)


def test_the_command_proposes_a_table_in_the_folder_where_it_is_given(uri, zicht: Zicht, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZICHT_POSTGIS", uri)
    done = zicht("tally", "--init", "postgis:zaken.Meldingen")
    assert done.code == 0, done.err
    text = (tmp_path / "meldingen.toml").read_text()
    assert 'postgis = "zaken.Meldingen"' in text
    assert 'geometry = "plek"' in text
    again = zicht("tally", "--init", "postgis:zaken.Meldingen")
    assert "meldingen.toml: is there already" in again.err
    for table, said in (("leeg", "public.leeg: no rows"), ("geen", "no table public.geen")):
        assert said in zicht("tally", "--init", f"postgis:{table}").err


def test_only_columns_that_may_be_read_are_there(uri):
    reader = uri.replace("zicht@", "lezer@")
    assert postgis.table("geheim", reader).headers == ("x", "y")
    assert postgis.table("geheim", uri).headers == ("zaak", "x", "y")
    with pytest.raises(SourceError, match=r"no table public\.stil that may be read; .* GRANT SELECT"):
        postgis.table("stil", reader)


def test_a_table_with_persons_is_refused_though_their_column_is_not_read(uri, tmp_path):
    with pytest.raises(SourceError, match="burgerservicenummer"):
        tally(source(path=None, postgis="personen"), AREAS, RecordsInput(tmp_path, uri))


@pytest.mark.parametrize(
    ("table", "said"), [("niets", "no table public.niets"), ("zaken.niets", r"no table zaken\.niets")]
)
def test_a_table_that_is_not_there_is_named(uri, tmp_path, table, said):
    with pytest.raises(SourceError, match=said):
        tally(source(path=None, postgis=table), AREAS, RecordsInput(tmp_path, uri))


def test_without_a_database_the_way_out_is_named(tmp_path):
    with pytest.raises(SourceError, match="ZICHT_POSTGIS"):
        tally(source(path=None, postgis="meldingen"), AREAS, RecordsInput(tmp_path))


def test_a_database_that_cannot_be_reached_is_told_without_its_password(tmp_path):
    with pytest.raises(SourceError, match="PostGIS") as told:
        tally(source(path=None, postgis="x"), AREAS, RecordsInput(tmp_path, "postgresql://a:geheim@127.0.0.1:1/x"))
    assert "geheim" not in str(told.value)
