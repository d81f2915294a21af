"""What is asked is answered whole or refused by name; links hold what they belong to."""

import csv
import gzip
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
import shapely
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from services.stores.systems import SYSTEMS
from tests.ogc import places, servers

NAME = "indicatoren-misdrijven-buurt"
ITEMS = f"/collections/{NAME}/items"
ITEM = f"{ITEMS}/BU00000003-2024"
RD = "http://www.opengis.net/def/crs/EPSG/0/28992"
PAGES = ("/", "/conformance", "/collections", f"/collections/{NAME}", f"/collections/{NAME}/schema")
EVERY = (*PAGES, f"/collections/{NAME}/queryables", ITEMS, ITEM, "/openapi", "/openapi.json")
ACCEPTED = (
    "application/json", "application/geo+json", "application/ld+json", "application/schema+json", "application/xml",
    "application/vnd.oai.openapi+json", "text/csv", "text/html", "text/*", "*/*",
)  # fmt: skip
KANSRIJK = {"op": "=", "args": [{"property": "kansrijk"}, True]}


@pytest.fixture(scope="module")
def table():
    return places.collections()[1].table.sort_values("id", ignore_index=True)


def next_of(page):
    return next((link["href"] for link in page["links"] if link["rel"] == "next"), None)


def crawl(api, page):
    found = []
    while True:
        assert page.status_code == 200, page.text
        found.append(page.json())
        following = next_of(found[-1])
        if following is None:
            return found
        page = api.get(following)


def ids(pages):
    return [feature["id"] for page in pages for feature in page["features"]]


boxes = st.tuples(
    st.integers(129_000, 137_000), st.integers(449_000, 455_000), st.integers(1, 6_000), st.integers(1, 3_000)
)


shapes = st.fixed_dictionaries(
    {"f": st.just("json")},
    optional={
        "sortby": st.sampled_from(["score", "-score", "+lens,-q", "-kansrijk,gebiedsnaam"]),
        "crs": st.sampled_from(SYSTEMS),
        "skipGeometry": st.just("true"),
    },
)


@settings(max_examples=30, deadline=None)
@given(
    limit=st.sampled_from([7, 50, 239, 240, 10_000]),
    shape=shapes,
    box=st.none() | boxes,
    text=st.sampled_from([None, "posted", "score > 0", "kansrijk", "lens = 'basis' OR q IS NULL"]),
)
def test_a_crawl_has_each_feature_once_and_as_many_as_are_matched(api, table, limit, shape, box, text):
    asked, mask = dict(shape), table.geometry.notna()
    if box:
        west, south, wide, high = box
        asked |= {"bbox": f"{west},{south},{west + wide},{south + high}", "bbox-crs": RD}
        mask &= table.geometry.intersects(shapely.box(west, south, west + wide, south + high))
    if text == "posted":
        mask &= table["kansrijk"].fillna(value=False).astype(bool)

    def answer(limit):
        if text == "posted":
            return api.post(ITEMS, params=asked | {"limit": limit}, json=KANSRIJK)
        return api.get(ITEMS, params=asked | {"limit": limit} | ({"filter": text} if text else {}))

    pages = crawl(api, answer(limit))
    found = ids(pages)
    assert len(found) == len(set(found)) == pages[0]["numberMatched"]
    assert {page["numberMatched"] for page in pages} == {len(found)}
    whole = answer(10_000).json()
    assert [one for page in pages for one in page["features"]] == whole["features"]
    if text in (None, "posted"):
        assert sorted(found) == list(table["id"][mask])


def test_a_filter_that_was_sent_stays_with_every_page(api, table):
    pages = crawl(api, api.post(ITEMS, params={"limit": 20, "f": "json"}, json=KANSRIJK))
    assert len(pages) == 5
    assert ids(pages) == list(table["id"][table["kansrijk"] == True])  # noqa: E712


def test_a_long_filter_is_not_in_the_link_and_yet_kept(api):
    names = [f"BU{number:08d}-2024" for number in range(6000)]
    asked = {"op": "in", "args": [{"property": "id"}, names]}
    first = api.post(ITEMS, params={"limit": 50, "f": "json", "filter-crs": RD}, json=asked)
    assert len(next_of(first.json())) < 250
    assert ids(crawl(api, first)) == names[:120]


