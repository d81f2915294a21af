"""The OpenAPI document of a release: every path, parameter, header and answer that there is, and no other.

Written out here, and not made from pygeoapi's: that one declares free-form parameters, processes and tiles that are not
answered, and refers to schemas on other hosts, so that it cannot be read offline. QGIS reads its page size from the
shared parameter `limit`.
"""

from collections.abc import Collection, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from layers.messages import said
from layers.publication.fields import Field
from services.ogc import problems
from services.stores.cql_tree import OPERATORS
from services.stores.queries import Described
from services.stores.systems import SYSTEMS

type Tree = dict[str, Any]

GEOJSON = "application/geo+json"
MVT = "application/vnd.mapbox-vector-tile"
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


def document(
    config: Mapping[str, Any], url: str, collections: Sequence[Described], tiled: Collection[str] = ()
) -> Tree:
    """The document for these collections, served at `url`; `config` is pygeoapi's, of which limits and metadata are
    read. Those that are `tiled` have vector tiles.
    """
    paths = {**_of_server(), **(_of_grids() if tiled else {})}
    for one in collections:
        paths |= _of_collection(one) | (_of_tiles(one) if one.id in tiled else {})
    return {
        "openapi": "3.0.3",
        "info": _info(config["metadata"]),
        "servers": [{"url": url}],
        "tags": [{"name": "server"}, *({"name": one.id, "description": one.title} for one in collections)],
        "paths": paths,
        "components": {
            "parameters": _parameters(config["server"]["limits"]),
            "headers": {name: {"description": text, "schema": {"type": "string"}} for name, text in HEADERS.items()},
            "responses": {status: _problem(text) for status, text in WRONG.items()},
            "schemas": _schemas(),
        },
    }


def _info(metadata: Mapping[str, Any]) -> Tree:
    about, contact, licence = metadata["identification"], metadata.get("contact", {}), metadata["license"]
    known = {"name": contact.get("name"), "email": contact.get("email"), "url": contact.get("url") or about["url"]}
    return {
        "title": about["title"],
        "description": about["description"],
        "version": version("zicht"),
        "contact": {name: value for name, value in known.items() if value},
        "license": {name: licence[name] for name in ("name", "url") if licence.get(name)},
        **({"termsOfService": about["terms_of_service"]} if about.get("terms_of_service") else {}),
    }


def _of_server() -> Tree:
    pages = {"application/json": "json", "text/html": "html", "application/ld+json": "jsonld"}
    plain = dict(list(pages.items())[:2])
    described = {"application/vnd.oai.openapi+json;version=3.0": "json", "text/html": "html"}
    return {
        "/": _get("Landing page", "getLandingPage", "server", _answer("LandingPage", pages)),
        "/openapi": _get("This document", "getOpenApi", "server", _answer(None, described)),
        "/openapi.json": _get(
            "This document", "getOpenApiJson", "server", _answer(None, dict([*described.items()][:1]))
        ),
        "/conformance": _get("What the API conforms to", "getConformance", "server", _answer("ConfClasses", plain)),
        "/collections": _get("The collections", "getCollections", "server", _answer("Collections", pages)),
    }


def _of_collection(one: Described) -> Tree:
    path, name = f"/collections/{one.id}", _camel(one.id)
    pages = {"application/json": "json", "text/html": "html", "application/ld+json": "jsonld"}
    described = {"application/schema+json": "json", "text/html": "html"}
    features = {GEOJSON: "json", "text/html": "html", "text/csv": "csv", "application/ld+json": "jsonld"}
    feature = {GEOJSON: "json", "text/html": "html", "application/ld+json": "jsonld"}
    items = _answer("FeatureCollectionGeoJSON", features, "Content-Crs", "Link")
    asked = [
        *map(
            _shared, ("limit", "offset", "cursor", "bbox", "bbox-crs", "crs", "datetime", "resulttype", "skipGeometry")
        )
    ]
    asked += [_names("properties", one, ""), _names("sortby", one, "[+-]?")]
    asked += [*map(_shared, ("filter", "filter-lang", "filter-crs")), *map(_property, one.fields)]
    item = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        path: _get(one.title, f"describe{name}", one.id, _answer("Collection", pages)),
        f"{path}/schema": _get("Schema", f"schemaOf{name}", one.id, _answer("Schema", described)),
        f"{path}/queryables": _get("Queryables", f"queryablesOf{name}", one.id, _answer("Schema", described)),
        f"{path}/items": {
            **_get("Features", f"get{name}", one.id, items, asked, gone=True),
            "post": _post(name, one.id, asked, items),
        },
        f"{path}/items/{{featureId}}": _get(
            "One feature",
            f"getOneOf{name}",
            one.id,
            _answer("FeatureGeoJSON", feature, "Content-Crs"),
            [item, _shared("crs")],
        ),
    }


def _of_grids() -> Tree:
    described = _answer(None, {"application/json": "json"})
    return {
        "/tileMatrixSets": _get("Grids of tiles", "getTileMatrixSets", "server", described),
        "/tileMatrixSets/{tileMatrixSetId}": _get("A grid of tiles", "getTileMatrixSet", "server", described, [_GRID]),
    }


