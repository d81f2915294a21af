"""The OpenAPI document keeps the Dutch API Design Rules (2.1, as the linter of Logius checks them), with tiles and
without; what OGC names otherwise is named here.
"""

import re
from importlib.resources import files

import orjson
import pytest
from jsonschema.validators import validator_for

from services.ogc.app import Site, application
from services.stores import tiles
from tests.ogc import asking, places, servers

OF_OGC = {"bbox-crs", "filter-crs", "filter-lang"}
"""Parameters that Features parts 2 and 3 name; the rules want camelCase."""

GRIDS = "tileMatrixSets"
"""A part of a path that Tiles names; the rules want kebab-case."""

KEBAB, CAMEL = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*"), re.compile(r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)*")
SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


@pytest.fixture(scope="module", params=[False, True], ids=["without tiles", "with tiles"])
def document(request, tmp_path_factory):
    home, config = servers.a_home(tmp_path_factory.mktemp("home"), 5000)
    if request.param:
        tiles.write(places.collections(rows=5)[:1], (home / "current").resolve())
    return asking.answer(application(Site(home, config)), "/v1/openapi.json").json()


def found(document, one):
    """What a reference leads to."""
    for name in one.get("$ref", "").split("/")[1:]:
        document = document[name]
    return document if "$ref" in one else one


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def columns_of(document, collection):
    """The columns of a collection, as `properties` may name them: in snake_case, as GIS files and PostGIS have them."""
    asked = document["paths"].get(f"/collections/{collection}/items", {}).get("get", {}).get("parameters", [])
    return {name for one in asked if one.get("name") == "properties" for name in one["schema"]["items"]["enum"]}


def test_it_is_openapi_3_with_a_server_of_this_version_and_whom_to_ask(document):
    schema = orjson.loads((files("pygeoapi") / "resources/schemas/openapi/openapi-3.0.x.json").read_bytes())
    assert not [*validator_for(schema)(schema).iter_errors(document)]
    assert re.fullmatch(r"3(\.\d+){1,2}", document["openapi"])
    assert SEMVER.fullmatch(document["info"]["version"])
    assert document["info"]["contact"].keys() >= {"name", "email", "url"}
    assert all(re.search(r"/v\d+$", one["url"]) for one in document["servers"])
    assert document["servers"]


def test_operations_and_tags_are_named_once(document):
    names = [operation["operationId"] for *_, operation in operations(document)]
    tags = [one["name"] for one in document["tags"]]
    assert (len(names), len(tags)) == (len(set(names)), len(set(tags)))
    assert {tag for *_, operation in operations(document) for tag in operation["tags"]} <= set(tags)


def test_paths_are_in_kebab_case_without_a_slash_at_the_end_and_their_names_are_declared(document):
    for path, method, operation in operations(document):
        parts = path.removeprefix("/").split("/") if path != "/" else []
        assert all(KEBAB.fullmatch(one) or one.startswith("{") or one == GRIDS for one in parts), path
        placed = {one["name"] for one in operation["parameters"] if one.get("in") == "path" and one["required"]}
        assert placed == set(re.findall(r"{(\w+)}", path)), (path, method)


def test_parameters_are_in_camel_case_but_for_those_of_ogc_and_columns(document):
    for path, _, operation in operations(document):
        asked = [found(document, one) for one in operation["parameters"]]
        collection = path.split("/")[2] if path.startswith("/collections/") else ""
        known = columns_of(document, collection)
        for one in asked:
            if one["in"] == "query":
                assert CAMEL.fullmatch(one["name"]) or one["name"] in OF_OGC | known, (path, one["name"])


def test_every_answer_has_the_version_and_every_fault_says_what_is_wrong(document):
    for path, method, operation in operations(document):
        answers = {status: found(document, one) for status, one in operation["responses"].items()}
        assert "400" in answers
        for status, one in answers.items():
            assert "API-Version" in one["headers"], (path, method, status)
            if status >= "400":
                ((kind, content),) = one["content"].items()
                assert kind == "application/problem+json"
                schema = found(document, content["schema"])
                assert set(schema["required"]) >= {"status", "title", "detail"}
                assert schema["properties"].keys() >= {"status", "title", "detail"}


def test_schemas_are_in_upper_camel_case(document):
    assert all(re.fullmatch(r"([A-Z]+[a-z0-9]*)+", name) for name in document["components"]["schemas"])
