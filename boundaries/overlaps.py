"""Which polygons of two sets overlap, and by how much: exact, in whole sets at a time.

Where one of a pair is convex, as hexagons and squares are, the surface comes from boundaries.clipping; other pairs go
through shapely. Slivers below a square millimetre are rounding and no overlap.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from boundaries.clipping import Polygons, Whole, convex, rings, surfaces

BLOCK = 50_000
"""Pairs that shapely has in hand at once: their intersections are polygons, and polygons take memory."""

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


def overlaps(left: Polygons, right: Polygons) -> Overlaps:
    """All pairs of a polygon of `left` and one of `right` that have surface in common. All must be valid."""
    one, other = shapely.STRtree(right).query(left)
    order = np.lexsort((other, one))
    one, other = one[order], other[order]
    lefts, rights = rings(left), rings(right)
    surface = np.full(len(one), np.nan)
    clipped = convex(right, rights)[other]
    surface[clipped] = surfaces(lefts, rights, one[clipped], other[clipped])
    turned = ~clipped & convex(left, lefts)[one]
    surface[turned] = surfaces(rights, lefts, other[turned], one[turned])
    rest = np.flatnonzero(~clipped & ~turned)
    for block in np.split(rest, np.arange(BLOCK, len(rest), BLOCK)):
        surface[block] = shapely.area(shapely.intersection(left[one[block]], right[other[block]]))
    there = surface > LEAST
    return Overlaps(one[there], other[there], surface[there])


def common(left: Polygons, right: Polygons) -> tuple[Whole, Whole, Polygons]:
    """The same pairs with what they have in common as polygons, for what must be known of the pieces themselves."""
    found = overlaps(left, right)
    ones, others = left[found.left], right[found.right]
    pieces = np.where(found.surface >= WHOLE * shapely.area(others), others, ones)
    cut = np.flatnonzero(found.surface < WHOLE * np.minimum(shapely.area(ones), shapely.area(others)))
    pieces[cut] = shapely.intersection(ones[cut], others[cut])
    return found.left, found.right, pieces
