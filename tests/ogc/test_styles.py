"""Every style has the classes and colours of the one legend, whatever it is written for."""

import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.declarations.lenses import BASIS
from layers.publication import appearance
from layers.publication.fields import SCORE
from layers.publication.legend import colours_of
from services.exporters import qgis
from services.ogc.app import Site, application
from services.ogc.documents import stylesheets
from services.stores import tiles
from tests.ogc import asking, places, servers

NAME = "indicatoren-misdrijven-buurt"
LOOK = appearance.appearance(NAME, [SCORE])
SLD = {"sld": "http://www.opengis.net/sld", "ogc": "http://www.opengis.net/ogc"}
scores = st.floats(-5, 5) | st.sampled_from([-2.0, -1.0, -0.5, 0.5, 1.0, 2.0]) | st.none()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    home, config = servers.a_home(tmp_path_factory.mktemp("home"), 5000)
    qgis.write(places.collections(rows=10), (home / "current").resolve())
    tiles.write(places.collections(rows=5)[:1], (home / "current").resolve())
    return application(Site(home, config))


def asked(served, path, **request):
    answer = asking.answer(served, f"/v1{path}", **request)
    assert answer.status_code == 200, answer.text
    return answer


def of_mapbox(expression, properties):
    """What the expressions of the style specification that are used here give, by its text."""
    match expression:
        case ["get", name]:
            return properties.get(name)
        case ["typeof", one]:
            value = of_mapbox(one, properties)
            return "null" if value is None else "number"
        case ["==", left, right]:
            return of_mapbox(left, properties) == right
        case ["case", condition, then, other]:
            return of_mapbox(then if of_mapbox(condition, properties) else other, properties)
        case ["step", one, first, *stops]:
            value, found = of_mapbox(one, properties), first
            for low, colour in zip(stops[::2], stops[1::2], strict=True):
                found = colour if value >= low else found
            return found
    return expression


def of_sld(rules, value):
    """The fill of the first rule that holds, as SLD wants it; of the rule for all others where none does."""
    compare = {
        "PropertyIsGreaterThanOrEqualTo": lambda end: value is not None and value >= end,
        "PropertyIsLessThan": lambda end: value is not None and value < end,
    }
    for rule in rules:
        held = (
            [one for one in rule.find("ogc:Filter", SLD).iter() if one.tag.rpartition("}")[2] in compare]
            if (rule.find("ogc:Filter", SLD) is not None)
            else []
        )
        if all(compare[one.tag.rpartition("}")[2]](float(one.find("ogc:Literal", SLD).text)) for one in held):
            return rule.find("sld:PolygonSymbolizer/sld:Fill/sld:CssParameter[@name='fill']", SLD).text
    raise AssertionError("no rule holds")


@given(scores)
def test_a_value_has_the_colour_of_the_legend_in_every_style(score):
    (wanted,) = colours_of(np.array([score], dtype=float), LOOK.legend)
    style = stylesheets.mapbox("t", LOOK, [{}], None)
    paint = next(one["paint"] for one in style["layers"] if one["type"] == "fill")
    assert of_mapbox(paint["fill-color"], {"score": score}) == wanted
    rules = ET.fromstring(stylesheets.sld("a", "t", LOOK)).findall(".//sld:Rule", SLD)  # noqa: S314  # our own
    assert of_sld(rules, score) == wanted


def test_every_collection_has_a_style_that_its_own_page_links(served):
    listed = asked(served, "/styles").json()["styles"]
    assert [one["id"] for one in listed] == ["gebieden-buurt", NAME]
    for one in listed:
        (link,) = [
            link["href"]
            for link in asked(served, f"/collections/{one['id']}?f=json").json()["links"]
            if link["rel"].endswith("/styles")
        ]
        mine = asking.answer(served, link).json()
        assert (mine["default"], mine["styles"]) == (one["id"], [one])
        sheets = [link for link in one["links"] if link["rel"] == "stylesheet"]
        assert len(sheets) == 3
        for sheet in sheets:
            answer = asking.answer(served, sheet["href"])
            assert (answer.status_code, answer.headers["content-type"]) == (200, sheet["type"])
    assert any(link["rel"].endswith("/styles") for link in asked(served, "?f=json").json()["links"])


