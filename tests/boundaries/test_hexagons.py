"""Hexagons cover the areas they are made of, and nothing they do not touch."""

import weakref

import geopandas
import h3
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from boundaries import hexagons as hexagons_
from boundaries import overlaps
from boundaries.crosswalk import by_surface
from boundaries.hexagons import _polygons, cells_at, hexagons, packed_hexagons
from boundaries.rd import RD_NEW
from geo.areas import NAMES, AreaLevel, Areas
from geo.packed import Packed, Slices
from tests.boundaries.tilings import areas_of
from tests.country import squares
from tests.odd_polygons import odd

LEVELS = (AreaLevel.H3_7, AreaLevel.H3_8, AreaLevel.H3_9, AreaLevel.H3_10)
AREAS = squares(6, 6)


@pytest.fixture(scope="module", params=LEVELS)
def level(request):
    return request.param


@pytest.fixture(scope="module")
def cells(level):
    return hexagons(AREAS, level)


def test_cells_are_h3_cells_of_the_level_sorted_and_once(cells, level):
    assert all(h3.is_valid_cell(cell) and h3.get_resolution(cell) == level.resolution for cell in cells.ids)
    assert list(cells.ids) == sorted(set(cells.ids))
    assert (cells.level, cells.vintage) == (level, 2024)


def test_cells_cover_the_areas(cells):
    outline = shapely.union_all(AREAS.table.geometry)
    assert outline.difference(shapely.union_all(cells.table.geometry, grid_size=0.01)).area < 1e-6 * outline.area


def test_every_cell_touches_an_area(cells):
    assert (cells.table.distance(shapely.union_all(AREAS.table.geometry)) < 0.1).all()


def test_no_cell_that_overlaps_an_area_is_left_out(cells, level):
    x, y = (axis.ravel() for axis in np.meshgrid(np.linspace(120_001, 122_999, 80), np.linspace(480_001, 482_999, 80)))
    assert set(cells_at(geopandas.GeoSeries.from_xy(x, y, crs=RD_NEW), level)) <= set(cells.ids)


def test_a_cell_is_named_after_the_area_its_centre_lies_in(cells):
    for cell in cells.table.itertuples():
        (inside,) = np.flatnonzero(AREAS.table.contains(cell.geometry.centroid)) if AREAS.table.contains(
            cell.geometry.centroid
        ).any() else (None,)  # fmt: skip
        if inside is not None:
            assert cell.name == f"Zeshoek bij {AREAS.table['name'].iloc[inside]}"
            assert cell.gemeente == AREAS.table["gemeente"].iloc[inside]


def test_a_cell_outside_all_areas_is_named_after_the_nearest(cells):
    for cell in cells.table.itertuples():
        nearest = AREAS.table.distance(cell.geometry.centroid)
        assert cell.name.removeprefix("Zeshoek bij ") in set(AREAS.table["name"][nearest <= nearest.min() + 0.1])


def test_polygons_are_those_of_h3_to_a_few_centimetres(cells):
    for cell, polygon in cells.table.geometry.items():
        corners = np.array([(lng, lat) for lat, lng in h3.cell_to_boundary(cell)])
        placed = geopandas.GeoSeries.from_xy(*corners.T, crs=4326).to_crs(RD_NEW)
        assert placed.distance(polygon.exterior).max() < 0.05


def test_points_fall_in_the_polygon_of_their_cell(cells, level):
    rng = np.random.default_rng(8)
    points = geopandas.GeoSeries.from_xy(*rng.uniform((120_000, 480_000), (123_000, 483_000), (200, 2)).T, crs=RD_NEW)
    polygons = cells.table.geometry[cells_at(points, level)].to_numpy()
    assert shapely.distance(polygons, points.to_numpy()).max() < 0.05


def test_testland_with_its_island_is_covered(buurten):
    cells = hexagons(buurten, AreaLevel.H3_8)
    covered = shapely.union_all(cells.table.geometry, grid_size=0.01)
    assert shapely.union_all(buurten.table.geometry, grid_size=0.01).difference(covered).area < 1


def test_cells_are_those_that_h3_itself_finds(buurten):
    """But for cells that an area meets by a strip of centimetres: H3 draws its sides straight in degrees, we in RD."""
    some = buurten.where(buurten.table["gemeente"] == buurten.table["gemeente"].iloc[0])
    outline = shapely.union_all(some.table.geometry, grid_size=0.01)
    for level in (AreaLevel.H3_8, AreaLevel.H3_9):
        expected = set()
        for area in some.table.geometry.to_crs(4326):
            expected.update(
                h3.h3shape_to_cells_experimental(h3.geo_to_h3shape(area), level.resolution, contain="overlap")
            )
        for cell in set(hexagons(some, level).ids) ^ expected:
            corners = np.array([(lng, lat) for lat, lng in h3.cell_to_boundary(cell)])
            polygon = geopandas.GeoSeries([shapely.Polygon(corners)], crs=4326).to_crs(RD_NEW).iloc[0]
            assert polygon.intersection(outline).area < 1


def test_long_straight_sides_are_straight_in_rd():
    """A side of 40 km bends by twenty metres between RD New and degrees; its cells are those along the line in RD."""
    sliver = shapely.box(120_000, 480_000, 160_000, 480_001)
    cells = hexagons(areas_of([sliver]), AreaLevel.H3_10)
    covered = shapely.union_all(cells.table.geometry, grid_size=0.01)
    assert sliver.difference(covered).area < 1e-3 * sliver.area