def test_a_cursor_holds_for_its_own_question_only(api):
    following = next_of(api.get(ITEMS, params={"limit": 5, "lens": "basis", "f": "json"}).json())
    for change in (("lens=basis", "lens=buiten"), ("lens=basis", "lens=basis&sortby=score")):
        assert api.get(following.replace(*change)).status_code == 400
    cursor = parse_qs(urlsplit(following).query)["cursor"][0]
    for wrong in ("x", cursor.rsplit(".", 1)[0] + ".BU404", cursor.replace(".", "")):
        assert api.get(ITEMS, params={"lens": "basis", "cursor": wrong}).status_code == 400
    assert api.get(ITEMS, params={"lens": "basis", "cursor": cursor, "offset": 1}).status_code == 400
    lost = cursor.split(".")
    lost[2] = "0123456789abcdef"
    assert api.get(ITEMS, params={"lens": "basis", "cursor": ".".join(lost)}).status_code == 410


def test_a_crawl_that_a_new_release_overtakes_is_told_to_start_again(api, home):
    following = next_of(api.get(ITEMS, params={"limit": 50, "f": "json"}).json())
    servers.swap(home, "small")
    try:
        gone = api.get(following)
        assert gone.status_code == 410
        again = re.search(r"start again at (\S+)$", gone.json()["detail"])[1]
        assert len(ids(crawl(api, api.get(again)))) == 120
    finally:
        servers.swap(home, "large")
    assert api.get(following).status_code == 200


def test_who_sent_a_long_filter_is_told_to_send_it_again_and_not_to_start_without(api, home):
    asked = {"op": "in", "args": [{"property": "id"}, [f"BU{number:08d}-2024" for number in range(6000)]]}
    following = next_of(api.post(ITEMS, params={"limit": 50, "f": "json"}, json=asked).json())
    servers.swap(home, "small")
    try:
        gone = api.get(following)
        assert gone.status_code == 410
        assert re.search(r"served no more; send its filter again, to \S+$", gone.json()["detail"])
    finally:
        servers.swap(home, "large")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 400),
        ({"op": "is"}, 400),
        ({"op": "no such", "args": [1]}, 400),
        ({"op": "like", "args": [{"property": "lens"}, "b%"]}, 200),
        ({"op": "not", "args": [{"property": "kansrijk"}]}, 200),
    ],
)
def test_a_body_that_the_document_allows_is_answered_and_no_other(api, sent, status):
    document = api.get("/openapi.json").json()
    assert document["paths"][ITEMS.removeprefix("/v1")]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ] == {"$ref": "#/components/schemas/Filter"}
    allowed = document["components"]["schemas"]["Filter"]
    assert all(name in sent for name in allowed["required"]) == (status == 200 or "args" in sent)
    assert (sent.get("op") in allowed["properties"]["op"]["enum"]) == (status == 200)
    assert api.post(ITEMS, json=sent).status_code == status


def test_what_belongs_to_a_release_follows_it(api, home):
    def told():
        extent = api.get(f"/collections/{NAME}", params={"f": "json"}).json()["extent"]["spatial"]
        return extent, api.get("/openapi.json").headers["etag"], api.get(ITEMS).headers["etag"]

    before = told()
    servers.swap(home, "small")
    try:
        assert all(one != other for one, other in zip(told(), before, strict=True))
    finally:
        servers.swap(home, "large")
    assert told() == before


@pytest.mark.parametrize("path", EVERY)
def test_every_path_refuses_what_it_does_not_know(api, path):
    for query in ("perode=2024", "f=json&f=json", "f=exe", "f=%ff", "&".join(f"a{number}=1" for number in range(101))):
        answer = api.get(f"{path}?{query}")
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), query
        assert answer.json()["detail"]
    assert api.get(path, headers={"Accept": "image/png"}).status_code == 406
    assert api.get(f"/x/..{path}//").status_code == 404
    if path != "/":
        slash = api.get(f"{path}/", follow_redirects=False)
        assert slash.status_code == 404
        assert slash.headers["content-type"] == "application/problem+json"
    wrong = api.delete(path)
    assert (wrong.status_code, wrong.headers["content-type"]) == (405, "application/problem+json")
    assert "GET" in wrong.headers["allow"]


