"""Packed polygons are the same ones, a slice at a time, and take no more memory than they say."""

import weakref

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.packed import Packed, Slices

X, Y = 155_000.0, 463_000.0
SQUARE = shapely.box(X, Y, X + 100, Y + 100)


@given(st.lists(st.integers(3, 8), max_size=9), st.integers(0, 9), st.integers(-9, 9))
def test_packed_polygons_are_the_same_ones_slice_by_slice(corners, cut, end):
    shapes = np.array([shapely.Point(X + at, Y).buffer(1 + at, quad_segs=n) for at, n in enumerate(corners)], object)
    packed: Slices = Packed.joined([Packed.of(shapes[:cut]), Packed.of(shapes[cut:])], sum(corners) * 4 + len(corners))
    assert len(packed) == len(shapes)
    for part in (slice(None), slice(cut), slice(cut, end), slice(end, cut)):
        assert shapely.to_wkb(packed[part]).tolist() == shapely.to_wkb(shapes[part]).tolist()


def test_parts_that_are_packed_one_after_another_are_not_kept():
    """All of them beside the whole are twice the memory."""
    alive: list[weakref.ref] = []

    def parts():
        for _ in range(5):
            assert sum(corners() is not None for corners in alive) <= 1, "a part before the last is still there"
            part = Packed.of(np.array([SQUARE]))
            alive.append(weakref.ref(part.corners))
            yield part

    assert len(Packed.joined(parts(), 99)) == 5


def test_nothing_packed_is_no_polygon():
    assert len(Packed.joined([], 0)) == 0
    assert len(Packed.joined([], 0)[:]) == 0


@given(st.lists(st.tuples(st.integers(3, 8), st.booleans(), st.integers(-9, 9)), max_size=9))
def test_centroids_of_packed_polygons_are_those_of_shapely(shapes):
    discs = [
        (disc.reverse() if turned else disc)
        for count, turned, east in shapes
        for disc in [shapely.Point(X + 1000 * east, Y).buffer(50, quad_segs=count).union(SQUARE.buffer(30 + east))]
        if disc.geom_type == "Polygon"
    ]
    polygons = np.array(discs, dtype=object)
    x, y = Packed.of(polygons).centroids
    centroids = shapely.centroid(polygons)
    assert np.abs(x - shapely.get_x(centroids)).max(initial=0) < 1e-6
    assert np.abs(y - shapely.get_y(centroids)).max(initial=0) < 1e-6
