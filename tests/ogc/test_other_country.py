"""What is made in the system of another country is answered and asked in it, and not in RD New."""

import csv
import io
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pyproj
import pytest
import shapely
from pygeoapi.api import APIRequest
from starlette.datastructures import QueryParams

from services.ogc import configuration, patches
from services.ogc.app import Site, application
from services.ogc.edition import Edition
from services.ogc.origin import HomeOrigin
from services.stores import sqlite
from services.stores.queries import Query
from services.stores.served import opened
from tests.ogc import asking, places, servers

# pygeoapi 0.24 declares its own models the way pydantic 1 did.
pytestmark = pytest.mark.filterwarnings("ignore:Support for class-based `config`:DeprecationWarning")

NAME, DUTCH = "indicatoren-misdrijven-buurt", "indicatoren-proef-buurt"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
OWN, RD = f"{EPSG}3035", f"{EPSG}28992"
ANSWERED = ["http://www.opengis.net/def/crs/OGC/1.3/CRS84", OWN, *(f"{EPSG}{one}" for one in (4258, 9067, 4326, 3857))]


def moved(collection, epsg=3035):
    return replace(collection, table=collection.table.to_crs(epsg))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    release = folder / "releases" / "elsewhere"
    release.mkdir(parents=True)
    sqlite.write(list(map(moved, places.collections())), release)
    (folder / "current").symlink_to("releases/elsewhere")
    config = folder / "pygeoapi-config.yml"
    config.write_text((servers.ROOT / "pygeoapi-config.yml").read_text(encoding="utf-8"), encoding="utf-8")
    found = opened(folder / "current" / "zicht.sqlite").collections
    configuration.write(config, configuration.resources(found, servers.DATA))
    return folder, config


@pytest.fixture(scope="module")
def served(home):
    return application(Site(*home))


@pytest.fixture(scope="module")
def northings():
    """The shapes as the register of EPSG has their system: northing first, to a millimetre."""
    table = moved(places.collections()[1]).table.set_index("id").geometry
    return {one: shapely.transform(shape, lambda at: np.round(np.fliplr(at), 3)) for one, shape in table.items()}


def asked(served, path, status=200, **given):
    answer = asking.answer(served, f"/v1/collections/{path}", params=given)
    assert answer.status_code == status, answer.text
    return answer


def same(geometry, shape):
    return shapely.geometry.shape(geometry).equals_exact(shapely.MultiPolygon([shape]), 1e-9, normalize=True)


def test_a_page_a_feature_and_a_table_are_in_its_own_metres_with_the_axes_of_the_register(served, northings):
    page = asked(served, f"{NAME}/items", f="json", crs=OWN, limit="1000")
    assert page.headers["content-crs"] == f"<{OWN}>"
    features = page.json()["features"]
    assert len(features) == len(northings) == 240
    assert all(same(one["geometry"], northings[one["id"]]) for one in features)
    first = features[0]
    assert same(
        asked(served, f"{NAME}/items/{first['id']}", crs=OWN, f="json").json()["geometry"], northings[first["id"]]
    )
    placed = asked(served, f"{NAME}/items/{first['id']}", crs=OWN, f="jsonfg").json()
    assert (placed["coordRefSys"], placed["geometry"]) == (OWN, None)
    assert same(placed["place"], northings[first["id"]])
    rows = csv.DictReader(io.StringIO(asked(served, f"{NAME}/items", f="csv", crs=OWN).text))
    assert all(same(shapely.geometry.mapping(shapely.from_wkt(one["geometry"])), northings[one["id"]]) for one in rows)


def test_what_stands_ready_is_what_a_transformation_of_the_degrees_gives(served):
    ready = asked(served, f"{NAME}/items", f="json", crs=OWN, limit="100").json()["features"]
    degrees = asked(served, f"{NAME}/items", f="json", limit="100").json()["features"]
    for one, other in zip(ready, degrees, strict=True):
        back = shapely.transform(shapely.geometry.shape(one["geometry"]), in_degrees)
        assert shapely.hausdorff_distance(back, shapely.geometry.shape(other["geometry"])) < 2e-7


