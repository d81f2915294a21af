import io
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace

import geopandas
import pandas as pd
import pytest
import shapely

from services.stores import geoparquet
from tests.ogc import places, servers

NAME = "indicatoren-misdrijven-buurt"
ITEMS = f"/collections/{NAME}/items"
RD = "http://www.opengis.net/def/crs/EPSG/0/28992"
SYSTEMS = [*(f"http://www.opengis.net/def/crs/EPSG/0/{code}" for code in (28992, 4258, 9067, 4326, 3857))]


@pytest.fixture(scope="module")
def table():
    return places.collections()[1].table.sort_values("id", ignore_index=True)


def items(api, status=200, path=ITEMS, **asked):
    page = {"limit": 1000} if path.endswith("/items") else {}
    given = {name.replace("_", "-"): value for name, value in asked.items()}
    answer = api.get(path, params={"f": "json"} | page | given)
    assert answer.status_code == status, answer.text
    return answer.json()


def ids(collection):
    return [feature["id"] for feature in collection["features"]]


def wanted(table, mask):
    return list(table["id"][mask.fillna(value=False).astype(bool)])


def test_landing_page_conformance_and_collections_are_there(api):
    assert api.get("/", params={"f": "json"}).json()["title"] == "Zicht op kansrijke zoekgebieden"
    declared = api.get("/conformance", params={"f": "json"}).json()["conformsTo"]
    for needed in ("cql2-text", "basic-cql2", "/filter", "/features-filter", "advanced-comparison-operators"):
        assert any(one.endswith(needed) for one in declared)
    assert not any("create-replace-delete" in one for one in declared)
    found = api.get("/collections", params={"f": "json"}).json()["collections"]
    assert [one["id"] for one in found] == ["gebieden-buurt", NAME]
    assert places.CAVEAT in found[1]["description"]
    assert [[day[:10] for day in one] for one in found[1]["extent"]["temporal"]["interval"]] == [
        ["2023-01-01", "2024-12-31"]
    ]
    assert RD in found[1]["crs"]


def test_schema_and_queryables_tell_title_unit_and_meaning(api):
    schema = api.get(f"/collections/{NAME}/schema", params={"f": "json"}).json()["properties"]
    assert schema["score"]["x-ogc-unit"] == "standaardafwijking"
    assert schema["score"]["title"] == "Score"
    assert schema["score"]["description"]
    assert schema["id"]["x-ogc-role"] == "id"
    queryables = api.get(f"/collections/{NAME}/queryables", params={"f": "json"}).json()["properties"]
    assert queryables["kansrijk"]["type"] == "boolean"
    assert "klein_aantal" in queryables["reden"]["enum"]
    assert queryables["reden"]["enum"] == schema["reden"]["enum"]
    assert queryables == schema
    assert {one.get("format") for one in queryables.values()} == {None, "geometry-multipolygon"}
    assert {one["geometry"]["type"] for one in items(api, limit=1000)["features"]} == {"MultiPolygon"}
    assert {"const": "klein_aantal", "title": "te klein aantal om te tonen"} in schema["reden"]["oneOf"]


def test_openapi_tells_qgis_its_page_size(api):
    document = api.get("/openapi", params={"f": "json"}).json()
    assert document["components"]["parameters"]["limit"]["schema"]["maximum"] == 10000


def test_following_next_gives_every_item_once(api, table):
    found, page = [], items(api, limit=37)
    while True:
        found += ids(page)
        assert page["numberMatched"] == 240
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not following:
            break
        page = api.get(following[0]).json()
    assert found == list(table["id"])


def test_values_come_back_as_they_are(api, table):
    for feature, given in zip(items(api)["features"], table.to_dict("records"), strict=True):
        for name, value in feature["properties"].items():
            assert (value is None) if pd.isna(given[name]) else (value == given[name])
    assert isinstance(feature["properties"]["fictief"], bool)


def test_hits_counts_without_items(api, table):
    found = items(api, resulttype="hits", kansrijk="true")
    assert (found["features"], found["numberMatched"]) == ([], (table["kansrijk"] == True).sum())  # noqa: E712


