"""Cells on a border count for the part inside, and cells without a value for nothing."""

from itertools import pairwise

import numpy as np
import pytest
import rasterstats
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin

from geo import lattices, rasters
from geo.lattices import Cells, Lattice
from geo.rasters import VALID, Grid, Take, ZonalSums, zonal, zonal_sums
from tests.boundaries.tilings import tiling, tilings
from tests.exact_surface import surface
from tests.odd_polygons import odd

MEAN, SUM = Take("mean", "mean"), Take("sum", "sum")
VALUES = np.array([[1.0, 2.0], [3.0, 4.0]])
BOARD = Grid(VALUES, west=0.0, north=200.0, cell=100.0)


def polygons(*shapes):
    return np.array(shapes, dtype=object)


def land(seed, cell, *, holes=0.1):
    """Chance values on the land of the tilings, some of them missing."""
    rng = np.random.default_rng(seed)
    values = rng.gamma(2.0, 3.0, (int(2000 / cell), int(3000 / cell)))
    return Grid(np.where(rng.random(values.shape) < holes, np.nan, values), 120_000, 482_000, cell)


def test_mean_and_sum_take_the_part_of_each_cell_that_lies_inside():
    table = zonal(BOARD, polygons(shapely.box(50, 50, 150, 150), shapely.box(0, 100, 150, 200)), [MEAN, SUM])
    assert table["mean"].tolist() == pytest.approx([2.5, (1 + 2 / 2) / 1.5])
    assert table["sum"].tolist() == pytest.approx([10 / 4, 1 + 2 / 2])
    assert table[VALID].tolist() == pytest.approx([1, 1])


@given(st.lists(odd, min_size=1, max_size=5), st.floats(3, 60))
def test_no_surface_is_lost_of_what_set_operations_leave(shapes, cell):
    ones = Grid(np.ones((int(1600 / cell) + 1, int(1600 / cell) + 1)), 154_500.0, 464_000.0, cell)
    table = zonal(ones, polygons(*shapes), [SUM])
    assert table["sum"].to_numpy() * cell**2 == pytest.approx([surface(shape) for shape in shapes], rel=1e-6, abs=1e-2)
    assert table[VALID].to_numpy() == pytest.approx(1, abs=1e-5)


def test_empty_parts_and_holes_count_for_nothing():
    square = shapely.box(50, 50, 150, 150)
    faulty = [shapely.from_wkt(f"MULTIPOLYGON({square.wkt[8:]},EMPTY)"), shapely.from_wkt(f"{square.wkt[:-1]},EMPTY)")]
    assert zonal(BOARD, polygons(*faulty), [MEAN])["mean"].tolist() == [2.5, 2.5]


def test_the_share_of_classes_is_of_the_cells_with_a_value():
    grid = Grid(np.array([[1.0, 2.0], [np.nan, 4.0]]), 0, 200, 100)
    takes = [Take("some", "share", (1.0, 4.0)), Take("none", "share", (9.0,))]
    table = zonal(grid, polygons(shapely.box(0, 0, 200, 200), shapely.box(0, 0, 100, 200)), takes)
    assert table["some"].tolist() == pytest.approx([2 / 3, 1])
    assert table["none"].tolist() == [0, 0]
    assert table[VALID].tolist() == pytest.approx([0.75, 0.5])


def test_an_area_without_one_cell_with_a_value_is_unknown_and_not_0():
    grid = Grid(np.array([[np.nan, 2.0]]), 0, 100, 100)
    outside, empty = shapely.box(900, 0, 950, 50), shapely.box(10, 10, 90, 90)
    table = zonal(grid, polygons(outside, empty), [MEAN, SUM, Take("share", "share", (2.0,))])
    assert table[["mean", "sum", "share"]].isna().all(axis=None)
    assert table[VALID].tolist() == [0, 0]


@given(tilings, st.integers(0, 1000), st.sampled_from([50, 100, 250]))
def test_the_sums_of_areas_that_fill_the_land_are_the_sum_of_the_land(areas, seed, cell):
    grid = land(seed, cell)
    table = zonal(grid, areas.table.geometry.to_numpy(), [SUM])
    assert table["sum"].sum() == pytest.approx(np.nansum(grid.values), rel=1e-6)
    assert (table[VALID] * areas.table.area.to_numpy()).sum() == pytest.approx(
        np.isfinite(grid.values).sum() * cell**2, rel=1e-6
    )


@given(tilings, st.integers(0, 1000))
def test_shares_of_all_classes_add_up_to_1(areas, seed):
    classes = np.random.default_rng(seed).integers(0, 5, (20, 30)).astype(float)
    takes = [Take(f"c{one}", "share", (float(one),)) for one in range(5)]
    table = zonal(Grid(classes, 120_000, 482_000, 100), areas.table.geometry.to_numpy(), takes)
    assert table.filter(like="c").sum(axis=1).to_numpy() == pytest.approx(1)
    every = [Take("x", "share", (0, 1, 2, 3, 4))]
    together = zonal(Grid(classes, 120_000, 482_000, 100), areas.table.geometry.to_numpy(), every)
    assert together["x"].to_numpy() == pytest.approx(1)


@given(tilings, st.integers(0, 1000))
def test_values_are_those_of_exactextract_itself(areas, seed):
    grid = land(seed, 50)
    table = zonal(grid, areas.table.geometry.to_numpy(), [MEAN, SUM])
    peer = exact_extract(
        NumPyRasterSource(grid.values, *grid.bounds),
        areas.table.set_crs(None, allow_override=True).pipe(_bare),
        ["mean", "sum"],
    )
    assert table["mean"].to_numpy() == pytest.approx([one["properties"]["mean"] for one in peer], rel=1e-12)
    assert table["sum"].to_numpy() == pytest.approx([one["properties"]["sum"] for one in peer], rel=1e-12)