def test_each_style_says_what_it_is_written_in_and_which_columns_it_needs(served):
    for one in asked(served, "/styles").json()["styles"]:
        (about,) = [link["href"] for link in one["links"] if link["rel"] == "describedby"]
        said = asking.answer(served, about).json()
        assert (said["id"], said["title"], said["scope"]) == (one["id"], one["title"], "style")
        sheets = [link for link in one["links"] if link["rel"] == "stylesheet"]
        assert [sheet["link"] for sheet in said["stylesheets"]] == sheets
        (layer,) = said["layers"]
        assert layer["geometryType"] == "polygons"
        assert set(layer["propertiesSchema"]) == ({"score"} if one["id"] == NAME else set())
        assert asking.answer(served, layer["sampleData"]["href"]).json()["id"] == one["id"]
        assert said["links"][0]["href"] == about


def test_a_collection_has_its_own_style_below_it_and_no_other(served):
    for path in ("", "/metadata", "?f=sld"):
        own = asked(served, f"/collections/{NAME}/styles/{NAME}{path}")
        assert own.content == asked(served, f"/styles/{NAME}{path}").content
    assert asking.answer(served, f"/v1/collections/{NAME}/styles/gebieden-buurt").status_code == 404
    paths = asked(served, "/openapi").json()["paths"]
    assert {f"/collections/{NAME}/styles/{NAME}", f"/collections/{NAME}/styles/{NAME}/metadata"} <= paths.keys()


def test_a_style_is_given_as_accept_asks_and_in_mapbox_where_nothing_is_said(served):
    kinds = {
        "*/*": "application/vnd.mapbox.style+json",
        "application/vnd.ogc.sld+xml": "application/vnd.ogc.sld+xml;version=1.0",
        "application/x-qgis-layer-settings": "application/x-qgis-layer-settings",
    }  # fmt: skip
    for accepted, kind in kinds.items():
        assert asked(served, f"/styles/{NAME}", headers={"Accept": accepted}).headers["content-type"] == kind


@pytest.mark.parametrize(("path", "status"), [
    ("/styles/nergens", 404), ("/styles/nergens/metadata", 404), ("/collections/nergens/styles", 404),
    (f"/styles/{NAME}?f=css", 400), ("/styles?x=1", 400),
])  # fmt: skip
def test_what_is_no_style_is_refused(served, path, status):
    assert asking.answer(served, f"/v1{path}").status_code == status


def test_a_map_in_a_browser_has_its_features_from_tiles_or_from_one_lens_and_period(served):
    tiled = asked(served, "/styles/gebieden-buurt").json()
    (source,) = tiled["sources"].values()
    assert (source["type"], source["minzoom"], source["maxzoom"]) == ("vector", 5, 11)
    assert {one["source-layer"] for one in tiled["layers"]} == {"gebieden-buurt"}
    (template,) = source["tiles"]
    tile = template.format(z=5, x=16, y=10)
    assert asking.answer(served, tile).status_code == 200
    (source,) = asked(served, f"/styles/{NAME}").json()["sources"].values()
    found = asking.answer(served, source["data"]).json()["features"]
    assert found
    assert {(one["properties"]["lens"], one["properties"]["periode"]) for one in found} == {("basis", 2024)}


def test_a_style_has_all_features_where_a_page_holds_fewer(tmp_path):
    home, config = servers.a_home(tmp_path, 5000)
    config.write_text(config.read_text().replace("max_items: 10000", "max_items: 4"), encoding="utf-8")
    served = application(Site(home, config))
    style = asked(served, f"/styles/{NAME}").json()
    shown = [
        feature["id"]
        for source in style["sources"].values()
        for feature in asking.answer(served, source["data"]).json()["features"]
    ]
    every = asked(served, f"/collections/{NAME}/items?resulttype=hits&lens=basis&datetime=2024").json()
    assert len(style["sources"]) > 1
    assert len(shown) == len(set(shown)) == every["numberMatched"]
    assert {(one["source"], one["type"]) for one in style["layers"]} == {
        (source, kind) for source in style["sources"] for kind in ("fill", "line")
    }


def test_the_id_of_no_lens_is_that_of_the_declarations():
    assert appearance.BASIS == BASIS == "basis"


def test_styles_are_declared_and_in_the_document(served):
    declared = asked(served, "/conformance?f=json").json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-styles-1/0.0/conf/core" in declared
    paths = json.loads(asked(served, "/openapi").text)["paths"]
    assert {"/styles", "/styles/{styleId}", "/styles/{styleId}/metadata", f"/collections/{NAME}/styles"} <= paths.keys()
    for one in (operation for path in paths.values() for operation in path.values()):
        for parameter in one["parameters"]:
            schema = parameter.get("schema", {})
            assert (
                schema.get("default", "") in schema.get("enum", [schema.get("default", "")]) or "default" not in schema
            )
