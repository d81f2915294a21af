"""Conditional permutation for any weights: the sum over the neighbours of an area, drawn again and again.

Neighbours of equal weight need no draws: geo.statistics.exact computes what infinitely many would give. Where weights
differ (distance decay, shares) the sum of w_ij x_j is held against sums of w_ij x_pi(j), with pi(j) drawn without
replacement from all other areas, and p = (1 + as extreme) / (1 + draws).

Draws are shared by the areas of a block. Of every draw as many areas as the block needs, and one more, are taken from
all n in random order; an area takes the first that are not itself, which is a draw from the others. A block's sums are
then rows of numbers times a weight, and nothing is looked up per area but the few draws in which it came up itself.
Rejected: draws of each area's own, fifteen times the work, and one set for the whole country, as esda has: there the
luck of one draw is the luck of every area. A block has its own stream of random numbers, spawned from the seed, so that
the number of threads changes nothing.

Sources: R.A. Fisher and F. Yates (1938), Statistical tables, example 12, for drawing; D. Blackman and S. Vigna (2021),
Scrambled linear pseudorandom number generators, ACM TOMS 47(4), doi:10.1145/3460772, for xoshiro256++; D. Lemire
(2019), Fast random integer generation in an interval, ACM TOMACS 29(1), doi:10.1145/3230636.
"""

import numpy as np
from numba import prange
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geo.compiled import njit
from geo.errors import StatisticError
from geo.statistics.compiling import log_compilation
from geo.statistics.lattice import Floats
from geo.statistics.result import Alternative
from geo.variation import noise

BLOCK = 128
"""Areas that share their draws."""

BATCH = 256
"""Draws made at once, few enough to stay in the processor's cache."""

TIE = 1e-12
"""Sums are equal when they differ by no more than this part of the largest sum there could be: rounding makes less."""

WORDS = 4
"""Numbers of 64 bits in the state of a stream."""

Whole = NDArray[np.int64]
Bits = NDArray[np.uint64]


def p_drawn(values: Floats, weights: csr_array, alternative: Alternative, *, draws: int, seed: int) -> Floats:
    """P for the weighted sum over the neighbours of each area; two-sided doubles the smaller tail. See `tails`."""
    above, below = tails(values, weights, draws=draws, seed=seed)
    if alternative == "two-sided":
        return np.minimum(1.0, 2.0 * np.minimum(above, below))
    return above if alternative == "greater" else below