def test_what_is_not_there_is_a_404(api):
    for path in ("/processes", "/jobs", "/TileMatrixSets", "/stac", f"/collections/{NAME}/items/", "/collections/x/y"):
        assert api.get(path).status_code == 404


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 415),
        ({"content": b"", "headers": {"Content-Type": "application/json"}}, 400),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400),
        ({"content": b"[]", "headers": {"Content-Type": "application/json"}}, 400),
        ({"content": b"\xff", "headers": {"Content-Type": "application/json"}}, 400),
        ({"content": b"score > 1", "headers": {"Content-Type": "application/json"}}, 400),
        ({"content": "{}".encode("utf-16"), "headers": {"Content-Type": "application/json; charset=utf-16"}}, 415),
        ({"data": {"filter": "score > 1"}}, 415),
        ({"content": b" " * 2_100_000 + b"{}", "headers": {"Content-Type": "application/json"}}, 413),
        ({"json": KANSRIJK, "params": {"filter": "score > 1"}}, 400),
    ],
)
def test_a_body_that_is_no_filter_is_refused(api, sent, status):
    answer = api.post(ITEMS, **sent)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert api.get(ITEMS).status_code == 200


@pytest.mark.parametrize("accept", [None, "*/*", "application/geo+json", "application/*;q=0.5"])
def test_items_are_geojson_by_name(api, accept):
    for path in (ITEMS, ITEM):
        answer = api.get(path, headers={"Accept": accept} if accept else {})
        assert answer.headers["content-type"] == "application/geo+json"
        itself = next(link for link in answer.json()["links"] if link["rel"] == "self")
        assert itself["type"] == "application/geo+json"
    assert api.get(ITEMS, headers={"Accept": "application/json"}).headers["content-type"] == "application/json"
    assert api.get(ITEMS, headers={"Accept": "text/html, */*;q=0.1"}).headers["content-type"] == "text/html"
    assert api.get(ITEMS, headers={"Accept": "text/html;q=0, */*"}).headers["content-type"] == "application/geo+json"


def test_parameters_are_read_as_readers_write_them(api, table):
    def answered(query):
        answer = api.get(f"{ITEMS}?f=json&limit=1000&{query}")
        assert answer.status_code == 200, answer.text
        return ids([answer.json()])

    assert answered("sortby=+score") == answered("sortby=%2Bscore") == answered("sortby=score")
    kansrijk = list(table["id"][table["kansrijk"] == True])  # noqa: E712
    assert answered("kansrijk=1") == answered("kansrijk=true") == answered("filter=kansrijk%20=%201") == kansrijk
    assert answered(f"filter-lang=cql2-json&filter={json.dumps(KANSRIJK)}") == kansrijk
    assert answered("datetime=1999") == answered("datetime=2030-01-01/..") == []
    for query in (
        f"filter-lang=cql2-text&filter={json.dumps(KANSRIJK)}",
        "filter-lang=sql&filter=score=1",
        "filter-lang=cql2-text",
    ):
        assert api.get(f"{ITEMS}?{query}").status_code == 400
    for query in ("skipGeometry=maybe", "limit=0", "limit=1.5", "limit=", "offset=x", "properties=", "bbox-crs=" + RD):
        assert api.get(f"{ITEMS}?{query}").status_code == 400


