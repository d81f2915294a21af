"""Polygons as others make them, all of them valid to GEOS: what union, difference and simplify leave of jagged shapes,
with repeated corners, spikes and slits of no width. In RD New.
"""

import numpy as np
import shapely
from hypothesis import strategies as st

CENTRE = np.array([155_000.0, 463_000.0])


def star(rng: np.random.Generator) -> shapely.Geometry:
    """Jagged, with some of its corners doubled."""
    count = rng.integers(3, 9)
    angle, far = np.sort(rng.uniform(0, 2 * np.pi, count)), rng.uniform(30, 300, count)
    corners = CENTRE + rng.uniform(0, 300, 2) + np.c_[np.cos(angle), np.sin(angle)] * far[:, None]
    return shapely.Polygon(np.repeat(corners, rng.integers(1, 3, count), axis=0))


def spiked(rng: np.random.Generator) -> shapely.Geometry:
    """A square with a spike outwards or a slit inwards of no width, at any angle."""
    side = rng.uniform(50, 300)
    start = CENTRE + rng.uniform(0, 200, 2)
    end = start + np.array([side, side * rng.uniform(0.5, 1)])
    angle = rng.uniform(0, 2 * np.pi)
    tip = end + rng.uniform(5, 300) * np.array([np.cos(angle), np.sin(angle)])
    back = end + rng.uniform(0, 0.5) * (tip - end)
    east, north = start + np.array([side, 0]), start + np.array([0, side * 0.9])
    return shapely.Polygon([start, east, end, tip, back, north])


def left_over(rng: np.random.Generator) -> shapely.Geometry:
    """What set operations leave of three stars: sides that were computed lie a rounding beside one another."""
    one, other, third = star(rng), star(rng), star(rng)
    if not all(shape.is_valid for shape in (one, other, third)):
        return shapely.Polygon()
    both, either = one.intersection(other), one.union(other)
    made = (
        either.difference(one), either.difference(both), one.difference(both), either.difference(third),
        either.difference(other.difference(one)), one.difference(other).union(both.difference(third)),
        either.difference(third).union(third.intersection(one)), either.simplify(rng.uniform(1, 20)),
        one.difference(both.union(third.intersection(one))),
    )  # fmt: skip
    return made[rng.integers(len(made))]


def polygon_of(kind, seed: int) -> shapely.Geometry:
    shape = kind(np.random.default_rng(seed))
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


odd = st.builds(polygon_of, st.sampled_from([star, spiked, left_over, left_over]), st.integers(0, 10**6)).filter(
    lambda shape: shape.is_valid and shape.area > 1
)
