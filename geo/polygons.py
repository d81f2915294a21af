"""Polygons without what has no surface: repeated corners, spikes, slits, slivers, empty parts and holes.

All of these are valid to GEOS. They come out of ordinary unions and differences, where a corner lies a rounding off
the line that it was computed on. Code that looks from corner to corner goes wrong at them: shapely.segmentize drops the
whole polygon, exactextract loses a fifth of it, H3 ends the process at an empty part. A hair is a multiple of what
coordinates of that size are rounded to, so polygons with real detail stay as they are, to the bit.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.compiled import njit

Polygons = NDArray[np.object_]
Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Which = NDArray[np.bool_]

HAIR = 2e-12
"""Part of the largest coordinate, about a micrometre in RD New, up to which a width is rounding."""

LOSS = 1e-9
"""Part of a surface that is no rounding."""


class Outlines(NamedTuple):
    """Polygons as bare corners: those of ring r at `start[r]` to `start[r + 1]`, the last of which is the first again;
    rings of part p at `ring[p]` to `ring[p + 1]`, the outer one first; parts of polygon k at `part[k]` to
    `part[k + 1]`.
    """

    corners: Floats
    start: Whole
    ring: Whole
    part: Whole


def outlines(polygons: Polygons) -> Outlines:
    """The corners of polygons of one part or many, without heights."""
    one_ring = shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON
    one_ring &= shapely.get_num_interior_rings(polygons) == 0
    if one_ring.all():  # hexagons and squares, of which there are most
        start = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(polygons))])
        each = np.arange(len(polygons) + 1)
        return Outlines(shapely.get_coordinates(polygons), start, each, each)
    _, corners, offsets = shapely.to_ragged_array(polygons, include_z=False)
    start, ring = (offset.astype(np.int64) for offset in offsets[:2])
    part = offsets[2].astype(np.int64) if len(offsets) == 3 else np.arange(len(polygons) + 1)
    return Outlines(corners, start, ring, part)


def polygonal(shapes: Polygons) -> Polygons:
    """What of each shape is polygons, without empty parts, lines and points: these have no surface."""
    kinds = shapely.get_type_id(shapes)
    other = np.flatnonzero((kinds != shapely.GeometryType.POLYGON) & (kinds != shapely.GeometryType.MULTIPOLYGON))
    if not len(other):
        return shapes
    only = shapes.copy()
    only[other] = [_joined(shapely.get_parts(shapely.get_parts(shape))) for shape in shapes[other]]
    return only


def cleaned(polygons: Polygons) -> Polygons:
    """The same ground, of valid polygons, without corners, parts and holes that have no surface. Polygons without these
    stay as they are; the others move by half a hair. One that has nothing else stays as it is.

    >>> slit = shapely.Polygon([(0, 0), (9, 0), (9, 9), (9, 9), (5, 9), (5, 1), (5 - 1e-15, 9), (0, 9)])
    >>> shapely.get_coordinates(cleaned(np.array([slit]))[0].normalize()).tolist()
    [[0.0, 0.0], [0.0, 9.0], [5.0, 9.0], [9.0, 9.0], [9.0, 0.0], [0.0, 0.0]]
    """
    faulty = unclean(polygons)
    if not faulty.any():
        return polygons
    clean = polygons.copy()
    snapped = shapely.set_precision(shapely.remove_repeated_points(polygons[faulty]), _hair(polygons))
    clean[faulty] = polygonal(shapely.set_precision(snapped, 0.0))  # what is computed with it later is not snapped
    clean[shapely.is_empty(clean)] = polygons[shapely.is_empty(clean)]
    return clean


def unclean(polygons: Polygons) -> Which:
    """Which polygons hold a corner, part or hole without surface."""
    corners, start, ring, part = outlines(polygons)
    hollow = np.diff(ring) == 0
    of_part = np.repeat(np.arange(len(hollow)), np.diff(ring))
    hollow[of_part[_unclean(corners, start, _hair(polygons))]] = True
    faulty = np.zeros(len(polygons), dtype=np.bool_)
    faulty[np.repeat(np.arange(len(polygons)), np.diff(part))[hollow]] = True
    return faulty


def densified(polygons: Polygons, longest: float) -> Polygons:
    """The same polygons, with corners added so that no side is longer.

    Of polygons that are hardly valid `shapely.segmentize` drops parts or all: where surface is gone, ring by ring.
    """
    fine: Polygons = shapely.segmentize(polygons, longest)
    surface = shapely.area(polygons)
    lost = np.abs(shapely.area(fine) - surface) > LOSS * surface
    fine[lost] = [_densified(polygon, longest) for polygon in polygons[lost]]
    return fine


def _densified(polygon: BaseGeometry, longest: float) -> BaseGeometry:
    return _joined(
        shapely.Polygon(rings[0], rings[1:])
        for part in shapely.get_parts(polygon)
        if not part.is_empty and len(rings := shapely.segmentize(shapely.get_rings(part), longest))
    )


def _hair(polygons: Polygons) -> float:
    """A power of two, so that coordinates on a grid of it are exact."""
    bounds = np.abs(shapely.total_bounds(polygons))
    largest = bounds.max() if np.isfinite(bounds).all() else 0.0
    return float(2.0 ** np.floor(np.log2(HAIR * largest))) if largest > 0 else 0.0


def _joined(parts: Iterable[BaseGeometry]) -> BaseGeometry:
    """The parts that are polygons, as one."""
    some = [part for part in parts if isinstance(part, shapely.Polygon) and not part.is_empty]
    if len(some) == 1:
        return some[0]
    return shapely.MultiPolygon(some) if some else shapely.Polygon()


@njit(nogil=True)
def _unclean(corners, start, hair):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Which rings have a corner too many, no surface, or are somewhere as thin as a hair."""
    answer = np.zeros(len(start) - 1, dtype=np.bool_)
    for ring in range(len(answer)):
        low, high = start[ring], start[ring + 1] - 1
        answer[ring] = (
            high - low < 3
            or _is_flat(corners, low, high, hair)
            or _has_needless(corners, low, high, hair)
            or (high - low > 4 and _is_pinched(corners[low : high + 1], hair))
        )
    return answer


