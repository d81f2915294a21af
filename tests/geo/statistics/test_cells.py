"""Gi* by blocks gives what Gi* over all neighbours at once gives."""

from itertools import combinations

import geopandas
import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import StatisticError
from geo.neighbors import ring
from geo.statistics.cells import CellResult, getis_ord_of_cells
from geo.statistics.exact import at_least, tails_of
from geo.statistics.getis_ord import getis_ord

CENTRE = h3.latlng_to_cell(52.09, 5.12, 9)


def numbers(cells):
    return np.sort(np.array([h3.str_to_int(one) for one in cells], dtype=np.uint64))


def at_once(cells, counts):
    """By the table of all neighbours."""
    ids = [h3.int_to_str(int(one)) for one in cells]
    squares = shapely.box(*(np.arange(len(ids)) + step for step in (0, 0, 1, 1)))  # ring looks at codes only
    table = geopandas.GeoDataFrame(index=pd.Index(ids), geometry=squares, crs=28992)
    return getis_ord(pd.Series(counts.astype(float), table.index), ring(table))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), share=st.floats(0.2, 1.0), block=st.integers(1, 400))
def test_by_blocks_it_is_the_same_as_at_once(seed, share, block):
    rng = np.random.default_rng(seed)
    disk = numbers(h3.grid_disk(CENTRE, 9))
    cells = disk[rng.random(len(disk)) < share]
    counts = rng.negative_binomial(1, 0.2, len(cells)) + rng.integers(0, 3)
    hot, whole = getis_ord_of_cells(cells, counts, block), at_once(cells, counts)
    assert whole.how.kind == "exact"
    # The lattice of the one is as long as the most neighbours ask; that of the other as long as six do.
    np.testing.assert_allclose(hot.p, whole.p.to_numpy(), rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(hot.statistic, whole.statistic.to_numpy(), rtol=1e-9, atol=1e-12)


def test_around_a_pentagon_there_are_five():
    pentagon = h3.get_pentagons(9)[0]
    cells = numbers(h3.grid_disk(pentagon, 4))
    hot = getis_ord_of_cells(cells, np.arange(len(cells)))
    assert isinstance(hot, CellResult)
    assert hot.neighbors[cells == h3.str_to_int(pentagon)] == 5
    assert hot.neighbors.max() == 6


def test_a_hexagon_without_neighbours_is_drawn_but_not_tested():
    near, far = numbers(h3.grid_disk(CENTRE, 2)), h3.str_to_int(h3.latlng_to_cell(40.0, 20.0, 9))
    cells = np.sort(np.append(near, np.uint64(far)))
    hot = getis_ord_of_cells(cells, np.arange(len(cells)))
    alone = cells == far
    assert np.isnan(hot.p[alone]).all()
    assert np.isfinite(hot.p[~alone]).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda cells, counts: (cells[::-1], counts), "ascending order"),
        (lambda cells, counts: (cells, counts - 1), "must be 0 or more, found -1"),
        (lambda cells, counts: (cells, counts * 0 + 3), "have the count 3"),
        (lambda cells, counts: (cells, counts * 1_000_000), "too far apart"),
        (lambda cells, counts: (cells[:5], counts), "5 hexagons and 19 counts"),
    ],
)
def test_what_cannot_be_searched_is_said(change, said):
    cells = numbers(h3.grid_disk(CENTRE, 2))
    with pytest.raises(StatisticError, match=said):
        getis_ord_of_cells(*change(cells, np.arange(len(cells))))


@pytest.mark.parametrize("k", [1, 2, 3])
def test_chances_are_those_of_counting_all_draws(k):
    points = np.array([0, 1, 1, 3, 5, 2])
    table = tails_of(np.bincount(points, minlength=32), len(points), 3)
    for own in range(len(points)):
        sums = [sum(drawn) for drawn in combinations(np.delete(points, own).tolist(), k)]
        for goal in range(12):
            chance = at_least(points, np.array([own]), np.array([k]), np.array([[goal]]), table)[0, 0]
            assert chance == pytest.approx(np.mean(np.array(sums) >= goal), abs=1e-12)
