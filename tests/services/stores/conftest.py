"""One release, as each store gives it."""

from contextlib import closing

import pytest

from services.stores import served, sqlite
from services.stores.postgis import reading, writing
from tests.ogc import places
from tests.services.formats.database import database, required


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("releases") / "een"
    folder.mkdir()
    sqlite.write(places.collections(), folder)
    (folder / "kaart.html").write_text("<h1>De kaart</h1>")
    return folder


@pytest.fixture(scope="session")
def embedded(folder):
    with closing(served.Served(folder / "zicht.sqlite")) as store:
        yield store


@pytest.fixture(scope="session")
def uri():
    """A database with PostGIS."""
    required()
    with database() as found:
        with closing(writing.driver.connect(found, autocommit=True)) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION postgis")
        yield found


@pytest.fixture(scope="session")
def postgis(folder, uri):
    writing.publish(uri, folder, "2026-01-01T00:00:00+00:00")
    with closing(reading.Database(uri)) as found:
        yield found.reader(found.served()[0])
