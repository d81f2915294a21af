"""Who comes from PySAL brings a Graph and a GeoDataFrame, and gets what Neighbors and an AreaFrame give."""

from functools import partial

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from libpysal.graph import Graph
from scipy.sparse import csr_array

from geo.errors import AlignmentError, AreaError
from geo.neighbors import Neighbors, nearest, queen, ring, rings, rook, weights_of, within
from geo.scores import Score
from geo.statistics.bivariate import quadrants_among
from geo.statistics.by_name import STATISTICS
from geo.statistics.getis_ord import getis_ord
from geo.statistics.joins import join_counts
from geo.statistics.local_moran import quadrants
from geo.statistics.moran import moran, moran_drawn
from geo.statistics.weighted import getis_ord_weighted
from geo.zoekgebieden import find
from tests.country import graph_of, grid, names, squares
from tests.geo.statistics.test_by_name import given as figures_of

EDGES = st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=25)
VALUES = st.lists(st.integers(0, 30), min_size=10, max_size=10).filter(lambda some: len(set(some)) > 1)
BOARD = grid(6, 6)
OF_AREAS = {"queen": queen, "rook": rook, "within": partial(within, distance=800), "nearest": partial(nearest, k=3)}


def graphs(part):
    """The same with a Graph for everything that is Neighbors."""
    if isinstance(part, list):
        return [graphs(one) for one in part]
    return part.graph() if isinstance(part, Neighbors) else part


def same(one, other):
    for left, right in zip(one.to_frame().items(), other.to_frame().items(), strict=True):
        pd.testing.assert_series_equal(left[1], right[1])


@pytest.mark.parametrize("name", STATISTICS)
def test_every_statistic_gives_the_same_by_graph_and_by_neighbors(name):
    figures, options = figures_of(STATISTICS[name].takes)
    test = STATISTICS[name].test
    same(test(*(graphs(part) for part in figures), **options), test(*figures, **options))


@given(EDGES, VALUES, st.sampled_from(["getis_ord", "getis_ord_i", "local_moran"]), st.sampled_from(["B", "R", "D"]))
def test_however_a_graph_weighs_neighbours_of_equal_weight_the_result_is_that_by_neighbors(
    edges, values, name, transform
):
    neighbors, series = graph_of(edges, 10), pd.Series(values, index=names(10), dtype=float)
    graph = neighbors.graph()
    if neighbors.matrix.nnz:
        graph = graph.transform(transform)
    same(STATISTICS[name].test(series, graph), STATISTICS[name].test(series, neighbors))


@given(EDGES, VALUES)
def test_so_it_is_for_the_whole_map(edges, values):
    neighbors, series = graph_of(edges, 10), pd.Series(values, index=names(10), dtype=float)
    if not neighbors.matrix.nnz:
        return
    graph, flags = neighbors.graph(), series > series.min()
    assert moran(series, graph) == moran(series, neighbors)
    assert moran_drawn(series, graph, draws=9, seed=1) == moran_drawn(series, neighbors, draws=9, seed=1)
    by_graph, plain = (join_counts(flags, either, alternative="less") for either in (graph, neighbors))
    assert by_graph == plain
    assert quadrants(series, graph).equals(quadrants(series, neighbors))
    assert quadrants_among(series, -series, graph).equals(quadrants_among(series, -series, neighbors))
    assert [one.matrix.toarray().tolist() for one in rings(graph, 3)] == [
        one.matrix.toarray().tolist() for one in rings(neighbors, 3)
    ]


def test_zoekgebieden_are_the_same_by_graph():
    values = pd.Series(np.arange(36.0) - 20, index=BOARD.ids)
    score, result = Score(values, values.to_frame("een")), getis_ord(values, BOARD)
    found = find(score, result, BOARD, max_q=0.2, kind="x")
    assert found
    assert find(score, result, BOARD.graph(), max_q=0.2, kind="x") == found


@given(st.randoms(use_true_random=False))
def test_a_graph_comes_in_in_its_own_order(random):
    order = list(range(36))
    random.shuffle(order)
    turned = Neighbors(BOARD.ids[order], csr_array(BOARD.matrix[order][:, order]))
    back = Neighbors.of(turned.graph())
    assert list(back.ids) == list(turned.ids)
    assert np.array_equal(back.matrix.toarray(), turned.matrix.toarray())
    with pytest.raises(AlignmentError, match="getis_ord: not about the same areas: the same areas in another order"):
        getis_ord(pd.Series(range(36), index=turned.ids[::-1]), turned.graph())


