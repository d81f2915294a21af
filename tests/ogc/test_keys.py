"""Who sends no key sees a release as it is without what is for colleagues; who sends one sees all of it."""

import asyncio
import io
import re
import zipfile
from collections import deque
from hashlib import sha256
from urllib.parse import urldefrag, urljoin

import httpx
import pyogrio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import ServeError, StoreError
from services.ogc import keys
from services.ogc.app import Site, application
from services.stores.postgis import writing
from tests.ogc import mixed, servers
from tests.services.formats.database import database, required

# pygeoapi 0.24 declares its own models the way pydantic 1 did.
pytestmark = pytest.mark.filterwarnings("ignore:Support for class-based `config`:DeprecationWarning")

KEY = "een-sleutel-die-iemand-heeft"
WITH_KEY = {"X-API-Key": KEY}
SITE = "http://zicht.test"
WORD = mixed.WORD
SHOWN, HIDDEN = ([one.address for one in some] for some in mixed.collections())


def a_file(folder, *lines):
    file = folder / "keys"
    file.write_text("".join(f"{line}\n" for line in lines))
    file.chmod(0o600)
    return file


def line(name="gis", key=KEY):
    return f"{name} {sha256(key.encode()).hexdigest()}"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return a_file(tmp_path_factory.mktemp("keys"), "# wie wat ziet", "", line())


