"""Geometry as it is served: the text of GeoJSON in each system that stands ready, and what finds it.

CRS84 (degrees) is the default of the API; RD New (EPSG:28992, metres) is what Dutch analysts work in, and of another
country the system in metres that is declared for it. Text in both is made once, when a release is written, so that
neither costs a transformation when it is asked for. An axis stands where the EPSG register has it: northing first in
3035.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

type Shapes = npt.NDArray[np.object_]

DEGREE_DECIMALS = 7
"""Decimals of a degree in published coordinates: about a centimetre."""

METRE_DECIMALS = 3
"""Decimals of a metre in published coordinates: a millimetre, as CBS publishes them."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Shapes ready to be served, all in the same order.

    Attributes:
        degrees: GeoJSON in CRS84.
        metres: GeoJSON in the system that they are made in.
        exact: WKB in CRS84, not rounded, for exact answers to "does it intersect".
        boxes: west, south, east, north in CRS84.
        bounds: the same of what is in `degrees`.
    """

    degrees: list[str]
    metres: list[str]
    exact: list[bytes]
    boxes: npt.NDArray[np.float64]
    bounds: npt.NDArray[np.float64]


def texts(shapes: Shapes, crs: pyproj.CRS) -> Texts:
    """Polygons in a system of metres as they are served: all of several parts, if only one, so that a collection has
    one type of geometry, with the winding order of GeoJSON; one call for all coordinates.
    """
    parts, of = shapely.get_parts(shapes, return_index=True)
    whole: Shapes = np.asarray(shapely.orient_polygons(shapely.multipolygons(parts, indices=of)))
    degrees = _in_degrees(whole, crs)
    metres = shapely.transform(whole, np.fliplr) if _northing_first(crs) else whole
    rounded = _rounded(degrees, DEGREE_DECIMALS)
    return Texts(
        degrees=shapely.to_geojson(rounded).tolist(),
        metres=shapely.to_geojson(_rounded(metres, METRE_DECIMALS)).tolist(),
        exact=shapely.to_wkb(degrees).tolist(),
        boxes=shapely.bounds(degrees),
        bounds=shapely.bounds(rounded),
    )


def _northing_first(crs: pyproj.CRS) -> bool:
    return crs.axis_info[0].direction == "north"


def _in_degrees(shapes: Shapes, crs: pyproj.CRS) -> Shapes:
    towards = pyproj.Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)
    placed: Shapes = shapely.transform(shapes, lambda points: np.column_stack(towards.transform(*points.T)))
    return placed


def _rounded(shapes: Shapes, decimals: int) -> Shapes:
    rounded: Shapes = shapely.transform(shapes, lambda points: np.round(points, decimals))
    return rounded
