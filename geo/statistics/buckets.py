"""Probabilities in order, by buckets: many more of them than numpy sorts in the same time."""

import numpy as np
from numba import prange
from numpy.typing import NDArray

from geo.compiled import njit
from geo.statistics.compiling import log_compilation

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

BUCKETS, SMALL = 2**18, 64
"""How many buckets, and below how many in one they are put in order one by one."""


def in_order(p: Floats) -> Whole:
    """The positions of p, from 0 to 1, smallest first: into buckets of similar p, and in order within each."""
    order: Whole
    with log_compilation():
        order, starts = _in_buckets(p)
    for bucket in np.flatnonzero(np.diff(starts) > SMALL):
        part = order[starts[bucket] : starts[bucket + 1]]
        part[:] = part[np.argsort(p[part])]
    return order


@njit(parallel=True)
def _in_buckets(p: Floats) -> tuple[Whole, Whole]:
    """Positions by bucket, in order in those that are small; and where each bucket starts."""
    starts = np.zeros(BUCKETS + 1, dtype=np.int64)
    bucket = np.empty(len(p), dtype=np.int32)
    for at in prange(len(p)):
        bucket[at] = min(int(p[at] * BUCKETS), BUCKETS - 1)
    for at in range(len(p)):
        starts[bucket[at] + 1] += 1
    starts = np.cumsum(starts)
    free, order = starts.copy(), np.empty(len(p), dtype=np.int64)
    for at in range(len(p)):
        order[free[bucket[at]]] = at
        free[bucket[at]] += 1
    for nth in prange(BUCKETS):
        if starts[nth + 1] - starts[nth] <= SMALL:
            _insertion_sort(order[starts[nth] : starts[nth + 1]], p)
    return order, starts


@njit()
def _insertion_sort(part: Whole, p: Floats) -> None:
    """Put a few positions in order of their p, in place."""
    for at in range(1, len(part)):
        own, back = part[at], at
        while back > 0 and p[part[back - 1]] > p[own]:
            part[back] = part[back - 1]
            back -= 1
        part[back] = own
