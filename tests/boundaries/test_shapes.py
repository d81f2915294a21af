"""What comes in through the gate is sound, and what was done to it is said."""

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given

from boundaries.dasymetric import Weights, weight_of
from boundaries.rd import RD_NEW
from boundaries.shapes import is_flat, sound
from geo.errors import AreaError
from geo.polygons import unclean
from tests.boundaries.tilings import areas_of
from tests.exact_surface import surface
from tests.odd_polygons import odd

X, Y = 155_000.0, 463_000.0
SQUARE = shapely.box(X, Y, X + 100, Y + 100)
AREA = areas_of([SQUARE])


def polygon(*corners):
    return shapely.Polygon([(X + x, Y + y) for x, y in corners])


def table(*shapes):
    codes = [f"BU0363{number:04}" for number in range(len(shapes))]
    return geopandas.GeoDataFrame({"code": codes}, geometry=list(shapes), crs=RD_NEW)


STAR = shapely.Polygon(
    [(X + 50 + 40 * np.cos(at), Y + 50 + 40 * np.sin(at)) for at in np.arange(5) * 4 * np.pi / 5]
)  # in one stroke, so that it goes twice around its middle


@given(odd)
def test_behind_the_gate_polygons_are_sound_and_the_same_ground(shape):
    found, notes = sound(table(shape), "kaart.gpkg")
    assert found.geometry.is_valid.all()
    assert not unclean(found.geometry.to_numpy()).any()
    assert found.area.iloc[0] == pytest.approx(surface(shape), abs=1e-3)
    assert notes == ()


def test_a_star_in_one_stroke_keeps_its_middle_and_it_is_said():
    found, (note,) = sound(table(SQUARE, STAR), "kaart.gpkg")
    points = shapely.points(X + np.array([50, 80]), Y + np.array([50, 50]))
    assert found.geometry.iloc[1].contains(points).all()
    assert "1 polygon was invalid and is repaired" in str(note)
    assert found.geometry.iloc[0].equals(SQUARE)


def test_what_lies_beside_polygons_in_one_shape_is_dropped():
    mixed = shapely.GeometryCollection([SQUARE, shapely.LineString([(X, Y), (X + 500, Y)])])
    assert sound(table(mixed), "kaart.gpkg")[0].geometry.iloc[0].equals(SQUARE)


@pytest.mark.parametrize(
    "flat", [polygon((0, 0), (100, 0), (50, 0)), polygon((0, 0), (100, 0), (100, 1e-9)), STAR.centroid.buffer(1e-9)]
)
def test_what_has_no_surface_is_refused_by_its_code(flat):
    with pytest.raises(AreaError, match=r"kaart\.gpkg: 1 polygons have no surface .*BU03630001"):
        sound(table(SQUARE, flat), "kaart.gpkg")


def test_a_strip_of_a_centimetre_is_no_line():
    assert is_flat(np.array([polygon((0, 0), (100, 0), (100, 1e-7)), SQUARE])).tolist() == [True, False]
    assert not is_flat(np.array([polygon((0, 0), (100, 0), (100, 0.01), (0, 0.01))]))[0]


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (polygon((0, 0), (100, 100), (100, 0), (0, 100)), "cross themselves; repair them"),
        (STAR, "cross themselves; repair them"),
        (polygon((10, 10), (20, 10), (20, 10 + 1e-9)), "have no surface"),
        (shapely.Polygon(), "nowhere"),
        (None, "nowhere"),
    ],
)
def test_weights_are_sound_or_refused_by_their_rows(shape, words):
    squares = geopandas.GeoDataFrame({"n": [4.0, 1.0]}, geometry=[SQUARE, shape], crs=RD_NEW)
    with pytest.raises(AreaError, match=rf"weights 'woningen': .*{words}"):
        Weights("woningen", squares, "n")


def test_a_point_without_a_place_weighs_nowhere_and_is_refused():
    points = geopandas.GeoDataFrame({"n": [4.0]}, geometry=[shapely.Point()], crs=RD_NEW)
    with pytest.raises(AreaError, match=r"1 of 1 are nowhere: empty or absent; leave them out: 0"):
        Weights("woningen", points, "n")


@given(odd)
def test_no_weight_is_lost_of_what_set_operations_leave(shape):
    land = areas_of([shapely.box(X - 1_000, Y - 1_000, X + 2_000, Y + 2_000)])
    weights = Weights("woningen", geopandas.GeoDataFrame({"n": [400.0]}, geometry=[shape], crs=RD_NEW), "n")
    assert weight_of(land, weights).sum() == pytest.approx(400.0, rel=1e-6)
