"""Styles, by OGC API Styles (a draft): of each collection how it is drawn on every map, in the words of several
programs.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from layers.messages import say
from layers.publication.appearance import BASIS, appearance
from layers.publication.fields import LENS
from services.ogc.documents import schemas, stylesheets
from services.ogc.documents.landing import JSON as JSON_TYPE
from services.ogc.documents.landing import RELATIONS, link
from services.ogc.documents.stylesheets import MAPBOX, OFFERED, QML, SLD
from services.ogc.edition import Edition
from services.ogc.endpoints import JSON, Call, Endpoint
from services.ogc.questions.problems import Problem
from services.ogc.questions.question import question
from services.ogc.site import qgis
from services.stores.archives import opened
from services.stores.grids import MERCATOR
from services.stores.queries import Described
from services.stores.reader import Reader

type Tree = dict[str, Any]

TITLES = {MAPBOX: "Mapbox", SLD: "SLD 1.0", QML: "QGIS"}

SPECIFIED = {
    MAPBOX: {"version": "8", "specification": "https://docs.mapbox.com/style-spec/"},
    SLD: {"version": "1.0", "specification": "https://portal.ogc.org/files/?artifact_id=1188"},
}
"""Where it is written down what a style means; QGIS has its own word."""

type Stores = Callable[[Call], Reader]
"""Gives the store that has the collection which is asked for."""


def endpoints(methods: Sequence[str], store: Stores) -> tuple[Endpoint, ...]:
    """The paths of styles: of all, and below each collection the one of its name."""
    style, own = partial(_style, store), r"/collections/([^/]+)/styles/\1"
    paths = (
        ("styles", r"/styles", _styles, JSON),
        ("styles of a collection", r"/collections/([^/]+)/styles", _styles, JSON),
        ("style", r"/styles/([^/]+)", style, OFFERED),
        ("style metadata", r"/styles/([^/]+)/metadata", _metadata, JSON),
        ("style of a collection", own, style, OFFERED),
        ("style metadata of a collection", f"{own}/metadata", _metadata, JSON),
    )
    return tuple(
        Endpoint(name, re.compile(pattern), handler, ("f", "lang"), formats, tuple(methods))
        for name, pattern, handler, formats in paths
    )


async def _styles(call: Call) -> Response:
    known, path = call.edition.collections, "/styles"
    if call.names:
        known = {call.names[0]: _collection(call.edition, call.names[0])}
        path = f"/collections/{quote(call.names[0])}/styles"
    content: Tree = {"default": call.names[0]} if call.names else {}
    content["styles"] = [_listed(call.edition, one) for one in known.values()]
    content["links"] = [link("self", JSON_TYPE, "This document", f"{call.edition.url}{path}")]
    return call.answer(200, call.media_type, orjson.dumps(content))


async def _style(store: Stores, call: Call) -> Response:
    one = _collection(call.edition, call.names[0])
    body = await run_in_threadpool(_stylesheet, call, one, store)
    if body is None:
        raise Problem(404, f"this release has no style of {one.id} for QGIS; publish it again")
    return call.answer(200, next(kind for kind, name in OFFERED.items() if name == call.format), body)


async def _metadata(call: Call) -> Response:
    edition, one = call.edition, _collection(call.edition, call.names[0])
    sheets = [
        {"title": sheet["title"], **SPECIFIED.get(sheet["type"], {}), "link": sheet}
        for sheet in _stylesheets(edition, one)
    ]
    content = {
        "id": one.id,
        **{name: getattr(one, name) for name in ("title", "description", "keywords", "license")},
        "scope": "style",
        "stylesheets": sheets,
        "layers": [_layer(edition, one)],
        "links": [link("self", JSON_TYPE, "This document", f"{_itself(edition, one)}/metadata")],
    }
    return call.answer(200, call.media_type, orjson.dumps(content))


def _layer(edition: Edition, one: Described) -> Tree:
    """What a style draws, and the columns that it needs for that."""
    column = appearance(one.id, one.fields).column
    return {
        "id": one.id,
        "dataType": "vector",
        "geometryType": "polygons",
        "propertiesSchema": {column: schemas.column(one.field(column))} if column else {},
        "sampleData": link("collection", JSON_TYPE, one.title, _path(edition, one)),
    }


def _listed(edition: Edition, one: Described) -> Tree:
    """What a list says of a style."""
    about = link("describedby", JSON_TYPE, say("About this style"), f"{_itself(edition, one)}/metadata")
    data = link(f"{RELATIONS}/geodata", JSON_TYPE, one.title, _path(edition, one))
    return {"id": one.id, "title": one.title, "links": [*_stylesheets(edition, one), about, data]}


def _stylesheets(edition: Edition, one: Described) -> list[Tree]:
    """Links to what a style is written in."""
    return [
        link("stylesheet", kind, title, f"{_itself(edition, one)}?f={OFFERED[kind]}")
        for kind, title in TITLES.items()
        if kind != QML or qgis.has_style(edition.folder, one.id)
    ]


def _itself(edition: Edition, one: Described) -> str:
    return f"{edition.url}/styles/{quote(one.id)}"


def _stylesheet(call: Call, one: Described, store: Stores) -> bytes | None:
    edition = call.edition
    if call.format == "qml":
        return qgis.content(edition.folder, edition.url, f"{one.id}.qml")
    look = appearance(one.id, one.fields)
    if call.format == "sld":
        return stylesheets.sld(one.id, one.title, look)
    tiled = MERCATOR.id in edition.tiles.get(one.id, ())
    sources = [_tiles(edition, one)] if tiled else [*_pages(edition, one, store(call))]
    return orjson.dumps(stylesheets.mapbox(one.title, look, sources, one.id if tiled else None))


def _tiles(edition: Edition, one: Described) -> Tree:
    """Where a map in a browser has the features from, where there are tiles."""
    header = opened(edition.tiles[one.id][MERCATOR.id]).header
    tiles = [f"{_path(edition, one)}/tiles/{MERCATOR.id}/{{z}}/{{y}}/{{x}}"]
    zooms = {"minzoom": header["min_zoom"], "maxzoom": header["max_zoom"]}
    return {"type": "vector", "tiles": tiles, **zooms, "attribution": _attribution(one)}


def _pages(edition: Edition, one: Described, store: Reader) -> Iterator[Tree]:
    """Else: those of one lens and period, as many at once as may be asked for, and all of them."""
    chosen: dict[str, str] = {}
    if any(field.name == LENS.name and (not field.codes or BASIS in field.codes) for field in one.fields):
        chosen[LENS.name] = BASIS
    if one.years:
        chosen["datetime"] = str(one.years[1])
    count = store.count(one.id, question(one, chosen, edition.default, edition.most).query.where)
    for first in range(0, max(count, 1), edition.most):
        page = {"f": "json", "limit": str(edition.most), **({"offset": str(first)} if first else {}), **chosen}
        data = f"{_path(edition, one)}/items?{urlencode(page)}"
        yield {"type": "geojson", "data": data, "attribution": _attribution(one)}


def _path(edition: Edition, one: Described) -> str:
    return f"{edition.url}/collections/{quote(one.id)}"


def _attribution(one: Described) -> str:
    return f"{one.attribution} ({one.license})"


def _collection(edition: Edition, name: str) -> Described:
    if name not in edition.collections:
        raise Problem(404, f"there is no style {name[:100]!r}; the styles are in {edition.url}/styles")
    return edition.collections[name]
