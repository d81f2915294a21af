"""Points find the area that a polygon test finds, also on borders, overlaps and outside."""

import geopandas
import h3
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries import points
from boundaries.points import Locator, cells
from boundaries.rd import RD_NEW
from geo.areas import AreaFrame, AreaLevel
from tests.country import names, squares


def by_polygon(areas, x, y):
    """What a polygon test says: the first area that the point lies in or on."""
    inside = np.stack([shapely.intersects_xy(polygon, x, y) for polygon in areas.table.geometry])
    return np.where(inside.any(axis=0), inside.argmax(axis=0), -1)


def of(polygons):
    table = geopandas.GeoDataFrame(
        {"name": "x", "gemeente": "GM0001", "gemeente_name": "x"}, index=names(len(polygons)), geometry=list(polygons),
        crs=RD_NEW,
    )  # fmt: skip
    return AreaFrame(AreaLevel.BUURT, 2024, table)


def test_on_testland_they_lie_where_a_polygon_test_says(buurten):
    rng = np.random.default_rng(1)
    west, south, east, north = buurten.table.total_bounds
    x, y = rng.uniform(west - 500, east + 500, 20_000), rng.uniform(south - 500, north + 500, 20_000)
    found = Locator.of(buurten).positions(x, y)
    np.testing.assert_array_equal(found, by_polygon(buurten, x, y))
    assert (found >= 0).any()
    assert (found < 0).any()


def test_corners_lie_in_the_first_area_that_has_them(buurten):
    x, y = shapely.get_coordinates(buurten.table.geometry.to_numpy()).T
    np.testing.assert_array_equal(Locator.of(buurten).positions(x, y), by_polygon(buurten, x, y))


STARS = st.lists(
    st.tuples(st.floats(0, 3000), st.floats(0, 3000), st.lists(st.floats(20, 900), min_size=3, max_size=8)),
    min_size=1, max_size=6,
)  # fmt: skip


def star(x, y, radii):
    angles = np.arange(len(radii)) * 2 * np.pi / len(radii)
    return shapely.Polygon(zip(x + radii * np.cos(angles), y + radii * np.sin(angles), strict=True))


@given(STARS, st.integers(0, 1000), st.sampled_from([30.0, 100.0, 1000.0]))
def test_also_where_areas_overlap_have_holes_and_parts(stars, seed, size):
    polygons = [star(x, y, np.array(radii)) for x, y, radii in stars]
    polygons = [shapely.make_valid(one.difference(star(*stars[0][:2], np.array([15.0] * 5)))) for one in polygons]
    apart = shapely.box(4000, 0, 4100, 100)
    areas = of([one.union(apart) for one in polygons if one.area > 1])
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-200, 4200, 300), rng.uniform(-1000, 4000, 300)
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(points, "LEAST", size)
        found = Locator.of(areas).positions(x, y)
    np.testing.assert_array_equal(found, by_polygon(areas, x, y))


def test_what_is_not_known_or_far_away_lies_nowhere():
    locator = Locator.of(squares(3, 3))
    far = np.array([np.nan, 1e9, -1e9, np.inf, 150_050.0])
    assert (locator.positions(far, np.full(5, np.nan)) == -1).all()
    assert (locator.positions(far[:4], np.zeros(4)) == -1).all()


@pytest.mark.parametrize("resolution", [7, 9, 10])
def test_cells_are_those_of_h3(resolution):
    rng = np.random.default_rng(2)
    x, y = rng.uniform(80_000, 240_000, 500), rng.uniform(350_000, 600_000, 500)
    at = geopandas.GeoSeries(shapely.points(x, y), crs=RD_NEW).to_crs(4326)
    theirs = [h3.latlng_to_cell(lat, lng, resolution) for lat, lng in zip(at.y, at.x, strict=True)]
    assert [f"{one:x}" for one in cells(x, y, resolution)] == theirs
