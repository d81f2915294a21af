"""The exact conditional-permutation distribution: what infinitely many draws would give, computed.

Under conditional permutation the neighbours of an area are k values drawn without replacement from all other areas.
Put the values on a lattice of whole numbers. With h the histogram of all n values and F its Fourier transform, the
transform of the number of k-subsets with a given sum follows from Newton's identities,

    e_k = (1/k) sum_{j=1..k} (-1)^(j-1) e_(k-j) p_j,    p_j(f) = F(j f),

kept in proportion to the C(n, k) subsets there are; one inverse transform per k gives the chance G_k of every sum of k
drawn from all n. Area i itself, with value x, leaves by G_k(s) = k/n a_(k-1)(s - x) + (1 - k/n) a_k(s), solved for a_k.
Nothing is drawn, so the answer has no noise and no floor at one over the number of draws, and its cost does not depend
on one. An area with more than half of all others as neighbours is computed by the areas that are not its neighbours:
the last step would lose its precision there.

Values that are multiples of one step keep their own lattice and their ties, and p is exact. Others are rounded to a
lattice, and the chances of sums a little below and above the observed one certify p from above and below: see
geo.statistics.lattice.
"""

from dataclasses import dataclass

import numpy as np
from numba import prange
from numpy.typing import NDArray

from geo.compiled import njit
from geo.neighbors import Neighbors
from geo.statistics.compiling import log_compilation
from geo.statistics.lattice import FEW, Floats, Lattice, Whole

FLOOR = 1e-12
"""Below this the noise of the transform rules; a smaller p is given as this one."""

BLOCK = 256
"""Frequencies that are worked on together: they fit the nearest cache."""


@dataclass(frozen=True, slots=True)
class Tail:
    """For each area the chance that its neighbours sum to what they do, or more: at most `upper`, at least `lower`."""

    upper: Floats
    lower: Floats
    exact: bool


def upper_tail(values: Floats, neighbors: Neighbors) -> Tail:
    """The chance, for every area, that as many values as it has neighbours, drawn from all others, sum as high.

    Args:
        values: one finite number per area, not all equal.
        neighbors: who borders whom; 1 for an area that has none.
    """
    counts = neighbors.count.astype(np.int64)
    upper, lower = np.ones(len(values)), np.ones(len(values))
    exact = True
    others = len(values) - 1
    with log_compilation():
        for areas, mirrored in groups(counts, others):
            drawn = others - counts[areas] if mirrored else counts[areas]
            lattice = Lattice.of(-values if mirrored else values, max(int(drawn.max()), 1))
            sums = _sums(lattice.positions, neighbors.matrix.indptr, neighbors.matrix.indices, areas)
            if mirrored:  # as high a sum of k is as low a sum of the rest, which is as high a sum of the rest mirrored
                sums = lattice.positions.sum() - lattice.positions[areas] - sums
            table = tails(lattice, len(values), int(drawn.max()))
            upper[areas], lower[areas] = _chances(lattice.points, areas, drawn, lattice.goals(sums, drawn), table)
            exact &= lattice.exact
    upper = np.clip(upper, FLOOR, 1.0)
    return Tail(upper, np.clip(lower, FLOOR, upper), exact)


def groups(counts: Whole, others: int) -> list[tuple[Whole, bool]]:
    """Areas that share a lattice: with few neighbours, many, or most of all others (computed by the rest)."""
    most = counts > others // 2
    few, many = (counts > 0) & (counts <= FEW) & ~most, (counts > FEW) & ~most
    groups = [(np.flatnonzero(few), False), (np.flatnonzero(many), False), (np.flatnonzero(most), True)]
    return [(areas, mirrored) for areas, mirrored in groups if len(areas)]


