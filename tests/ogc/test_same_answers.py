"""What `zicht serve` answers itself is what a stock pygeoapi answers through the provider."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pygeoapi.api import APIRequest
from starlette.datastructures import QueryParams

from services.ogc import items, patches
from services.ogc.edition import Edition
from services.ogc.origin import HomeOrigin
from services.ogc.questions import paging
from services.ogc.questions.parameters import MEDIA_TYPES
from services.stores.served import opened
from services.stores.systems import SYSTEMS
from tests.ogc import servers

# pygeoapi 0.24 declares its own models the way pydantic 1 did.
pytestmark = pytest.mark.filterwarnings("ignore:Support for class-based `config`:DeprecationWarning")

NAME = "indicatoren-misdrijven-buurt"


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    home, config = servers.a_home(tmp_path_factory.mktemp("home"), 5000)
    patches.apply()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ZICHT_HOME", str(home))
        yield Edition(HomeOrigin(home).taken(HomeOrigin(home).first()), config.read_text(encoding="utf-8"))


def ours(edition, given_):
    asked = items.Asked(edition, NAME, given_, "json", MEDIA_TYPES["json"])
    store, filters = opened(edition.folder / "zicht.sqlite"), paging.Filters(paging.FilterFolder(edition.folder))
    _, _, body = items.rendered(asked, items.page(store, items.outlined(store, filters, asked)))
    return json.loads(body)


def stock(edition, given_):
    api = edition.linked._api
    request = APIRequest(SimpleNamespace(query_params=QueryParams(given_), headers={}), api.locales)
    _, status, body = patches.itemtypes.get_collection_items(api, request, NAME)
    assert status == 200, body
    return json.loads(body)


def coordinates(page):
    return [
        shapely.get_coordinates(shapely.geometry.shape(one["geometry"])) for one in page["features"] if one["geometry"]
    ]


asked = st.fixed_dictionaries(
    {"limit": st.sampled_from(["3", "100", "1000"])},
    optional={
        "crs": st.sampled_from(SYSTEMS),
        "bbox": st.sampled_from(["5.1,52.03,5.13,52.05", "5.1,52.03,0,5.13,52.05,9"]),
        "datetime": st.sampled_from(["2024", "../2023", "2023-06-01/2024-01-01", "1999"]),
        "filter": st.sampled_from(
            ["score > 0.5", "S_INTERSECTS(geometry, POINT(5.12 52.04)) OR q < 0.1", "kansrijk = 1"]
        ),
        "sortby": st.sampled_from(["-score", "lens,-q"]),
        "properties": st.sampled_from(["score,lens", "id"]),
        "skipGeometry": st.sampled_from(["true", "false"]),
        "offset": st.sampled_from(["0", "5", "500"]),
        "lens": st.just("basis"),
        "resulttype": st.sampled_from(["results", "hits"]),
    },
)


@settings(max_examples=60, deadline=None)
@given(given_=asked)
def test_both_ways_give_the_same_features(edition, given_):
    one, other = ours(edition, given_), stock(edition, given_)
    assert (one["numberMatched"], one["numberReturned"]) == (other["numberMatched"], other["numberReturned"])
    for ourselves, theirs in zip(one["features"], other["features"], strict=True):
        assert (ourselves["id"], ourselves["properties"]) == (theirs["id"], theirs["properties"])
    metres = given_.get("crs", "").endswith(("28992", "3857"))
    for ourselves, theirs in zip(coordinates(one), coordinates(other), strict=True):
        assert np.allclose(ourselves, theirs, rtol=0, atol=0.001 if metres else 1e-8)


@pytest.mark.parametrize("system", SYSTEMS)
def test_both_ways_find_the_same_in_a_box_of_any_system(edition, system):
    first = ours(edition, {"crs": system, "limit": "100", "sortby": "-score"})
    corners = np.concatenate(coordinates(first)[:20])
    box = ",".join(map(repr, [*corners.min(axis=0).tolist(), *corners.max(axis=0).tolist()]))
    asked_ = {"bbox": box, "bbox-crs": system, "crs": system, "limit": "1000"}
    assert [one["id"] for one in ours(edition, asked_)["features"]] == [
        one["id"] for one in stock(edition, asked_)["features"]
    ]
    assert ours(edition, asked_)["numberMatched"] > 20
