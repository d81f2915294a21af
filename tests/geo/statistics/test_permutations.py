"""Draws for any weights, held against every way to fill the neighbourhood, other draws, esda and the exact chances."""

from itertools import permutations

import numba
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core import event
from scipy.sparse import csr_array, random_array
from scipy.stats import chisquare

from geo.errors import StatisticError
from geo.statistics.compiling import log_compilation
from geo.statistics.getis_ord import getis_ord
from geo.statistics.getis_ord_i import getis_ord_i
from geo.statistics.permutations import BATCH, BLOCK, _below, _count, _draw, _next, p_drawn, tails
from geo.statistics.weighted import getis_ord_weighted
from geo.unknown import Unknown
from tests.country import grid, names
from tests.geo.statistics.peers import esda_of, spdep

SIZE = 6
BOARD = grid(15, 15)
SEEDS = np.random.SeedSequence(1).generate_state(4, np.uint64)


def series(figures):
    return pd.Series(np.asarray(figures, dtype=float), index=names(len(figures)))


def decaying(count, seed=3):
    """Weights of one over a distance in made places, for those near enough; not mutual as each row adds up to 1."""
    places = np.random.default_rng(seed).random((count, 2))
    distance = np.hypot(*(places[:, None] - places).transpose(2, 0, 1))
    near = (distance < 1.3 / np.sqrt(count)) & (distance > 0)
    weights = np.where(near, 1 / np.maximum(distance, 1e-3), 0)
    return csr_array(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9))


def every_order(values, weights):
    """For each area the share of all orders of the others in which its weighted sum is as high."""
    result = np.full(len(values), np.nan)
    for at, row in enumerate(weights.toarray()):
        if row.any():
            around, others = np.flatnonzero(row), np.delete(values, at)
            sums = np.array([row[around] @ some for some in permutations(others, len(around))])
            result[at] = np.mean(sums >= row @ values - 1e-9)
    return result


def drawn_one_by_one(values, weights, at, draws, seed):
    """The share of draws that are as high, each drawn for this area alone."""
    random = np.random.default_rng(seed)
    row, others = weights[[at]], np.delete(values, at)
    order = random.random((draws, len(others))).argpartition(row.nnz, axis=1)[:, : row.nnz]
    order = random.permuted(order, axis=1)  # those chosen come in no order of their own
    return np.mean(others[order] @ row.data >= (row @ values)[0] - 1e-9)


@settings(max_examples=10)
@given(st.lists(st.integers(0, 3), min_size=SIZE, max_size=SIZE), st.integers(0, 99), st.sampled_from([0.3, 0.7]))
def test_of_small_maps_p_is_the_share_of_all_orders_but_for_the_chance_in_draws(values, seed, density):
    weights = random_array((SIZE, SIZE), density=density, rng=seed, data_sampler=np.random.default_rng(seed).random)
    weights = csr_array(weights - csr_array(np.diag(weights.diagonal())))
    weights.eliminate_zeros()
    values, draws = np.array(values, dtype=float), 20_000
    true, (above, below) = every_order(values, weights), tails(values, weights, draws=draws, seed=seed)
    tested = ~np.isnan(true)
    assert np.isnan(above).tolist() == (~tested).tolist()
    off = (above - true)[tested] / np.sqrt(true * (1 - true) / draws + 1e-7)[tested]
    assert np.abs(off).max(initial=0) < 4.5
    assert (above + below)[tested].min(initial=2) > 1


def test_p_is_that_of_draws_made_for_one_area_alone():
    weights, values, draws = decaying(400), np.random.default_rng(1).gamma(0.5, size=400), 40_000
    above, _ = tails(values, weights, draws=draws, seed=11)
    sample = np.flatnonzero((above > 0.002) & (above < 0.998))[::40]
    other = np.array([drawn_one_by_one(values, weights, at, 20_000, seed=at) for at in sample])
    off = (above[sample] - other) / np.sqrt(other * (1 - other) * (1 / draws + 1 / 20_000))
    assert np.abs(off).max() < 4
    assert np.mean(off**2) < 2.5