@njit(nogil=True)
def _is_flat(corners, low, high, hair):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Whether a ring is nowhere wider than a hair, taken over its length."""
    x, y = corners[low, 0], corners[low, 1]
    twice, length = 0.0, 0.0
    ax, ay = 0.0, 0.0
    for at in range(low + 1, high + 1):
        bx, by = corners[at, 0] - x, corners[at, 1] - y
        twice += ax * by - bx * ay
        length += np.hypot(bx - ax, by - ay)
        ax, ay = bx, by
    return abs(twice) <= hair * length


@njit(nogil=True)
def _has_needless(corners, low, high, hair):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Whether a corner repeats the one before it, or is the tip of a spike: one of its sides lies on the other."""
    ax, ay = corners[high - 1, 0] - corners[low, 0], corners[high - 1, 1] - corners[low, 1]
    one = ax * ax + ay * ay
    for at in range(low, high):
        bx, by = corners[at + 1, 0] - corners[at, 0], corners[at + 1, 1] - corners[at, 1]
        other = bx * bx + by * by
        if one <= hair * hair:
            return True
        if ax * bx + ay * by > 0 and (ax * by - ay * bx) ** 2 <= hair * hair * max(one, other):
            return True
        ax, ay, one = -bx, -by, other
    return False


@njit(nogil=True)
def _is_pinched(ring, hair):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Whether a corner of a closed ring lies within a hair of a side that it is no end of."""
    count = len(ring) - 1
    order = np.argsort(ring[:count, 0])
    x = ring[order, 0]
    for at in range(count):
        ax, ay, bx, by = ring[at, 0], ring[at, 1], ring[at + 1, 0], ring[at + 1, 1]
        dx, dy = bx - ax, by - ay
        squared = dx * dx + dy * dy
        south, north = min(ay, by) - hair, max(ay, by) + hair
        for place in range(np.searchsorted(x, min(ax, bx) - hair), count):
            if x[place] > max(ax, bx) + hair:
                break
            other = order[place]
            if other in (at, (at + 1) % count) or not south <= ring[other, 1] <= north:
                continue
            px, py = ring[other, 0] - ax, ring[other, 1] - ay
            along = px * dx + py * dy
            if 0 <= along <= squared and (px * dy - py * dx) ** 2 <= hair * hair * squared:
                return True
    return False
