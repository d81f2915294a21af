"""Features as JSON-FG have the members that the standard requires, and the coordinates and period of the GeoJSON."""

import pytest

from services.ogc.app import Site, application
from services.stores.systems import SYSTEMS
from tests.ogc import asking, servers

NAME = "indicatoren-misdrijven-buurt"
CORE = "http://www.opengis.net/spec/json-fg-1/1.0/conf/core"
MEDIA_TYPE = "application/vnd.ogc.fg+json"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    home, config = servers.a_home(tmp_path_factory.mktemp("home"), 5000)
    return application(Site(home, config))


def asked(served, path, **given):
    answer = asking.answer(served, f"/v1/collections/{path}", params=given)
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", [NAME, "gebieden-buurt"])
def test_a_page_has_what_the_standard_requires(served, name, system):
    plain = asked(served, f"{name}/items", f="json", crs=system, limit="5").json()
    answer = asked(served, f"{name}/items", f="jsonfg", crs=system, limit="5")
    page = answer.json()
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert (page["type"], page["conformsTo"], page["coordRefSys"]) == ("FeatureCollection", [CORE], system)
    assert page["numberMatched"] == plain["numberMatched"]
    for one, other in zip(page["features"], plain["features"], strict=True):
        assert {"type", "id", "time", "place", "geometry", "properties"} <= one.keys()
        degrees, elsewhere = one["geometry"], one["place"]
        if system == SYSTEMS[0]:
            assert (degrees, elsewhere) == (other["geometry"], None)
        else:
            assert (degrees, elsewhere) == (None, other["geometry"])
        assert one["properties"] == other["properties"]
        year = other["properties"].get("periode")
        assert one["time"] == ({"interval": [f"{year}-01-01", f"{year}-12-31"]} if year else None)


def test_pages_go_on_in_the_same_format(served):
    page = asked(served, f"{NAME}/items", f="jsonfg", limit="3").json()
    (following,) = [one["href"] for one in page["links"] if one["rel"] == "next"]
    more = asking.answer(served, following).json()
    assert more["conformsTo"] == [CORE]
    assert more["features"][0]["id"] not in {one["id"] for one in page["features"]}


def test_one_feature_is_as_on_its_page(served):
    page = asked(served, f"{NAME}/items", f="jsonfg", limit="1", crs=SYSTEMS[1]).json()
    (on_page,) = page["features"]
    answer = asked(served, f"{NAME}/items/{on_page['id']}", f="jsonfg", crs=SYSTEMS[1])
    assert answer.headers["content-type"] == MEDIA_TYPE
    one = answer.json()
    assert one["conformsTo"] == [CORE]
    assert one.items() >= {**on_page, "coordRefSys": SYSTEMS[1]}.items()


def test_it_is_declared_and_offered_by_accept(served):
    assert CORE in asking.answer(served, "/v1/conformance?f=json").json()["conformsTo"]
    answer = asking.answer(served, f"/v1/collections/{NAME}/items?limit=1", headers={"Accept": MEDIA_TYPE})
    assert answer.json()["conformsTo"] == [CORE]
