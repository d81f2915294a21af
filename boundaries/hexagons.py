"""H3: from the outline of areas to an AreaFrame of hexagons, the whole country at once.

Which cells touch an area is decided in three steps, of which each leaves little to the next. Cells two resolutions
coarser that touch an area, with those around them, have all that may; H3 finds these in longitude and latitude. The
sides of areas are drawn in RD New, where the straight line between two corners is another one, so long sides get
corners in between first. A cell of which the centre lies in an area touches it: a division and a look in a table
(boundaries.points). Of the others, along the coast and in the gaps of a generalised map, the polygon is tested.

Rejected: asking H3 for the cells themselves, area by area, which takes three times as long.
"""

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from h3ronpy import ContainmentMode, cells_to_string, change_resolution, grid_disk
from h3ronpy.vector import cells_to_coordinates, cells_to_wkb_polygons, coordinates_to_cells, wkb_to_cells
from numpy.typing import NDArray
from pyproj import Transformer

from boundaries.points import Locator
from geo.areas import RD_NEW, AreaFrame, AreaLevel
from geo.polygons import Floats, Polygons, cleaned, densified

WGS84 = 4326

LONGEST = 500.0
"""Metres a side may be for its line in RD New and that in degrees to lie less than a centimetre apart."""

COARSER = 2
"""Resolutions between the cells that are asked of H3 and those that are made: a cell lies at most 0.6 of the distance
between cells so much coarser from the centre of its own, so within it or those around it.
"""

BLOCK = 250_000
"""Cells of which the polygons are made at once."""

HEXAGON = np.dtype([("header", "V13"), ("corners", "<f8", (7, 2))])
"""A polygon of one ring of six sides in WKB."""

Numbers = NDArray[np.uint64]


def hexagons(areas: AreaFrame, level: AreaLevel) -> AreaFrame:
    """The H3 cells that touch any of the areas, each named after the area and gemeente its centre lies in, or the
    nearest one (cells on the coast). Polygons keep all their corners and are exact to a few centimetres in RD New.
    """
    outlines = cleaned(areas.table.geometry.to_numpy())
    locator, candidates = Locator.of(areas), _candidates(outlines, _resolution(level))
    inside = locator.positions(*_centres(candidates)) >= 0
    outside = candidates[~inside]
    _, touching = shapely.STRtree(_polygons(outside)).query(outlines, predicate="intersects")
    # In the order of their numbers, which is that of their names.
    numbers = np.sort(np.concatenate([candidates[inside], outside[np.unique(touching)]]))
    return AreaFrame(level, areas.vintage, _named(numbers, areas, locator))


def _candidates(outlines: Polygons, resolution: int) -> Numbers:
    """All cells that may touch one of these, and more."""
    detailed = geopandas.GeoSeries(densified(outlines, LONGEST), crs=RD_NEW).to_crs(WGS84)
    coarse = wkb_to_cells(
        shapely.to_wkb(detailed.to_numpy()), resolution - COARSER, containment_mode=ContainmentMode.Covers, flatten=True
    )
    around = np.asarray(grid_disk(np.unique(np.asarray(coarse)), 1, flatten=True))
    return np.asarray(change_resolution(np.unique(around), resolution), dtype=np.uint64)


def _centres(numbers: Numbers) -> tuple[Floats, Floats]:
    """The centres of cells in RD New."""
    at = pa.record_batch(cells_to_coordinates(numbers))
    to_rd = Transformer.from_crs(WGS84, RD_NEW, always_xy=True)
    x, y = to_rd.transform(at.column("lng").to_numpy(), at.column("lat").to_numpy())
    return x, y


def cells_at(points: geopandas.GeoSeries, level: AreaLevel) -> NDArray[np.str_]:
    """The H3 cell of each point (RD New)."""
    at = points.to_crs(WGS84)
    numbers = np.asarray(coordinates_to_cells(at.y.to_numpy(), at.x.to_numpy(), _resolution(level)))
    return np.array(_names(numbers).to_numpy(zero_copy_only=False), dtype=str)


def _resolution(level: AreaLevel) -> int:
    if level.resolution is None:
        raise ValueError(f"{level} is not a hexagon level")
    return level.resolution


def _names(numbers: Numbers) -> pa.Array:
    return pa.array(cells_to_string(numbers))


def _polygons(numbers: Numbers) -> Polygons:
    """Their polygons in RD New. H3 gives those that cross an edge of its icosahedron a corner more."""
    to_rd = Transformer.from_crs(WGS84, RD_NEW, always_xy=True)
    polygons = np.empty(len(numbers), dtype=object)
    for first in range(0, len(numbers), BLOCK):
        outlines = pa.array(cells_to_wkb_polygons(numbers[first : first + BLOCK])).cast(pa.binary())
        size = np.diff(np.frombuffer(outlines.buffers()[1], np.int32, len(outlines) + 1, 4 * outlines.offset))
        if (size == HEXAGON.itemsize).all():
            corners = np.frombuffer(outlines.buffers()[2], HEXAGON, len(outlines))["corners"][:, :-1]
            x, y = to_rd.transform(corners[..., 0].ravel(), corners[..., 1].ravel())
            rings = np.column_stack([x, y]).reshape(-1, 6, 2)
            polygons[first : first + BLOCK] = shapely.polygons(np.concatenate([rings, rings[:, :1]], axis=1))
        else:
            raw = shapely.from_wkb(outlines.to_numpy(zero_copy_only=False))
            polygons[first : first + BLOCK] = geopandas.GeoSeries(raw, crs=WGS84).to_crs(RD_NEW).to_numpy()
    return polygons


def _named(numbers: Numbers, areas: AreaFrame, locator: Locator) -> geopandas.GeoDataFrame:
    """The cells by name, each with what it is named after."""
    polygons = _polygons(numbers)
    around = pd.DataFrame(areas.table.drop(columns="geometry"))[["name", "gemeente", "gemeente_name"]]
    around = around.assign(name="Zeshoek bij " + around["name"])
    nearest = _nearest(polygons, areas.table.geometry.to_numpy(), locator)
    table = around.iloc[nearest].set_axis(pd.Index(_names(numbers).to_pandas(), name="area_id"))
    return geopandas.GeoDataFrame(table, geometry=polygons, crs=RD_NEW)


def _nearest(cells: Polygons, outlines: Polygons, locator: Locator) -> NDArray[np.intp]:
    """The area that the centroid of each cell lies in, the first where areas overlap; else the one at the least
    distance, which is slow, and only done for the few.
    """
    nearest = np.empty(len(cells), dtype=np.intp)
    tree = shapely.STRtree(outlines)
    for first in range(0, len(cells), BLOCK):
        centres = shapely.centroid(cells[first : first + BLOCK])
        within = locator.positions(shapely.get_x(centres), shapely.get_y(centres)).astype(np.intp)
        outside = np.flatnonzero(within < 0)
        _, within[outside] = tree.query_nearest(centres[outside], all_matches=False)
        nearest[first : first + BLOCK] = within
    return nearest
