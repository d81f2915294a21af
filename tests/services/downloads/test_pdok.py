"""CBS's boundaries come in whole from PDOK, by pages or as a file; else the fault is named, and a rerun repairs it."""

import re
from dataclasses import replace

import geopandas
import orjson
import pytest

from boundaries import cbs
from boundaries.rd import RD_NEW
from boundaries.vintages import vintage
from geo.errors import SourceError
from services.downloads import pdok
from services.http.client import Client, RetryPolicy
from tests.country import squares
from tests.standin import pdok as standin_pdok
from tests.standin.server import Reply, Standin, busy, cut, halved

AREAS = squares(33, 78)  # 2,574 buurten: three pages
TABLES = standin_pdok.tables(AREAS, 2024)
YEAR = replace(vintage(2024), least=len(AREAS))
FED = replace(vintage(2021), least=len(AREAS))
NEXT = r"buurten/items\?.*cursor="


@pytest.fixture(scope="module")
def geopackage(tmp_path_factory):
    return standin_pdok.geopackage(standin_pdok.tables(AREAS, 2021), tmp_path_factory.mktemp("feed") / "made.gpkg")


@pytest.fixture
def api():
    with Standin(standin_pdok.Api(TABLES, 2024)) as standin:
        yield standin


@pytest.fixture
def client(tmp_path):
    def make(standin, **rest):
        policy = RetryPolicy(connect_timeout=5, read_timeout=5, total_timeout=20, tries=3, pause=0.01)
        return Client(tmp_path / "cache", gateway=standin.url, policy=policy, **rest)

    return make


def same(tables, expected):
    assert list(tables) == list(expected) == ["buurten", "wijken", "gemeenten"]
    for name, table in tables.items():
        assert isinstance(table, geopandas.GeoDataFrame)
        assert table.crs.to_epsg() == RD_NEW
        columns = list(expected[name].columns.drop("geometry"))
        assert table[columns].astype(str).equals(expected[name][columns].astype(str))
        assert (table.geometry.to_wkb() == expected[name].geometry.to_wkb()).all()


def test_all_pages_of_all_collections_come_in(api, client):
    progress = []
    tables = pdok.boundary_tables(client(api), YEAR, lambda *what: progress.append(what))
    same(tables, TABLES)
    assert cbs.buurten(tables["buurten"], YEAR, "pdok").ids.equals(AREAS.ids)
    assert [done for what, done, _ in progress if what == "buurten 2024"] == [1000, 2000, 2574]
    assert all(whole is None for *_, whole in progress)
    assert (tables["buurten"]["aantal_inwoners"] == standin_pdok.SECRET).all()


def test_pages_are_asked_in_rd_by_a_thousand_and_cursors_stay_escaped(api, client):
    pdok.boundary_tables(client(api), YEAR)
    assert len(api.requests) == 3 + 1 + 1
    assert all("limit=1000" in one and "EPSG%2F0%2F28992" in one for one in api.requests)
    assert api.count(NEXT) == 2
    assert all("%7CNwyr1Q" in one for one in api.requests if "cursor" in one)


def test_what_is_planned_is_what_is_asked_first(api, client):
    planned = pdok.planned(YEAR)
    pdok.boundary_tables(client(api), YEAR)
    assert len(planned) == 3
    assert all(one.removeprefix("https:/") in api.requests for one in planned)
    assert pdok.planned(FED) == ["https://service.pdok.nl/cbs/wijkenbuurten/2021/atom/index.xml"]


def test_a_rerun_asks_nothing_again(api, client):
    one = pdok.boundary_tables(client(api), YEAR)
    asked = len(api.requests)
    same(pdok.boundary_tables(client(api), YEAR), one)
    assert len(api.requests) == asked


@pytest.mark.parametrize(
    "spoils", [(cut(5000),), (halved,), (busy(0),), (Reply(500), Reply(503)), (cut(100), halved)]
)  # fmt: skip
def test_a_fault_that_passes_changes_nothing(api, client, spoils):
    api.trap(NEXT, *spoils)
    same(pdok.boundary_tables(client(api), YEAR), TABLES)


def test_a_service_that_goes_down_half_way_resumes_where_it_was(api, client):
    api.trap(NEXT, Reply(503), Reply(503), Reply(503))
    with pytest.raises(SourceError, match="503"):
        pdok.boundary_tables(client(api), YEAR)
    same(pdok.boundary_tables(client(api), YEAR), TABLES)
    assert api.requests.count(pdok.planned(YEAR)[0].removeprefix("https:/")) == 1


def spoilt(change):
    """The usual page, changed."""
    return lambda usual: replace(usual, body=orjson.dumps(change(orjson.loads(usual.body))))


def circling(content):
    """The link to the next page leads to the page itself."""
    at = next(one["href"] for one in content["links"] if one["rel"] == "self")
    links = [{**one, "href": at} if one["rel"] == "next" else one for one in content["links"]]
    return {**content, "links": links}


def ending(content):
    return {**content, "links": []}


def shortened(content):
    return {**content, "features": content["features"][:5]}


def emptied(content):
    return {**content, "features": []}