def test_of_equal_weights_p_is_the_exact_one_but_for_the_chance_in_draws():
    values, draws = series(np.random.default_rng(2).poisson(1, 225)), 50_000
    for alternative in ("greater", "less", "two-sided"):
        exact = getis_ord_i(values, BOARD, alternative=alternative).p.to_numpy()
        result = p_drawn(values.to_numpy(), BOARD.matrix, alternative, draws=draws, seed=5)
        off = (result - exact) / np.sqrt(2 * exact / draws + 1e-9)
        assert np.abs(off).max() < 4.5


def test_ring_constant_weights_are_weights_like_others():
    near, far = BOARD.matrix.astype(float), csr_array((BOARD.matrix.astype(float) @ BOARD.matrix) > 0)
    weights = csr_array(0.5 * (far - csr_array(np.eye(225))) + 0.5 * near)
    weights.eliminate_zeros()
    assert set(np.round(weights.data, 9)) == {0.5, 1.0}
    values = np.random.default_rng(7).gamma(1, size=225)
    above, _ = tails(values, weights, draws=20_000, seed=1)
    other = drawn_one_by_one(values, weights, 112, 20_000, seed=1)
    assert above[112] == pytest.approx(other, abs=4.5 * np.sqrt(0.5 / 20_000))


@pytest.mark.parametrize("draws", [1, BATCH - 1, BATCH, BATCH + 1, 999])
def test_p_is_a_share_of_the_draws_and_the_observed(draws):
    weights = decaying(2 * BLOCK + 3)
    values = np.random.default_rng(1).normal(size=2 * BLOCK + 3)
    above, below = tails(values, weights, draws=draws, seed=1)
    tested = ~np.isnan(above)
    assert above[tested] * (1 + draws) == pytest.approx(np.round(above[tested] * (1 + draws)))
    assert (above + below)[tested].min() >= 1 + 1 / (1 + draws) - 1e-12  # the observed lies on either side


def test_sums_that_differ_by_rounding_alone_are_the_same():
    weights, values = decaying(100), np.full(100, 0.1)
    values[3] = 0.1 + 1e-17
    above, below = tails(values, weights, draws=99, seed=1)
    assert above[~np.isnan(above)].tolist() == below[~np.isnan(below)].tolist() == [1] * int((~np.isnan(above)).sum())
    thirds = tails(np.tile([0.1, 0.2, 0.3, 0.7], 25), weights, draws=999, seed=1)
    moved = tails(1e3 + np.tile([1, 2, 3, 7], 25) / 10, weights, draws=999, seed=1)
    assert np.array_equal(thirds, moved, equal_nan=True)


def test_the_number_of_threads_changes_nothing():
    weights, values = decaying(1_000), np.random.default_rng(1).gamma(1, size=1_000)
    before, result = numba.get_num_threads(), []
    for threads in (1, min(2, before)):
        numba.set_num_threads(threads)
        result.append(tails(values, weights, draws=499, seed=9))
    numba.set_num_threads(before)
    assert np.array_equal(result[0], result[1], equal_nan=True)


def test_the_same_seed_gives_the_same_draws_and_another_others():
    weights, values = decaying(BLOCK), np.random.default_rng(1).gamma(1, size=BLOCK)
    one, other = (p_drawn(values, weights, "greater", draws=99, seed=seed) for seed in (1, 2))
    assert not np.array_equal(one, other, equal_nan=True)
    assert np.array_equal(one, p_drawn(values, weights, "greater", draws=99, seed=1), equal_nan=True)


def test_every_order_of_every_subset_is_drawn_as_often():
    pool, state = np.arange(5), SEEDS.copy()
    chosen = _draw(pool, 3, 60_000, state)
    assert sorted(pool) == list(range(5))
    _, times = np.unique(chosen.T, axis=0, return_counts=True)
    assert len(times) == 60
    assert chisquare(times).pvalue > 1e-3


def test_whole_numbers_are_drawn_as_often_and_none_is_out_of_range():
    state = SEEDS.copy()
    drawn = np.array([_below(state, 7) for _ in range(20_000)])
    assert chisquare(np.bincount(drawn, minlength=7)).pvalue > 1e-3
    assert _below(state, 1) == 0