@given(st.floats(50.7, 53.6), st.floats(3.3, 7.3), st.sampled_from(LEVELS))
def test_what_touches_a_cell_lies_in_a_coarser_cell_near_its_own(latitude, longitude, level):
    """So that the cells two resolutions coarser that touch an area, with those around them, have all that touch it."""
    cell = h3.latlng_to_cell(latitude, longitude, level.resolution)
    parent = h3.cell_to_parent(cell, level.resolution - 2)
    for corner in h3.cell_to_boundary(cell):
        assert parent in h3.grid_disk(h3.latlng_to_cell(*corner, level.resolution - 2), 1)


def test_cells_with_a_corner_more_keep_it():
    """North of Texel an edge of the icosahedron runs through cells of the odd resolutions."""
    usual, through = h3.latlng_to_cell(52.0, 5.0, 7), "87196cccbffffff"
    polygons = _polygons(np.array([int(usual, 16), int(through, 16)], dtype=np.uint64))
    assert shapely.get_num_coordinates(polygons).tolist() == [7, 8]
    for cell, polygon in zip((usual, through), polygons, strict=True):
        corners = np.array([(lng, lat) for lat, lng in h3.cell_to_boundary(cell)])
        assert geopandas.GeoSeries.from_xy(*corners.T, crs=4326).to_crs(RD_NEW).distance(polygon.exterior).max() < 0.05


def test_a_corner_of_three_cells_is_placed_once_and_in_each_the_same_to_the_bit(monkeypatch):
    """To place them takes most time. 37 cells, three rings around one, have 96 corners: 6 (3 + 1)²."""
    numbers = np.array([int(cell, 16) for cell in h3.grid_disk(h3.latlng_to_cell(52.0, 5.0, 10), 3)], dtype=np.uint64)
    alone = [_polygons(numbers[at : at + 1])[0].wkb for at in range(len(numbers))]
    to_rd, placed = Transformer.from_crs(4326, RD_NEW, always_xy=True), []

    class Counting:
        def transform(self, longitude, latitude):
            placed.extend(zip(longitude, latitude, strict=True))
            return to_rd.transform(longitude, latitude)

    monkeypatch.setattr(hexagons_, "_to_rd", Counting)
    assert shapely.to_wkb(_polygons(numbers)).tolist() == alone
    assert len(placed) == len(set(placed)) == 96


@given(odd)
def test_no_ground_is_left_out_of_what_set_operations_leave(shape):
    cells = hexagons(areas_of([shape]), AreaLevel.H3_10)
    assert shape.difference(shapely.union_all(cells.table.geometry, grid_size=0.01)).area < 0.5
    assert (cells.table.distance(shape) < 0.1).all()


@pytest.mark.parametrize("wkt", ["MULTIPOLYGON({part},EMPTY)", "MULTIPOLYGON(EMPTY,{part})", "POLYGON({ring},EMPTY)"])
def test_empty_parts_and_holes_get_no_cells(wkt):
    square = shapely.box(120_000, 480_000, 121_000, 481_000)
    faulty = shapely.from_wkt(wkt.format(part=square.wkt[8:], ring=square.wkt[9:-1]))
    assert list(hexagons(areas_of([faulty]), AreaLevel.H3_9).ids) == list(
        hexagons(areas_of([square]), AreaLevel.H3_9).ids
    )


def test_an_area_within_one_cell_gets_that_cell():
    cell = hexagons(AREAS, AreaLevel.H3_7).table.geometry.iloc[0].centroid
    assert len(hexagons(areas_of([cell.buffer(20)]), AreaLevel.H3_7)) == 1


@pytest.mark.parametrize("level", [AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.GEMEENTE])
def test_an_administrative_level_is_no_hexagon(level):
    with pytest.raises(ValueError, match=f"{level} is not a hexagon level"):
        hexagons(AREAS, level)


def test_packed_cells_are_areas_like_those_of_a_frame(cells, level):
    packed: Areas = packed_hexagons(AREAS, level)
    polygons: Slices = packed.polygons
    part = slice(len(packed) // 3, len(packed))
    assert (packed.level, packed.vintage, len(packed)) == (level, 2024, len(cells))
    assert packed.ids.equals(cells.ids)
    assert packed.names(part).equals(cells.names(part))
    assert tuple(packed.names(part)) == NAMES
    assert shapely.to_wkb(polygons[part]).tolist() == shapely.to_wkb(cells.polygons[part]).tolist()


def test_the_crosswalk_to_many_hexagons_holds_the_polygons_of_one_part_at_a_time(monkeypatch):
    """Those of the country take more than a gigabyte. Whatever the parts, the crosswalk is the same to the bit."""
    whole = by_surface(AREAS, hexagons(AREAS, AreaLevel.H3_10))
    monkeypatch.setattr(hexagons_, "BLOCK", 40)
    monkeypatch.setattr(overlaps, "PART", 30)
    alive: list[weakref.ref] = []
    sizes: set[int] = set()

    def watched(make):
        def made(*arguments):
            there = {id(one()) for one in alive if one() is not None}
            assert len(there) <= 1, "a part before the last is still there"
            polygons = make(*arguments)
            alive.append(weakref.ref(polygons))
            sizes.add(len(polygons))
            return polygons

        return made

    monkeypatch.setattr(hexagons_, "_polygons", watched(_polygons))
    monkeypatch.setattr(Packed, "__getitem__", watched(Packed.__getitem__))
    parted = by_surface(AREAS, packed_hexagons(AREAS, AreaLevel.H3_10))
    assert max(sizes) == 40
    assert len(alive) > len(parted.targets) / 20
    assert parted.table.equals(whole.table)


def test_of_the_country_a_hundred_thousand_polygons_are_objects_at_once():
    assert hexagons_.BLOCK == 100_000
