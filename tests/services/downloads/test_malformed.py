"""An answer that is JSON or XML and not what the service gives is a fault in words, whatever stands in it."""

import orjson
import pandas as pd
import pytest

from boundaries.vintages import vintage
from geo.errors import SourceError
from services.downloads import atom, pdok, postcodes, squares
from services.downloads.pages import rows
from services.geocoder import Addresses
from services.http.client import Client
from services.http.transport import RetryPolicy
from tests.services.downloads import test_squares
from tests.standin.server import Reply, Standin

QUICK = RetryPolicy(tries=1, pause=0.01)
JSON = {"Content-Type": "application/json"}
TABLES = "https://opendata.cbs.nl/ODataApi/odata/x"
FEED = "https://service.pdok.nl/cbs/index.xml"
STREET = pd.DataFrame([("1012AB", 1, 121_000.5, 487_000.25)], columns=["postcode", "huisnummer", "x", "y"])
POLYGON = {"type": "Polygon", "coordinates": [[[1e5, 4e5], [1e5, 5e5], [2e5, 5e5], [1e5, 4e5]]]}


def no_progress(*_):
    pass


def client_of(folder, standin):
    return Client(folder, policy=QUICK, gateway=standin.url)


@pytest.mark.parametrize("cell", [[1], {}, {"a": 1}, [[]]])
def test_a_row_of_a_table_holds_texts_and_numbers(tmp_path, cell):
    with (
        Standin(lambda *_: Reply(200, orjson.dumps({"value": [{"ID": 1}, {"ID": cell}]}), JSON)) as standin,
        pytest.raises(SourceError, match=r"answer without rows of texts and numbers \('value'\): .*; try again later"),
    ):
        rows(client_of(tmp_path, standin), TABLES)


def feature(**more):
    return {"type": "Feature", "id": 1, "properties": {"buurtcode": "BU00010000"}, "geometry": POLYGON, **more}


@pytest.mark.parametrize("found", ["GM0363", {}, 5, [7], ["x"], [feature(properties="x")], [feature(properties=[1])]])
def test_what_is_no_list_of_features_is_no_page(tmp_path, found):
    page = orjson.dumps({"features": found, "numberMatched": 1})
    with Standin(lambda *_: Reply(200, page, JSON)) as standin:
        client = client_of(tmp_path, standin)
        with pytest.raises(SourceError, match="a page without areas"):
            pdok.boundary_tables(client, vintage(2024))
        with pytest.raises(SourceError, match="no page of a WFS: 'features' or 'numberMatched' is not there"):
            squares.squares_of(client, test_squares.SOURCE)


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Polygon"},
        {"type": "Niets", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[1]]]},
        {"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [5, 6], [7, 8]]]},
        {"type": "Polygon", "coordinates": "x"},
        "x",
    ],
)
def test_a_border_that_cannot_be_read_is_said(tmp_path, geometry):
    page = orjson.dumps({"features": [feature(geometry=geometry)]})
    with (
        Standin(lambda *_: Reply(200, page, JSON)) as standin,
        pytest.raises(SourceError, match=r"items.*: a border that cannot be read: .*; try again later"),
    ):
        pdok.boundary_tables(client_of(tmp_path, standin), vintage(2024))


@pytest.mark.parametrize("links", [None, 5, "next", ["next"], [7], {"rel": "next"}])
def test_links_that_are_none_lead_nowhere(tmp_path, links):
    page = orjson.dumps({"features": [feature()], "links": links})
    with (
        Standin(lambda *_: Reply(200, page, JSON)) as standin,
        pytest.raises(SourceError, match="no property for 'name'"),
    ):
        pdok.boundary_tables(client_of(tmp_path, standin), vintage(2024))


def test_a_postcode_that_is_absent_is_none(tmp_path):
    page = orjson.dumps({"features": [feature(properties={"postcode": "1011"}), feature(id=2, properties=None)]})
    with (
        Standin(lambda *_: Reply(200, page, JSON)) as standin,
        pytest.raises(SourceError, match="or are none"),
    ):
        postcodes.postcode_table(client_of(tmp_path, standin), 2024, no_progress)


ADDRESS = {"postcode": "1012AB", "huisnummer": 1, "centroide_rd": "POINT(1 2)"}


@pytest.mark.parametrize(
    "response",
    [
        {"numFound": 1, "docs": {"a": 1}},
        {"numFound": 1, "docs": [{**ADDRESS, "huisnummer": "een"}]},
        {"numFound": 1, "docs": [{**ADDRESS, "huisnummer": -1}]},
        {"numFound": 1, "docs": [{"postcode": "1012AB", "centroide_rd": "POINT(1 2)"}]},
        {"numFound": 1, "docs": [{**ADDRESS, "centroide_rd": "POINT(1.2.3 ...)"}]},
    ],
)
def test_an_address_that_is_none_is_a_fault_of_the_service(tmp_path, response):
    reply = Reply(200, orjson.dumps({"response": response}), JSON)
    with (
        Standin(lambda *_: reply) as standin,
        pytest.raises(SourceError, match=r"no answer as the Locatieserver gives it|addresses that were not asked"),
    ):
        Addresses(client_of(tmp_path, standin)).located(["1012AB"], ["1"])


@pytest.mark.parametrize("more", [lambda asked: 100 * asked + 100, lambda _: 10**9], ids=["ever more", "too many"])
def test_addresses_without_end_are_ended(tmp_path, more):
    asked = 0

    def endless(*_):
        nonlocal asked
        asked += 1
        return Reply(200, orjson.dumps({"response": {"numFound": more(asked), "docs": [ADDRESS] * 100}}), JSON)

    with Standin(endless) as standin, pytest.raises(SourceError, match="the service sends pages without end"):
        Addresses(client_of(tmp_path, standin)).located(["1012AB"], ["1"])
    assert asked <= 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'length="3"', "length='\xb2'".encode()),
        (b'length="3"', b'length="' + b"9" * 5000 + b'"'),
        (b"https://service.pdok.nl/cbs/x.gpkg", b"http://[x.gpkg"),
        (b"UTF-8", b"idna"),
        (b"UTF-8", b"utf-7"),
    ],
)
def test_a_feed_with_what_no_feed_has_is_said_or_read_without_it(tmp_path, old, new):
    feed = (
        b'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><entry>'
        b'<link href="https://service.pdok.nl/cbs/x.gpkg" length="3"/></entry></feed>'
    )
    with Standin(lambda path, *_: Reply(200, feed.replace(old, new) if path.endswith("xml") else b"abc")) as standin:
        client = client_of(tmp_path, standin)
        if b"length" in old:
            assert atom.fetch_newest(client, FEED, no_progress).read_bytes() == b"abc"
        else:
            with pytest.raises(SourceError, match=r"not a feed|names no GeoPackage"):
                atom.fetch_newest(client, FEED, no_progress)
