"""A long page is sent as it is read: a slow reader holds a piece of it in the server, and gets the page as it is."""

import asyncio
import re
from functools import partial
from unittest.mock import patch

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ogc import items
from services.ogc.app import Site, application
from services.ogc.edition import Edition
from services.ogc.origin import HomeOrigin
from services.ogc.questions import paging
from services.ogc.questions.parameters import MEDIA_TYPES
from services.stores import sqlite
from services.stores.served import opened
from services.stores.systems import SYSTEMS
from tests.ogc import asking, places, servers

NAME = "indicatoren-misdrijven-buurt"
ITEMS = f"/v1/collections/{NAME}/items"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home, config = servers.a_home(tmp_path_factory.mktemp("long"), 5000)
    (home / "releases" / "long").mkdir()
    sqlite.write(places.collections(rows=50), home / "releases" / "long")
    servers.swap(home, "long")
    return home, config


@pytest.fixture(scope="module")
def served(home):
    return application(Site(*home))


async def messages(application, query):
    """What is sent for a question, message by message."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        await asyncio.Event().wait()  # the reader stays, and sends nothing

    scope = {"type": "http", "method": "GET", "scheme": "http", "path": ITEMS, "query_string": query, "headers": []}
    await application(scope | {"asgi": {"version": "3.0"}, "http_version": "1.1", "root_path": ""}, receive, send)
    return sent


@pytest.mark.parametrize("system", ["", "&crs=http://www.opengis.net/def/crs/EPSG/0/28992"])
def test_no_more_than_250_features_of_a_long_page_are_held_at_once(served, system):
    start, *body = asyncio.run(messages(served, f"f=json&limit=10000{system}".encode()))
    features = [one.get("body", b"").count(b'"type":"Feature"') for one in body]
    assert start["status"] == 200
    assert sum(features) > 1000
    assert max(features) == 250
    page = orjson.loads(b"".join(one.get("body", b"") for one in body))
    assert len(page["features"]) == page["numberReturned"] == page["numberMatched"] == sum(features)


@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd"])
def test_a_long_page_has_the_headers_of_a_short_one_and_is_not_sent_again(served, encoding):
    accepts = {"Accept-Encoding": encoding}
    short = asking.answer(served, f"{ITEMS}?f=json&limit=1000", headers=accepts)
    long = asking.answer(served, f"{ITEMS}?f=json&limit=1001", headers=accepts)
    assert {*long.headers} | {"content-length"} == {*short.headers} | {"content-length"}
    assert long.headers["content-type"] == short.headers["content-type"] == "application/geo+json"
    assert long.json()["features"][:1000] == short.json()["features"]
    again = asking.answer(
        served, f"{ITEMS}?f=json&limit=1001", headers=accepts | {"If-None-Match": long.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.fixture(scope="module")
def asked(home):
    folder = home[0] / "releases" / "large"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ZICHT_HOME", str(home[0]))
        edition = Edition(HomeOrigin(home[0]).taken(HomeOrigin(home[0]).first()), home[1].read_text(encoding="utf-8"))
    asked = partial(items.Asked, edition, NAME, format="json", media_type=MEDIA_TYPES["json"])
    return asked, opened(folder / "zicht.sqlite"), paging.Filters(paging.FilterFolder(folder))


questions = st.fixed_dictionaries(
    {"limit": st.sampled_from(["1", "9", "10", "11", "239", "240", "1000"])},
    optional={
        "crs": st.sampled_from(SYSTEMS),
        "bbox": st.sampled_from(["5.1,52.03,5.13,52.05", "0,0,1,1"]),
        "filter": st.sampled_from(["score > 0.5", "kansrijk = 1"]),
        "sortby": st.sampled_from(["-score", "lens,-q"]),
        "properties": st.sampled_from(["score,lens", "id"]),
        "skipGeometry": st.sampled_from(["true", "false"]),
        "offset": st.sampled_from(["0", "5", "239", "500"]),
        "resulttype": st.sampled_from(["results", "hits"]),
    },
)


@settings(max_examples=100, deadline=None)
@given(given_=questions)
def test_the_pieces_of_a_page_are_the_page(asked, given_):
    about, store, filters = asked
    one = about(given=given_)
    with patch.multiple(items, LONG=10, PIECE=7):
        outline = items.outlined(store, filters, one)
        if not outline.long:
            return
        pieces = b"".join(items.pieces(store.again(), outline))
    _, _, whole = items.rendered(one, items.page(store, outline))
    without_time = partial(re.sub, rb'"timeStamp":"[^"]*"', b"")
    assert without_time(pieces) == without_time(whole)
