"""Gi with a weight for each ring: exact, as counting and drawing show."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.stats import hypergeom

from geo.errors import StatisticError
from geo.neighbors import Neighbors, rings
from geo.statistics.getis_ord_i import getis_ord_i
from geo.statistics.permutations import tails
from geo.statistics.rings import getis_ord_rings
from tests.country import grid


def of(pairs, n):
    left, right = np.array([*pairs, *((b, a) for a, b in pairs)]).T
    return Neighbors(pd.RangeIndex(n), csr_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n, n)))


def field(side):
    """A board of squares: the four that share a side, and the eight at two steps."""
    places = [(row, column) for row in range(side) for column in range(side)]
    rings = {1: [], 2: []}
    for a, here in enumerate(places):
        for b, there in enumerate(places[:a]):
            steps = abs(here[0] - there[0]) + abs(here[1] - there[1])
            if steps in rings:
                rings[steps].append((a, b))
    return [of(pairs, side**2) for pairs in rings.values()]


def counted(values, rings, weights, alternative="greater"):
    """P by trying every order of the others."""
    p = []
    for area in range(len(values)):
        others = [value for at, value in enumerate(values) if at != area]
        weight = [weight for ring, weight in zip(rings, weights, strict=True) for _ in range(ring.matrix[[area]].nnz)]
        seen = sum(
            weight * sum(values[at] for at in ring.matrix[[area]].indices)
            for ring, weight in zip(rings, weights, strict=True)
        )
        sums = np.array([np.dot(weight, order[: len(weight)]) for order in permutations(others)])
        above, below = (sums >= seen - 1e-9).mean(), (sums <= seen + 1e-9).mean()
        p.append({"greater": above, "less": below, "two-sided": min(1, 2 * min(above, below))}[alternative])
    return p


@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
@pytest.mark.parametrize("weights", [(1, 1), (2, 1), (3, 1)])
def test_p_is_the_share_of_all_orders(weights, alternative):
    values = np.array([5, 0, 1, 1, 7, 0, 2, 3], dtype=float)
    rings = [of([(0, 1), (2, 3), (4, 5)], 8), of([(0, 2), (1, 3), (4, 6), (5, 7)], 8)]
    result = getis_ord_rings(pd.Series(values), rings, weights, alternative=alternative)
    np.testing.assert_allclose(result.p, counted(values, rings, weights, alternative), rtol=1e-9)
    assert result.how.kind == "exact"


@pytest.mark.parametrize("weights", [(2, 1), (5, 3)])
def test_of_flags_with_rings_of_eight_and_sixteen_p_is_hypergeometric_ring_by_ring(weights):
    board = grid(12, 12)
    both = rings(board, 2)
    flags = np.arange(144) < 20
    result = getis_ord_rings(pd.Series(flags.astype(float), board.ids), both, weights, alternative="greater")
    for at in range(0, 144, 7):
        near, far = (ring.matrix[[at]].indices for ring in both)
        seen, others = weights[0] * flags[near].sum() + weights[1] * flags[far].sum(), 20 - flags[at]
        inside = np.arange(min(len(near), others) + 1)
        outside = np.ceil((seen - weights[0] * inside) / weights[1]) - 1
        chance = hypergeom.pmf(inside, 143, others, len(near))
        true = (chance * hypergeom.sf(outside, 143 - len(near), others - inside, len(far))).sum()
        assert result.p.iloc[at] == pytest.approx(true, abs=1e-13)


def test_one_ring_is_gi_with_equal_weights():
    rings = field(12)
    values = pd.Series(np.random.default_rng(1).poisson(2, 144).astype(float))
    ours, plain = (getis_ord_rings(values, rings[:1], [1], alternative="greater"),
                   getis_ord_i(values, rings[0], alternative="greater"))  # fmt: skip
    np.testing.assert_allclose(ours.p, plain.p, rtol=1e-9)
    np.testing.assert_allclose(ours.statistic, plain.statistic, rtol=1e-9)


def test_rings_of_one_weight_are_one_ring():
    rings = field(12)
    values = pd.Series(np.random.default_rng(2).gamma(2, 1, 144))
    both = Neighbors(rings[0].ids, (rings[0].matrix + rings[1].matrix).tocsr())
    ours = getis_ord_rings(values, rings, [1, 1], alternative="greater")
    plain = getis_ord_i(values, both, alternative="greater")
    assert ((ours.lower <= plain.p + 1e-12) & (plain.lower <= ours.p + 1e-12)).all()


def test_drawing_agrees_where_weights_differ():
    rings, draws = field(12), 20_000
    values = np.random.default_rng(3).gamma(1, 1, 144)
    result = getis_ord_rings(pd.Series(values), rings, [2, 1], alternative="greater")
    weights = (2.0 * rings[0].matrix + 1.0 * rings[1].matrix).tocsr()
    drawn, _ = tails(values, weights, draws=draws, seed=1)
    middle = (result.p + result.lower) / 2
    off = (drawn - (middle * draws + 1) / (draws + 1)) / np.sqrt(middle * (1 - middle) / draws)
    assert np.abs(off).max() < 4.5
    assert result.how.kind == "certified"
    assert (result.p - result.lower).max() < 0.02


def test_an_area_without_a_value_drops_out_and_an_island_is_not_tested():
    rings = field(6)
    values = pd.Series(np.random.default_rng(4).poisson(3, 36).astype(float))
    values[7] = np.nan
    result = getis_ord_rings(values, rings, [2, 1], alternative="greater")
    assert np.isnan(result.p[7])
    keep = values.notna().to_numpy()
    alone = getis_ord_rings(
        values[keep].reset_index(drop=True),
        [Neighbors(pd.RangeIndex(35), ring.among(keep).matrix) for ring in rings], [2, 1], alternative="greater",
    )  # fmt: skip
    np.testing.assert_allclose(result.p[keep], alone.p, rtol=1e-9)


@pytest.mark.parametrize(
    ("weights", "said"), [([2], "for each of 2 rings"), ([2, 0], "above 0"), ([1.5, 1], "a whole weight")]
)
def test_weights_that_are_not_whole_or_not_one_for_each_ring_are_refused(weights, said):
    with pytest.raises(StatisticError, match=said):
        getis_ord_rings(pd.Series(np.arange(36.0)), field(6), weights, alternative="greater")


def test_rings_that_overlap_are_refused():
    rings = field(6)
    with pytest.raises(StatisticError, match="overlap"):
        getis_ord_rings(pd.Series(np.arange(36.0)), [rings[0], rings[0]], [2, 1], alternative="greater")


def band(n, least, most):
    """Areas in a row, neighbours from so many places apart to so many."""
    return of([(a, b) for a in range(n) for b in range(a) if least <= a - b <= most], n)


def test_rings_too_large_for_the_table_are_refused():
    values = pd.Series(np.arange(200.0))
    with pytest.raises(StatisticError, match="half of all others"):
        getis_ord_rings(values, [band(200, 1, 60)], [2], alternative="greater")
    with pytest.raises(StatisticError, match="take fewer rings or getis_ord_weighted"):
        getis_ord_rings(values, [band(200, 1, 15), band(200, 16, 30)], [2, 1], alternative="greater")
