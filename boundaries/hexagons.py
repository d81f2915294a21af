"""H3: from the outline of areas to hexagons, the whole country at once.

Which cells touch an area is decided in three steps, of which each leaves little to the next. Cells two resolutions
coarser that touch an area, with those around them, have all that may; H3 finds these in longitude and latitude. The
sides of areas are drawn in RD New, where the straight line between two corners is another one, so long sides get
corners in between first. A cell of which the centroid lies in an area touches it: a division and a look in a table
(boundaries.points). Of the others, along the coast and in the gaps of a generalised map, the polygon is tested.

Rejected: asking H3 for the cells themselves, area by area, which takes three times as long.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from h3ronpy import ContainmentMode, cells_parse, cells_to_string, change_resolution, grid_disk
from h3ronpy.vector import cells_to_wkb_polygons, coordinates_to_cells, wkb_to_cells
from numpy.typing import NDArray
from pyproj import Transformer

from boundaries.points import Locator
from boundaries.rd import RD_NEW, check_dutch
from geo.areas import AreaFrame, AreaLevel
from geo.messages import message
from geo.packed import Packed
from geo.polygons import Floats, Polygons, cleaned, densified

WGS84 = 4326

LONGEST = 500.0
"""Metres a side may be for its line in RD New and that in degrees to lie less than a centimetre apart."""

COARSER = 2
"""Resolutions between the cells that are asked of H3 and those that are made: a cell lies at most 0.6 of the distance
between cells so much coarser from the centre of its own, so within it or those around it.
"""

BLOCK = 100_000
"""Cells of which the polygons are made at once."""

MOST_CORNERS = 11
"""Corners of the ring of a cell, the first again as the last: H3 gives at most ten."""

HEADER = 13
"""Bytes of a polygon of one ring in WKB before its corners."""

Numbers = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Hexagons:
    """H3 cells of which the polygons are packed, and names are those of the areas that they lie in: at resolution 10
    the country then takes half a gigabyte, where an AreaFrame of them takes two.

    Attributes:
        level: their resolution.
        vintage: of which year the areas are that they touch.
        ids: their names, sorted.
        polygons: their polygons in RD New.
        around: the areas: `name` of a cell in each, `gemeente` and `gemeente_name`.
        nearest: the position of the area that each is named after.
    """

    level: AreaLevel
    vintage: int
    ids: pd.Index
    polygons: Packed
    around: pd.DataFrame
    nearest: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.ids)

    def names(self, part: slice) -> pd.DataFrame:
        """Of a slice of them: `name`, `gemeente` and `gemeente_name`."""
        return self.around.iloc[self.nearest[part]].set_axis(self.ids[part])

    @property
    def frame(self) -> AreaFrame:
        """All of them, as areas like others."""
        every = slice(None)
        table = geopandas.GeoDataFrame(self.names(every), geometry=self.polygons[every], crs=RD_NEW)
        return AreaFrame(self.level, self.vintage, table)


def hexagons(areas: AreaFrame, level: AreaLevel) -> AreaFrame:
    """The H3 cells that touch any of the areas, each named after the area and gemeente its centre lies in, or the
    nearest one (cells on the coast). Polygons keep all their corners and are exact to a few centimetres in RD New.
    """
    return packed_hexagons(areas, level).frame


def packed_hexagons(areas: AreaFrame, level: AreaLevel) -> Hexagons:
    """The same cells, of `BLOCK` at a time."""
    check_dutch(areas, message("hexagons"))
    outlines, locator, tree = cleaned(areas.polygons), Locator.of(areas), shapely.STRtree(areas.polygons)
    candidates = np.sort(_candidates(outlines, _resolution(level)))  # by their numbers, and so by their names
    around = areas.names(slice(None))
    around = around.assign(name="Zeshoek bij " + around["name"])
    touching, nearest = [candidates[:0]], [np.empty(0, np.int32)]

    def parts() -> Iterator[Packed]:
        for part in _blocks(candidates):
            cells = _outlines(part)
            x, y = cells.centroids
            at = locator.positions(x, y)
            outside = np.flatnonzero(at < 0)
            _, touched = shapely.STRtree(cells.chosen(outside)[:]).query(outlines, predicate="intersects")
            touched = outside[np.unique(touched)]
            _, at[touched] = tree.query_nearest(shapely.points(x[touched], y[touched]), all_matches=False)
            there = np.flatnonzero(at >= 0)
            touching.append(part[there])
            nearest.append(at[there])
            yield cells.chosen(there)

    polygons = Packed.joined(parts(), MOST_CORNERS * len(candidates))
    ids = pd.Index(_names(np.concatenate(touching)).to_pandas(), name="area_id")
    return Hexagons(level, areas.vintage, ids, polygons, around, np.concatenate(nearest))


def _blocks(numbers: Numbers) -> Iterator[Numbers]:
    return (numbers[first : first + BLOCK] for first in range(0, len(numbers), BLOCK))


def _candidates(outlines: Polygons, resolution: int) -> Numbers:
    """All cells that may touch one of these, and more."""
    detailed = geopandas.GeoSeries(densified(outlines, LONGEST), crs=RD_NEW).to_crs(WGS84)
    coarse = wkb_to_cells(
        shapely.to_wkb(detailed.to_numpy()), resolution - COARSER, containment_mode=ContainmentMode.Covers, flatten=True
    )
    around = np.asarray(grid_disk(np.unique(np.asarray(coarse)), 1, flatten=True))
    return np.asarray(change_resolution(np.unique(around), resolution), dtype=np.uint64)


@cache
def _to_rd() -> Transformer:
    """Made once: that takes as long as placing 70,000 corners."""
    return Transformer.from_crs(WGS84, RD_NEW, always_xy=True)


def cells_at(points: geopandas.GeoSeries, level: AreaLevel) -> NDArray[np.str_]:
    """The H3 cell of each point (RD New)."""
    at = points.to_crs(WGS84)
    numbers = np.asarray(coordinates_to_cells(at.y.to_numpy(), at.x.to_numpy(), _resolution(level)))
    return np.array(_names(numbers).to_numpy(zero_copy_only=False), dtype=str)


def larger_around(cells: Sequence[str], level: AreaLevel) -> list[str]:
    """The names of the larger cells of a level that may have surface in common with some cells: the one that each is
    numbered in, and those around it.
    """
    numbers = np.unique(np.asarray(change_resolution(cells_parse(pa.array(cells)), _resolution(level))))
    around = np.asarray(grid_disk(numbers, 1, flatten=True)) if len(numbers) else numbers
    return [str(one) for one in _names(np.unique(around)).to_pylist()]


def outlines_of(cells: Sequence[str]) -> Polygons:
    """The polygons of H3 cells in RD New, by their names."""
    parts = [_polygons(part) for part in _blocks(np.asarray(cells_parse(pa.array(cells)), dtype=np.uint64))]
    return np.concatenate(parts) if parts else np.empty(0, dtype=object)


def _resolution(level: AreaLevel) -> int:
    if level.resolution is None:
        raise ValueError(f"{level} is not a hexagon level")
    return level.resolution


def _names(numbers: Numbers) -> pa.Array:
    return pa.array(cells_to_string(numbers))


def _polygons(numbers: Numbers) -> Polygons:
    return _outlines(numbers)[:]


def _outlines(numbers: Numbers) -> Packed:
    """Their polygons in RD New, of the corners as they lie in the WKB that H3 gives: six sides for most, and more for
    those that cross an edge of its icosahedron.
    """
    outlines = pa.array(cells_to_wkb_polygons(numbers)).cast(pa.large_binary())
    ends = np.frombuffer(outlines.buffers()[1], np.int64, len(outlines) + 1, 8 * outlines.offset)
    corner = np.ones(ends[-1] - ends[0], dtype=bool)
    corner[(ends[:-1, np.newaxis] - ends[0] + np.arange(HEADER)).ravel()] = False
    corners = np.frombuffer(outlines.buffers()[2], np.uint8)[ends[0] : ends[-1]][corner].view(np.complex128)
    return Packed(_in_rd(corners), np.concatenate([[0], np.cumsum((np.diff(ends) - HEADER) // corners.itemsize)]))


def _in_rd(corners: NDArray[np.complex128]) -> Floats:
    """In RD New, corners of which longitude and latitude are the two parts of a complex number. Three cells have the
    same one, mostly the same to the bit: it is placed once.
    """
    at, once = pd.factorize(corners)
    placed: Floats = np.column_stack(_to_rd().transform(once.real, once.imag))[at]
    return placed
