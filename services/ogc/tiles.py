"""Tiles of a collection, by OGC API Tiles 1.0: vector tiles as they lie in the archive of a release that has them.

In WebMercatorQuad alone: an archive has no other (services.stores.tiles).
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import orjson
from isal import isal_zlib
from pmtiles.tile import zxy_to_tileid
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from services.ogc import responses
from services.ogc.edition import Edition
from services.ogc.endpoints import JSON, Call, Endpoint
from services.ogc.questions.problems import Problem
from services.stores.archives import Archive, opened

MVT = "application/vnd.mapbox-vector-tile"
GRID = "WebMercatorQuad"
DEFINED = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{GRID}"
MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
CORNER = 20_037_508.3427892
WELL_KNOWN = "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"
PIXELS, CLOSEST = 256, 24
"""Of a tile as the grid is defined, and the closest zoom that it is defined for."""
GZIP = 31
"""How zlib calls its own format with the header of gzip."""
PIXEL = 0.00028
"""Metres of a screen, by which OGC counts scales."""

type Tree = dict[str, Any]


def endpoints(methods: Sequence[str]) -> tuple[Endpoint, ...]:
    """The paths of tiles."""
    of_one = r"/collections/([^/]+)/tiles"
    offered = {MVT: "mvt", "application/x-protobuf": "mvt"}
    paths = (
        ("tileMatrixSets", r"/tileMatrixSets", _grids, JSON),
        ("tileMatrixSet", r"/tileMatrixSets/([^/]+)", _grid, JSON),
        ("tilesets", of_one, _tilesets, JSON),
        ("tileset", rf"{of_one}/([^/]+)", _tileset, JSON),
        ("tile", rf"{of_one}/([^/]+)/([^/]+)/([^/]+)/([^/]+)", _tile, offered),
    )
    return tuple(
        Endpoint(name, re.compile(pattern), handler, ("f", "lang"), formats, tuple(methods))
        for name, pattern, handler, formats in paths
    )


async def _grids(call: Call) -> Response:
    _check_any(call.edition)
    one = {"id": GRID, "title": "Google Maps Compatible for the World", "uri": DEFINED, "crs": MERCATOR}
    links = [_link(call, "self", f"/tileMatrixSets/{GRID}", "The grid")]
    return _answer(call, {"tileMatrixSets": [one | {"links": links}]})


async def _grid(call: Call) -> Response:
    _check_any(call.edition)
    _check_grid(call.names[0], call.edition)
    return _answer(call, _grid_in_full())


async def _tilesets(call: Call) -> Response:
    (collection,) = call.names
    archive = await run_in_threadpool(_archive, call.edition, collection)
    itself = _link(call, "self", f"/collections/{quote(collection)}/tiles", "These tilesets")
    return _answer(call, {"tilesets": [_about(call, collection, archive)], "links": [itself]})


async def _tileset(call: Call) -> Response:
    collection, grid = call.names
    archive = await run_in_threadpool(_archive, call.edition, collection)
    _check_grid(grid, call.edition)
    return _answer(call, _about(call, collection, archive) | _in_full(archive))


async def _tile(call: Call) -> Response:
    stored = await run_in_threadpool(_stored, call)
    tagged = {"ETag": call.tag}
    if stored is None:
        return Response(status_code=204, headers={**responses.SECURE, **tagged})
    if responses.accepts(call.header("accept-encoding"), "gzip"):
        return Response(stored, 200, {**responses.SECURE, **tagged, "Content-Encoding": "gzip", "Content-Type": MVT})
    return call.answer(200, MVT, isal_zlib.decompress(stored, wbits=GZIP))


def _stored(call: Call) -> bytes | None:
    """The tile as it lies in its archive, compressed; None where nothing lies in it."""
    collection, grid, *place = call.names
    archive = _archive(call.edition, collection)
    _check_grid(grid, call.edition)
    zoom, row, column = _numbers(place, archive)
    return archive.tile(zoom, column, row)


def _numbers(place: Sequence[str], archive: Archive) -> tuple[int, int, int]:
    """Zoom, row and column. Raises Problem where there is no such tile."""
    least, most = archive.header["min_zoom"], archive.header["max_zoom"]
    try:
        zoom, row, column = (int(one) for one in place if re.fullmatch(r"[0-9]{1,8}", one))
        if not least <= zoom <= most:
            raise Problem(404, f"there are tiles of zoom {least} to {most}, found {zoom}")
        zxy_to_tileid(zoom, column, row)
    except ValueError:
        raise Problem(
            404, f"a tile is zoom/row/column, rows and columns from 0 to below 2 to the power of zoom, found "
            f"{'/'.join(place)[:100]!r}"
        ) from None  # fmt: skip
    return zoom, row, column


def _archive(edition: Edition, collection: str) -> Archive:
    """The archive of a collection. Raises Problem where the release has none."""
    name = collection[:100]
    if collection not in edition.collections:
        raise Problem(404, f"collection {name!r} not found; the collections are in {edition.url}/collections")
    if collection not in edition.tiles:
        raise Problem(404, f"this release has no tiles of {name}; ZICHT_TILES=yes makes them when it is published")
    return opened(edition.tiles[collection])


def _check_any(edition: Edition) -> None:
    if not edition.tiles:
        raise Problem(404, "this release has no tiles; ZICHT_TILES=yes makes them when it is published")


def _check_grid(grid: str, edition: Edition) -> None:
    if grid != GRID:
        raise Problem(404, f"there are tiles in {GRID} only, found {grid[:100]!r}; see {edition.url}/tileMatrixSets")


def _about(call: Call, collection: str, archive: Archive) -> Tree:
    """What a list says of a tileset."""
    path = f"/collections/{quote(collection)}/tiles/{GRID}"
    tile = _link(call, "item", f"{path}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", "The tiles") | {
        "type": MVT, "templated": True,
    }  # fmt: skip
    links = [
        _link(call, "self", path, "This tileset"),
        _link(call, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme", f"/tileMatrixSets/{GRID}", "The grid"),
        _link(call, "http://www.opengis.net/def/rel/ogc/1.0/geodata", f"/collections/{quote(collection)}", "The data"),
        tile,
    ]
    said = {"title": archive.about["name"], "dataType": "vector", "crs": MERCATOR, "tileMatrixSetURI": DEFINED}
    return said | {"links": links}


def _in_full(archive: Archive) -> Tree:
    """What the tileset itself says besides."""
    header, about = archive.header, archive.about
    west, south, east, north = (header[f"{name}_e7"] / 1e7 for name in ("min_lon", "min_lat", "max_lon", "max_lat"))
    types = {"String": "string", "Number": "number", "Boolean": "boolean"}
    layers = [
        {
            "id": layer["id"],
            "dataType": "vector",
            "geometryDimension": 2,
            "minTileMatrix": str(layer["minzoom"]),
            "maxTileMatrix": str(layer["maxzoom"]),
            "propertiesSchema": {
                "type": "object",
                "properties": {name: {"type": types[kind]} for name, kind in layer["fields"].items()},
            },
        }
        for layer in about["vector_layers"]
    ]
    box = {
        "lowerLeft": [west, south],
        "upperRight": [east, north],
        "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    }
    return {
        "description": about["description"],
        "attribution": about["attribution"],
        "mediaTypes": [MVT],
        "boundingBox": box,
        "layers": layers,
    }


def _grid_in_full() -> Tree:
    """The grid, as OGC defines it."""
    size = 2 * CORNER
    matrices = [
        {
            "id": str(zoom),
            "scaleDenominator": size / (PIXELS * 2**zoom) / PIXEL,
            "cellSize": size / (PIXELS * 2**zoom),
            "pointOfOrigin": [-CORNER, CORNER],
            "tileWidth": PIXELS,
            "tileHeight": PIXELS,
            "matrixWidth": 2**zoom,
            "matrixHeight": 2**zoom,
        }
        for zoom in range(CLOSEST + 1)
    ]
    known = {"id": GRID, "title": "Google Maps Compatible for the World", "uri": DEFINED, "crs": MERCATOR}
    return known | {"orderedAxes": ["X", "Y"], "wellKnownScaleSet": WELL_KNOWN, "tileMatrices": matrices}


def _link(call: Call, rel: str, path: str, title: str) -> Tree:
    return {"rel": rel, "type": "application/json", "title": title, "href": f"{call.edition.url}{path}"}


def _answer(call: Call, content: Tree) -> Response:
    return call.answer(200, call.media_type, orjson.dumps(content))