def tails(lattice: Lattice, n: int, largest: int) -> Floats:
    """The chance that k values drawn from all n sum to s or more, as [k, s], for k to `largest` and s to `length`."""
    transform = np.fft.fft(np.bincount(lattice.points, minlength=lattice.length).astype(float))
    # One array for both: pages that are touched for the first time cost more than what is computed on them.
    wide = lattice.length + 2
    space = np.empty((largest + 1, 2 * wide))
    subsets, chances = space[:, :wide].view(np.complex128), space[:, wide:-1]
    _subsets(transform.real.copy(), transform.imag.copy(), _shares(n, largest), subsets)
    np.fft.irfft(subsets, lattice.length, axis=1, out=chances[:, :-1])
    _sum_up(chances)
    return chances


@njit(parallel=True)
def _sum_up(tails: Floats) -> None:
    """From the chance of every sum to the chance of that sum or more, in place; the last is of none."""
    most, length = tails.shape
    for k in prange(most):
        total = 0.0
        tails[k, length - 1] = 0.0
        for sum_ in range(length - 2, -1, -1):
            total += tails[k, sum_]
            tails[k, sum_] = min(max(total, 0.0), 1.0)


def _shares(n: int, largest: int) -> Floats:
    """(-1)^(j-1) C(n, k - j) / (k C(n, k)), as [k, j]: Newton's identities in proportion to the number of subsets."""
    k = np.arange(1, largest + 1)[:, None]
    j = np.arange(1, largest + 1)[None, :]
    ratios = np.where(j <= k, (k - j + 1) / (n - k + j), 0.0)
    shares = np.zeros((largest + 1, largest + 1))
    shares[1:, 1:] = np.where(j % 2, 1.0, -1.0) * ratios.cumprod(axis=1) / k
    return shares


@njit(parallel=True)
def _subsets(real: Floats, imaginary: Floats, shares: Floats, subsets: NDArray[np.complex128]) -> None:
    """The transform of the chance of every sum of k, as [k, frequency] up to the half, into `subsets`."""
    length, largest = len(real), len(shares) - 1
    half = length // 2 + 1
    for block in prange((half + BLOCK - 1) // BLOCK):
        start = block * BLOCK
        size = min(BLOCK, half - start)
        power = np.empty((2, largest + 1, BLOCK))
        subset = np.empty((2, largest + 1, BLOCK))
        subset[0, 0, :], subset[1, 0, :] = 1.0, 0.0
        for j in range(1, largest + 1):
            for at in range(size):
                multiple = ((start + at) * j) & (length - 1)
                power[0, j, at], power[1, j, at] = real[multiple], imaginary[multiple]
        for k in range(1, largest + 1):
            subset[:, k, :] = 0.0
            for j in range(1, k + 1):
                share = shares[k, j]
                for at in range(size):
                    a, b = share * power[0, j, at], share * power[1, j, at]
                    c, d = subset[0, k - j, at], subset[1, k - j, at]
                    subset[0, k, at] += a * c - b * d
                    subset[1, k, at] += a * d + b * c
        for k in range(largest + 1):
            for at in range(size):
                subsets[k, start + at] = complex(subset[0, k, at], subset[1, k, at])


@njit(parallel=True)
def _sums(positions: Floats, starts: NDArray[np.int32], ends: NDArray[np.int32], areas: Whole) -> Floats:
    """The sum of `positions` over the neighbours of each of `areas`."""
    sums = np.zeros(len(areas))
    for at in prange(len(areas)):
        for edge in range(starts[areas[at]], starts[areas[at] + 1]):
            sums[at] += positions[ends[edge]]
    return sums


@njit(parallel=True)
def _chances(points: Whole, areas: Whole, drawn: Whole, goals: Whole, tails: Floats) -> Floats:
    """The chance of at least each of `goals` for each of `areas`: the chances over all, less the area itself."""
    n, last = len(points), tails.shape[1] - 1
    chances = np.empty(goals.shape)
    for at in prange(len(areas)):
        own, k = points[areas[at]], drawn[at]
        for which in range(len(goals)):
            goal = goals[which, at]
            chance = 1.0 if goal - k * own <= 0 else 0.0
            for m in range(1, k + 1):
                sum_ = min(max(goal - (k - m) * own, 0), last)
                chance = (n * tails[m, sum_] - m * chance) / (n - m)
            chances[which, at] = chance
    return chances
