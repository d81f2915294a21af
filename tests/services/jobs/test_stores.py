"""A home and the store that its releases are in too."""

import json
from contextlib import closing

import adbc_driver_postgresql.dbapi as driver
import pytest

from geo.errors import StoreError
from services.jobs import stores
from services.stores.postgis.reading import Database
from tests.ogc import servers
from tests.services.formats.database import database, required
from tests.services.running import Zicht


@pytest.fixture
def home(tmp_path):
    home, _ = servers.a_home(tmp_path, 5000)
    for release in (home / "releases").iterdir():
        content = {"format": 2, "id": release.name, "created": "2026-01-01T00:00:00+00:00", "artefacts": {}}
        (release / "release.json").write_text(json.dumps(content | {"collections": [], "layers": []}))
    return home


@pytest.fixture
def uri(monkeypatch):
    required()
    with database() as found:
        with closing(driver.connect(found, autocommit=True)) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION postgis")
        monkeypatch.setenv("ZICHT_STORE", found)
        yield found


def test_a_store_follows_its_home_and_is_never_forgotten(home, uri, monkeypatch):
    stores.check(home)
    said = []
    with closing(Database(uri)) as store:
        stores.mirror(home, said.append)
        key, confirmed = store.served()
        assert (store.reader(key).release, confirmed) == ("large", "2026-01-01T00:00:00+00:00")
        servers.swap(home, "small")
        stores.mirror(home, said.append)
        assert store.reader(store.served()[0]).release == "small"
        (home / "current").unlink()
        stores.mirror(home, said.append, only=True)
        with pytest.raises(StoreError, match="nothing has been published"):
            store.served()
    assert len(said) == 3
    stores.check(home)
    monkeypatch.delenv("ZICHT_STORE")
    with pytest.raises(StoreError, match="is published in a store too"):
        stores.check(home)


def test_without_a_store_nothing_is_mirrored(home, monkeypatch):
    monkeypatch.delenv("ZICHT_STORE", raising=False)
    stores.mirror(home, pytest.fail)
    stores.check(home)


@pytest.mark.parametrize(
    ("store", "said"),
    [
        ("postgresql://a:geheim@127.0.0.1/x", "holds a password"),
        ("mysql://x", "expected a URI such as"),
        ("postgresql://zicht@/zicht?host=/nowhere", "does not answer"),
    ],
)
def test_a_store_that_cannot_follow_is_refused_before_the_home_changes(zicht: Zicht, home, store, said):
    before = sorted(home.rglob("*"))
    done = zicht("publish", "--store", store, "--home", home)
    assert done.code == 1
    assert said in done.err
    assert "geheim" not in done.err
    assert sorted(home.rglob("*")) == before


def test_a_database_without_postgis_is_refused_before_the_home_changes(home, monkeypatch):
    required()
    with database() as found:
        monkeypatch.setenv("ZICHT_STORE", found)
        with pytest.raises(StoreError, match="CREATE EXTENSION postgis"):
            stores.check(home)


def test_a_store_that_cannot_be_written_leaves_no_mark(home, monkeypatch):
    monkeypatch.setenv("ZICHT_STORE", "postgresql://zicht@/zicht?host=/nowhere")
    with pytest.raises(StoreError, match="does not answer"):
        stores.mirror(home, lambda _: None)
    monkeypatch.delenv("ZICHT_STORE")
    stores.check(home)
