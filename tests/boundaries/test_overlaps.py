"""Surfaces in common are those that shapely finds, however the polygons are shaped."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries import overlaps as overlaps_
from boundaries.clipping import convex, rings
from boundaries.overlaps import common, overlaps
from tests.exact_surface import surface_in_common
from tests.odd_polygons import odd

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


@given(st.lists(odd, min_size=1, max_size=3), st.lists(odd, min_size=1, max_size=3))
def test_surfaces_of_what_set_operations_leave_are_exact(shapes, others):
    left, right = np.array(shapes), np.array(others)
    pairs = overlaps(left, right)
    got = np.zeros((len(left), len(right)))
    got[pairs.left, pairs.right] = pairs.surface
    for (one, other), surface in np.ndenumerate(got):
        assert surface == pytest.approx(surface_in_common(left[one], right[other]), abs=1e-3)


@given(st.lists(odd, min_size=1, max_size=3), st.lists(hexagons, min_size=1, max_size=4))
def test_surfaces_with_hexagons_of_what_set_operations_leave_are_exact(shapes, cells):
    left, right = np.array(shapes), np.array(cells)
    pairs = overlaps(left, right)
    got = np.zeros((len(left), len(right)))
    got[pairs.left, pairs.right] = pairs.surface
    for (one, other), surface in np.ndenumerate(got):
        assert surface == pytest.approx(surface_in_common(left[one], right[other]), abs=1e-3)


@pytest.mark.parametrize(
    "bent",
    [
        [(0, 0), (200, 0), (200, 100), (100, 100), (100, 100), (100, 200), (0, 200)],  # inwards, at a repeated corner
        [(0, 0), (0, 0), (200, 0), (200, 100), (100, 100), (100, 200), (0, 200), (0, 0)],
        [(0, 0), (200, 0), (200, 200), (100, 100), (199 - 1e-9, 199), (0, 200)],  # and back on itself
    ],
)
def test_what_bends_inwards_at_a_repeated_corner_or_back_on_itself_is_not_convex(bent):
    shape = np.array([shapely.Polygon(CENTRE + np.array(bent))])
    assert shape[0].is_valid
    assert not convex(shape, rings(shape))[0]
    square = np.array([shapely.box(*CENTRE + 50, *CENTRE + 250)])
    assert found(square, shape)[0, 0] == pytest.approx(surface_in_common(square[0], shape[0]), abs=1e-6)


def test_a_repeated_corner_of_a_convex_polygon_cuts_nothing_off():
    doubled = shapely.Polygon(CENTRE + np.array([(0, 0), (100, 0), (100, 0), (100, 100), (0, 100), (0, 100)]))
    square = shapely.box(*CENTRE + 50, *CENTRE + 250)
    assert convex(np.array([doubled]), rings(np.array([doubled])))[0]
    assert found(np.array([square]), np.array([doubled])) == {(0, 0): pytest.approx(2_500)}


def test_empty_parts_and_holes_overlap_nothing():
    square = shapely.box(*CENTRE, *CENTRE + 100)
    faulty = np.array([
        shapely.from_wkt(f"MULTIPOLYGON(EMPTY,{square.wkt[8:]})"),
        shapely.from_wkt(f"{square.wkt[:-1]},EMPTY)"),
        shapely.Polygon(),
    ])  # fmt: skip
    assert found(np.array([square]), faulty) == {(0, 0): pytest.approx(10_000), (0, 1): pytest.approx(10_000)}


def test_pieces_are_polygons_also_where_polygons_touch_along_a_line():
    left = shapely.Polygon([(0, 0), (300, 0), (300, 100), (100, 100), (100, 200), (0, 200)])
    right = shapely.Polygon([(50, 50), (80, 50), (80, 90), (90, 90), (90, 100), (300, 100), (300, 200), (50, 200)])
    _, _, pieces = common(np.array([left]), np.array([right]))
    assert set(shapely.get_type_id(pieces)) <= {shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON}


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
    assert convex(shapes, rings(shapes)).tolist() == [True, True, False, False, False, True]


@given(st.lists(stars, min_size=1, max_size=4), st.lists(hexagons, min_size=1, max_size=9), st.integers(1, 4))
def test_part_by_part_the_pairs_and_surfaces_are_the_same_to_the_bit(shapes, cells, part):
    left, right = np.array([*shapes, shapely.Polygon()]), np.array([*cells, shapely.Polygon()])
    whole = overlaps(left, right)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(overlaps_, "PART", part)
        parted = overlaps(left, right)
    for name in ("left", "right", "surface"):
        assert getattr(whole, name).tobytes() == getattr(parted, name).tobytes()


def test_a_country_of_hexagons_is_laid_out_in_a_dozen_parts():
    assert overlaps_.PART == 250_000


def test_no_polygons_overlap_nothing():
    nothing = np.array([], dtype=object)
    assert not len(overlaps(nothing, np.array([shapely.box(0, 0, 1, 1)])).left)
    assert not len(overlaps(np.array([shapely.box(0, 0, 1, 1)]), nothing).left)