@pytest.fixture(scope="module", params=["sqlite", "postgis"])
def services(request, tmp_path_factory, file):
    """The service with keys over the whole release, and one without keys over what of it is for everyone."""
    whole = mixed.a_home(tmp_path_factory.mktemp("whole"), whole=True)
    without = mixed.a_home(tmp_path_factory.mktemp("without"), whole=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZICHT_URL", SITE)
        if request.param == "sqlite":
            yield tuple(
                application(Site(home, home / "pygeoapi-config.yml", keys=file if home == whole else None))
                for home in (whole, without)
            )
            return
        required()
        with database() as uri:
            run(uri, "CREATE EXTENSION postgis")
            writing.publish(uri, whole / "releases" / mixed.RELEASE, "")
            kept = application(Site(whole, whole / "pygeoapi-config.yml", store=uri, keys=file))
            patch.setenv("ZICHT_URL", SITE)
            yield kept, application(Site(without, without / "pygeoapi-config.yml"))


def run(uri, statement):
    from tests.ogc.test_shared_store import run  # noqa: PLC0415

    run(uri, statement)


def answers(served, paths, headers=None):
    """What is answered to each, one after the other."""

    async def asked():
        transport = httpx.ASGITransport(served)
        async with httpx.AsyncClient(transport=transport, base_url=SITE, headers=headers or {}) as client:
            return [await client.get(path) for path in paths]

    return asyncio.run(asked())


def links(answer):
    """Every address that an answer has, of this service."""
    text = answer.content.decode(errors="replace")
    is_page = "html" in answer.headers.get("content-type", "")
    found = re.findall(r'(?:href|src|action)="([^"]+)"', text) if is_page else []
    found += re.findall(rf"{SITE}[^\s\"'<>\\)]*", text)
    for one in found:
        url = urldefrag(urljoin(str(answer.url), one.replace("&amp;", "&").replace("&quot;", ""))).url
        if url.startswith(SITE) and "{" not in url:
            yield url


def content(answer):
    """All that an answer says, with what is in its archives."""
    said = f"{answer.headers} {answer.url}".encode() + answer.content
    if answer.content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            said += b"".join(archive.read(one) for one in archive.infolist())
    return said


def crawled(served, headers=None):
    """Every answer that is reached from the pages that are known to all, by links."""
    start = [
        "/",
        "/v1/",
        "/v1",
        "/v1?f=html",
        "/kaart",
        "/health",
        "/v1/openapi.json",
        "/v1/openapi?f=html",
        "/v1/styles",
    ]
    left, seen, found = deque(f"{SITE}{one}" for one in start), set(), []

    async def crawl():
        transport = httpx.ASGITransport(served)
        async with httpx.AsyncClient(transport=transport, base_url=SITE, headers=headers or {}) as client:
            while left:
                url = left.popleft()
                if (kind := re.sub(r"(items/)[^?]*|offset=\d+|cursor=[^&]*", r"\1", url)) not in seen:
                    seen.add(kind)
                    found.append(await client.get(url, follow_redirects=False))
                    left.extend(links(found[-1]))

    asyncio.run(crawl())
    return found


def test_links_that_are_followed_without_a_key_lead_to_nothing_for_colleagues(services):
    served, _ = services
    everyone, colleague = crawled(served), crawled(served, WITH_KEY)
    assert [str(one.url) for one in everyone if WORD.encode() in content(one).lower()] == []
    assert len([one for one in everyone if one.status_code == 200]) > 60
    told = {str(one.url) for one in colleague if WORD.encode() in content(one).lower() and one.status_code == 200}
    assert {f"{SITE}/kaart", f"{SITE}/downloads/zicht.gpkg", f"{SITE}/qgis/{WORD}.qgz", f"{SITE}/methode-{WORD}.html",
            f"{SITE}/v1/collections/zoekgebieden-{WORD}/items?f=csv"} <= told  # fmt: skip
    assert {f"{SITE}/qgis/misdrijven.qgz", f"{SITE}/methode-misdrijven.html"} <= {
        str(one.url) for one in everyone if one.status_code == 200
    }


COLLECTION = st.sampled_from([*SHOWN, *HIDDEN, "er-is-niets", "indicatoren"])
FILE = st.sampled_from([
    "kaart", "kaart.html", f"methode-{WORD}.html", "methode-misdrijven.html", "downloads/zicht.gpkg",
    "qgis/misdrijven.qgz", f"qgis/{WORD}.qgz", "health", "downloads/zicht.sqlite", "downloads/qgis.zip", "",
    "static/pages.css",
])  # fmt: skip
BELOW = st.sampled_from([
    "", "/schema", "/queryables", "/items", "/items/BU00000001-2024", "/items/BU00000001", "/tiles", "/styles",
    "/tiles/WebMercatorQuad", "/tiles/WebMercatorQuad/9/168/263", "/tiles/NetherlandsRDNewQuad/3/3/3",
])  # fmt: skip
GIVEN = st.dictionaries(
    st.sampled_from(["f", "limit", "offset", "bbox", "sortby", "filter", "datetime", "crs", "resulttype", "x"]),
    st.sampled_from(["json", "html", "jsonld", "csv", "jsonfg", "mapbox", "sld", "qml", "3", "4,51,6,53",
                     "-score", "score > 1",
                     "2024", "hits", "http://www.opengis.net/def/crs/EPSG/0/28992"]),
    max_size=2,
)  # fmt: skip
PATH = st.one_of(
    st.builds("/v1/collections/{}{}".format, COLLECTION, BELOW),
    st.builds("/v1/styles/{}{}".format, COLLECTION, st.sampled_from(["", "/metadata"])),
    st.builds("/downloads/{}{}".format, COLLECTION.map(lambda one: one.replace("-", "_")),
              st.sampled_from([".parquet", ".fgb", ".pmtiles", ".rd-tiles"])),
    st.builds("/qgis/{}{}".format, COLLECTION, st.sampled_from([".qml", ".qlr"])),
    st.builds("/{}".format, FILE),
    st.sampled_from(["/v1", "/v1/conformance", "/v1/collections", "/v1/openapi", "/v1/styles", "/v1/tileMatrixSets"]),
)  # fmt: skip


def plain(answer):
    """What an answer says, but when it was made and how it is kept."""
    body = answer.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = [(one.filename, archive.read(one)) for one in archive.infolist()]
    elif answer.headers.get("content-type", "").endswith("json"):
        body = re.sub(rb'"timeStamp":"[^"]*"', b"", body)
        body = re.sub(rb'"(kind|age_seconds)":[^,}]*', b"", body)
    kept = {name: value for name, value in answer.headers.items()
            if name not in ("etag", "vary", "last-modified", "content-length")}  # fmt: skip
    return answer.status_code, kept, body


@settings(max_examples=150, deadline=None)
@given(path=PATH, given=GIVEN)
def test_who_sends_no_key_is_answered_as_if_there_were_nothing_for_colleagues(services, path, given):
    served, without = services
    query = str(httpx.QueryParams(given))
    url = f"{path}?{query}" if given and not path.startswith(("/downloads", "/qgis", "/kaart")) else path
    (ours,), (theirs,) = answers(served, [url]), answers(without, [url])
    assert plain(ours) == plain(theirs), url


@pytest.mark.parametrize("path", [
    "/v1/collections/{}", "/v1/collections/{}/items", "/v1/collections/{}/items/BU00000001-2024",
    "/v1/collections/{}/schema",
    "/v1/collections/{}/tiles", "/v1/styles/{}", "/qgis/{}.qml",
])  # fmt: skip
def test_what_needs_a_key_is_not_found_as_what_never_was(services, path):
    served, _ = services
    name, never = f"zoekgebieden-{WORD}", "zoekgebieden-er-is-niets"
    hidden, absent = answers(served, [path.format(name), path.format(never)])
    assert (hidden.status_code, hidden.text.replace(name, never)) == (404, absent.text)
    assert answers(served, [path.format(name)], WITH_KEY)[0].status_code == 200


def test_with_a_key_pages_follow_one_another_and_only_who_asked_keeps_them(services):
    served, _ = services
    url, seen = f"{SITE}/v1/collections/zoekgebieden-{WORD}/items?limit=25", []
    while url:
        (page,) = answers(served, [url], WITH_KEY)
        assert page.headers["cache-control"] == "private, no-cache"
        assert "X-API-Key" in page.headers["vary"]
        assert KEY not in page.text
        seen += [one["id"] for one in page.json()["features"]]
        url = next((one["href"] for one in page.json()["links"] if one["rel"] == "next"), None)
    assert len(seen) == len(set(seen)) == page.json()["numberMatched"] == 60


def test_caches_keep_apart_what_is_seen_with_and_without(services):
    served, _ = services
    for path in ("/", "/v1", "/v1/collections", "/kaart", "/static/pages.css", "/v1/x", "/health",
                 f"/v1/collections/{SHOWN[0]}/items?f=csv"):  # fmt: skip
        (everyone,), (colleague,) = answers(served, [path]), answers(served, [path], WITH_KEY)
        assert "X-API-Key" in everyone.headers["vary"]
        assert "X-API-Key" in colleague.headers["vary"]
        assert colleague.headers["cache-control"] == "private, no-cache"
    (everyone,) = answers(served, ["/v1/collections"])
    assert everyone.headers["cache-control"] == "public, no-cache"
    tag = {"If-None-Match": everyone.headers["etag"]}
    assert answers(served, ["/v1/collections"], tag)[0].status_code == 304
    same = answers(served, ["/v1/collections"], tag | WITH_KEY)[0]
    assert same.status_code == 200
    assert WORD in same.text


def test_pages_of_other_sites_read_only_what_is_for_everyone(services):
    served, _ = services
    elsewhere = {"Origin": "https://example.org"}
    (everyone,), (colleague,) = (answers(served, ["/v1"], elsewhere | more) for more in ({}, WITH_KEY))
    assert everyone.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in colleague.headers
    asked = elsewhere | {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "X-API-Key"}

    async def preflight():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url=SITE) as client:
            return await client.options("/v1", headers=asked)

    assert asyncio.run(preflight()).status_code == 400


