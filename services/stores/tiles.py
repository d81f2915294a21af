"""Vector tiles: an archive for each collection and grid, with what a map shows of it and no more.

Every row stands in the tiles of every zoom, which no library does by itself: GDAL leaves out what is smaller than a
step of the grid (24 of 14,568 buurten at zoom 5, and half of them with its own limits), tippecanoe 2. So each zoom has
shapes of its own: simplified as a coverage, so that no slits open between areas, and a box where too little of a shape
would be left. Each zoom is read back and counted before it is taken. Of the national buurten that is 4.3 MB; GDAL's own
simplification gave 4.8, freestiler 6.2 in a fifth of the time, as a package of 53 MB.

In WebMercatorQuad an archive is PMTiles, which maps read by themselves. In NetherlandsRDNewQuad it is written alike,
but readers of PMTiles know no grid besides the other: it is for services.ogc.tiles alone, and has another ending.
"""

import gzip
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geo.errors import StoreError, first_few
from layers.declarations.lenses import BASIS
from layers.publication.collection import Collection
from layers.publication.fields import AREA, FLAG, ID, LENS, LEVEL, PERIOD, RANK, SCORE, THEME, TITLE, VINTAGE
from layers.publication.stacking import COUNT
from services.files import UNFINISHED, disk_errors, whole_file
from services.stores.grids import MERCATOR, RD, Grid
from services.stores.per_collection import write_each

TOLERANCE = 4
"""Steps by which an outline may be simplified: half a pixel."""
SMALLEST = 4
"""Square steps that the largest part of a shape has at least."""

GDAL = {
    "FORMAT": "DIRECTORY", "MAX_SIZE": 1 << 30, "MAX_FEATURES": 1 << 30, "BUFFER": 16,
    "SIMPLIFICATION": 0, "SIMPLIFICATION_MAX_ZOOM": 0,
}  # fmt: skip
"""No limit to a tile; no simplification besides ours; shapes go on for two pixels beyond the edge of a tile."""

type Shapes = npt.NDArray[np.object_]


def write(collections: Sequence[Collection], folder: Path) -> None:
    """Write `<collection>.pmtiles` for each collection into `folder`. Raises StoreError, and leaves none."""
    write_each(collections, folder, MERCATOR.ending, partial(archive, grid=MERCATOR))


def write_rd(collections: Sequence[Collection], folder: Path) -> None:
    """The same in RD, for the API; of what lies outside the Netherlands there are none."""
    write_each([one for one in collections if one.epsg == RD.epsg], folder, RD.ending, partial(archive, grid=RD))


def archive(collection: Collection, path: Path, grid: Grid = MERCATOR) -> None:
    """Write the tiles of one collection, whole or not at all."""
    rows, key = shown(collection)
    rows = rows.to_crs(grid.epsg)
    with (
        whole_file(path) as unfinished,
        TemporaryDirectory(dir=path.parent, prefix=f"{UNFINISHED}tiles-") as folder,
        unfinished.open("wb") as file,
        closing((writer := Writer(file)).tile_f),
    ):
        for zoom in range(grid.furthest, grid.closest + 1):
            shapes = fitted(rows.geometry.to_numpy(), grid, zoom, coverage=key == AREA.name)
            tiles = _Tiles(grid, zoom, collection.address, key)
            for tile, content in tiles.of(rows.set_geometry(shapes), Path(folder)):
                writer.write_tile(tile, content)
        if not writer.tile_entries:  # an archive has one tile at least
            writer.write_tile(0, gzip.compress(b"", mtime=0))
        writer.finalize(_header(rows, grid), _about(collection, rows, grid))


def shown(collection: Collection) -> tuple[geopandas.GeoDataFrame, str]:
    """What the tiles have of a collection, and the column that tells its features apart.

    Areas once each, as in the latest vintage, with a score and a flag for each lens and period: of the newest period
    without a lens `score` and `kansrijk`, of others `score_<lens>_<period>`. Scores are cut off below at two decimals,
    which moves none to another class of the legend.
    """
    table = collection.table
    if AREA.name not in table:
        named = (ID, THEME, LEVEL, LENS, PERIOD, TITLE, RANK, SCORE)
        rows = table[[*(one.name for one in named if one.name in table), "geometry"]]
        return (rows.assign(score=_cut(rows[SCORE.name])) if SCORE.name in rows else rows), ID.name
    latest = table.sort_values(VINTAGE.name, ascending=False, kind="stable") if VINTAGE.name in table else table
    areas = latest.drop_duplicates(AREA.name).set_index(AREA.name).sort_index()
    columns = _pictures(table) if SCORE.name in table else {}
    if COUNT.name in table:
        columns[COUNT.name] = areas[COUNT.name]
    drawn = geopandas.GeoDataFrame({name: one.reindex(areas.index) for name, one in columns.items()},
                                   index=areas.index, geometry=areas.geometry)  # fmt: skip
    return drawn.reset_index(), AREA.name


def _pictures(table: pd.DataFrame) -> dict[str, "pd.Series[Any]"]:
    """The score and the flag of each lens and period, the one that a map opens with first."""
    chosen = table[[LENS.name, PERIOD.name]].drop_duplicates().itertuples(index=False)
    ordered = sorted(
        ((str(lens), int(period)) for lens, period in chosen), key=lambda one: (one[0] != BASIS, one[0], -one[1])
    )
    columns: dict[str, pd.Series[Any]] = {}
    for at, (lens, period) in enumerate(ordered):
        suffix = f"_{lens}_{period}" if at else ""
        rows = table[(table[LENS.name] == lens) & (table[PERIOD.name] == period)].set_index(AREA.name)
        columns[f"{SCORE.name}{suffix}"] = _cut(rows[SCORE.name])
        columns[f"{FLAG.name}{suffix}"] = rows[FLAG.name].astype("boolean")
    return columns


