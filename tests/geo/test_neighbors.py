"""Who borders whom, on maps whose borders coincide, maps whose borders do not, and hexagons."""

from itertools import pairwise

import geopandas
import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from libpysal.graph import Graph
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from boundaries.cbs import wijken
from boundaries.codes import parents
from boundaries.hexagons import hexagons
from boundaries.rd import RD_NEW
from geo.areas import AreaFrame, AreaLevel
from geo.errors import AreaError
from geo.neighbors import Neighbors, nearest, queen, ring, rings, rook, within
from tests.boundaries.tilings import areas_of, tilings
from tests.country import graph_of, grid, names, squares

SIZE = st.tuples(st.integers(1, 7), st.integers(1, 7))
EDGES = st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20)


def pairs(neighbors):
    edges = neighbors.matrix.tocoo()
    return set(zip(neighbors.ids[edges.row], neighbors.ids[edges.col], strict=True))


def board(columns, rows):
    """The grid of squares by chess, its areas in the order and under the names of `squares`."""
    by_row = squares(columns, rows).table
    west_south = by_row.geometry.bounds[["miny", "minx"]].apply(tuple, axis=1)
    numbered = pd.Series(west_south.sort_values().index)
    return {(numbered[int(one[1:])], numbered[int(other[1:])]) for one, other in pairs(grid(columns, rows))}


def moved(areas, polygons):
    table = geopandas.GeoDataFrame(areas.table.drop(columns="geometry"), geometry=list(polygons), crs=RD_NEW)
    return AreaFrame(areas.level, areas.vintage, table)


@given(SIZE)
def test_on_a_board_the_neighbours_are_where_a_king_may_go(size):
    assert pairs(queen(squares(*size))) == board(*size)


def test_queen_is_that_of_libpysal_where_borders_coincide(buurten, borders):
    theirs = Graph.build_contiguity(buurten.table, rook=False)
    assert pairs(borders) == {(one, other) for (one, other), weight in theirs.adjacency.items() if weight}


@pytest.mark.parametrize("by", [queen, rook])
def test_an_area_of_two_parts_has_the_neighbours_of_both(by):
    areas = squares(5, 1)
    first, second, *rest = areas.table.geometry
    both = AreaFrame(areas.level, areas.vintage, areas.table.drop(areas.ids[4]))
    both = moved(both, [shapely.MultiPolygon([first, rest[2]]), second, *rest[:2]])
    one, two, three, four = both.ids
    assert pairs(by(both)) == {(one, two), (two, one), (two, three), (three, two), (three, four), (four, three),
                               (four, one), (one, four)}  # fmt: skip


@pytest.fixture(scope="module")
def of_wijk(buurten):
    return parents(buurten.ids, AreaLevel.WIJK)


def test_rook_is_that_of_libpysal_where_borders_coincide(buurten):
    theirs = Graph.build_contiguity(buurten.table, rook=True)
    assert pairs(rook(buurten)) == {(one, other) for (one, other), weight in theirs.adjacency.items() if weight}


def test_the_nearest_are_those_of_libpysal(buurten):
    theirs = Graph.build_knn(buurten.table.set_geometry(buurten.table.centroid), k=5)
    assert pairs(nearest(buurten, 5)) == set(theirs.adjacency.index)


def test_within_a_distance_are_those_of_libpysal(buurten):
    theirs = Graph.build_distance_band(buurten.table.set_geometry(buurten.table.centroid), 1_500, binary=True)
    assert pairs(within(buurten, 1_500)) == {
        (one, other) for (one, other), weight in theirs.adjacency.items() if weight
    }  # fmt: skip


def test_merged_areas_border_where_any_of_their_parts_do(borders, of_wijk):
    of = dict(zip(borders.ids, of_wijk, strict=True))
    expected = {(of[one], of[other]) for one, other in pairs(borders) if of[one] != of[other]}
    merged = borders.merged(of_wijk)
    assert pairs(merged) == expected
    assert list(merged.ids) == sorted(set(of_wijk))


def test_joined_polygons_that_lost_vertices_are_neighbours_within_a_centimetre(buurten, borders, of_wijk):
    assert pairs(queen(wijken(buurten), tolerance=0.01)) == pairs(borders.merged(of_wijk))


