"""Which polygons of two sets overlap, and by how much: exact, in whole sets at a time.

Where one of a pair is convex, as hexagons and squares are, the surface comes from boundaries.clipping; other pairs go
through shapely. Slivers below a square millimetre are rounding and no overlap.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from boundaries.clipping import convex, rings, surfaces
from geo.packed import Slices
from geo.polygons import Floats, Polygons, Whole, polygonal

PART = 250_000
"""Polygons of the right side of which the corners are laid out at once; of millions of hexagons they take gigabytes."""

BLOCK = 50_000
"""Pairs that shapely intersects at once: their intersections are polygons, and polygons take memory."""

LEAST = 1e-6
"""Square metres below which an overlap is rounding."""

WHOLE = 1 - 1e-12
"""Share of a polygon that lies in another when it lies in it wholly, but for rounding."""


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Pairs of positions, sorted by `left`, then `right`, and the square metres that each pair has in common."""

    left: Whole
    right: Whole
    surface: np.ndarray


def overlaps(left: Polygons, right: Slices) -> Overlaps:
    """All pairs of a polygon of `left` and one of `right` that have surface in common. All must be valid.

    Of `right` no more than `PART` are laid out, or made of corners, at once.
    """
    if not len(right):
        return Overlaps(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    boxes = shapely.bounds(left)
    parts = [_of_part(left, boxes, right[first : first + PART], first) for first in range(0, len(right), PART)]
    at_left, at_right, surface = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.argsort(at_left, kind="stable")  # parts follow one another, and each is sorted: little is left to do
    return Overlaps(at_left[order], at_right[order], surface[order])


def _of_part(left: Polygons, boxes: Floats, right: Polygons, first: int) -> tuple[Whole, Whole, Floats]:
    """The pairs with a part of the right side, of which `first` is the position of the first."""
    west, south, east, north = shapely.total_bounds(right)
    near = np.flatnonzero(
        (boxes[:, 0] <= east) & (boxes[:, 1] <= north) & (boxes[:, 2] >= west) & (boxes[:, 3] >= south)
    )
    at_left, at_right, surface = _surfaces(left[near], right)
    return near[at_left], first + at_right, surface


def _surfaces(left: Polygons, right: Polygons) -> tuple[Whole, Whole, Floats]:
    """Pairs of positions and what they have in common, sorted by both, so that corners stay in the cache."""
    at_left, at_right = shapely.STRtree(right).query(left)
    at_left, at_right = np.divmod(np.sort(at_left * len(right) + at_right), len(right))
    lefts, rights = rings(left), rings(right)
    surface = np.full(len(at_left), np.nan)
    clipped = convex(right, rights)[at_right]
    surface[clipped] = surfaces(lefts, rights, at_left[clipped], at_right[clipped])
    turned = ~clipped & convex(left, lefts)[at_left]
    surface[turned] = surfaces(rights, lefts, at_right[turned], at_left[turned])
    rest = np.flatnonzero(~clipped & ~turned)
    for block in np.split(rest, np.arange(BLOCK, len(rest), BLOCK)):
        surface[block] = shapely.area(shapely.intersection(left[at_left[block]], right[at_right[block]]))
    some = surface > LEAST
    return at_left[some], at_right[some], surface[some]


def common(left: Polygons, right: Polygons) -> tuple[Whole, Whole, Polygons]:
    """The same pairs with what they have in common as polygons, for what must be known of the pieces themselves."""
    both = overlaps(left, right)
    lefts, rights = left[both.left], right[both.right]
    pieces = np.where(both.surface >= WHOLE * shapely.area(rights), rights, lefts)
    cut = np.flatnonzero(both.surface < WHOLE * np.minimum(shapely.area(lefts), shapely.area(rights)))
    pieces[cut] = polygonal(shapely.intersection(lefts[cut], rights[cut]))
    return both.left, both.right, pieces