def rows_of(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_csv_has_every_row_with_its_id_and_geometry(api, table):
    rows = rows_of(api.get(ITEMS, params={"f": "csv"}))
    assert [row["id"] for row in rows] == list(table["id"])
    features = api.get(ITEMS, params={"f": "json", "limit": 1000}).json()["features"]
    for row, feature in zip(rows, features, strict=True):
        assert shapely.from_wkt(row["geometry"]).equals(shapely.geometry.shape(feature["geometry"]))
        for name, value in feature["properties"].items():
            written = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
            assert row[name] == written
    found = rows_of(api.get(ITEMS, params={"f": "csv", "filter": "kansrijk", "sortby": "-score", "crs": RD}))
    assert len(found) == (table["kansrijk"] == True).sum()  # noqa: E712
    assert 100_000 < shapely.from_wkt(found[0]["geometry"]).centroid.x < 200_000


def test_csv_of_a_page_says_where_the_next_is(api, table):
    answer = api.get(ITEMS, params={"f": "csv", "limit": 100})
    found = rows_of(answer)
    while "link" in answer.headers:
        answer = api.get(re.fullmatch(r'<(.+)>; rel="next"; type="text/csv"', answer.headers["link"])[1])
        found += rows_of(answer)
    assert [row["id"] for row in found] == list(table["id"])


@pytest.mark.parametrize(
    "path", [ITEMS, f"{ITEMS}?f=csv", f"{ITEMS}?f=html", "/collections", "../kaart", "../downloads/zicht.gpkg"]
)
def test_answers_are_compressed_where_that_is_asked(api, path):
    plain = api.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    for name, opened in (
        ("gzip", gzip.decompress),
        ("zstd", lambda raw: zstandard.ZstdDecompressor().decompressobj().decompress(raw)),
    ):
        with api.stream("GET", path, headers={"Accept-Encoding": f"{name}, br;q=0.1"}) as answer:
            assert answer.headers["content-encoding"] == name
            content = opened(b"".join(answer.iter_raw()))
        stamp = rb'"timeStamp":"[^"]+"'
        assert re.sub(stamp, b"", content) == re.sub(stamp, b"", plain.content)
    assert "content-encoding" not in api.get(path, headers={"Accept-Encoding": "gzip;q=0"}).headers


@pytest.mark.parametrize(
    "path", [*EVERY, "../kaart", "../downloads/zicht.gpkg", "/nope", f"{ITEMS}?x=1", f"{ITEMS}?f=csv"]
)
def test_browsers_and_caches_are_told_what_they_need(api, path):
    sent = api.get(path).headers
    assert sent["x-content-type-options"] == "nosniff"
    assert sent["referrer-policy"] == "no-referrer"
    assert "no-cache" in sent["cache-control"]
    assert sent["content-security-policy"].startswith("default-src ")
    assert sent["api-version"] == "1.0.0"


@pytest.mark.parametrize(
    ("path", "status"),
    [("pages.css", 200), ("leaflet/leaflet.js", 200), ("nope.css", 404), ("..%2f..%2fservice.py", 404), ("%00", 404),
     ("", 404), ("leaflet/", 404)],
)  # fmt: skip
def test_scripts_and_styles_are_there_or_refused_without_a_word_in_the_log(api, home, path, status):
    log = next(home.glob("server-*.log"))
    before = log.read_text()
    answer = api.get(str(api.base_url.copy_with(path="/")) + f"static/{path}")
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-cache" in answer.headers["cache-control"]
    assert answer.headers["content-type"] == "application/problem+json" or status == 200
    wrong = api.post(str(api.base_url.copy_with(path="/")) + f"static/{path}")
    assert wrong.status_code == 405
    assert log.read_text() == before


def test_the_map_runs_its_own_scripts_only(api):
    policy = api.get("../kaart").headers["content-security-policy"]
    assert "script-src 'sha256-" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]


