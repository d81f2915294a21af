"""A table of a real PostGIS comes out as the counts that pandas makes of it."""

import os

import adbc_driver_postgresql.dbapi as driver
import pandas as pd
import pyarrow as pa
import pytest

from geo.errors import SourceError
from services.records.tally import Door, tally
from tests.services.records.database import database, missing
from tests.services.records.declared import AREAS, expected, rows, source

TABLE = """
CREATE EXTENSION postgis;
CREATE SCHEMA zaken;
CREATE TABLE zaken."Meldingen" AS SELECT zaak, datum::date AS datum, soort, bedrag::numeric AS bedrag,
    ST_Transform(ST_SetSRID(ST_MakePoint(x, y), 28992), 4326)::geometry(Point, 4326) AS plek, x, y FROM ruw;
CREATE TABLE meldingen AS SELECT zaak, datum, soort, bedrag, x, y FROM ruw;
CREATE TABLE personen AS SELECT x, y, datum, soort, bedrag, '' AS burgerservicenummer FROM ruw;
"""


@pytest.fixture(scope="module")
def uri():
    if why := missing():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)  # noqa: TID251  # where the tests run, no setting
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
    found = tally(source(path=None, **records), AREAS, Door(tmp_path, uri))
    pd.testing.assert_frame_equal(found.table, expected(rows()), check_names=False)
    assert found.rows == 400


def test_a_table_with_persons_is_refused_though_their_column_is_not_read(uri, tmp_path):
    with pytest.raises(SourceError, match="burgerservicenummer"):
        tally(source(path=None, postgis="personen"), AREAS, Door(tmp_path, uri))


@pytest.mark.parametrize(
    ("table", "said"), [("niets", "no table public.niets"), ("zaken.niets", r"no table zaken\.niets")]
)
def test_a_table_that_is_not_there_is_named(uri, tmp_path, table, said):
    with pytest.raises(SourceError, match=said):
        tally(source(path=None, postgis=table), AREAS, Door(tmp_path, uri))


def test_without_a_database_the_way_out_is_named(tmp_path):
    with pytest.raises(SourceError, match="ZICHT_POSTGIS"):
        tally(source(path=None, postgis="meldingen"), AREAS, Door(tmp_path))


def test_a_database_that_cannot_be_reached_is_told_without_its_password(tmp_path):
    with pytest.raises(SourceError, match="PostGIS") as told:
        tally(source(path=None, postgis="x"), AREAS, Door(tmp_path, "postgresql://a:geheim@127.0.0.1:1/x"))
    assert "geheim" not in str(told.value)