def _bare(table):
    """Polygons as plain GeoJSON, for the peer: without coordinates it has nothing to warn of."""
    return [{"type": "Feature", "properties": {}, "geometry": one.__geo_interface__} for one in table.geometry]


@pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")  # of affine, by rasterstats
def test_on_fine_cells_values_are_those_of_rasterstats():
    """It takes a cell whole or not at all, by its centre: on cells of 5 m that is a percent of an area at most."""
    x, y = np.meshgrid(np.arange(600) / 60, np.arange(400) / 60)
    grid = Grid(np.sin(x) + np.cos(y) + 3, 120_000, 482_000, 5.0)
    areas = tiling(4, 9).table.geometry
    ours = zonal(grid, areas.to_numpy(), [MEAN, SUM])
    peer = rasterstats.zonal_stats(
        areas.to_list(), grid.values, affine=from_origin(grid.west, grid.north, grid.cell, grid.cell), nodata=-1,
        stats=["mean", "sum"], all_touched=False,
    )  # fmt: skip
    assert ours["mean"].to_numpy() == pytest.approx([one["mean"] for one in peer], rel=2e-3)
    assert ours["sum"].to_numpy() == pytest.approx([one["sum"] for one in peer], rel=1e-2)


@pytest.mark.parametrize(("values", "cell"), [(np.zeros(3), 1.0), (np.zeros((2, 2)), 0.0)])
def test_a_grid_without_rows_or_size_is_none(values, cell):
    with pytest.raises(ValueError, match="a grid has rows and columns"):
        Grid(values, 0, 0, cell)


def test_bounds_are_those_of_the_outer_cells():
    assert BOARD.bounds == (0, 0, 200, 200)


def tiles(count, cuts):
    """Ranges that `cuts`, shares of the whole, divide so many rows or columns into."""
    edges = sorted({0, count, *(round(one * count) for one in cuts)})
    return list(pairwise(edges))


def of_tile(grid, rows, columns, polygons, takes):
    """What lies of a tile, which knows its own corner only, as a file of a mosaic does."""
    values = grid.values[slice(*rows), slice(*columns)]
    west, north = grid.west + columns[0] * grid.cell, grid.north - rows[0] * grid.cell
    lattice = Lattice.through(west, north, grid.cell, grid.cell)
    column, row = lattice.corner(west, north)
    assert lattice.is_that_of(Lattice.through(grid.west, grid.north, grid.cell, grid.cell))

    def read(above, left, high, wide):
        return values[above : above + high, left : left + wide]

    return zonal_sums(Cells(column, row, values.shape[1], values.shape[0], read), lattice.placed(polygons), takes)


cut = st.lists(st.floats(0, 1), max_size=4)


@given(
    tilings, st.integers(0, 1000), cut, cut, st.randoms(use_true_random=False),
    st.sampled_from([(25.0, 0.0), (1 / 0.03, 0.0), (40.1, 7.3), (33.3, 1e-5)]), st.sampled_from([1.0, 1e-20, 1e30]),
)  # fmt: skip
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_raster_is_the_same_to_the_bit_whatever_tiles_it_is_cut_into_and_in_what_order_they_come(  # noqa: PLR0913, PLR0917
    monkeypatch, areas, seed, across, down, order, place, factor
):
    for module in (lattices, rasters):
        monkeypatch.setattr(module, "BLOCK", 32)
    cell, shift = place
    rng, polygons = np.random.default_rng(seed), areas.table.geometry.to_numpy()
    values = rng.normal(0, 1e3, (int(2000 / cell) + 2, int(3000 / cell) + 2)) * factor
    values[rng.random(values.shape) < 0.1] = np.nan
    values[rng.random(values.shape) < 0.01] = np.inf
    values[rng.random(values.shape) < 0.2] = 7.0
    grid = Grid(values, 120_000 + shift, 482_000 + shift, cell)
    takes = [MEAN, SUM, Take("share", "share", (7.0,))]
    parts = [(rows, columns) for rows in tiles(len(values), down) for columns in tiles(values.shape[1], across)]
    order.shuffle(parts)
    sums = ZonalSums.none(np.arange(len(polygons)), takes)
    for one in parts:
        sums = sums.with_added(of_tile(grid, *one, polygons, takes))
    whole = of_tile(grid, (0, len(values)), (0, values.shape[1]), polygons, takes)
    assert sums.parts.tobytes() == whole.parts.tobytes()
    assert sums.values.tobytes() == whole.values.tobytes()
    assert sums.infinite == whole.infinite


def test_cells_of_another_size_or_between_the_cells_are_on_another_lattice():
    one = Lattice.through(120_000.0, 480_000.0, 25.0, 25.0)
    assert one.is_that_of(Lattice.through(0.0, 25.0, 25.0, 25.0))
    assert not one.is_that_of(Lattice.through(120_000.0, 480_000.0, 25.001, 25.0))
    assert not one.is_that_of(Lattice.through(120_000.1, 480_000.0, 25.0, 25.0))
    assert Lattice.through(5 + 1 / 3, 52.5, 1 / 1200, 1 / 1200).is_that_of(
        Lattice.through(4.0, 51 + 7 / 1200, 1 / 1200, 1 / 1200)
    )