def listed(content):
    return content["features"]


@pytest.mark.parametrize(
    ("pattern", "change", "error"),
    [
        (NEXT, circling, "asked before: its service sends its pages in a loop; try again later"),
        (NEXT, ending, "2000 buurten where the country of 2024 has 2574 at least; the answer is not whole"),
        (NEXT, emptied, "a page without areas, where 1000 were before it"),
        ("wijken/items", shortened, "5 wijk areas, and 52 in the codes of the buurten, of which 5 are the same"),
        ("gemeenten/items", listed, "a page without areas, where 0 were before it"),
    ],
)
def test_a_wrong_answer_is_reported_and_discarded_so_that_a_rerun_ends_well(api, client, pattern, change, error):
    api.trap(pattern, spoilt(change))
    with pytest.raises(SourceError, match=re.escape(error)):
        pdok.boundary_tables(client(api), YEAR)
    same(pdok.boundary_tables(client(api), YEAR), TABLES)


@pytest.mark.parametrize(("missing", "whole"), [(1, True), (2, False)])
def test_of_the_wijken_98_percent_must_be_in_both_tables(api, client, missing, whole):
    """Of 52 wijken one is 1.9 %, two are 3.8 %."""

    def without(content):
        return {**content, "features": content["features"][missing:]}

    api.trap("wijken/items", spoilt(without))
    if whole:
        assert len(pdok.boundary_tables(client(api), YEAR)["wijken"]) == 51
    else:
        with pytest.raises(SourceError, match="50 wijk areas, and 52 in the codes of the buurten, of which 50 are the"):
            pdok.boundary_tables(client(api), YEAR)


def test_a_page_that_repeats_is_reported_and_a_rerun_ends_well(api, client):
    first = client(api).get(pdok.planned(YEAR)[0])
    api.trap(NEXT, Reply(200, first.body, {"Content-Type": "application/geo+json"}))
    with pytest.raises(SourceError, match="areas that were there before: a page that repeats; try again later"):
        pdok.boundary_tables(client(api), YEAR)
    same(pdok.boundary_tables(client(api), YEAR), TABLES)


def test_degrees_where_rd_was_asked_are_refused(client):
    def ignoring_crs(path, query, headers):
        return standin_pdok.Api(TABLES, 2024)(
            path, {name: one for name, one in query.items() if name != "crs"}, headers
        )

    with (
        Standin(ignoring_crs) as standin,
        pytest.raises(SourceError, match=r"asked for RD \(EPSG:28992\), answered in degrees"),
    ):
        pdok.boundary_tables(client(standin), YEAR)


@pytest.mark.parametrize(
    "columns",
    [
        {"buurtcode": "bu_code", "buurtnaam": "bu_naam", "gemeentecode": "gm_code", "gemeentenaam": "gm_naam",
         "wijkcode": "wk_code", "wijknaam": "wk_naam"},
        {"buurtcode": "buurtCode"},
    ],
)  # fmt: skip
def test_names_of_other_years_are_known(client, columns):
    with Standin(standin_pdok.Api(TABLES, 2024, columns)) as standin:
        tables = pdok.boundary_tables(client(standin), YEAR)
    assert cbs.buurten(tables["buurten"], YEAR, "pdok").ids.equals(AREAS.ids)


def test_a_property_that_is_gone_is_reported_with_those_that_are_there(client):
    error = r"collections/wijken: no property for 'wijk': looked for wijkcode, wk_code.*; found wk, wijknaam"
    with (
        Standin(standin_pdok.Api(TABLES, 2024, {"wijkcode": "wk"})) as standin,
        pytest.raises(SourceError, match=error),
    ):
        pdok.boundary_tables(client(standin), YEAR)
    # Requested again once its name is known.
    with Standin(standin_pdok.Api(TABLES, 2024)) as standin:
        same(pdok.boundary_tables(client(standin), YEAR), TABLES)


def test_a_year_that_the_api_does_not_have_is_reported(client):
    with (
        Standin(standin_pdok.Api(TABLES, 2023)) as standin,
        pytest.raises(SourceError, match="the service refuses: 404"),
    ):
        pdok.boundary_tables(client(standin), YEAR)


@pytest.mark.parametrize("direct", [True, False])
def test_of_the_files_in_a_feed_the_newest_is_taken(client, geopackage, direct):
    files = {
        "wijkenbuurten_2021.gpkg": b"old",
        "wijkenbuurten_2021_v2.gpkg": geopackage,
        "wijkenbuurten_2021_v1.gpkg": b"",
    }
    progress = []
    with Standin(standin_pdok.Feed(2021, files, direct=direct)) as standin:
        tables = pdok.boundary_tables(client(standin), FED, lambda *what: progress.append(what))
        assert standin.count("gpkg") == standin.count("_v2.gpkg") == 1
    assert cbs.buurten(tables["buurten"], FED, "pdok").ids.equals(AREAS.ids)
    assert [len(one) for one in tables.values()] == [2574, 52, 2]
    assert progress[-1] == ("wijkenbuurten_2021_v2.gpkg", len(geopackage), len(geopackage))