@pytest.mark.parametrize("path", [*EVERY, "../kaart", "../downloads/zicht.gpkg", f"{ITEMS}?f=html"])
def test_who_has_an_answer_is_told_that_it_is_unchanged(api, path):
    tag = api.get(path).headers["etag"]
    again = api.get(path, headers={"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert "content-security-policy" not in again.headers  # a browser would put it in the place of the page's own
    assert api.get(path, headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_mistake_of_a_reader_is_not_logged(api, home):
    log = next(home.glob("server-*.log"))
    before = log.read_text()
    for path in (
        "/collections/<b>weg%0Anee",
        f"{ITEMS}?filter=<b>%0A(",
        f"{ITEM}<b>",
        f"{ITEMS}?bbox=<b>",
        "../downloads/<b>",
    ):
        assert api.get(path).status_code in (400, 404)
    api.post(ITEMS, content=b"<b>", headers={"Content-Type": "application/json"})
    assert log.read_text() == before


def test_a_stream_that_a_release_overtakes_stays_whole(api, home):
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(api.get, ITEMS, params={"f": "csv"}) for _ in range(8)]
        servers.swap(home, "small")
        counts = {len(rows_of(one.result())) for one in asked}
    servers.swap(home, "large")
    assert counts <= {120, 240}


def resolved(document, tree):
    """The tree with its references followed; each must be in the document itself."""
    if isinstance(tree, dict):
        if "$ref" in tree:
            assert tree["$ref"].startswith("#/components/")
            _, _, kind, name = tree["$ref"].split("/")
            return resolved(document, document["components"][kind][name])
        return {name: resolved(document, one) for name, one in tree.items()}
    return [resolved(document, one) for one in tree] if isinstance(tree, list) else tree


def test_the_openapi_document_is_whole_and_names_what_is_answered(api):
    document = api.get("/openapi").json()
    assert document == api.get("/openapi.json").json()
    assert document["info"]["version"] == "0.1.0"
    assert document["info"]["contact"]
    assert document["components"]["parameters"]["limit"]["schema"]["maximum"] == 10000
    paths = resolved(document, document["paths"])
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(names) == len(set(names))
    for path, operations in paths.items():
        for method, operation in operations.items():
            declared = {one["name"]: one for one in operation["parameters"]}
            assert len(declared) == len(operation["parameters"])
            assert not any(one["schema"]["type"] == "object" for one in declared.values())
            assert operation["responses"]["400"]["content"].keys() == {"application/problem+json"}
            assert "API-Version" in operation["responses"]["200"]["headers"]
            if method == "get":
                url = path.replace("{featureId}", "BU00000003-2024" if NAME in path else "BU00000003")
                url = url.replace("{styleId}", NAME)
                for format_ in set(declared["f"]["schema"]["enum"]) - {"qml"}:  # this release has nothing for QGIS
                    answer = api.get(url, params={"f": format_})
                    assert answer.status_code == 200, (url, format_)
                    assert answer.headers["content-type"].split("; ")[0] in operation["responses"]["200"]["content"]
                for accepted in ACCEPTED:
                    answer = api.get(url, headers={"Accept": accepted})
                    held = operation["responses"][str(answer.status_code)]["content"]
                    assert answer.headers["content-type"].partition("; ")[0] in held, (url, accepted)
    for name in (NAME, "gebieden-buurt"):
        items = {one["name"] for one in paths[f"/collections/{name}/items"]["get"]["parameters"]}
        assert items >= {
            "bbox",
            "bbox-crs",
            "crs",
            "datetime",
            "limit",
            "offset",
            "cursor",
            "filter",
            "sortby",
            "q" if name == NAME else "niveau",
        }


def test_every_parameter_that_is_declared_is_answered(api):
    document = api.get("/openapi").json()
    values = {
        "datetime": "2024",
        "bbox": "5,52,6,53",
        "cursor": None,
        "properties": "id",
        "sortby": "-id",
        "filter": "fictief",
        "lang": "nl",
    }
    for one in resolved(document, document["paths"])[f"/collections/{NAME}/items"]["get"]["parameters"]:
        name, schema = one["name"], one["schema"]
        plain = {"string": "a", "integer": "1", "number": "0.5", "boolean": "true"}.get(schema["type"])
        value = values.get(name, schema.get("default", schema.get("enum", [plain])[0]))
        beside = {
            "bbox-crs": {"bbox": "5,52,6,53"},
            "filter-crs": {"filter": "fictief"},
            "filter-lang": {"filter": "fictief"},
        }
        if value is not None:
            query = beside.get(name, {}) | {
                name: "cql2-text" if name == "filter-lang" else str(value).replace("False", "false")
            }
            assert api.get(ITEMS, params=query).status_code == 200, query


@pytest.mark.parametrize("path", ["/", "/conformance", "/collections", ITEMS, "/openapi", "/styles"])
def test_a_language_that_is_not_spoken_is_refused_and_the_document_names_those_that_are(api, path):
    (spoken,) = [api.get("/openapi").json()["components"]["parameters"]["lang"]["schema"]["enum"]]
    assert spoken == ["nl", "nl-NL", "en", "en-US"]
    assert {api.get(path, params={"lang": one}).status_code for one in spoken} == {200}
    answer = api.get(path, params={"lang": "xx"})
    assert answer.status_code == 400
    assert answer.json()["detail"] == "lang must be one of nl, nl-NL, en, en-US, found 'xx'"


def test_the_version_is_in_the_path_and_the_site_leads_to_it(api):
    site = str(api.base_url).removesuffix("/v1/")
    root = api.get(site + "/")
    assert (root.status_code, root.headers["location"]) == (307, "/v1")  # of the name that the reader used
    assert api.get(f"{site}/v1").json()["links"] == api.get(f"{site}/v1/").json()["links"]
    assert api.get(f"{site}/collections").status_code == 404
    assert f"{site}/v1/openapi" in api.get(f"{site}/collections").json()["detail"]
    assert api.get(f"{site}/kaart").status_code == 200
    for of_site in ("kaart", "health", "metrics"):
        assert api.get(f"{site}/v1/{of_site}").status_code == 404
    assert api.get("/openapi.json", params={"f": "html"}).status_code == 400
