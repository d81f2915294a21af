"""What paths of the OpenAPI document refer to: parameters, headers, schemas and answers that go wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.ogc.questions import problems
from services.ogc.questions.parameters import languages
from services.stores.cql_tree import OPERATORS

type Tree = dict[str, Any]

HEADERS: Mapping[str, str] = {
    "API-Version": "Version of this API.",
    "ETag": "Tag of this answer, for If-None-Match.",
    "Content-Crs": "Coordinate reference system of the coordinates, between < and >.",
    "Link": "Where the next page is, with rel=next, in CSV that was asked for with limit.",
}
WRONG = {
    "400": "A parameter is unknown, malformed, given twice, or cannot be answered",
    "404": "There is no such collection, feature or path",
    "405": "The method is not allowed on this path",
    "406": "None of the media types in Accept is offered",
    "410": "The release or the filter of this page is not here any more; start again",
    "415": "The body is no JSON",
    "500": "No release can be read",
    "503": "The store of the release does not answer now; try again",
}


def components(server: Mapping[str, Any], systems: Sequence[str]) -> Tree:
    """All of them; `server` says in the configuration what limits a page has, and which languages may be asked for;
    `systems` are what is answered in.
    """
    return {
        "parameters": _parameters(server["limits"], languages(server["languages"]), systems),
        "headers": {name: {"description": text, "schema": {"type": "string"}} for name, text in HEADERS.items()},
        "responses": {status: problem(text) for status, text in WRONG.items()},
        "schemas": _schemas(),
    }


def _parameters(limits: Mapping[str, Any], spoken: Sequence[str], systems: Sequence[str]) -> Tree:
    uri = {"type": "string", "format": "uri", "enum": [*systems], "default": systems[0]}
    limit = {"type": "integer", "minimum": 1, "maximum": limits["max_items"], "default": limits["default_items"]}
    numbers = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    written = (
        ("lang", "Language of the answer, where the release has it.", {"type": "string", "enum": [*spoken]}),
        ("limit", "Features of a page; more is cut off. CSV without it has all rows.", limit),
        (
            "offset",
            "Features passed over; links to next pages have a cursor instead.",
            {"type": "integer", "minimum": 0},
        ),
        ("cursor", "Where the page starts; from a link to it, with its other parameters.", {"type": "string"}),
        ("bbox", "Features that intersect this box.", numbers),
        ("bbox-crs", "System of bbox.", uri),
        ("crs", "System of the answer.", uri),
        ("datetime", "Features of years that this moment or interval touches, or without time.", {"type": "string"}),
        (
            "resulttype",
            "hits: only how many there are.",
            {"type": "string", "enum": ["results", "hits"], "default": "results"},
        ),
        ("skipGeometry", "Without geometry.", {"type": "boolean", "default": False}),
        ("filter", "A filter in CQL2.", {"type": "string"}),
        ("filter-lang", "Language of filter.", {"type": "string", "enum": ["cql2-text", "cql2-json"]}),
        ("filter-crs", "System of filter.", uri),
    )
    return {name: query(name, text, schema) for name, text, schema in written}


def query(name: str, text: str, schema: Tree) -> Tree:
    """A parameter in the query."""
    return {
        "name": name, "in": "query", "description": text, "required": False, "schema": schema, "style": "form",
        "explode": False,
    }  # fmt: skip


def ref(kind: str, name: str) -> Tree:
    """A reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def problem(text: str) -> Tree:
    """An answer that goes wrong."""
    content = {problems.MEDIA_TYPE: {"schema": ref("schemas", "Problem")}}
    return {"description": text, "headers": {"API-Version": ref("headers", "API-Version")}, "content": content}


def _schemas() -> Tree:
    text, texts, links = {"type": "string"}, {"type": "array", "items": {"type": "string"}}, _list_of("Link")
    number, anything = {"type": "integer", "minimum": 0}, {"type": "object", "nullable": True}
    named = {"title": text, "description": text, "links": links}
    collection = {"id": text, "extent": {"type": "object"}, "itemType": text, "crs": texts, "storageCrs": text}
    problem = {"type": text, "title": text, "status": number, "detail": text, "code": text, "description": text}
    operators = {"type": "string", "enum": sorted([*OPERATORS, "like"])}
    feature = {"type": _only("Feature"), "id": text, "geometry": anything, "properties": anything, "links": links}
    features = {
        "type": _only("FeatureCollection"), "features": _list_of("FeatureGeoJSON"), "links": links,
        "numberMatched": number, "numberReturned": number, "timeStamp": {"type": "string", "format": "date-time"},
    }  # fmt: skip
    return {
        "Link": _object({"href": text, "rel": text, "type": text, "title": text}, "href", "rel"),
        "Filter": _object({"op": operators, "args": {"type": "array", "items": {}, "minItems": 1}}, "op", "args"),
        "Problem": _object(problem, "title", "status", "detail", "code"),
        "LandingPage": _object(named, "links"),
        "ConfClasses": _object({"conformsTo": texts}, "conformsTo"),
        "Collections": _object({"links": links, "collections": _list_of("Collection")}, "links", "collections"),
        "Collection": _object({**named, **collection}, "id", "links"),
        "Schema": _object({"type": text, "title": text, "properties": {"type": "object"}}, "properties"),
        "FeatureGeoJSON": _object(feature, "type", "geometry", "properties"),
        "FeatureCollectionGeoJSON": _object(features, "type", "features"),
    }


def _list_of(schema: str) -> Tree:
    return {"type": "array", "items": ref("schemas", schema)}


def _only(value: str) -> Tree:
    return {"type": "string", "enum": [value]}


def _object(properties: Tree, *required: str) -> Tree:
    return {"type": "object", "required": [*required], "properties": properties}
