"""The surface that two valid polygons have in common, in exact arithmetic: what fast code is held against.

Vertical slabs between all corners and crossings; within a slab no two sides cross, so what lies in both polygons are
trapezoids, of which the mean width is that at half the slab (even-odd rule). Coordinates are floats, and every float is
a fraction.
"""

from fractions import Fraction
from itertools import pairwise

import shapely

Side = tuple[Fraction, Fraction, Fraction, Fraction]


def surface_in_common(one: shapely.Geometry, other: shapely.Geometry) -> float:
    of_one, of_other = _sides(one), _sides(other)
    edges = sorted({x for side in (*of_one, *of_other) for x in (side[0], side[2])} | _crossings(of_one, of_other))
    total = Fraction(0)
    for west, east in pairwise(edges):
        middle = (west + east) / 2
        heights = [(_height(side, middle), 0) for side in of_one if side[0] < middle < side[2]]
        heights += [(_height(side, middle), 1) for side in of_other if side[0] < middle < side[2]]
        inside, below = [False, False], None
        for height, whose in sorted(heights):
            if all(inside):
                total += (height - below) * (east - west)
            inside[whose], below = not inside[whose], height
    return float(total)


def surface(one: shapely.Geometry) -> float:
    return surface_in_common(one, shapely.box(*shapely.buffer(one.envelope, 1.0).bounds))


def _sides(polygon: shapely.Geometry) -> list[Side]:
    """From west to east; vertical sides bound no trapezoid."""
    sides = []
    for ring in shapely.get_rings(shapely.get_parts(polygon)):
        corners = [(Fraction(x), Fraction(y)) for x, y in shapely.get_coordinates(ring)]
        sides += [(*min(a, b), *max(a, b)) for a, b in pairwise(corners) if a[0] != b[0]]
    return sides


def _height(side: Side, x: Fraction) -> Fraction:
    west, south, east, north = side
    return south + (north - south) * (x - west) / (east - west)


def _crossings(ones: list[Side], others: list[Side]) -> set[Fraction]:
    found = set()
    for one in ones:
        for other in others:
            west, east = max(one[0], other[0]), min(one[2], other[2])
            if west < east:
                start, end = _height(one, west) - _height(other, west), _height(one, east) - _height(other, east)
                if start * end < 0:
                    found.add(west + (east - west) * start / (start - end))
    return found