def test_one_item_by_id(api):
    assert items(api, path=f"{ITEMS}/BU00000003-2024")["id"] == "BU00000003-2024"
    assert "no item" in items(api, path=f"{ITEMS}/BU404", status=404)["description"]


def test_a_box_finds_what_geopandas_finds(api, table):
    shapes = table.geometry.to_crs("OGC:CRS84")
    west, south, east, north = shapes.iloc[60].bounds
    for box in ((west, south, west + 1e-4, south + 1e-4), (west - 0.01, south, east, north + 0.02), (0, 0, 1, 1)):
        found = items(api, bbox=",".join(map(str, box)))
        assert ids(found) == list(table["id"][shapes.intersects(shapely.box(*box))])
        assert found["numberMatched"] == len(found["features"])
    assert len(items(api, bbox="4,50,-10,6,53,10")["features"]) == 240


def test_a_box_in_rd_is_the_box_in_rd(api, table):
    # Wide and low: its corners in degrees would leave out what lies in the wedges along its edges.
    for box in ((131_000, 451_100, 135_500, 452_300), (100_000, 451_200, 170_000, 451_201)):
        found = items(api, bbox=",".join(map(str, box)), bbox_crs=RD)
        assert ids(found) == list(table["id"][table.geometry.intersects(shapely.box(*box))])
    lat_lon = "52.03,5.1,52.05,5.13"
    assert ids(items(api, bbox=lat_lon, bbox_crs=SYSTEMS[2])) == ids(items(api, bbox="5.1,52.03,5.13,52.05"))


@pytest.mark.parametrize(
    ("asked", "years"),
    [
        ("2024", {2024}),
        ("2024-05-01", {2024}),
        ("2024-05-01T00:00:00Z", {2024}),
        ("2023-12-31T23:30:00-02:00", {2024}),
        ("2023/2024", {2023, 2024}),
        ("2023-06-01/2023-07-01", {2023}),
        ("../2023", {2023}),
        ("2024-02-01T00:00:00Z/..", {2024}),
        ("../..", {2023, 2024}),
    ],
)
def test_datetime_finds_the_years_it_touches(api, asked, years):
    assert {one["properties"]["periode"] for one in items(api, datetime=asked)["features"]} == years


@pytest.mark.parametrize("asked", ["rommel", "2024/2023", "May 2024", "2024-13-45"])
def test_a_datetime_that_is_none_is_refused(api, asked):
    assert items(api, datetime=asked, status=400)["description"]


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("score > 1.5", lambda t: t.score > 1.5),
        ("kansrijk = TRUE AND lens = 'basis'", lambda t: (t.kansrijk == True) & (t.lens == "basis")),  # noqa: E712
        (
            "lens = 'basis' OR periode = 2024 AND q < 0.5",
            lambda t: (t.lens == "basis") | (t.periode == 2024) & (t.q < 0.5),
        ),
        ("gebiedsnaam LIKE 'De%'", lambda t: t.gebiedsnaam.str.startswith("De", na=False)),
        ("gebiedsnaam = 'O''Neill \"kade\"'", lambda t: t.gebiedsnaam == 'O\'Neill "kade"'),
        ("reden IS NULL AND NOT (score < 0 OR q > 0.5)", lambda t: t.reden.isna() & (t.score >= 0) & (t.q <= 0.5)),
        ("periode BETWEEN 2024 AND 2030", lambda t: t.periode >= 2024),
        ("gebiedscode IN ('BU00000001', 'BU00000002')", lambda t: t.gebiedscode.isin(["BU00000001", "BU00000002"])),
    ],
)
def test_a_cql2_filter_finds_what_pandas_finds(api, table, text, mask):
    assert ids(items(api, filter=text, filter_lang="cql2-text")) == wanted(table, mask(table))


def test_a_filter_may_be_sent_as_json_and_in_rd(api, table):
    middle = table.geometry.iloc[60].centroid
    asked = {"op": "s_intersects", "args": [{"property": "geometry"}, shapely.geometry.mapping(middle.buffer(700))]}
    answer = api.post(ITEMS, params={"filter-crs": RD, "limit": 1000, "f": "json"}, json=asked)
    assert answer.status_code == 200, answer.text
    assert ids(answer.json()) == list(table["id"][table.geometry.intersects(middle.buffer(700))])