@st.composite
def shelves(draw):
    """Rows of boxes of any width: nearly every corner lies in the middle of a side of the next row."""
    rows = draw(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=4), min_size=1, max_size=4))
    boxes, south = [], 0
    for row in rows:
        west = draw(st.integers(0, 5))
        for width in row:
            boxes.append(shapely.box(155_000 + west, 463_000 + south, 155_000 + west + width, 463_010 + south))
            west += width
        south += 10
    return moved(squares(len(boxes), 1), boxes)


@given(shelves())
def test_areas_that_touch_are_neighbours_wherever_their_corners_are(areas):
    shapes = areas.table.geometry.to_numpy()
    touch = shapely.touches(shapes[:, None], shapes[None])
    along = shapely.length(shapely.intersection(shapes[:, None], shapes[None])) > 0
    assert (queen(areas).matrix.toarray() == touch).all()
    assert (rook(areas).matrix.toarray() == (touch & along)).all()


@given(tilings, tilings, st.integers(1, 4))
def test_pieces_of_areas_have_the_neighbours_that_measuring_finds(areas, knife, every):
    """Borders where pieces lie against a whole area have their corners on one side only, a rounding off the line."""
    whole, cuts = areas.table.geometry.to_numpy(), knife.table.geometry.to_numpy()[:6]
    pieces = shapely.get_parts(shapely.intersection(whole[::every, None], cuts).ravel())
    rest = shapely.get_parts(shapely.difference(whole[::every], shapely.union_all(cuts)))
    others = np.delete(whole, np.s_[::every])
    shapes = np.concatenate([pieces, rest, others])
    sound = (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON) & (shapely.area(shapes) > 1)
    cut = areas_of(shapes[sound & shapely.is_valid(shapes)])
    near = shapely.dwithin(*np.meshgrid(cut.table.geometry, cut.table.geometry), 0.001)
    assert (queen(cut).matrix.toarray() == near & ~np.eye(len(cut), dtype=bool)).all()


@pytest.mark.parametrize("offset", [0.0, 1e-7, 0.0002, 0.0004, 0.0005 - 1e-7, 0.0005, 0.0007])
def test_corners_that_lie_a_hair_apart_are_one_wherever_the_millimetres_part(offset):
    edge = 155_010 + offset
    for apart in (2e-7, 1e-5, 0.0004):
        boxes = [shapely.box(155_000, 463_000, edge, 463_010), shapely.box(edge + apart, 463_000, 155_020, 463_010)]
        areas = moved(squares(2, 1), boxes)
        assert queen(areas).count.tolist() == rook(areas).count.tolist() == [1, 1]


@pytest.mark.parametrize("by", [queen, rook])
def test_strips_that_cross_without_a_corner_in_one_another_are_neighbours(by):
    strips = shapely.box([0, 140, 500], [40, -100, 0], [300, 160, 600], [60, 200, 100])
    assert by(geopandas.GeoDataFrame(index=["a", "b", "c"], geometry=strips, crs=28992)).count.tolist() == [1, 1, 0]


def test_of_no_areas_none_are_neighbours():
    assert queen(geopandas.GeoDataFrame(index=pd.Index([], dtype=str), geometry=[], crs=28992)).count.tolist() == []


def test_a_corner_on_the_middle_of_a_side_is_a_corner():
    tent = shapely.Polygon([(0, 0), (20, 0), (10, 10)])
    areas = moved(squares(2, 1), [tent, shapely.box(0, 10, 20, 20)])
    assert queen(areas).count.tolist() == [1, 1]
    assert rook(areas).count.tolist() == [0, 0]


def test_a_vertex_in_the_middle_of_an_edge_needs_no_tolerance():
    west, south, north = shapely.box(0, 0, 10, 20), shapely.box(10, -7, 20, 7), shapely.box(10, 7, 20, 27)
    areas = moved(squares(3, 1), [west, south, north])
    assert queen(areas).count.tolist() == rook(areas).count.tolist() == [2, 2, 2]
    assert queen(areas, tolerance=0.001).count.tolist() == [2, 2, 2]


@pytest.mark.parametrize(("apart", "neighbours"), [(0.0, 1), (0.0004, 1), (0.002, 0), (0.004, 0), (0.04, 0)])
def test_without_a_tolerance_vertices_are_compared_to_the_millimetre(apart, neighbours):
    areas = moved(squares(2, 1), [shapely.box(0, 0, 10, 10), shapely.box(10 + apart, 0, 20, 10)])
    assert queen(areas).count.tolist() == rook(areas).count.tolist() == [neighbours] * 2