def _cut(scores: "pd.Series[Any]") -> "pd.Series[float]":
    """Cut off below at two decimals: the breaks of the legend have no more."""
    return pd.Series(np.floor(scores.to_numpy(float) * 100) / 100, index=scores.index)


def fitted(shapes: Shapes, grid: Grid, zoom: int, *, coverage: bool) -> Shapes:
    """Shapes with as many vertices as a zoom can show; none so small that nothing is left of it.

    In a `coverage` no shapes overlap, and borders that they share stay shared.
    """
    step, corner = grid.step(zoom), np.array(grid.corner)
    simple = (
        shapely.coverage_simplify(shapes, TOLERANCE * step)
        if coverage
        else shapely.simplify(shapes, TOLERANCE * step, preserve_topology=True)
    )
    parts, of = shapely.get_parts(simple, return_index=True)
    outlines = shapely.transform(
        shapely.polygons(shapely.get_exterior_ring(parts)), lambda at: np.round((at - corner) / step)
    )
    largest = np.zeros(len(shapes))
    np.maximum.at(largest, of, shapely.area(outlines))
    small = largest < SMALLEST
    simple[small] = _boxes(shapely.get_coordinates(shapely.point_on_surface(shapes[small])), corner, step)
    return simple


def _boxes(places: npt.NDArray[np.float64], corner: npt.NDArray[np.float64], step: float) -> Shapes:
    """Boxes along the grid, of the smallest size, around places."""
    west, south = ((np.floor((places - corner) / step) - 1) * step + corner).T
    boxes: Shapes = shapely.box(west, south, west + 2 * step, south + 2 * step)
    return boxes


@dataclass(frozen=True, slots=True)
class _Tiles:
    """The tiles of one zoom of a grid, with one layer; the column `key` tells its rows apart."""

    grid: Grid
    zoom: int
    layer: str
    key: str

    def of(self, rows: geopandas.GeoDataFrame, folder: Path) -> Iterator[tuple[int, bytes]]:
        """The number in PMTiles and the content of each tile. Raises StoreError where a row is in none."""
        if rows.empty:
            return
        path = folder / str(self.zoom)
        with disk_errors(path):
            arrived = self._written(rows, path)
        if lost := sorted(set(rows[self.key]) - set(arrived)):
            raise StoreError(
                "tiles of {layer}: {count} of {rows} rows are in no tile of zoom {zoom}: {names}; see whether the disk "
                "is full, else report it",
                layer=self.layer, count=len(lost), rows=len(rows), zoom=self.zoom, names=first_few(lost),
            )  # fmt: skip
        places = {zxy_to_tileid(self.zoom, int(one.parent.name), int(one.stem)): one for one in path.rglob("*.pbf")}
        for number, place in sorted(places.items()):
            yield number, place.read_bytes()

    def _written(self, rows: geopandas.GeoDataFrame, path: Path) -> "pd.Series[Any]":
        """Write a folder with a file per tile; returns the keys of what can be read in it."""
        grid = self.grid
        scheme = ",".join(map(str, (f"EPSG:{grid.epsg}", *grid.corner, grid.size)))
        zooms = {"MINZOOM": self.zoom, "MAXZOOM": self.zoom, "TILING_SCHEME": scheme}
        try:
            pyogrio.write_dataframe(rows, path, layer=self.layer, driver="MVT", **zooms, **GDAL)
            read = pyogrio.read_dataframe(path / str(self.zoom), columns=[self.key], read_geometry=False)
        except RuntimeError as fault:  # all errors of pyogrio are
            raise StoreError(
                "{path}: cannot be written: {fault}; see whether the disk is full", path=path.parent, fault=str(fault)
            ) from None
        keys: pd.Series[Any] = read[self.key]
        return keys


def _header(rows: geopandas.GeoDataFrame, grid: Grid) -> dict[str, Any]:
    west, south, east, north = (0, 0, 0, 0) if rows.empty else rows.to_crs("OGC:CRS84").total_bounds
    e7 = {"min_lon": west, "min_lat": south, "max_lon": east, "max_lat": north,
          "center_lon": (west + east) / 2, "center_lat": (south + north) / 2}  # fmt: skip
    kinds = {"tile_type": TileType.MVT, "tile_compression": Compression.GZIP, "center_zoom": grid.furthest}
    return {**{f"{name}_e7": int(degrees * 1e7) for name, degrees in e7.items()}, **kinds}


def _about(collection: Collection, rows: geopandas.GeoDataFrame, grid: Grid) -> Mapping[str, Any]:
    """What an archive says of itself, as TileJSON has it."""
    kinds = {"b": "Boolean", "i": "Number", "u": "Number", "f": "Number"}
    fields = {name: kinds.get(rows[name].dtype.kind, "String") for name in rows.columns if name != "geometry"}
    layer = {"id": collection.address, "fields": fields, "minzoom": grid.furthest, "maxzoom": grid.closest}
    return {
        "name": collection.title,
        "description": f"{collection.description} {collection.caveat}",
        "attribution": f"{collection.attribution} ({collection.license})",
        "vector_layers": [layer],
    }