def test_properties_sorting_and_selection_work_together(api, table):
    found = items(api, lens="basis", kansrijk="true", periode="2024", sortby="-score", properties="score,lens")
    mask = (table.lens == "basis") & (table.kansrijk == True) & (table.periode == 2024)  # noqa: E712
    assert ids(found) == list(table[mask].sort_values(["score", "id"], ascending=[False, True])["id"])
    assert list(found["features"][0]["properties"]) == ["score", "lens"]
    assert items(api, skipGeometry="true", limit=1)["features"][0]["geometry"] is None


def test_the_property_q_can_be_asked_though_pygeoapi_keeps_the_name(api, table):
    assert ids(items(api, q="0.5")) == wanted(table, table.q == 0.5)
    assert ids(items(api, filter="q <= 0.1")) == wanted(table, table.q <= 0.1)


@pytest.mark.parametrize(
    "asked",
    [
        {"perode": "2024"},
        {"periode": "vorig jaar"},
        {"filter": "naam = 'x'"},
        {"filter": "score ="},
        {"filter": "score > 'a'"},
        {"filter": "avg(score) > 1"},
        {"filter": "score = 1; DROP TABLE gebieden_buurt"},
        {"filter": "1 = 1) OR (1 = 1"},
        {"sortby": "score;DROP"},
        {"properties": "score,id) FROM sqlite_master --"},
        {"bbox": "5,52,6"},
        {"bbox": "nan,nan,nan,nan"},
        {"bbox": "inf,inf,inf,inf"},
        {"bbox": "0,0,1,1", "bbox_crs": "http://www.opengis.net/def/crs/EPSG/0/27700"},
        {"bbox": "nan,0,1,1", "bbox_crs": RD},
        {"bbox": "2,0,1,1", "bbox_crs": RD},
        {"bbox": "1e300,1e300,1e301,1e301", "bbox_crs": RD},
        {"crs": "http://www.opengis.net/def/crs/EPSG/0/27700"},
        {"resulttype": "alles"},
        {"limit": "0"},
        {"offset": "-1"},
        {"f": "exe"},
    ],
)
def test_what_cannot_be_answered_is_a_400_that_says_why(api, asked):
    answer = items(api, status=400, **asked)
    assert answer["description"]
    assert "Traceback" not in json.dumps(answer)


def test_text_with_a_nul_is_refused_by_name(api):
    assert "NUL" in items(api, status=400, gebiedsnaam="\x00")["detail"]
    assert "NUL" in items(api, status=400, filter="gebiedsnaam = 'a\x00'")["detail"]
    assert api.get(f"{ITEMS}/a%00").status_code == 404


@pytest.mark.parametrize("value", ["' OR '1'='1", '" OR 1=1 --', "'; DROP TABLE gebieden_buurt; --", "*", "%"])
def test_text_is_never_read_as_sql(api, value):
    assert items(api, gebiedsnaam=value)["numberMatched"] == 0
    assert items(api, filter=f"gebiedsnaam = '{value.replace(chr(39), chr(39) * 2)}'")["numberMatched"] == 0
    assert items(api)["numberMatched"] == 240


def test_a_far_offset_is_an_empty_page(api):
    assert items(api, offset=10**30)["features"] == []


def test_an_unknown_collection_is_a_404(api):
    assert items(api, path="/collections/indicatoren-geheim/items", status=404)


@pytest.mark.parametrize("system", SYSTEMS)
def test_coordinates_are_right_in_every_system(api, table, system):
    answer = api.get(ITEMS, params={"crs": system, "limit": 1000, "f": "json"})
    assert answer.headers["Content-Crs"] == f"<{system}>"
    code = int(system.rsplit("/", 1)[1])
    shapes = geopandas.GeoSeries([shapely.geometry.shape(one["geometry"]) for one in answer.json()["features"]])
    if code in (4258, 9067, 4326):  # latitude first, as EPSG says
        shapes = geopandas.GeoSeries(shapely.transform(shapes.to_numpy(), lambda points: points[:, ::-1]))
    back = shapes.set_crs(code, allow_override=True).to_crs(28992)
    assert shapely.hausdorff_distance(back.to_numpy(), table.geometry.to_numpy()).max() < 0.01