@pytest.mark.parametrize("headers", [
    [("X-API-Key", "geraden")], [("X-API-Key", "")], [("X-API-Key", KEY), ("X-API-Key", "geraden")],
    [("X-API-Key", KEY), ("X-API-Key", KEY)], [("x-api-key", sha256(KEY.encode()).hexdigest())],
    [("X-API-Key", KEY.upper())],
])  # fmt: skip
def test_a_key_that_is_none_opens_nothing(services, headers):
    served, _ = services
    for path in ("/v1/collections", "/v1/collections/er-is-niets", f"/v1/collections/{HIDDEN[0]}", "/kaart"):
        (refused,) = answers(served, [path], httpx.Headers(headers))
        assert refused.status_code == 401
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["cache-control"] == "no-store"
        assert "www-authenticate" in refused.headers
        assert WORD not in refused.text


def test_a_key_in_the_address_is_none(services):
    served, _ = services
    for name in ("X-API-Key", "api_key", "key"):
        (refused,) = answers(served, [f"/v1/collections?{name}={KEY}"])
        assert refused.status_code == 400


def test_the_openapi_document_says_what_needs_a_key_to_who_has_one(services):
    served, _ = services
    (everyone,), (colleague,) = (answers(served, ["/v1/openapi"], more) for more in ({}, WITH_KEY))
    assert not {"securitySchemes", "X-API-Key", "401"} & set(re.findall(r"[\w-]+", everyone.text))
    document = colleague.json()
    (scheme,) = document["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "X-API-Key")
    needed = {path for path, methods in document["paths"].items() if methods["get"]["security"] == [{"ApiKey": []}]}
    assert needed
    assert needed == {path for path in document["paths"] if any(f"/{one}" in f"{path}/" for one in HIDDEN)}


def test_a_release_for_everyone_is_served_whole_with_keys_too(tmp_path, file, monkeypatch):
    monkeypatch.setenv("ZICHT_URL", SITE)
    home, config = servers.a_home(tmp_path, 5000)
    (home / "current" / "kaart.html").write_text("<h1>kaart</h1>")
    served = application(Site(home, config, keys=file))
    assert answers(served, ["/kaart"])[0].text == "<h1>kaart</h1>"
    assert len(answers(served, ["/v1/collections"])[0].json()["collections"]) == 2


def test_a_release_with_nothing_for_everyone_is_empty_without_a_key(tmp_path, file, monkeypatch):
    from services.stores import sqlite  # noqa: PLC0415

    monkeypatch.setenv("ZICHT_URL", SITE)
    home, config = servers.a_home(tmp_path, 5000)
    (home / "releases" / "intern").mkdir()
    sqlite.write(mixed.collections()[1], home / "releases" / "intern")
    served = application(Site(home, config, keys=file))
    assert len(answers(served, ["/v1/collections"])[0].json()["collections"]) == 2
    servers.swap(home, "intern")
    for path in ("/v1", "/v1?f=html", "/v1/collections?f=html", "/v1/openapi", "/v1/styles", "/v1?f=jsonld", "/health"):
        (answer,) = answers(served, [path])
        assert answer.status_code == 200
        assert WORD not in answer.text
    assert answers(served, ["/v1/collections"])[0].json()["collections"] == []
    assert len(answers(served, ["/v1/collections"], WITH_KEY)[0].json()["collections"]) == len(HIDDEN)


def test_what_becomes_for_colleagues_needs_a_key_from_the_next_request_on(tmp_path, file, monkeypatch):
    from dataclasses import replace  # noqa: PLC0415

    from services.stores import sqlite  # noqa: PLC0415
    from tests.ogc import places  # noqa: PLC0415

    monkeypatch.setenv("ZICHT_URL", SITE)
    home, config = servers.a_home(tmp_path, 5000)
    (home / "releases" / "later").mkdir()
    first, *others = places.collections(rows=5)
    sqlite.write([replace(first, audience="intern"), *others], home / "releases" / "later")
    served = application(Site(home, config, keys=file))
    path = "/v1/collections/gebieden-buurt/items"
    assert answers(served, [path])[0].status_code == 200
    servers.swap(home, "later")
    assert answers(served, [path])[0].status_code == 404
    assert answers(served, [path], WITH_KEY)[0].status_code == 200


def test_a_key_is_made_once_shown_once_and_opens_until_its_line_is_gone(tmp_path):
    file = tmp_path / "keys"
    first = keys.made("gis", file)
    known = keys.Keys(file)
    second = keys.made("een@havermonde.nl", file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert first not in file.read_text()
    assert known.has(first.encode())
    assert known.has(second.encode())
    assert len(first) >= 43
    with pytest.raises(ServeError, match="gis has a key"):
        keys.made("gis", file)
    with pytest.raises(ServeError, match="is no name"):
        keys.made("a b", file)
    file.write_text(file.read_text().splitlines()[1])  # without the end of the line
    assert not known.has(first.encode())
    assert known.has(second.encode())
    assert keys.Keys(file).has(keys.made("gis", file).encode())


@pytest.mark.parametrize(
    "content", ["gis", "gis geheim", f"{line()}\n{line()}", f"gis {'A' * 64}", f"{line()} meer", "gis\0 x"]
)
def test_a_file_that_is_wrong_opens_nothing_and_is_not_repeated(tmp_path, caplog, content):
    file = a_file(tmp_path, line())
    known = keys.Keys(file)
    file.write_text(content)
    assert not known.has(KEY.encode())
    with pytest.raises(ServeError, match=r"line [12]") as fault:
        keys.read(file)
    assert "geheim" not in str(fault.value) + caplog.text
    file.unlink()
    assert not known.has(KEY.encode())
    with pytest.raises(ServeError, match="cannot be read"):
        keys.read(file)
    a_file(tmp_path, line())
    assert known.has(KEY.encode())


def test_a_file_that_others_can_write_is_refused(tmp_path):
    file = a_file(tmp_path, line())
    for mode in (0o660, 0o602):
        file.chmod(mode)
        with pytest.raises(ServeError, match="others than its owner can write"):
            keys.Keys(file)
    file.chmod(0o640)
    assert keys.Keys(file).has(KEY.encode())


def test_a_file_in_a_folder_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(StoreError, match="cannot be written"):
        keys.made("gis", tmp_path / "niet" / "keys")


@given(st.binary(max_size=200))
def test_nothing_but_a_key_is_one(tmp_path_factory, guessed):
    file = tmp_path_factory.getbasetemp() / "guessed"
    if not file.exists():
        file.write_text(line())
        file.chmod(0o600)
    assert keys.Keys(file).has(guessed) is (guessed == KEY.encode())


def test_gdal_sends_a_key(tmp_path, file, monkeypatch):
    monkeypatch.delenv("ZICHT_URL", raising=False)  # where the others say that it is found
    home = mixed.a_home(tmp_path, whole=True)
    port = servers.free_port()
    config = home / "pygeoapi-config.yml"
    config.write_text(config.read_text().replace("5000", str(port)))
    with servers.running(servers.ours(home, config, port, keys=file), home, config, port) as api:
        source = f"OAPIF:{api.base_url}"
        assert set(pyogrio.list_layers(source)[:, 0]) == set(SHOWN)
        sent = tmp_path / "headers"
        sent.write_text(f"X-API-Key: {KEY}\n")
        pyogrio.set_gdal_config_options({"GDAL_HTTP_HEADER_FILE": str(sent)})
        try:
            assert set(pyogrio.list_layers(source)[:, 0]) == {*SHOWN, *HIDDEN}
            assert len(pyogrio.read_dataframe(source, layer=f"zoekgebieden-{WORD}")) == 60
        finally:
            pyogrio.set_gdal_config_options({"GDAL_HTTP_HEADER_FILE": None})
