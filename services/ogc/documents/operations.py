"""The paths of the OpenAPI document: of the server, of a collection, of tiles and of styles."""

from collections.abc import Collection, Mapping, Sequence

from layers.messages import said
from layers.publication.fields import Field
from services.ogc.documents import stylesheets
from services.ogc.documents.components import WRONG, Tree, query, ref
from services.ogc.formats.json_fg import MEDIA_TYPE as FG
from services.stores.queries import Described

GEOJSON = "application/geo+json"
MVT = "application/vnd.mapbox-vector-tile"
OF_TILES = ".collection.vector"
"""How OGC API Tiles lets the names of operations on vector tiles of a collection end, before what they do."""


def of_server() -> Tree:
    """The paths that belong to no collection."""
    pages = {"application/json": "json", "text/html": "html", "application/ld+json": "jsonld"}
    plain = dict(list(pages.items())[:2])
    described = {"application/vnd.oai.openapi+json;version=3.0": "json", "application/json": "json"}
    return {
        "/": _get("Landing page", "getLandingPage", "server", _answer("LandingPage", pages)),
        "/openapi": _get("This document", "getOpenApi", "server", _answer(None, {**described, "text/html": "html"})),
        "/openapi.json": _get("This document", "getOpenApiJson", "server", _answer(None, described)),
        "/conformance": _get("What the API conforms to", "getConformance", "server", _answer("ConfClasses", plain)),
        "/collections": _get("The collections", "getCollections", "server", _answer("Collections", pages)),
    }


def of_collection(one: Described) -> Tree:
    """The paths of a collection."""
    path, name = f"/collections/{one.id}", _camel(one.id)
    pages = {"application/json": "json", "text/html": "html", "application/ld+json": "jsonld"}
    described = {"application/schema+json": "json", "application/json": "json", "text/html": "html"}
    feature = {GEOJSON: "json", **pages, FG: "jsonfg"}
    features = {**feature, "text/csv": "csv"}
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
        f"{path}/styles": _get("Styles", f"stylesOf{name}", one.id, _answer(None, {"application/json": "json"})),
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


def of_grids(grids: Collection[str]) -> Tree:
    """The paths of grids of tiles, of which there are these."""
    described, grid = _answer(None, {"application/json": "json"}), _grid(grids)
    return {
        "/tileMatrixSets": _get("Grids of tiles", "getTileMatrixSetsList", "server", described),
        "/tileMatrixSets/{tileMatrixSetId}": _get("A grid of tiles", "getTileMatrixSet", "server", described, [grid]),
    }


def of_tiles(one: Described, grids: Collection[str]) -> Tree:
    """The paths of the tiles of a collection, which has them in these grids."""
    path, name, grid = f"/collections/{one.id}/tiles", _camel(one.id), _grid(grids)
    described = _answer(None, {"application/json": "json"})
    tile = _answer(None, {MVT: "mvt"})
    place = [_place("tileMatrix", "Zoom."), _place("tileRow", "Row, from the north."), _place("tileCol", "Column.")]
    tiles = _get("A vector tile", f"{name}{OF_TILES}.getTile", one.id, tile, [grid, *place])
    tiles["get"]["responses"]["204"] = {"description": "Nothing lies in this tile", "headers": _headers()}
    return {
        path: _get("Tilesets", f"{name}{OF_TILES}.getTileSetsList", one.id, described),
        f"{path}/{{tileMatrixSetId}}": _get("A tileset", f"{name}{OF_TILES}.getTileSet", one.id, described, [grid]),
        f"{path}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": tiles,
    }


def _place(name: str, text: str) -> Tree:
    schema = {"type": "integer", "minimum": 0}
    return {"name": name, "in": "path", "required": True, "description": text, "schema": schema}


def _grid(grids: Collection[str]) -> Tree:
    return {
        "name": "tileMatrixSetId", "in": "path", "required": True, "description": "The grid of tiles.",
        "schema": {"type": "string", "enum": [*grids]},
    }  # fmt: skip


