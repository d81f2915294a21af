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
from scipy.sparse import csr_array

from geo.polygons import Floats, Polygons, Which, Whole, outlines

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
    points, start, ring, part = outlines(polygons)
    lengths = np.diff(start)
    vertices = _numbered(points)
    ring_of = np.repeat(np.arange(len(lengths)), lengths)
    # To the millimetre a side may be a point, and a point is a corner.
    sides = np.flatnonzero((ring_of[1:] == ring_of[:-1]) & (vertices[:-1] != vertices[1:]))
    owners = np.repeat(np.repeat(np.arange(len(polygons)), np.diff(ring[part])), lengths)
    ways = _ways(points, start, ring)[ring_of[sides]]
    unmatched = _unmatched(vertices[sides], vertices[sides + 1], ways, len(points))
    return Corners(points, vertices, owners, sides, unmatched[vertices])


def _numbered(points: Floats) -> Positions:
    """A number for each point, the same for the same millimetre."""
    millimetres = np.rint(points[:, 0] * 1000).astype(np.int64) << 32
    millimetres += np.rint(points[:, 1] * 1000).astype(np.int64)
    numbers: Positions = np.unique(millimetres, return_inverse=True)[1]
    return numbers


def _ways(points: Floats, start: Whole, ring: Whole) -> Floats:
    """1 for rings that have the polygon to the left of their sides, -1 for those that have it to the right.

    Of a ring with a surface of hardly anything it may be the other way: its corners are open then, and measured.
    """
    some = np.flatnonzero(np.diff(start))
    x, y = (points - points[:1]).T
    crossed = np.zeros(len(points))
    crossed[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
    crossed[start[1:][some] - 1] = 0.0  # from the end of a ring to the next one is no side
    doubled = np.zeros(len(start) - 1)
    doubled[some] = np.add.reduceat(crossed, start[some])
    outer = np.zeros(len(doubled), dtype=np.bool_)
    outer[ring[:-1][np.diff(ring) > 0]] = True
    return np.where((doubled > 0) == outer, 1.0, -1.0)


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


def beside(polygons: Polygons, of: Corners, known: csr_array) -> tuple[Positions, Positions]:
    """Pairs of areas that are not `known`, of which a side with an open corner comes within `TOUCH` of the other area.

    Sides and not only their ends: two strips may cross without a corner in one another.
    """
    sides = of.sides[of.open[of.sides] | of.open[of.sides + 1]]
    left, ends = of.owners[sides], np.stack([of.points[sides], of.points[sides + 1]], axis=1)
    (west, south), (east, north) = ends.min(axis=1).T - TOUCH, ends.max(axis=1).T + TOUCH
    boxes = shapely.box(west, south, east, north)
    at, others = shapely.STRtree(polygons).query(boxes)
    rows = np.repeat(np.arange(len(polygons)), np.diff(known.indptr))
    unknown = (left[at] != others) & ~np.isin(left[at] * len(polygons) + others, rows * len(polygons) + known.indices)
    at, others = at[unknown], others[unknown]
    shapely.prepare(polygons[np.unique(others)])
    touch = shapely.dwithin(polygons[others], shapely.linestrings(ends[at]), TOUCH)
    return left[at[touch]], others[touch]


def _unmatched(start: NDArray[np.int64], end: NDArray[np.int64], way: Floats, count: int) -> Which:
    """The vertices around which sides do not cancel out, by marks of which sums are exact."""
    marks = np.random.default_rng(0).integers(1, 2**32, count).astype(float)
    total = np.bincount(start, way * marks[end], count) - np.bincount(end, way * marks[start], count)
    unmatched: Which = total != 0
    return unmatched
