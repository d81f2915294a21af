"""Surfaces in common are those that shapely finds, however the polygons are shaped."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries.clipping import convex, rings
from boundaries.overlaps import common, overlaps

TOLERANCE = 1e-6  # square metres, of polygons of hundreds of thousands
CENTRE = np.array([155_000.0, 463_000.0])


def star(seed, corners, *, holes=0):
    """A polygon with inlets, as jagged as can be, and some holes; in millions of metres as RD New is."""
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    far = rng.uniform(100, 900, corners)
    outline = shapely.Polygon(CENTRE + rng.uniform(-300, 300, 2) + np.c_[np.cos(angle), np.sin(angle)] * far[:, None])
    for _ in range(holes):
        outline = outline.difference(shapely.Point(CENTRE + rng.uniform(-400, 400, 2)).buffer(rng.uniform(20, 150)))
    return shapely.make_valid(outline)


def polygonal(shape):
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts) if len(parts) != 1 else parts[0]


def hexagon(x, y, radius, turned):
    angle = turned + np.arange(6) * np.pi / 3
    return shapely.Polygon(CENTRE + [x, y] + radius * np.c_[np.cos(angle), np.sin(angle)])


stars = st.builds(star, st.integers(0, 10**6), st.integers(3, 400), holes=st.integers(0, 3)).map(polygonal)
hexagons = st.builds(hexagon, st.floats(-900, 900), st.floats(-900, 900), st.floats(20, 1200), st.floats(0, 1))


def expected(left, right):
    one, other = np.meshgrid(np.arange(len(left)), np.arange(len(right)), indexing="ij")
    surface = shapely.area(shapely.intersection(left[one.ravel()], right[other.ravel()]))
    return {(i, j): s for i, j, s in zip(one.ravel(), other.ravel(), surface, strict=True) if s > TOLERANCE}


def found(left, right):
    pairs = overlaps(left, right)
    return dict(zip(zip(pairs.left, pairs.right, strict=True), pairs.surface, strict=True))


@given(st.lists(stars, min_size=1, max_size=4), st.lists(hexagons, min_size=1, max_size=8), st.booleans())
def test_surfaces_with_hexagons_are_exact_whichever_way_round_the_corners_run(shapes, cells, turn):
    left, right = np.array(shapes), np.array(cells)
    if turn:
        left, right = shapely.reverse(left), shapely.reverse(right)
    assert found(left, right) == pytest.approx(expected(left, right), abs=TOLERANCE)
    assert found(right, left) == pytest.approx(expected(right, left), abs=TOLERANCE)


@given(st.lists(stars, min_size=1, max_size=3), st.lists(stars, min_size=1, max_size=3))
def test_surfaces_of_any_polygons_are_exact(shapes, others):
    left, right = np.array(shapes), np.array(others)
    assert found(left, right) == pytest.approx(expected(left, right), abs=TOLERANCE)


@given(st.lists(stars, min_size=1, max_size=3), st.lists(hexagons, min_size=1, max_size=5))
def test_pieces_have_the_surface_of_the_overlap(shapes, cells):
    left, right = np.array(shapes), np.array(cells)
    pairs = overlaps(left, right)
    one, other, pieces = common(left, right)
    assert (one == pairs.left).all()
    assert (other == pairs.right).all()
    assert shapely.area(pieces) == pytest.approx(pairs.surface, abs=TOLERANCE)


def test_areas_that_only_touch_do_not_overlap():
    left, right = shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)
    assert not len(overlaps(np.array([left]), np.array([right])).left)


def test_a_polygon_within_a_hole_does_not_overlap():
    ring = shapely.Point(0, 0).buffer(500).difference(shapely.Point(0, 0).buffer(300))
    inside = np.array([shapely.box(-50, -50, 50, 50)])
    assert not len(overlaps(np.array([ring]), inside).left)
    assert not len(overlaps(inside, np.array([ring])).left)


def test_only_what_nowhere_bends_inwards_is_convex():
    shapes = np.array([
        shapely.box(0, 0, 1, 1),
        shapely.Polygon([(0, 0), (1, 0), (2, 0), (2, 2), (0, 2)]),  # a corner on a straight side
        shapely.Polygon([(0, 0), (4, 0), (4, 4), (2, 1), (0, 4)]),
        shapely.box(0, 0, 4, 4).difference(shapely.box(1, 1, 2, 2)),
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]),
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]),
    ])  # fmt: skip
    assert convex(shapes, rings(shapes)).tolist() == [True, True, False, False, False, False]


def test_no_polygons_overlap_nothing():
    nothing = np.array([], dtype=object)
    assert not len(overlaps(nothing, np.array([shapely.box(0, 0, 1, 1)])).left)
    assert not len(overlaps(np.array([shapely.box(0, 0, 1, 1)]), nothing).left)