def of_styles(ids: Sequence[str]) -> Tree:
    """The paths of styles, one for each collection."""
    named = {"name": "styleId", "in": "path", "required": True, "schema": {"type": "string", "enum": [*ids]}}
    listed, style = _answer(None, {"application/json": "json"}), _answer(None, dict(stylesheets.OFFERED))
    paths = {
        "/styles": _get("Styles", "getStyles", "server", listed),
        "/styles/{styleId}": _get("A style", "getStyle", "server", style, [named]),
        "/styles/{styleId}/metadata": _get("About a style", "getStyleMetadata", "server", listed, [named]),
    }
    for one in ids:
        own, name = f"/collections/{one}/styles/{one}", _camel(one)
        paths[own] = _get("The style", f"getStyleOf{name}", one, style)
        paths[f"{own}/metadata"] = _get("About the style", f"getStyleMetadataOf{name}", one, listed)
    return paths


def _camel(address: str) -> str:
    return "".join(part.capitalize() for part in address.replace("-", "_").split("_"))


def _get(title: str, name: str, tag: str, answer: Tree, asked: Sequence[Tree] = (), *, gone: bool = False) -> Tree:
    statuses = ["400", "404", "405", "406", *(["410"] if gone else []), "500", "503"]
    parameters = [_format(answer), _shared("lang"), *asked]
    responses = {
        "200": answer,
        "304": {"description": "Unchanged", "headers": _headers()},
        **{one: ref("responses", one) for one in statuses},
    }
    return {
        "get": {"summary": title, "operationId": name, "tags": [tag], "parameters": parameters, "responses": responses}
    }


def _post(name: str, tag: str, asked: Sequence[Tree], answer: Tree) -> Tree:
    without = [one for one in asked if one.get("$ref", "").rsplit("/", 1)[-1] not in ("filter", "filter-lang")]
    body = {"required": True, "content": {"application/json": {"schema": ref("schemas", "Filter")}}}
    return {
        "summary": "Features by a filter in CQL2 JSON",
        "operationId": f"filter{name}",
        "tags": [tag],
        "parameters": [_format(answer), _shared("lang"), *without],
        "requestBody": body | {"description": "A filter in CQL2 JSON; links to next pages hold it."},
        "responses": {"200": answer, **{one: ref("responses", one) for one in WRONG}},
    }


def _answer(schema: str | None, formats: Mapping[str, str], *headers: str) -> Tree:
    content: Tree = {media_type: {"schema": {"type": "string"}} for media_type in formats}
    for media_type, name in formats.items():
        if name in ("json", "jsonld", "jsonfg", "mapbox"):
            whole = schema and name == "json"
            content[media_type] = {"schema": ref("schemas", str(schema)) if whole else {"type": "object"}}
    return {"description": "The answer", "headers": _headers(*headers), "content": content}


def _headers(*more: str) -> Tree:
    return {name: ref("headers", name) for name in ("API-Version", "ETag", *more)}


def _format(answer: Tree) -> Tree:
    named = {"text/html": "html", "text/csv": "csv", "application/ld+json": "jsonld", MVT: "mvt", FG: "jsonfg"}
    if stylesheets.SLD in answer["content"]:
        named = dict(stylesheets.OFFERED)
    names = list(dict.fromkeys(named.get(media_type, "json") for media_type in answer["content"]))
    return query(
        "f", "Format of the answer; goes before Accept.", {"type": "string", "enum": names, "default": names[0]}
    )


def _names(name: str, one: Described, sign: str) -> Tree:
    known = [field.name for field in one.fields]
    items: Tree = {"type": "string", "enum": known}
    if sign:
        items = {"type": "string", "pattern": f"^{sign}({'|'.join(known)})$"}
    text = "Sorted by these; a minus before a name turns it round." if sign else "Only these properties."
    return query(name, text, {"type": "array", "items": items})


def _property(field: Field) -> Tree:
    coded = {"enum": [*field.codes]} if field.codes else {}
    return query(field.name, said(field.description), {"type": field.type, **coded})


def _shared(name: str) -> Tree:
    return ref("parameters", name)
