"""Two real servers on one database, and one on the file that it was copied from."""

import json
import time
from contextlib import ExitStack, closing

import adbc_driver_postgresql.dbapi as driver
import pytest

from geo.errors import StoreError
from services.stores import geoparquet, tiles
from services.stores.postgis import reading, writing
from services.stores.postgis.connections import check_uri
from tests.ogc import places, servers
from tests.services.formats.database import database, required, stopped

ITEMS = "/collections/indicatoren-misdrijven-buurt/items"
MOMENT = "2026-01-01T00:00:00+00:00"


def run(uri, *statements):
    with closing(driver.connect(uri, autocommit=True)) as connection, connection.cursor() as cursor:
        for one in statements:
            cursor.execute(one)


@pytest.fixture(scope="module")
def uri():
    """The database, as its owner reaches it."""
    required()
    with database() as found:
        run(found, "CREATE EXTENSION postgis")
        yield found


@pytest.fixture(scope="module")
def reader(uri):
    """The same, as a server does."""
    return uri.replace("zicht@", "web@")


@pytest.fixture(scope="module")
def home(tmp_path_factory, uri):
    home, _ = servers.a_home(tmp_path_factory.mktemp("home"), 5000)
    for name in ("large", "small"):
        (home / "releases" / name / "kaart.html").write_text(f"<h1>{name}</h1>")
        (home / "releases" / name / "zicht.gpkg").write_bytes(name.encode() * 3_000_000)  # in two pieces
    areas = places.collections(rows=10)[:1]
    geoparquet.write(areas, home / "releases" / "large")
    tiles.write(areas, home / "releases" / "large")
    writing.publish(uri, home / "releases" / "large", MOMENT)
    run(uri, "CREATE ROLE web LOGIN IN ROLE zicht_reader")
    return home