def _of_tiles(one: Described) -> Tree:
    path, name = f"/collections/{one.id}/tiles", _camel(one.id)
    described = _answer(None, {"application/json": "json"})
    tile = _answer(None, {MVT: "mvt"})
    place = [_place("tileMatrix", "Zoom."), _place("tileRow", "Row, from the north."), _place("tileCol", "Column.")]
    tiles = _get("A vector tile", f"tileOf{name}", one.id, tile, [_GRID, *place])
    tiles["get"]["responses"]["204"] = {"description": "Nothing lies in this tile"}
    return {
        path: _get("Tilesets", f"tilesetsOf{name}", one.id, described),
        f"{path}/{{tileMatrixSetId}}": _get("A tileset", f"tilesetOf{name}", one.id, described, [_GRID]),
        f"{path}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": tiles,
    }


def _place(name: str, text: str) -> Tree:
    schema = {"type": "integer", "minimum": 0}
    return {"name": name, "in": "path", "required": True, "description": text, "schema": schema}


_GRID: Tree = {
    "name": "tileMatrixSetId", "in": "path", "required": True, "description": "The grid of tiles.",
    "schema": {"type": "string", "enum": ["WebMercatorQuad"]},
}  # fmt: skip


def _camel(address: str) -> str:
    return "".join(part.capitalize() for part in address.replace("-", "_").split("_"))


def _get(title: str, name: str, tag: str, answer: Tree, asked: Sequence[Tree] = (), *, gone: bool = False) -> Tree:
    statuses = ["400", "404", "405", "406", *(["410"] if gone else []), "500", "503"]
    parameters = [_format(answer), _shared("lang"), *asked]
    responses = {
        "200": answer,
        "304": {
            "description": "Unchanged",
            "headers": {name: _ref("headers", name) for name in ("API-Version", "ETag")},
        },
        **{one: _ref("responses", one) for one in statuses},
    }
    return {
        "get": {"summary": title, "operationId": name, "tags": [tag], "parameters": parameters, "responses": responses}
    }


def _post(name: str, tag: str, asked: Sequence[Tree], answer: Tree) -> Tree:
    without = [one for one in asked if one.get("$ref", "").rsplit("/", 1)[-1] not in ("filter", "filter-lang")]
    body = {"required": True, "content": {"application/json": {"schema": _ref("schemas", "Filter")}}}
    return {
        "summary": "Features by a filter in CQL2 JSON",
        "operationId": f"filter{name}",
        "tags": [tag],
        "parameters": [_format(answer), _shared("lang"), *without],
        "requestBody": body | {"description": "A filter in CQL2 JSON; links to next pages hold it."},
        "responses": {"200": answer, **{one: _ref("responses", one) for one in WRONG}},
    }


def _answer(schema: str | None, formats: Mapping[str, str], *headers: str) -> Tree:
    content: Tree = {media_type: {"schema": {"type": "string"}} for media_type in formats}
    for media_type, name in formats.items():
        if name in ("json", "jsonld"):
            whole = schema and name == "json"
            content[media_type] = {"schema": _ref("schemas", str(schema)) if whole else {"type": "object"}}
    named = {name: _ref("headers", name) for name in ("API-Version", "ETag", *headers)}
    return {"description": "The answer", "headers": named, "content": content}


def _format(answer: Tree) -> Tree:
    named = {"text/html": "html", "text/csv": "csv", "application/ld+json": "jsonld", MVT: "mvt"}
    names = list(dict.fromkeys(named.get(media_type, "json") for media_type in answer["content"]))
    return _query(
        "f", "Format of the answer; goes before Accept.", {"type": "string", "enum": names, "default": "json"}
    )


def _parameters(limits: Mapping[str, Any]) -> Tree:
    uri = {"type": "string", "format": "uri", "enum": [*SYSTEMS], "default": SYSTEMS[0]}
    limit = {"type": "integer", "minimum": 1, "maximum": limits["max_items"], "default": limits["default_items"]}
    numbers = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    written = (
        ("lang", "Language of the answer.", {"type": "string"}),
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
    return {name: _query(name, text, schema) for name, text, schema in written}


def _query(name: str, text: str, schema: Tree) -> Tree:
    return {
        "name": name, "in": "query", "description": text, "required": False, "schema": schema, "style": "form",
        "explode": False,
    }  # fmt: skip


def _names(name: str, one: Described, sign: str) -> Tree:
    known = [field.name for field in one.fields]
    items: Tree = {"type": "string", "enum": known}
    if sign:
        items = {"type": "string", "pattern": f"^{sign}({'|'.join(known)})$"}
    text = "Sorted by these; a minus before a name turns it round." if sign else "Only these properties."
    return _query(name, text, {"type": "array", "items": items})


def _property(field: Field) -> Tree:
    coded = {"enum": [*field.codes]} if field.codes else {}
    return _query(field.name, said(field.description), {"type": field.type, **coded})


def _shared(name: str) -> Tree:
    return _ref("parameters", name)


def _ref(kind: str, name: str) -> Tree:
    return {"$ref": f"#/components/{kind}/{name}"}


def _problem(text: str) -> Tree:
    content = {problems.MEDIA_TYPE: {"schema": _ref("schemas", "Problem")}}
    return {"description": text, "headers": {"API-Version": _ref("headers", "API-Version")}, "content": content}


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
    return {"type": "array", "items": _ref("schemas", schema)}


def _only(value: str) -> Tree:
    return {"type": "string", "enum": [value]}


def _object(properties: Tree, *required: str) -> Tree:
    return {"type": "object", "required": [*required], "properties": properties}