def tails(values: Floats, weights: csr_array, *, draws: int, seed: int) -> tuple[Floats, Floats]:
    """The share of draws with a sum at least, and with one at most, the observed; the observed counts as a draw.

    Args:
        values: one per area, all known.
        weights: of the area of the column for that of the row, any finite number; the diagonal is empty.
        draws: how many times; no p is below 1 / (1 + draws).
        seed: the same seed gives the same p, on any number of threads.

    NaN for an area without neighbours. Raises StatisticError for weights or values that cannot be drawn with.
    """
    _check(values, weights, draws)
    x = np.asarray(values - values.min(), dtype=np.float64)  # what all have in common is in every sum
    w = weights.astype(np.float64)  # copies: what is read-only compiles anew
    w.sum_duplicates()
    w.eliminate_zeros()
    observed = w @ x
    slack = abs(w) @ np.full(len(x), max(TIE * float(np.abs(x).max()), noise(values)))
    words = np.random.SeedSequence(seed).generate_state(WORDS * -(-len(x) // BLOCK), "uint64")
    streams = words.astype(np.uint64).reshape(-1, WORDS)
    with log_compilation():
        limits = np.stack([observed - slack, observed + slack])
        counted = _count(x, w.indptr.astype(np.int64), w.data, limits, streams, draws)
    above, below = np.where(np.diff(w.indptr) == 0, np.nan, (1.0 + counted) / (1.0 + draws))
    return above, below


def _check(values: Floats, weights: csr_array, draws: int) -> None:
    if weights.shape != (len(values), len(values)):
        rows, columns = weights.shape
        raise StatisticError(
            "permutations: weights of ({rows}, {columns}) for {count} areas",
            rows=rows,
            columns=columns,
            count=len(values),
        )
    if weights.diagonal().any():
        raise StatisticError("permutations: an area has a weight for itself; empty the diagonal")
    if not (np.isfinite(weights.data).all() and np.isfinite(values).all()):
        raise StatisticError("permutations: weights and values must be finite; leave unknown areas out")
    if draws < 1:
        raise StatisticError("permutations: at least 1 draw is needed, found {draws}", draws=draws)


@njit(parallel=True)
def _count(values: Floats, indptr: Whole, weights: Floats, limits: Floats, streams: Bits, draws: int) -> Whole:
    """For each area the number of draws with a sum of its lower limit or more, and of its upper limit or less."""
    n = len(values)
    counted = np.zeros((2, n), dtype=np.int64)
    for block in prange(len(streams)):
        first, last = block * BLOCK, min(n, (block + 1) * BLOCK)
        most = min(n, 1 + int((indptr[first + 1 : last + 1] - indptr[first:last]).max()))
        pool = np.arange(n)
        for start in range(0, draws, BATCH):
            chosen = _draw(pool, most, min(BATCH, draws - start), streams[block])
            drawn = values[chosen.ravel()].reshape(chosen.shape)
            orders, when = _of_the_block(chosen, first, last)
            for area in range(first, last):
                own = weights[indptr[area] : indptr[area + 1]]
                sums = _sums(own, drawn)
                for at in range(len(when)):
                    if chosen[orders[at], when[at]] == area:
                        sums[when[at]] = _sum_without(own, drawn[:, when[at]], orders[at])
                more, less = _on_either_side(sums, limits[0, area], limits[1, area])
                counted[0, area] += more
                counted[1, area] += less
    return counted


@njit()
def _draw(pool: Whole, most: int, draws: int, state: Bits) -> Whole:
    """`most` of the pool in random order, again and again, as [order, draw]: the start of a Fisher-Yates shuffle."""
    chosen = np.empty((most, draws), dtype=np.int64)
    for draw in range(draws):
        for order in range(most):
            at = order + _below(state, len(pool) - order)
            pool[order], pool[at] = pool[at], pool[order]
            chosen[order, draw] = pool[order]
    return chosen


@njit()
def _of_the_block(chosen: Whole, first: int, last: int) -> tuple[Whole, Whole]:
    """Where the areas of the block themselves came up: in what order, in which draws."""
    orders, when = np.empty(chosen.size, dtype=np.int64), np.empty(chosen.size, dtype=np.int64)
    count = 0
    for order in range(chosen.shape[0]):
        for draw in range(chosen.shape[1]):
            if first <= chosen[order, draw] < last:
                orders[count], when[count] = order, draw
                count += 1
    return orders[:count], when[:count]


@njit()
def _sums(weights: Floats, drawn: Floats) -> Floats:
    """The weighted sum of every draw."""
    sums = np.zeros(drawn.shape[1])
    for order in range(len(weights)):
        for draw in range(len(sums)):
            sums[draw] += weights[order] * drawn[order, draw]
    return sums


@njit()
def _on_either_side(sums: Floats, low: float, high: float) -> tuple[int, int]:
    """How many sums are `low` or more, and how many `high` or less."""
    above, below = 0, 0
    for total in sums:
        above += total >= low
        below += total <= high
    return above, below


@njit()
def _sum_without(weights: Floats, drawn: Floats, own: int) -> float:
    """The weighted sum of one draw in which the area itself came up as number `own`: the next takes its place."""
    total = 0.0
    for order in range(len(weights)):
        total += weights[order] * drawn[order if order < own else order + 1]
    return total


@njit()
def _below(state: Bits, n: int) -> np.int64:
    """A whole number from 0 to n, n excluded, each as likely; n below 2^32."""
    size, mask = np.uint64(n), np.uint64(0xFFFFFFFF)
    product = (_next(state) >> np.uint64(32)) * size
    if (product & mask) < size:
        least = (np.uint64(2**32) - size) % size
        while (product & mask) < least:
            product = (_next(state) >> np.uint64(32)) * size
    return np.int64(product >> np.uint64(32))


@njit()
def _next(state: Bits) -> np.uint64:
    """The next 64 random bits of a stream: xoshiro256++."""
    bits: np.uint64 = _turn(state[0] + state[3], 23) + state[0]
    shifted = state[1] << np.uint64(17)
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = _turn(state[3], 45)
    return bits


@njit()
def _turn(bits: np.uint64, by: int) -> np.uint64:
    """The bits rotated to the left."""
    return (bits << np.uint64(by)) | (bits >> np.uint64(64 - by))