def test_figures_of_other_areas_than_the_graph_are_refused_by_name():
    with pytest.raises(AlignmentError, match="getis_ord: not about the same areas: a0035"):
        getis_ord(pd.Series(range(35), index=names(35)), BOARD.graph())


def test_weights_that_differ_are_not_lost_without_a_word():
    decay = Graph.from_arrays(["a", "a", "b", "c"], ["b", "c", "a", "a"], [1.0, 0.5, 1.0, 0.5])
    with pytest.raises(
        AreaError, match=r"weights differ among the neighbours of a; make them binary .*getis_ord_weighted"
    ):
        getis_ord(pd.Series([1.0, 2.0, 3.0], index=["a", "b", "c"]), decay)
    assert Neighbors.of(decay.transform("B")).count.tolist() == [2, 1, 1]


def test_weights_that_differ_are_what_getis_ord_weighted_takes_without_self_weights():
    index = pd.MultiIndex.from_product([["b", "a", "c"]] * 2, names=["focal", "neighbor"])
    graph = Graph(pd.Series(np.arange(1.0, 10.0), index=index, name="weight"))
    matrix = weights_of(graph)
    assert matrix.toarray().tolist() == [[0, 2, 3], [4, 0, 6], [7, 8, 0]]
    assert graph.sparse.diagonal().tolist() == [1, 5, 9]  # and the graph stays as it was
    values = pd.Series([1.0, 5.0, 2.0], index=["b", "a", "c"])
    same(getis_ord_weighted(values, graph, draws=99, seed=1), getis_ord_weighted(values, matrix, draws=99, seed=1))
    with pytest.raises(AlignmentError, match="getis_ord_weighted"):
        getis_ord_weighted(values.sort_index(), graph, draws=99, seed=1)


@pytest.mark.parametrize("name", OF_AREAS)
@given(st.randoms(use_true_random=False))
def test_a_table_in_any_order_has_the_neighbours_of_an_areaframe(name, random):
    areas = squares(4, 3)
    order = list(areas.ids)
    random.shuffle(order)
    table = geopandas.GeoDataFrame(geometry=areas.table.geometry.loc[order])
    by_table, whole = OF_AREAS[name](table), OF_AREAS[name](areas)
    assert list(by_table.ids) == order
    if name != "nearest":  # of as near ones, the order decides
        at = whole.ids.get_indexer(order)
        assert np.array_equal(by_table.matrix.toarray(), whole.matrix[at][:, at].toarray())


def test_a_table_has_the_neighbours_that_libpysal_finds_in_it(buurten):
    table = buurten.table[["geometry"]].sample(frac=1, random_state=1)
    theirs = Neighbors.of(Graph.build_contiguity(table, rook=False))
    ours = queen(table)
    assert ours.ids.equals(theirs.ids)
    assert (ours.matrix != theirs.matrix).nnz == 0


def test_a_table_of_numbered_areas_and_of_hexagons():
    numbered = geopandas.GeoDataFrame(geometry=shapely.box(range(3), 0, range(1, 4), 1), crs=28992)
    assert queen(numbered).count.tolist() == [1, 2, 1]
    assert getis_ord(pd.Series([1.0, 2.0, 4.0]), queen(numbered)).tested == 3
    cells = ["8919695315bffff", "89196953153ffff", "8919695314bffff"]
    hexagons = geopandas.GeoDataFrame(index=cells, geometry=shapely.box(range(3), 0, range(1, 4), 1), crs=28992)
    assert ring(hexagons).ids.tolist() == cells


@pytest.mark.parametrize("name", OF_AREAS)
def test_a_table_that_is_not_in_metres_or_not_of_areas_is_refused_in_words(name):
    table = squares(3, 2).table
    first = table.index[0]
    unusable = {
        rf"{name}: polygons must be in metres, .*\(EPSG:3035\), found EPSG:4326; transform": table.to_crs(4326),
        rf"{name}: polygons must be in metres, .*\(EPSG:3035\), found no CRS": table.set_crs(None, allow_override=True),
        f"{name}: 1 code occurs more than once: {first}; join its parts": table.iloc[[0, 0, 1]],
        f"{name}: 1 area has no code": table.set_axis([None, *table.index[1:]]),
        f"{name}: 1 area has no or an empty polygon: {first}": table.set_geometry(
            table.geometry.where(table.index != first)
        ),
        f"{name}: 6 areas have another shape than a polygon": table.set_geometry(table.centroid),
    }
    for fault, wrong in unusable.items():
        with pytest.raises(AreaError, match=fault):
            OF_AREAS[name](wrong)
