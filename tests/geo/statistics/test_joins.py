"""Join counts, of the map and of each area, held against every arrangement of the flags, esda and spdep."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geo.errors import AlignmentError, StatisticError
from geo.neighbors import Neighbors
from geo.statistics.joins import NOT_FLAGGED, join_counts, local_join_counts
from geo.unknown import Unknown
from tests.country import graph_of, grid, names
from tests.geo.statistics.peers import esda_local_joins, esda_of, off_by, spdep

SIZE = 8
edges = st.sets(st.sampled_from(list(combinations(range(SIZE), 2))), min_size=2, max_size=16)
maps = edges.map(lambda some: graph_of(some, SIZE))
somewhere = st.lists(st.booleans(), min_size=SIZE, max_size=SIZE).filter(lambda some: 0 < sum(some) < SIZE)
BOARD = grid(12, 12)


def series(flags):
    return pd.Series(flags, index=names(len(flags)))


def by_the_book(flags, neighbors):
    """The joins BB, BW and WW, counted one by one."""
    pairs = [(one, other) for one, other in zip(*neighbors.matrix.nonzero(), strict=True) if one < other]
    return [sum(flags[one] + flags[other] == kind for one, other in pairs) for kind in (2, 1, 0)]


def spotted(seed=1, count=144):
    """Flags at one in six, and a corner where they are thick."""
    flags = np.random.default_rng(seed).random(count) < 1 / 6
    flags[[0, 1, 2, 12, 13, 14, 24, 25]] = True
    return series(flags)


@settings(max_examples=15)
@given(somewhere, maps)
def test_mean_and_variance_are_those_of_all_arrangements(flags, neighbors):
    result = join_counts(series(flags), neighbors, alternative="greater")
    placed = (np.isin(range(SIZE), some) for some in combinations(range(SIZE), sum(flags)))
    every = np.array([by_the_book(one.astype(int), neighbors) for one in placed])
    counted = by_the_book(flags, neighbors)
    for at, kind in enumerate((result.bb, result.bw, result.ww)):
        assert kind.statistic == counted[at]
        assert (kind.expected, kind.variance) == pytest.approx((every[:, at].mean(), every[:, at].var()), abs=1e-9)


@settings(max_examples=15)
@given(somewhere, st.integers(0, 99))
def test_where_only_one_of_two_has_the_other_as_neighbour_that_is_half_a_join(flags, seed):
    one_way = np.random.default_rng(seed).random((SIZE, SIZE)) < 0.3
    np.fill_diagonal(one_way, val=False)
    one_way[0, 1] = True
    result = join_counts(series(flags), Neighbors(names(SIZE), csr_array(one_way.astype(int))), alternative="greater")
    placed = np.array([np.isin(range(SIZE), some) for some in combinations(range(SIZE), sum(flags))]).astype(float)
    either_way = (one_way + one_way.T.astype(float)) / 2
    kinds = (
        (result.bb, placed, placed / 2),
        (result.bw, placed, 1 - placed),
        (result.ww, 1 - placed, (1 - placed) / 2),
    )
    for kind, left, right in kinds:
        every = np.einsum("ai,ij,aj->a", left, either_way, right)
        assert (kind.expected, kind.variance) == pytest.approx((every.mean(), every.var()), abs=1e-9)
        assert kind.statistic in every


@pytest.mark.parametrize("name", ["columbus", "sids2", "stl"])
def test_the_test_is_that_of_spdep(name):
    golden, neighbors = spdep(name)
    result = join_counts(series(golden["flags"]), neighbors, alternative="greater")
    for kind in ("bb", "ww"):
        for part in ("statistic", "expected", "variance", "p"):
            assert getattr(getattr(result, kind), part) == pytest.approx(golden["joins"][kind][part], rel=1e-10)
    for part in ("statistic", "expected", "variance"):
        assert getattr(result.bw, part) == pytest.approx(golden["mixed"][part], rel=1e-10)


def test_the_counts_are_those_of_esda():
    theirs = esda_of("Join_Counts", spotted(), neighbors=BOARD, permutations=0)
    result = join_counts(spotted(), BOARD, alternative="greater")
    assert (result.bb.statistic, result.bw.statistic, result.ww.statistic) == (theirs.bb, theirs.bw, theirs.ww)


def test_flags_that_cluster_make_many_joins_of_one_kind_and_few_of_two():
    greater, less = (join_counts(spotted(), BOARD, alternative=side) for side in ("greater", "less"))
    assert greater.bb.p < 0.05
    assert less.bw.p < 0.05
    assert str(greater.bb.how) == "normal approximation, non-free sampling"


@settings(max_examples=20)
@given(somewhere, maps, st.sampled_from(["greater", "less", "two-sided"]))
def test_local_p_is_the_share_of_all_ways_to_fill_the_neighbourhood(flags, neighbors, alternative):
    result = local_join_counts(series(flags), neighbors, alternative=alternative)
    for at in range(SIZE):
        around = neighbors.matrix[[at]].nonzero()[1]
        if not flags[at] or not len(around):
            assert np.isnan(result.p.iloc[at])
            continue
        counted = sum(flags[other] for other in around)
        others = np.delete(flags, at).astype(int)
        every = np.array([sum(some) for some in combinations(others, len(around))])
        above, below = np.mean(every >= counted), np.mean(every <= counted)
        expected = {"greater": above, "less": below, "two-sided": min(1, 2 * min(above, below))}[alternative]
        assert (result.statistic.iloc[at], result.p.iloc[at]) == pytest.approx((counted, expected))


def test_local_counts_are_those_of_esda_and_p_but_for_the_chance_in_its_draws():
    draws = 9_999
    result = local_join_counts(spotted(), BOARD, alternative="greater")
    theirs = esda_local_joins(spotted(), BOARD, draws, seed=3)
    tested = result.p.notna().to_numpy() & (theirs.LJC > 0)  # esda leaves out areas without a flagged neighbour
    assert result.statistic[tested].tolist() == theirs.LJC[tested].tolist()
    assert np.abs(off_by(theirs.p_sim[tested], result.p[tested].to_numpy(), draws)).max() < 4.5


def test_an_area_that_is_not_tested_says_why():
    flags = pd.Series([True, True, False, None, True], index=names(5), dtype=object)
    result = local_join_counts(flags, graph_of([(0, 1), (1, 2), (3, 4)], 5), alternative="greater")
    assert result.reason.tolist() == [None, None, NOT_FLAGGED, Unknown.ABSENT, Unknown.ISLAND]
    assert result.tested == 2
    assert str(result.how) == "exact conditional permutation"


def test_an_unknown_area_counts_in_no_way():
    keep = np.arange(144) % 5 > 0
    flags = spotted().astype(float)
    with_unknown = local_join_counts(flags.where(keep), BOARD, alternative="greater")
    without = local_join_counts(flags[keep], BOARD.among(keep), alternative="greater")
    assert with_unknown.q[keep].equals(without.q)
    whole_map = join_counts(flags.where(keep), BOARD, alternative="less")
    assert whole_map == join_counts(flags[keep], BOARD.among(keep), alternative="less")


@pytest.mark.parametrize("statistic", [join_counts, local_join_counts])
def test_flags_must_be_flags_and_differ(statistic):
    for flags in ([True] * 4, [False] * 4):
        with pytest.raises(StatisticError, match=f"{sum(flags)} of 4 areas are flagged"):
            statistic(series(flags), grid(2, 2), alternative="greater")
    with pytest.raises(StatisticError, match="true or false"):
        statistic(series([0, 1, 2, 1]), grid(2, 2), alternative="greater")
    with pytest.raises(AlignmentError):
        statistic(series([True, False]), grid(2, 2), alternative="greater")


def test_a_map_of_islands_has_no_joins():
    with pytest.raises(StatisticError, match="has a neighbour"):
        join_counts(series([True, False, True]), graph_of([], 3), alternative="greater")