@pytest.mark.parametrize(
    "path", [ITEMS, f"{ITEMS}/BU00000001-2023", "/collections/gebieden-buurt/items", "/collections"]
)
def test_pages_for_people_show_names_as_text(api, path):
    page = api.get(path, params={"f": "html", "limit": 100} if path.endswith("items") else {"f": "html"})
    assert page.headers["content-type"].startswith("text/html")
    assert "<script>alert" not in page.text
    assert "</script><b>vet" not in page.text
    if path.startswith(ITEMS):
        assert "&lt;script&gt;" in page.text


def test_the_map_and_the_download_are_beside_the_api(api, home):
    page = api.get("../kaart")
    assert (page.status_code, page.text[:17]) == (200, "<h1>De kaart</h1>")
    assert page.headers["content-type"].startswith("text/html")
    assert api.get("../downloads/zicht.gpkg").content == b"GPKG" * 1000
    for name in ("geheim.txt", "zicht.sqlite", "..%2F..%2Fopenapi.json"):
        assert api.get(f"../downloads/{name}").status_code == 404
    (home / "current" / "kaart.html").rename(home / "elders.html")
    missing = api.get("../kaart")
    (home / "elders.html").rename(home / "current" / "kaart.html")
    assert (missing.status_code, missing.json()["detail"]) == (404, "Deze publicatie heeft geen kaart.html.")


@pytest.fixture
def with_record(api, home):
    """The release with the record of its collections, taken anew by the server."""
    record = [home / "releases" / "large" / f"{one.id}.parquet" for one in places.collections()]
    geoparquet.write(places.collections(), home / "releases" / "large")
    for name in ("small", "large"):
        servers.swap(home, name)
        api.get("/")
    yield
    for path in record:
        path.unlink()
    for name in ("small", "large"):
        servers.swap(home, name)
        api.get("/")


@pytest.mark.usefixtures("with_record")
def test_a_collection_is_had_as_files_by_its_links(api, table):
    links = [one for one in api.get(f"/collections/{NAME}", params={"f": "json"}).json()["links"]
             if one["rel"] == "enclosure"]  # fmt: skip
    assert {one["title"]: one["type"] for one in links} == {
        "GeoPackage": "application/geopackage+sqlite3", "GeoParquet": "application/vnd.apache.parquet",
    }  # fmt: skip
    (href,) = [one["href"] for one in links if one["title"] == "GeoParquet"]
    whole = api.get(href)
    assert whole.headers["content-type"] == "application/vnd.apache.parquet"
    assert "content-encoding" not in whole.headers
    assert len(geopandas.read_parquet(io.BytesIO(whole.content))) == len(table)
    part = api.get(href, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"PAR1")
    assert "GeoParquet</a>" in api.get(f"/collections/{NAME}", params={"f": "html"}).text
    for name in ("geheim_tabel.parquet", "..%2Fx.parquet", "zicht.sqlite"):
        assert api.get(f"../downloads/{name}").status_code == 404


def test_other_sites_may_read_the_api(api):
    assert (
        api.get("/collections", headers={"Origin": "https://example.org"}).headers["access-control-allow-origin"] == "*"
    )


@pytest.mark.parametrize("path", ["/", "/collections", f"/collections/{NAME}/items?limit=3&f=csv", "/nowhere", "/?x=1"])
def test_a_cache_may_keep_one_answer_for_the_pages_of_all_sites(api, path):
    plain, elsewhere = api.get(path), api.get(path, headers={"Origin": "https://example.org"})
    assert {**elsewhere.headers, "date": ""} == {**plain.headers, "date": ""}
    assert plain.headers["vary"] == "Accept, Accept-Encoding, Accept-Language"
    for name in (
        "access-control-allow-origin",
        "access-control-expose-headers",
        "x-content-type-options",
        "referrer-policy",
        "api-version",
        "vary",
        "content-security-policy",
    ):
        assert len(plain.headers.get_list(name)) == 1


