"""Tiles of a collection, by OGC API Tiles 1.0: vector tiles as they lie in the archives of a release that has them, one
for each grid.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
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
from services.ogc.threads import in_turn
from services.stores.archives import Archive, Limits, opened
from services.stores.grids import GRIDS, Grid

MVT = "application/vnd.mapbox-vector-tile"
PIXELS = 256
"""Of a tile as grids are defined."""
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
    listed = [
        _named(GRIDS[name]) | {"links": [_link(call, "self", f"/tileMatrixSets/{name}", "The grid")]}
        for name in _there(call.edition)
    ]
    return _answer(call, {"tileMatrixSets": listed})


async def _grid(call: Call) -> Response:
    (name,) = call.names
    _check_grid(name, _there(call.edition), call.edition)
    return _answer(call, _grid_in_full(GRIDS[name]))


async def _tilesets(call: Call) -> Response:
    (collection,) = call.names
    archives = _archives(call.edition, collection)
    listed = [
        _about(call, collection, grid, await run_in_threadpool(_archive, call.edition, collection, grid))
        for grid in archives
    ]
    itself = _link(call, "self", f"/collections/{quote(collection)}/tiles", "These tilesets")
    return _answer(call, {"tilesets": listed, "links": [itself]})


async def _tileset(call: Call) -> Response:
    collection, grid = call.names
    archive = await run_in_threadpool(_archive, call.edition, collection, grid)
    return _answer(call, _about(call, collection, grid, archive) | _in_full(archive))


async def _tile(call: Call) -> Response:
    stored = await in_turn(_stored, call)
    tagged = {"ETag": call.tag}
    if stored is None:
        return Response(status_code=204, headers={**responses.SECURE, **tagged})
    if responses.accepts(call.header("accept-encoding"), "gzip"):
        return Response(stored, 200, {**responses.SECURE, **tagged, "Content-Encoding": "gzip", "Content-Type": MVT})
    return call.answer(200, MVT, isal_zlib.decompress(stored, wbits=GZIP))


def _stored(call: Call) -> bytes | None:
    """The tile as it lies in its archive, compressed; None where nothing lies in it."""
    collection, grid, *place = call.names
    archive = _archive(call.edition, collection, grid)
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


def _archive(edition: Edition, collection: str, grid: str) -> Archive:
    """The archive of a collection in a grid. Raises Problem where the release has none."""
    archives = _archives(edition, collection)
    _check_grid(grid, archives, edition)
    return opened(archives[grid])


def _archives(edition: Edition, collection: str) -> Mapping[str, Path]:
    """The archives of a collection, by grid. Raises Problem where the release has none."""
    name = collection[:100]
    if collection not in edition.collections:
        raise Problem(404, f"collection {name!r} not found; the collections are in {edition.url}/collections")
    if collection not in edition.tiles:
        raise Problem(404, f"this release has no tiles of {name}; ZICHT_TILES=yes makes them when it is published")
    return edition.tiles[collection]


def _there(edition: Edition) -> Sequence[str]:
    """The grids in which a release has tiles. Raises Problem where there are none."""
    if not edition.tiles:
        raise Problem(404, "this release has no tiles; ZICHT_TILES=yes makes them when it is published")
    return [name for name in GRIDS if any(name in archives for archives in edition.tiles.values())]


def _check_grid(grid: str, there: Collection[str], edition: Edition) -> None:
    if grid not in there:
        known = " and ".join(there)
        raise Problem(404, f"there are tiles in {known} only, found {grid[:100]!r}; see {edition.url}/tileMatrixSets")


def _about(call: Call, collection: str, name: str, archive: Archive) -> Tree:
    """What a list says of a tileset."""
    path, grid = f"/collections/{quote(collection)}/tiles/{name}", GRIDS[name]
    tile = _link(call, "item", f"{path}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", "The tiles") | {
        "type": MVT, "templated": True,
    }  # fmt: skip
    links = [
        _link(call, "self", path, "This tileset"),
        _link(call, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme", f"/tileMatrixSets/{name}", "The grid"),
        _link(call, "http://www.opengis.net/def/rel/ogc/1.0/geodata", f"/collections/{quote(collection)}", "The data"),
        tile,
    ]
    # By its URI clients tell one grid from another; one that no register has is defined here.
    uri = grid.uri or f"{call.edition.url}/tileMatrixSets/{name}"
    return {
        "title": archive.about["name"],
        "dataType": "vector",
        "crs": grid.crs,
        "tileMatrixSetURI": uri,
        "links": links,
    }


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
        "tileMatrixSetLimits": [_limits(one) for one in archive.limits],
        "layers": layers,
    }


def _limits(limits: Limits) -> Tree:
    """Where the tiles of a zoom lie: what a client may ask without being told that there is none."""
    (top, bottom), (left, right) = limits.rows, limits.columns
    return {
        "tileMatrix": str(limits.zoom),
        "minTileRow": top,
        "maxTileRow": bottom,
        "minTileCol": left,
        "maxTileCol": right,
    }


def _named(grid: Grid) -> Tree:
    """What a list says of a grid."""
    return {"id": grid.id, "title": grid.title, **({"uri": grid.uri} if grid.uri else {}), "crs": grid.crs}


def _grid_in_full(grid: Grid) -> Tree:
    """A grid as it is defined."""
    matrices = [
        {
            "id": str(zoom),
            "scaleDenominator": grid.side(zoom) / PIXELS / PIXEL,
            "cellSize": grid.side(zoom) / PIXELS,
            "pointOfOrigin": [*grid.corner],
            "tileWidth": PIXELS,
            "tileHeight": PIXELS,
            "matrixWidth": 2**zoom,
            "matrixHeight": 2**zoom,
        }
        for zoom in range(grid.defined_to + 1)
    ]
    return _named(grid) | {"orderedAxes": ["X", "Y"], "wellKnownScaleSet": grid.scale_set, "tileMatrices": matrices}


def _link(call: Call, rel: str, path: str, title: str) -> Tree:
    return {"rel": rel, "type": "application/json", "title": title, "href": f"{call.edition.url}{path}"}


def _answer(call: Call, content: Tree) -> Response:
    return call.answer(200, call.media_type, orjson.dumps(content))