@pytest.fixture(scope="module")
def apis(tmp_path_factory, home, reader):
    """One server on the file, two on the database, of which the last has two workers."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patched:
        patched.setenv("ZICHT_URL", "http://zicht.test")
        clients = []
        for workers, store in ((1, ""), (1, reader), (2, reader)):
            port, own = servers.free_port(), home if not store else tmp_path_factory.mktemp("elsewhere")
            command = servers.ours(own, home / "pygeoapi-config.yml", port, workers, store)
            running = servers.running(command, own, home / "pygeoapi-config.yml", port)
            clients.append(stack.enter_context(running))
        yield clients


@pytest.fixture(autouse=True)
def large(uri, home):
    yield
    writing.publish(uri, home / "releases" / "large", MOMENT)


@pytest.mark.parametrize(
    "path",
    [
        f"{ITEMS}?limit=7&sortby=-score",
        f"{ITEMS}?filter=CASEI(gebiedsnaam) LIKE 'de%' AND score * 2 > 0.5&crs=http://www.opengis.net/def/crs/EPSG/0/28992",
        f"{ITEMS}?bbox=5.1,52.03,5.13,52.05&f=csv",
        f"{ITEMS}/BU00000003-2024",
        f"{ITEMS}/BU00000003-2024?f=jsonld",
        "/collections?f=json",
        "/openapi?f=json",
        "/",
    ],
)
def test_servers_on_a_database_answer_as_one_on_the_file(apis, path):
    answers = [api.get(path) for api in apis]
    assert [one.status_code for one in answers] == [200, 200, 200]
    first, *others = [stable(one) for one in answers]
    assert others == [first, first]


def stable(answer):
    """The answer without the moment it was made at."""
    if "json" not in answer.headers["content-type"]:
        return answer.text
    return {name: value for name, value in answer.json().items() if name not in ("timeStamp", "confirmed")}


def test_servers_on_one_database_give_one_tag(apis):
    first, second = (api.get(f"{ITEMS}?limit=3") for api in apis[1:])
    assert first.headers["etag"] == second.headers["etag"]
    assert apis[2].get(f"{ITEMS}?limit=3", headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_downloads_and_tiles_are_linked_and_served_alike(apis):
    found = []
    for api in apis:
        links = api.get("/collections/gebieden-buurt?f=json").json()["links"]
        files = {one["title"]: one["href"].rpartition("/")[2] for one in links if one["rel"] == "enclosure"}
        assert any(one["rel"].endswith("/tilesets-vector") for one in links)
        site = str(api.base_url).removesuffix("/v1/")
        answers = [api.get(f"{site}/downloads/{files[kind]}") for kind in ("GeoParquet", "PMTiles")]
        answers.append(api.get("/collections/gebieden-buurt/tiles/WebMercatorQuad/5/10/16"))
        assert [one.status_code for one in answers] == [200, 200, 200]
        found.append([one.content for one in answers])
    assert found[1:] == [found[0], found[0]]
    assert all(found[0])


def test_a_file_that_is_made_later_reaches_the_database(uri, home):
    later = home / "releases" / "large" / "later.fgb"
    later.write_bytes(b"fgb")
    with closing(reading.Database(uri)) as store:
        before = store.served()[0]
        try:
            writing.publish(uri, home / "releases" / "large", MOMENT)
            assert store.served()[0] != before
        finally:
            later.unlink()


def test_files_of_the_release_are_those_of_the_folder(apis):
    for api in apis:
        site = str(api.base_url).removesuffix("/v1/")
        assert api.get(f"{site}/kaart").text == "<h1>large</h1>"
        assert api.get(f"{site}/downloads/zicht.gpkg").content == b"large" * 3_000_000


def test_health_names_the_store_and_when_its_figures_were_confirmed(apis):
    found = [api.get(f"{str(api.base_url).removesuffix('/v1/')}/health").json() for api in apis]
    assert [one["store"]["kind"] for one in found] == ["sqlite", "postgis", "postgis"]
    assert [one["confirmed"] for one in found[1:]] == [MOMENT, MOMENT]


def crawl(apis, page, ids):
    """Follow links to next pages, each asked of another server."""
    turn = 0
    while True:
        ids += [one["id"] for one in page["features"]]
        link = next((one["href"] for one in page["links"] if one["rel"] == "next"), None)
        if link is None:
            return 200
        answer = apis[turn % len(apis)].get(link.removeprefix("http://zicht.test/v1"))
        turn += 1
        if answer.status_code != 200:
            return answer.status_code
        page = answer.json()


def test_a_crawl_by_a_long_filter_goes_on_at_another_server(apis):
    codes = [f"BU{number:08d}" for number in range(2_000)]
    sent = {"op": "in", "args": [{"property": "gebiedscode"}, codes]}
    first = apis[1].post(f"{ITEMS}?limit=50", json=sent)
    ids = []
    assert crawl(apis[1:], first.json(), ids) == 200
    assert len(ids) == len(set(ids)) == first.json()["numberMatched"] == 240
    assert all(len(one["href"]) < 500 for one in first.json()["links"])


def test_a_release_that_lands_ends_a_crawl_and_is_served_by_all_at_once(apis, uri, home):
    first = apis[1].get(f"{ITEMS}?limit=50").json()
    writing.publish(uri, home / "releases" / "small", MOMENT)
    assert [api.get(f"{ITEMS}?resulttype=hits").json()["numberMatched"] for api in apis[1:]] == [120, 120]
    assert crawl(apis[1:], first, []) == 410
    assert apis[1].get(f"{str(apis[1].base_url).removesuffix('/v1/')}/kaart").text == "<h1>small</h1>"


def test_a_restart_of_the_database_gives_no_wrong_answer(apis, uri):
    before = stable(apis[1].get(f"{ITEMS}?limit=20"))
    with stopped(uri):
        for api in apis[1:]:
            answer = api.get(f"{ITEMS}?limit=20")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
            assert answer.headers["content-type"] == "application/problem+json"
            health = api.get(f"{str(api.base_url).removesuffix('/v1/')}/health")
            assert (health.status_code, health.json()["status"]) == (503, "fail")
        assert apis[0].get(f"{ITEMS}?limit=20").status_code == 200
    until = time.monotonic() + 20
    while (answer := apis[1].get(f"{ITEMS}?limit=20")).status_code == 503 and time.monotonic() < until:
        time.sleep(0.2)
    assert stable(answer) == before


def test_the_role_that_serves_may_read_and_keep_a_filter_and_nothing_else(reader, apis):  # noqa: ARG001
    store = reading.Database(reader)
    schema, _ = store.served()
    store.keep("0" * 16, b"{}")
    assert store.kept("0" * 16) == b"{}"
    for statement in (
        "DELETE FROM zicht.served",
        "INSERT INTO zicht.filters VALUES ('a', '', now())",
        f'TRUNCATE "{schema}".rows_1',
        f'DROP SCHEMA "{schema}" CASCADE',
        "CREATE TABLE zicht.mine (a int)",
    ):
        with pytest.raises(Exception, match=r"permission denied|must be owner"):
            run(reader, statement)
    store.close()


def test_what_is_withdrawn_is_in_the_database_no_more(uri, home):
    counts = []
    with closing(driver.connect(uri, autocommit=True)) as connection, connection.cursor() as cursor:
        for name, only in (("small", False), ("large", False), ("large", True)):
            writing.publish(uri, home / "releases" / name, MOMENT, only=only)
            cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'zicht\\_%'")
            counts.append(cursor.fetchone()[0])
    assert counts == [2, 2, 1]
    writing.publish(uri, None, "", only=True)
    with closing(reading.Database(uri)) as store, pytest.raises(StoreError, match="nothing has been published"):
        store.served()


def test_a_publication_that_is_cut_off_leaves_what_was_served(uri, home, monkeypatch):
    def cut(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "_write_files", cut)
    with closing(reading.Database(uri)) as store:
        before = store.served()
        with pytest.raises(KeyboardInterrupt):
            writing.publish(uri, home / "releases" / "small", MOMENT)
        assert store.served() == before
        assert store.reader(before[0]).count("indicatoren-misdrijven-buurt") == 240


@pytest.mark.parametrize(
    "uri_",
    ["postgresql://web:geheim@host/zicht", "postgresql://web@host/zicht?password=geheim", "mysql://web:geheim@host"],
)
def test_a_uri_with_a_password_is_refused_and_not_said(uri_):
    with pytest.raises(StoreError) as refused:
        check_uri(uri_)
    assert "geheim" not in str(refused.value)


def test_a_database_that_is_not_there_is_said_in_words():
    store = reading.Database("postgresql://web@/zicht?host=/nowhere")
    with pytest.raises(StoreError, match="does not answer"):
        store.served()


def test_nothing_that_a_server_says_holds_its_uri(apis, home):
    for api in apis[1:]:
        for path in ("/", "/openapi", "/collections", "/collections/indicatoren-misdrijven-buurt"):
            assert "postgresql" not in json.dumps(api.get(f"{path}?f=json").json())
    assert all("postgresql" not in log.read_text() for log in home.parent.rglob("server-*.log"))