@pytest.mark.parametrize(("apart", "neighbours"), [(0.009, 1), (0.011, 0), (0.5, 0)])
def test_a_tolerance_is_in_metres(apart, neighbours):
    areas = moved(squares(2, 1), [shapely.box(0, 0, 10, 10), shapely.box(10 + apart, 0, 20, 10)])
    assert queen(areas, tolerance=0.01).count.tolist() == [neighbours] * 2


def test_an_edge_shorter_than_a_millimetre_is_a_corner():
    southwest = shapely.Polygon([(0, 0), (10, 0), (10, 9.9998), (10, 10), (0, 10)])
    northeast = shapely.Polygon([(10, 10), (20, 10), (20, 20), (10, 20), (10, 10.0002)])
    areas = moved(squares(2, 1), [southwest, northeast])
    assert queen(areas).count.tolist() == [1, 1]
    assert rook(areas).count.tolist() == [0, 0]


@pytest.mark.parametrize(("along", "neighbours"), [(0.005, 0), (0.014, 0), (0.025, 1), (1.0, 1)])
def test_what_lies_against_a_side_for_less_than_two_centimetres_touches_in_a_corner(along, neighbours):
    areas = moved(squares(2, 1), [shapely.box(0, 0, 10, 10), shapely.box(10 - along, 10, 20, 20)])
    assert queen(areas).count.tolist() == [1, 1]
    assert rook(areas).count.tolist() == [neighbours] * 2


@pytest.mark.parametrize(("apart", "neighbours"), [(0.0009, 1), (0.0012, 0)])
def test_a_corner_touches_a_side_within_a_millimetre(apart, neighbours):
    tent = shapely.Polygon([(0, 0), (20, 0), (10, 10)])
    areas = moved(squares(2, 1), [tent, shapely.box(0, 10 + apart, 20, 20)])
    assert queen(areas).count.tolist() == [neighbours] * 2


def test_the_island_of_testland_is_the_only_one(buurten, borders):
    (island,) = borders.islands
    assert buurten.table.loc[island, "name"] == "Zilte Plaat"


@pytest.mark.parametrize("slit", [0.5, 10.0, 40.0])
def test_a_tolerance_finds_the_neighbours_across_a_slit_and_no_others(slit):
    areas = squares(5, 4, slit=slit)
    assert not queen(areas, tolerance=slit * 0.99).matrix.nnz
    assert pairs(queen(areas, tolerance=slit * 1.5)) == board(5, 4)


def test_across_corners_a_slit_is_wider_than_its_width():
    areas = squares(3, 3, slit=10.0)
    straight = queen(areas, tolerance=10.1)
    assert straight.count.max() == 4
    assert queen(areas, tolerance=14.2).count.max() == 8


@pytest.mark.parametrize("slit", [1.0, 20.0])
def test_polygons_shrunk_by_half_a_tolerance_have_the_neighbours_they_had_along_their_borders(buurten, slit):
    whole = buurten.table.geometry
    shrunk = moved(buurten, whole.buffer(-slit / 2, join_style="mitre"))
    left, right = shapely.STRtree(whole).query(whole, predicate="touches")
    along = shapely.length(shapely.intersection(whole.to_numpy()[left], whole.to_numpy()[right])) > 3 * slit
    expected = {(buurten.ids[one], buurten.ids[other]) for one, other in zip(left[along], right[along], strict=True)}
    result = pairs(queen(shrunk, tolerance=slit * 1.01))
    assert expected <= result
    assert result <= pairs(queen(buurten, tolerance=slit * 1.02))


def test_overlapping_polygons_are_neighbours_with_a_tolerance():
    areas = moved(squares(2, 1), [shapely.box(0, 0, 10, 10), shapely.box(9, 3, 20, 7)])
    assert queen(areas, tolerance=1).count.tolist() == [1, 1]


def test_a_canal_wider_than_the_tolerance_parts_its_banks():
    areas = squares(2, 1, slit=60.0)
    assert queen(areas, tolerance=59).islands.equals(areas.ids)


def test_the_ring_of_a_hexagon_is_the_one_of_h3(buurten):
    cells = hexagons(buurten.where(buurten.table["gemeente"] == "GM9101"), AreaLevel.H3_8)
    there = set(cells.ids)
    expected = {(cell, other) for cell in cells.ids for other in h3.grid_ring(cell, 1) if other in there}
    assert pairs(ring(cells)) == expected