def test_a_page_of_another_site_may_ask_first_whether_it_may_send_a_filter(api):
    asks = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type"}  # fmt: skip
    answer = api.options(ITEMS, headers=asks)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "content-type" in answer.headers["access-control-allow-headers"].lower()


def test_gdal_reads_every_feature_and_the_extent(api, table):
    if not shutil.which("ogrinfo"):
        assert not os.environ.get("CI"), "CI must have ogrinfo (gdal-bin)"  # noqa: TID251  # CI's own flag
        pytest.skip("ogrinfo is not installed (gdal-bin)")
    printed = subprocess.run(
        ["ogrinfo", "-ro", "-al", "-so", f"OAPIF:{api.base_url}", NAME], capture_output=True, text=True, check=True
    ).stdout
    assert "Feature Count: 240" in printed
    extent = [float(one) for one in re.findall(r"[\d.]+", printed.partition("Extent: ")[2].splitlines()[0])]
    assert extent == pytest.approx(table.geometry.to_crs("OGC:CRS84").total_bounds, abs=1e-6)


def test_a_swapped_release_is_served_at_the_next_request(api, home):
    assert items(api)["numberMatched"] == 240
    servers.swap(home, "small")
    try:
        assert items(api)["numberMatched"] == 120
        assert items(api, path=f"{ITEMS}/BU00000100-2024", status=404)
    finally:
        servers.swap(home, "large")
    assert items(api)["numberMatched"] == 240


def test_a_swapped_release_brings_its_own_titles(api, home):
    titled = home / "releases" / "titled"
    titled.mkdir()
    servers.sqlite.write([replace(one, title="Een andere titel") for one in places.collections(rows=5)], titled)
    before = api.get("/collections", params={"f": "json"}).json()["collections"]
    servers.swap(home, "titled")
    try:
        after = api.get("/collections", params={"f": "json"}).json()["collections"]
        assert {one["title"] for one in after} == {"Een andere titel"}
        assert "Een andere titel" in api.get("/openapi", params={"f": "json"}).text
    finally:
        servers.swap(home, "large")
    assert api.get("/collections", params={"f": "json"}).json()["collections"] == before


def test_a_release_that_vanishes_is_an_error_and_comes_back(api, home):
    (home / "current").rename(home / "away")
    try:
        assert "publish" in items(api, status=500)["description"]
        assert api.get(f"/collections/{NAME}/queryables", params={"f": "json"}).status_code == 200
    finally:
        (home / "away").rename(home / "current")
    assert items(api)["numberMatched"] == 240


def test_a_collection_that_the_release_lacks_is_a_404(api, home):
    lacking = home / "releases" / "lacking"
    lacking.mkdir()
    servers.sqlite.write(places.collections()[:1], lacking)
    servers.swap(home, "lacking")
    try:
        assert "not found" in items(api, status=404)["description"].lower()
        assert items(api, path=f"{ITEMS}/BU00000003-2024", status=404)
    finally:
        servers.swap(home, "large")


@pytest.mark.parametrize("asked", [{}, {"properties": "score,lens"}, {"skipGeometry": "true"}, {"sortby": "-score"}])
def test_in_rd_an_answer_has_the_geometry_of_the_collection_to_the_millimetre(api, table, asked):
    answer = api.get(ITEMS, params={"crs": RD, "limit": 1000, "f": "json"} | asked)
    assert answer.headers["Content-Crs"] == f"<{RD}>"
    features = answer.json()["features"]
    there = items(api, limit=1000, **asked)["features"]
    assert [one["properties"] for one in features] == [one["properties"] for one in there]
    if "skipGeometry" in asked:
        assert all(one["geometry"] is None for one in features)
    else:
        shapes = [shapely.geometry.shape(one["geometry"]) for one in features]
        wanted = table.set_index("id").geometry[[one["id"] for one in features]]
        assert shapely.hausdorff_distance(shapes, wanted.to_numpy()).max() < 0.001


def test_an_item_in_rd_has_the_geometry_of_the_collection_to_the_millimetre(api, table):
    first = table.iloc[0]
    answer = api.get(f"{ITEMS}/{first['id']}", params={"crs": RD, "f": "json"})
    assert shapely.geometry.shape(answer.json()["geometry"]).hausdorff_distance(first.geometry) < 0.001
