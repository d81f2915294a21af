"""H3: from the outline of areas to an AreaFrame of hexagons, the whole country at once.

Cells are found in longitude and latitude, where H3 lives, area by area: the sides of areas are drawn in RD New, where
the straight line between two corners is another one, so long sides get corners in between first. At resolution 9 the
country is 399 thousand cells and takes some ten seconds; at resolution 10 it is 2.8 million and takes a minute.
"""

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from h3ronpy import ContainmentMode, cells_to_string
from h3ronpy.vector import cells_to_wkb_polygons, coordinates_to_cells, wkb_to_cells
from numpy.typing import NDArray

from geo.areas import RD_NEW, AreaFrame, AreaLevel
from geo.polygons import cleaned, densified

WGS84 = 4326

LONGEST = 500.0
"""Metres a side may be for its line in RD New and that in degrees to lie less than a centimetre apart."""


def hexagons(areas: AreaFrame, level: AreaLevel) -> AreaFrame:
    """The H3 cells that touch any of the areas, each named after the area and gemeente its centre lies in, or the
    nearest one (cells on the coast). Polygons keep all their corners and are exact to a few centimetres in RD New.
    """
    detailed = geopandas.GeoSeries(densified(cleaned(areas.table.geometry.to_numpy()), LONGEST), crs=RD_NEW)
    outlines = shapely.to_wkb(detailed.to_crs(WGS84).to_numpy())
    cells = wkb_to_cells(outlines, _resolution(level), containment_mode=ContainmentMode.Covers, flatten=True)
    # In the order of their numbers, which is that of their names.
    numbers = np.unique(np.asarray(cells))
    return AreaFrame(level, areas.vintage, _named(_names(numbers), _polygons(numbers), areas))


def cells_at(points: geopandas.GeoSeries, level: AreaLevel) -> NDArray[np.str_]:
    """The H3 cell of each point (RD New)."""
    at = points.to_crs(WGS84)
    return _names(np.asarray(coordinates_to_cells(at.y.to_numpy(), at.x.to_numpy(), _resolution(level))))


def _resolution(level: AreaLevel) -> int:
    if level.resolution is None:
        raise ValueError(f"{level} is not a hexagon level")
    return level.resolution


def _names(numbers: NDArray[np.uint64]) -> NDArray[np.str_]:
    return np.array(pa.array(cells_to_string(numbers)).to_numpy(zero_copy_only=False), dtype=str)


def _polygons(numbers: NDArray[np.uint64]) -> geopandas.GeoSeries:
    """Their polygons in RD New. H3 gives those that cross an edge of its icosahedron a corner more."""
    outlines = pa.array(cells_to_wkb_polygons(numbers)).to_numpy(zero_copy_only=False)
    return geopandas.GeoSeries(shapely.from_wkb(outlines), crs=WGS84).to_crs(RD_NEW)


def _named(cells: NDArray[np.str_], polygons: geopandas.GeoSeries, areas: AreaFrame) -> geopandas.GeoDataFrame:
    around = areas.table.iloc[_nearest(shapely.centroid(polygons.to_numpy()), areas.table.geometry.to_numpy())]
    table = pd.DataFrame(
        {
            "name": ("Zeshoek bij " + around["name"]).to_numpy(),
            "gemeente": around["gemeente"].to_numpy(),
            "gemeente_name": around["gemeente_name"].to_numpy(),
        },
        index=pd.Index(cells, name="area_id"),
    )
    return geopandas.GeoDataFrame(table, geometry=polygons.to_numpy(), crs=RD_NEW)


def _nearest(centres: NDArray[np.object_], outlines: NDArray[np.object_]) -> NDArray[np.intp]:
    """The area that each centre lies in, the first where areas overlap; else the one at the least distance, which is
    slow, and only done for the few.
    """
    nearest = np.full(len(centres), -1)
    area, centre = shapely.STRtree(centres).query(outlines, predicate="intersects")
    nearest[centre[::-1]] = area[::-1]
    outside = np.flatnonzero(nearest < 0)
    _, nearest[outside] = shapely.STRtree(outlines).query_nearest(centres[outside], all_matches=False)
    return nearest