def test_the_stream_is_xoshiro256_plus_plus():
    state = np.array([1, 2, 3, 4], dtype=np.uint64)
    result = [int(_next(state)) for _ in range(6)]  # as in the tests of Rust's rand_xoshiro
    assert result[:4] == [41943041, 58720359, 3588806011781223, 3591011842654386]
    assert result[4:] == [9228616714210784205, 9973669472204895162]


def test_a_run_that_compiles_says_so(caplog):
    with log_compilation():
        for dispatcher in (_draw, _count):
            event.broadcast(event.Event("numba:compile", event.EventStatus.START, {"dispatcher": dispatcher}))
    assert [record.message.split(":")[0] for record in caplog.records] == ["compiling the statistics"]


def test_weights_that_cannot_be_are_refused():
    values = np.arange(4.0)
    with pytest.raises(StatisticError, match=r"weights of \(3, 3\) for 4 areas"):
        tails(values, csr_array((3, 3)), draws=9, seed=1)
    with pytest.raises(StatisticError, match="a weight for itself"):
        tails(values, csr_array(np.eye(4)), draws=9, seed=1)
    with pytest.raises(StatisticError, match="finite"):
        tails(np.array([1, 2, np.nan, 3]), grid(2, 2).matrix, draws=9, seed=1)
    with pytest.raises(StatisticError, match="at least 1 draw"):
        tails(values, grid(2, 2).matrix, draws=0, seed=1)


# Gi by draws


def test_the_weighted_statistic_is_that_of_spdep():
    golden, neighbors = spdep("columbus")
    around = [np.atleast_1d(one) for one in golden["decay"]]
    weights = csr_array((np.concatenate(around), neighbors.matrix.indices, neighbors.matrix.indptr), shape=(49, 49))
    result = getis_ord_weighted(series(golden["values"]), weights, alternative="greater", draws=99, seed=1)
    assert result.statistic.to_numpy() == pytest.approx(np.array(golden["gi_decay"]), abs=1e-10)


def test_islands_and_unknown_areas_come_back_with_their_reason_and_p_says_how_it_was_found():
    weights = csr_array(np.array([[0, 1, 0, 2], [1, 0, 1, 0], [0, 0, 0, 0], [0.5, 0, 3, 0]]))
    result = getis_ord_weighted(series([1, 2, 3, 4]), weights, alternative="greater", draws=99, seed=1)
    assert result.reason.tolist() == [None, None, Unknown.ISLAND, None]
    result = getis_ord_weighted(series([1, np.nan, 3, 4]), weights, alternative="less", draws=99, seed=1)
    assert result.reason.tolist() == [None, Unknown.ABSENT, Unknown.ISLAND, None]
    assert str(result.how) == "conditional permutation, 99 draws, seed 1"
    assert result.how.floor == 0.01


def test_values_that_do_not_differ_and_weights_of_other_areas_are_refused():
    with pytest.raises(StatisticError, match="4 areas do not differ"):
        getis_ord_weighted(series([1] * 4), grid(2, 2).matrix, alternative="greater", draws=9, seed=1)
    with pytest.raises(StatisticError, match="for 3 areas"):
        getis_ord_weighted(series([1, 2, 3]), grid(2, 2).matrix, alternative="greater", draws=9, seed=1)


def test_where_counts_are_small_and_tie_esda_finds_hot_spots_in_noise_and_we_do_not():
    board = grid(60, 60)
    counts = np.random.default_rng(0).poisson(0.1, 3_600).astype(float)
    ours = getis_ord(series(counts), board, alternative="greater").p
    draws = p_drawn(counts, board.matrix, "greater", draws=999, seed=1)
    options = {"transform": "B", "star": True, "permutations": 999, "seed": 1, "n_jobs": 1}
    theirs = esda_of("G_Local", counts, neighbors=board, keep_simulations=False, **options).p_sim
    shares = [float(np.mean(p <= 0.001)) for p in (theirs, ours, draws)]
    assert shares[0] > 0.3
    assert max(shares[1:]) < 0.003, shares
