"""Corners of polygons: which are one to the millimetre, and around which ground is left that no polygon takes.

Where borders coincide every side is passed once each way, and around a corner inside the map the sides cancel out. A
corner where they do not is open: it lies on the outside, at a slit or an overlap, or on a border that has a corner on
one side only. Areas that touch share a corner, or an open corner of one of them lies on the other; so only of open
corners distances are measured, which on a clean map are few.
"""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.polygons import Floats, Polygons, Which

Positions = NDArray[np.intp]

TOUCH = 0.001
"""Metres within which what lies beside one another touches."""


class Corners(NamedTuple):
    """The corners of all rings, the last of a ring being its first again.

    Attributes:
        points: where they are.
        vertices: a number that is the same for the same millimetre.
        owners: the area that each is of.
        sides: the positions of corners from which a side goes to the next one.
        open: which corners lie where sides do not cancel out.
    """

    points: Floats
    vertices: NDArray[np.int64]
    owners: Positions
    sides: Positions
    open: Which


def corners(polygons: Polygons) -> Corners:
    """The corners of polygons of one part or many."""
    parts, areas_of = shapely.get_parts(polygons, return_index=True)
    rings, parts_of = shapely.get_rings(parts, return_index=True)  # of polygons only: an area of two parts gives none
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    millimetres = np.rint(points * 1000).astype(np.int64)
    _, vertices = np.unique((millimetres[:, 0] << 32) + millimetres[:, 1], return_inverse=True)
    # To the millimetre a side may be a point, and a point is a corner.
    sides = np.flatnonzero((ring_of[1:] == ring_of[:-1]) & (vertices[:-1] != vertices[1:]))
    outer = np.r_[True, parts_of[1:] != parts_of[:-1]]
    way = np.where(shapely.is_ccw(rings) == outer, 1.0, -1.0)[ring_of[sides]]
    unmatched = _unmatched(vertices[sides], vertices[sides + 1], way, len(points))
    return Corners(points, vertices, areas_of[parts_of][ring_of], sides, unmatched[vertices])


def around(polygons: Polygons, of: Corners, distance: float = TOUCH) -> tuple[Positions, Positions]:
    """Pairs of an open corner and a polygon that it is no corner of, of which the box is within `distance` metres."""
    some = np.flatnonzero(of.open)
    x, y = of.points[some].T
    boxes = shapely.box(x - distance, y - distance, x + distance, y + distance)
    at, others = shapely.STRtree(polygons).query(boxes)
    foreign = of.owners[some[at]] != others
    return some[at[foreign]], others[foreign]


def near(polygons: Polygons, of: Corners, pairs: tuple[Positions, Positions], distance: float = TOUCH) -> Which:
    """Of which pairs the corner lies in the polygon or within `distance` metres."""
    at, others = pairs
    shapely.prepare(polygons[np.unique(others)])
    close: Which = shapely.dwithin(polygons[others], shapely.points(of.points[at]), distance)
    return close


def _unmatched(start: NDArray[np.int64], end: NDArray[np.int64], way: Floats, count: int) -> Which:
    """The vertices around which sides do not cancel out, by marks of which sums are exact."""
    marks = np.random.default_rng(0).integers(1, 2**32, count).astype(float)
    total = np.bincount(start, way * marks[end], count) - np.bincount(end, way * marks[start], count)
    unmatched: Which = total != 0
    return unmatched