def test_codes_that_are_no_hexagons_have_no_ring():
    with pytest.raises(AreaError, match=r"^ring: 2 codes are no H3 cells: .+; take queen for other areas$"):
        ring(squares(2, 1))


def test_rings_further_out_are_those_of_h3_and_weigh_as_much(buurten):
    cells = hexagons(buurten.where(buurten.table["gemeente"] == "GM9101"), AreaLevel.H3_8)
    there = set(cells.ids)
    result = ring(cells, order=2)
    assert pairs(result) == {
        (cell, other) for cell in there for other in h3.grid_disk(cell, 2) if other in there - {cell}
    }
    assert set(result.matrix.data) == {1}


def test_no_hexagon_around_is_an_island():
    cells = hexagons(squares(2, 2), AreaLevel.H3_7)
    alone = cells.where(cells.ids == cells.ids[0])
    assert list(ring(alone).islands) == list(alone.ids)


def test_each_ring_has_the_hexagons_at_so_many_steps_and_no_fewer(buurten):
    cells = hexagons(buurten.where(buurten.table["gemeente"] == "GM9101"), AreaLevel.H3_8)
    there = set(cells.ids)
    whole = [cell for cell in there if set(h3.grid_disk(cell, 3)) <= there]  # no hole that a step must go around
    assert whole
    for steps, result in enumerate(rings(ring(cells), 3), start=1):
        for cell in whole:
            around = cells.ids[result.matrix[[cells.ids.get_loc(cell)]].indices]
            assert set(around) == set(h3.grid_ring(cell, steps))


@given(EDGES)
def test_each_ring_has_the_areas_whose_shortest_way_takes_so_many_steps(edges):
    neighbors = graph_of(edges, 8)
    steps = shortest_path(neighbors.matrix.astype(float), unweighted=True)
    for at, result in enumerate(rings(neighbors, 4), start=1):
        assert np.array_equal(result.matrix.toarray(), steps == at)


@given(EDGES)
def test_a_graph_comes_back_as_it_went(edges):
    neighbors = graph_of(edges, 8)
    back = Neighbors.of(neighbors.graph())
    assert pairs(back) == pairs(neighbors)
    assert back.ids.equals(neighbors.ids)
    assert back.islands.equals(neighbors.islands)


def test_a_weighted_graph_with_self_weights_comes_in_as_plain_neighbours():
    index = pd.MultiIndex.from_tuples([(0, 0), (0, 1), (1, 0), (1, 1)], names=["focal", "neighbor"])
    weighted = Graph(pd.Series([9.0, 0.5, 0.2, 9.0], index=index, name="weight"))
    result = Neighbors.of(weighted)
    assert result.matrix.toarray().tolist() == [[0, 1], [1, 0]]
    assert weighted.sparse.toarray().tolist() == [[9.0, 0.5], [0.2, 9.0]]  # and stays as it was


@given(EDGES, st.lists(st.booleans(), min_size=8, max_size=8))
def test_among_a_part_the_neighbours_are_those_within_it(edges, keep):
    neighbors = graph_of(edges, 8)
    part = neighbors.among(np.array(keep))
    kept = set(neighbors.ids[keep])
    assert set(part.ids) == kept
    assert pairs(part) == {pair for pair in pairs(neighbors) if set(pair) <= kept}


def test_the_count_is_the_number_of_neighbours():
    chain = graph_of(list(pairwise(range(4))), 5)
    assert chain.count.tolist() == [1, 2, 2, 1, 0]
    assert list(chain.islands) == ["a0004"]


@pytest.mark.parametrize(
    ("matrix", "rule"),
    [
        ([[1, 0, 0], [0, 0, 0], [0, 0, 0]], "its own neighbour"),
        ([[0, 1], [1, 0]], r"\(2, 2\) for 3 areas"),
        ([[0, 2, 0], [1, 0, 0], [0, 0, 0]], "holds weights"),
    ],
)
def test_what_is_no_neighbourhood_is_refused(matrix, rule):
    with pytest.raises(AreaError, match=rule):
        Neighbors(names(3), csr_array(np.array(matrix)))


def test_a_short_line_says_what_neighbors_hold():
    chain = Neighbors(pd.Index(["a", "b", "c"]), csr_array([[0, 1, 0], [1, 0, 0], [0, 0, 0]]))
    assert repr(chain) == "<Neighbors: 3 areas, 1 borders, 1 islands>"
