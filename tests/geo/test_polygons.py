"""What has no surface is dropped, and the ground stays the same."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.polygons import Outlines, cleaned, densified, outlines, polygonal, unclean
from tests.exact_surface import surface
from tests.odd_polygons import odd

X, Y = 155_000.0, 463_000.0
SQUARE = shapely.box(X, Y, X + 100, Y + 100)


def one(shape):
    return np.array([shape], dtype=object)


def polygon(*corners):
    return shapely.Polygon([(X + x, Y + y) for x, y in corners])


@given(odd)
def test_cleaned_polygons_are_the_same_ground(shape):
    (clean,) = cleaned(one(shape))
    assert clean.is_valid
    assert clean.area == pytest.approx(surface(shape), abs=1e-3)
    assert clean.symmetric_difference(shape).area < 1e-2


@given(odd, st.floats(5, 500))
def test_corners_added_along_sides_lose_no_surface(shape, longest):
    (fine,) = densified(one(shape), longest)
    assert fine.area == pytest.approx(surface(shape), abs=1e-3)
    sides = np.hypot(*np.diff(shapely.get_coordinates(shapely.get_rings(shapely.get_parts(fine))[0]), axis=0).T)
    assert sides.max() <= longest * 1.000001


@given(st.integers(0, 10**6))
def test_clean_polygons_stay_as_they_are_to_the_bit(seed):
    rng = np.random.default_rng(seed)
    angle = np.arange(12) * np.pi / 6 + rng.uniform(-0.2, 0.2, 12)
    far = rng.uniform(30, 300, 12)
    shape = shapely.Polygon((X, Y) + np.c_[np.cos(angle), np.sin(angle)] * far[:, None])
    assert cleaned(one(shape))[0] is shape


@pytest.mark.parametrize(
    "faulty",
    [
        polygon((0, 0), (100, 0), (100, 0), (100, 100), (0, 100)),
        polygon((0, 0), (100, 0), (100, 100), (300, 300), (100 - 1e-9, 100), (0, 100)),
        polygon((0, 0), (100, 0), (100, 50), (300, 50 + 1e-9), (100, 50 + 2e-9), (100, 100), (0, 100)),
        polygon((0, 0), (100, 0), (100, 100), (50, 100), (50, 20), (50 - 1e-9, 100), (0, 100)),
        shapely.from_wkt(f"MULTIPOLYGON({SQUARE.wkt[8:]},EMPTY)"),
        shapely.from_wkt(f"POLYGON({SQUARE.wkt[9:-1]},EMPTY)"),
        shapely.MultiPolygon([SQUARE, polygon((200, 0), (300, 0), (300, 1e-9))]),
        SQUARE.difference(polygon((10, 10), (90, 10), (90, 10 + 1e-8))),
    ],
    ids=["repeated", "spike", "hair", "slit", "empty part", "empty hole", "sliver", "hole without surface"],
)
def test_what_has_no_surface_is_dropped(faulty):
    assert unclean(one(faulty)).all()
    (clean,) = cleaned(one(faulty))
    assert clean.equals_exact(SQUARE, 1e-6, normalize=True) or clean.simplify(1e-6).equals_exact(
        SQUARE, 1e-6, normalize=True
    )
    assert not unclean(one(clean)).any()


def test_parts_that_hang_together_by_a_hair_are_parted():
    pinched = polygon((0, 0), (100, 0), (50, 50), (100, 100), (0, 100), (50, 50 + 1e-9))
    assert pinched.is_valid
    (clean,) = cleaned(one(pinched))
    assert clean.geom_type == "MultiPolygon"
    assert clean.area == pytest.approx(5_000, abs=1e-3)


@pytest.mark.parametrize(("wide", "stays"), [(1e-3, True), (1e-8, False)])
def test_a_strip_of_a_millimetre_stays_and_one_of_a_hair_does_not(wide, stays):
    strip = polygon((0, 0), (100, 0), (100, 100), (300, 100), (100, 100 + wide), (0, 100 + wide))
    assert unclean(one(strip))[0] != stays


@pytest.mark.parametrize(("wide", "stays"), [(5.5e-7, True), (4.2e-7, False)])
def test_in_rd_a_hair_is_half_a_micrometre(wide, stays):
    corners = [(0, 0), (100, 0), (100, 100), (300, 100), (100, 100 + wide), (0, 100 + wide)]
    strip = shapely.Polygon([(155_000 + x, 463_000 + y) for x, y in corners])
    assert unclean(one(strip))[0] != stays


def test_of_other_shapes_only_the_polygons_count():
    mixed = shapely.from_wkt(
        "GEOMETRYCOLLECTION(POINT(0 0),LINESTRING(0 0,1 1),POLYGON((0 0,9 0,9 9,0 0)),POLYGON EMPTY)"
    )
    assert polygonal(one(mixed))[0].wkt == "POLYGON ((0 0, 9 0, 9 9, 0 0))"
    assert polygonal(one(shapely.Point(0, 0)))[0].is_empty


def test_corners_are_counted_by_ring_part_and_polygon_empty_ones_too():
    hole = SQUARE.difference(shapely.box(X + 10, Y + 10, X + 20, Y + 20))
    flat = outlines(np.array([SQUARE, shapely.MultiPolygon([hole, shapely.box(0, 0, 1, 1)]), shapely.Polygon()]))
    assert isinstance(flat, Outlines)
    assert flat.start.tolist() == [0, 5, 10, 15, 20]
    assert flat.ring.tolist() == [0, 1, 3, 4, 4]
    assert flat.part.tolist() == [0, 1, 3, 4]
    assert flat.corners.shape == (20, 2)