def in_degrees(points):
    return np.column_stack(pyproj.Transformer.from_crs(3035, "OGC:CRS84").transform(*points.T))


def test_a_box_and_a_filter_in_its_own_system_find_what_lies_in_them(served, northings):
    south, west, north, east = shapely.MultiPolygon(list(northings.values())).bounds
    box = shapely.box(south, west, (south + north) / 2, (west + east) / 2)
    wanted = {one for one, shape in northings.items() if shape.intersects(box)}
    assert 0 < len(wanted) < len(northings)
    numbers = ",".join(map(str, box.bounds))
    found = asked(served, f"{NAME}/items", **{"bbox": numbers, "bbox-crs": OWN, "limit": "1000", "f": "json"}).json()
    assert {one["id"] for one in found["features"]} == wanted
    filter_ = {"filter": f"S_INTERSECTS(geometry, {box.wkt})", "filter-crs": OWN}
    found = asked(served, f"{NAME}/items", limit="1000", f="json", **filter_).json()
    assert {one["id"] for one in found["features"]} == wanted


def test_its_system_stands_where_rd_new_would_in_all_that_says_what_may_be_asked(served):
    assert asked(served, NAME, f="json").json()["crs"] == ANSWERED
    document = asking.answer(served, "/v1/openapi", params={"f": "json"}).json()
    for name in ("crs", "bbox-crs", "filter-crs"):
        assert document["components"]["parameters"][name]["schema"]["enum"] == ANSWERED
    page = asked(served, NAME, f="html").text
    assert OWN in page
    assert RD not in page
    for name in ("crs", "bbox-crs"):
        refused = asked(served, f"{NAME}/items", status=400, **{"bbox": "1,2,3,4", name: RD, "f": "json"}).json()
        assert OWN in refused["detail"]


def test_a_stock_pygeoapi_gives_the_same_through_the_provider(home, served, monkeypatch):
    folder, config = home
    monkeypatch.setenv("ZICHT_HOME", str(folder))
    patches.apply()
    edition = Edition(HomeOrigin(folder).taken(HomeOrigin(folder).first()), config.read_text(encoding="utf-8"))
    given = {"crs": OWN, "limit": "20", "sortby": "-score"}
    request = APIRequest(SimpleNamespace(query_params=QueryParams(given), headers={}), edition.linked._api.locales)
    _, status, body = patches.itemtypes.get_collection_items(edition.linked._api, request, NAME)
    assert status == 200, body
    ours = asked(served, f"{NAME}/items", f="json", **given).json()
    assert json.loads(body)["features"] == ours["features"]


def test_of_a_release_of_two_countries_each_is_where_it_lies_and_is_answered_in_its_own(tmp_path):
    areas, indicators = places.collections()
    dutch = replace(indicators, id="indicatoren_proef_buurt")
    sqlite.write([moved(areas), moved(indicators), dutch], tmp_path)
    store = opened(tmp_path / "zicht.sqlite")
    assert {one.id: one.epsg for one in store.collections} == {"gebieden-buurt": 3035, NAME: 3035, DUTCH: 28992}
    query = Query(limit=1000)
    here, there = ({one["id"]: one["geometry"] for one in store.page(name, query)} for name in (DUTCH, NAME))
    for one, geometry in here.items():
        apart = shapely.hausdorff_distance(shapely.geometry.shape(geometry), shapely.geometry.shape(there[one]))
        assert apart < 1e-5  # the systems differ by some decimetres
    (x, y), *_ = store.page(DUTCH, Query(limit=1, system="metres"))[0]["geometry"]["coordinates"][0][0]
    assert (round(x, -5), round(y, -5)) == (100_000, 500_000)