def test_version_ten_is_newer_than_version_nine(client, geopackage):
    files = {"x_2021_v9.gpkg": b"old", "x_2021_v10.gpkg": geopackage}
    with Standin(standin_pdok.Feed(2021, files)) as standin:
        assert len(pdok.boundary_tables(client(standin), FED)["buurten"]) == 2574


def test_a_file_that_was_cut_goes_on_where_it_was(client, geopackage):
    with Standin(standin_pdok.Feed(2021, {"a.gpkg": geopackage})) as standin:
        standin.trap(r"a\.gpkg", cut(100_000))
        tables = pdok.boundary_tables(client(standin), FED)
        assert standin.count(r"a\.gpkg") == 2
    assert len(tables["buurten"]) == 2574


def test_a_file_that_is_in_is_not_fetched_again(client, geopackage):
    with Standin(standin_pdok.Feed(2021, {"a.gpkg": geopackage})) as standin:
        one, two = (pdok.boundary_tables(client(standin), FED) for _ in range(2))
        assert standin.count(r"a\.gpkg") == 1
    same(two, one)


@pytest.mark.parametrize("checksums", [True, False])
def test_a_file_that_came_in_wrong_is_reported_and_fetched_again(client, geopackage, checksums):
    wrong = geopackage[:-1] if checksums else geopackage[: len(geopackage) // 2]
    with Standin(standin_pdok.Feed(2021, {"a.gpkg": geopackage}, checksums=checksums)) as standin:
        standin.trap(r"a\.gpkg", Reply(200, wrong))
        unreadable = "cannot be read as a boundary file"
        error = rf"{len(wrong)} bytes where its feed says {len(geopackage)}" if checksums else unreadable
        with pytest.raises(SourceError, match=error):
            pdok.boundary_tables(client(standin), FED)
        assert len(pdok.boundary_tables(client(standin), FED)["buurten"]) == 2574


def test_a_file_of_the_right_length_with_another_byte_is_reported(client, geopackage):
    wrong = geopackage[:-1] + bytes([geopackage[-1] ^ 1])
    with Standin(standin_pdok.Feed(2021, {"a.gpkg": geopackage})) as standin:
        standin.trap(r"a\.gpkg", Reply(200, wrong))
        with pytest.raises(SourceError, match=r"its sha256 is .* where its feed says"):
            pdok.boundary_tables(client(standin), FED)


@pytest.mark.parametrize("content", [b"<html><p>busy", b"", b"<feed xmlns='http://www.w3.org/2005/Atom'><entry>"])
def test_a_feed_that_is_none_is_reported_and_requested_again(client, geopackage, content):
    with Standin(standin_pdok.Feed(2021, {"a.gpkg": geopackage})) as standin:
        standin.trap(r"index\.xml", Reply(200, content, {"Content-Type": "text/xml"}))
        with pytest.raises(SourceError, match=r"index.xml: not a feed, or one that stops half-way"):
            pdok.boundary_tables(client(standin), FED)
        assert len(pdok.boundary_tables(client(standin), FED)["buurten"]) == 2574


def test_a_feed_that_swells_is_stopped(client):
    layers = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{layers}]><feed>&l9;</feed>'
    reply = Reply(200, bomb.encode(), {"Content-Type": "text/xml"})
    with Standin(lambda *_: reply) as standin, pytest.raises(SourceError, match="not a feed, or one"):
        pdok.boundary_tables(client(standin), FED)


def test_a_feed_without_a_file_is_reported(client):
    with Standin(standin_pdok.Feed(2021, {})) as standin, pytest.raises(SourceError, match="names no GeoPackage"):
        pdok.boundary_tables(client(standin), FED)


def test_a_mirror_answers_where_there_is_no_internet(client, geopackage):
    with Standin(standin_pdok.Api(TABLES, 2024), standin_pdok.Feed(2021, {"a.gpkg": geopackage})) as standin:
        pages, file = (pdok.boundary_tables(client(standin), one) for one in (YEAR, FED))
    same(pdok.boundary_tables(client(standin, offline=True), YEAR), pages)
    same(pdok.boundary_tables(client(standin, offline=True), FED), file)


def test_testland_comes_in_with_land_and_water_apart(testland, buurten, client):
    tables = standin_pdok.of_raw(testland.boundaries, buurten, 2024)
    year = replace(vintage(2024), least=len(buurten))
    with Standin(standin_pdok.Api(tables, 2024)) as standin:
        tables = pdok.boundary_tables(client(standin), year)
    assert len(tables["buurten"]) == len(testland.boundaries) > len(buurten)
    areas = cbs.named(
        cbs.buurten(tables["buurten"], year, "pdok"),
        tables["gemeenten"].set_index("gemeentecode")["gemeentenaam"],
        tables["wijken"].set_index("wijkcode")["wijknaam"],
    )  # fmt: skip
    assert areas.table.drop(columns="geometry").equals(buurten.table.drop(columns="geometry"))
    apart = areas.table.geometry.symmetric_difference(buurten.table.geometry).area
    assert apart.max() == pytest.approx(0, abs=1e-6)
