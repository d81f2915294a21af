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
geo.statistics.lattice. Where these are too far apart, beside an extreme value or with hundreds of neighbours, p is
drawn instead, and the result says of how many areas.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numba import prange
from numpy.typing import NDArray
from scipy.special import binom

from geo.compiled import njit
from geo.errors import StatisticError
from geo.messages import Message
from geo.neighbors import Neighbors
from geo.statistics.compiling import log_compilation
from geo.statistics.lattice import FEW, Floats, Lattice, Whole, decisive
from geo.statistics.permutations import tails as tails_drawn
from geo.statistics.result import CONDITIONAL, How
from geo.variation import DIGIT, are_whole

FLOOR = 1e-12
"""Below this the noise of the transform rules; a smaller p is given as this one."""

TOGETHER = 8
"""Sizes of subset that are transformed at once."""
NOTHING, GROWN = 1e-24, 1e4
"""A share of all subsets that is lost in the noise of the transform, 1e-16, also where it is as many times as large."""

BLOCK = 256
"""Frequencies that are worked on together: they fit the nearest cache."""

WIDE, TOO_WIDE, MATTERS = 1.1, 2.0, 1e-3
"""How many times its lower end an upper end is for another lattice to be tried, and for p to be drawn instead, if it is
above what draws can tell; a smaller one stands, certified from above."""

DRAWS, LEAST_DRAWS, ADDITIONS, SEED = 9_999, 999, 10**10, 1
"""Draws where p is drawn, the least of them, and how many values are added up for them at most: some ten seconds."""


@dataclass(frozen=True, slots=True)
class Tail:
    """For each area the chance that its neighbours sum to what they do, or more: at most `upper`, at least `lower`.

    `drawn` is where it is no certified bound but a share of `draws` draws.
    """

    upper: Floats
    lower: Floats
    exact: bool
    drawn: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    draws: int = 0

    @property
    def how(self) -> How:
        """The same for a result."""
        return self.how_over(CONDITIONAL)

    def how_over(self, null: Message) -> How:
        """The same over another null distribution."""
        if not self.drawn.any():
            return How("exact" if self.exact else "certified", FLOOR, over=null)
        return How("certified", FLOOR, self.draws, SEED, null, int(self.drawn.sum()))


@dataclass(frozen=True, slots=True)
class _Group:
    """Areas that are computed together: with few neighbours, many, or most of all others (`mirrored`: by the rest).

    Attributes:
        values: of all areas, mirrored where that is so.
        neighbors: who borders whom.
        areas: which are computed.
        drawn: how many values are drawn for each of them.
        rounding: what floating point makes of usual values.
        mirrored: whether what is drawn are the values that are not those of its neighbours.
    """

    values: Floats
    neighbors: Neighbors
    areas: Whole
    drawn: Whole
    rounding: float
    mirrored: bool = False

    def sums(self, values: Floats) -> Floats:
        """What the values that belong to each area add up to. As high a sum of k is as low a sum of the rest."""
        sums = _sums(values, self.neighbors.matrix.indptr, self.neighbors.matrix.indices, self.areas)
        rest: Floats = values.sum() - values[self.areas] - sums
        return rest if self.mirrored else sums

    def of(self, which: Whole, values: Floats) -> Self:
        """Some of the areas, with other values."""
        return replace(self, values=values, areas=self.areas[which], drawn=self.drawn[which])


def upper_tail(values: Floats, neighbors: Neighbors) -> Tail:
    """The chance, for every area, that as many values as it has neighbours, drawn from all others, sum as high.

    Args:
        values: one finite number per area, not all equal.
        neighbors: who borders whom; 1 for an area that has none.

    Raises StatisticError for so many neighbours that neither computing nor drawing ends within minutes.
    """
    upper, lower, drawn = np.ones(len(values)), np.ones(len(values)), np.zeros(len(values), dtype=bool)
    exact, draws = True, 0
    with log_compilation():
        for group in _grouped(values, neighbors):
            tail = _certified(group)
            if tail.drawn.any():
                which = np.flatnonzero(tail.drawn)
                chances, draws = _by_drawing(values, neighbors, group.areas[which])
                tail.upper[which], tail.lower[which] = chances, np.minimum(tail.lower[which], chances)
            upper[group.areas], lower[group.areas], drawn[group.areas] = tail.upper, tail.lower, tail.drawn
            exact &= tail.exact
    return Tail(upper, lower, exact, drawn, draws)


def groups(counts: Whole, others: int) -> Iterator[tuple[Whole, bool]]:
    """Areas that share a lattice: the more neighbours they have the coarser it is; and those with most of all others
    (computed by the rest).
    """
    most = counts > others // 2
    least, limit = 0, FEW
    while least < others:
        areas = np.flatnonzero((counts > least) & (counts <= limit) & ~most)
        if len(areas):
            yield areas, False
        least, limit = limit, 4 * limit
    if most.any():
        yield np.flatnonzero(most), True


def _grouped(values: Floats, neighbors: Neighbors) -> Iterator[_Group]:
    """The groups with what is drawn for them."""
    counts = neighbors.count.astype(np.int64)
    others = len(values) - 1
    rounding = 0.0 if are_whole(values) else 4 * DIGIT * float(np.median(np.abs(values)))
    for areas, mirrored in groups(counts, others):
        drawn = others - counts[areas] if mirrored else counts[areas]
        yield _Group(-values if mirrored else values, neighbors, areas, drawn, rounding, mirrored)


def _certified(group: _Group) -> Tail:
    """The bracket of each area of a group; where it is wide, with only the values that decide spread on the lattice.

    One value of ten million among counts of twenty would take the whole lattice: every other count becomes 0. Where it
    cannot matter how large it is (geo.statistics.lattice.decisive) it is taken for less.
    """
    largest = max(int(group.drawn.max()), 1)
    try:
        lattice = Lattice.of(group.values, largest)
    except StatisticError:  # values that cannot be told apart well enough
        unknown = np.ones(len(group.areas))
        return Tail(unknown, np.full(len(unknown), FLOOR), exact=False, drawn=unknown > 0)
    goals = lattice.goals(group.sums(lattice.positions), group.drawn)
    table = tails(lattice, len(group.values), largest)
    upper, lower = (
        np.clip(one, FLOOR, 1.0) for one in at_least(lattice.points, group.areas, group.drawn, goals, table)
    )
    lower = np.minimum(lower, upper)
    others = len(group.values) - 1
    tail = Tail(upper, lower, lattice.exact, in_doubt(upper, lower, others, group.drawn))
    wide = np.flatnonzero((upper - 1 / binom(others, group.drawn) > WIDE * lower) & (upper > MATTERS**2))
    which, values = decisive(group.values, group.sums(group.values)[wide], group.drawn[wide], group.rounding)
    if len(which):
        finer, which = _certified(group.of(wide[which], values)), wide[which]
        tail.upper[which], tail.lower[which], tail.drawn[which] = finer.upper, finer.lower, finer.drawn
    return tail


def in_doubt(upper: Floats, lower: Floats, others: int, drawn: Whole) -> NDArray[np.bool_]:
    """Where a bracket is too wide to stand. Its own values are surely as high, but never certainly higher."""
    doubt: NDArray[np.bool_] = (upper - 1 / binom(others, drawn) > TOO_WIDE * lower) & (upper > MATTERS)
    return doubt


def _by_drawing(values: Floats, neighbors: Neighbors, areas: Whole) -> tuple[Floats, int]:
    """The chance for some areas by drawing, and in how many draws."""
    edges = int(neighbors.count[areas].sum())
    draws = min(DRAWS, ADDITIONS // max(edges, 1))
    if draws < LEAST_DRAWS:
        raise StatisticError(
            "{count} areas with up to {most} neighbours and values that are not whole: p can neither be computed nor "
            "drawn within minutes; take fewer neighbours or round the values",
            count=len(areas), most=int(neighbors.count[areas].max()),
        )  # fmt: skip
    chosen = np.zeros(len(values))
    chosen[areas] = 1.0
    rows = neighbors.matrix.astype(float).multiply(chosen[:, None]).tocsr()
    above, _ = tails_drawn(values, rows, draws=draws, seed=SEED)
    return above[areas], draws


def tails(lattice: Lattice, n: int, largest: int) -> Floats:
    """The chance that k values drawn from all n sum to s or more, as [k, s], for k to `largest` and s to `length`."""
    return tails_of(np.bincount(lattice.points, minlength=lattice.length), n, largest)


def tails_of(histogram: Whole, n: int, largest: int) -> Floats:
    """The same of the number of values at each point of a lattice, of which there are a power of two."""
    length = len(histogram)
    transform = np.fft.fft(histogram.astype(float))
    # In place: pages that are touched for the first time cost more than what is computed on them.
    space, chances = np.empty((largest + 1, length + 2)), np.empty((TOGETHER, length))
    subsets = space.view(np.complex128)
    _subsets(transform.real.copy(), transform.imag.copy(), _shares(n, largest), _enough(n, largest), subsets)
    for rows in (slice(first, first + TOGETHER) for first in range(0, largest + 1, TOGETHER)):
        some = subsets[rows]
        space[rows, :length] = np.fft.irfft(some, length, axis=1, out=chances[: len(some)])
    tails = space[:, :-1]
    _sum_up(tails)
    return tails


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


def _enough(n: int, largest: int) -> int:
    """How many k in a row must be under `NOTHING` at a frequency for all larger k to be nothing too.

    With q = k/(n - k), e_(k-j) p_j counts for at most (1 + q) q^(j-1) of e_(k-j). So after so many in a row the ones
    before them, which are at most 1, count for less than `NOTHING`, and each next k is at most (1 + q)/(1 - q) times
    the largest of those just before it. Where that may grow to more than `GROWN` times as much all k are computed.
    """
    q = largest / (n - largest) if n > 2 * largest else 1.0
    if not 0 < q < 1 or largest * np.log((1 + q) / (1 - q)) > np.log(GROWN):
        return largest + 1
    return int(np.ceil(np.log(NOTHING) / np.log(q)))


@njit(parallel=True)
def _subsets(real: Floats, imaginary: Floats, shares: Floats, enough: int, subsets: NDArray[np.complex128]) -> None:
    """The transform of the chance of every sum of k, as [k, frequency] up to the half, into `subsets`.

    At most frequencies it is nothing from a small k on: `enough` k under `NOTHING` in a row tell that.
    """
    length, largest = len(real), len(shares) - 1
    half = length // 2 + 1
    for block in prange((half + BLOCK - 1) // BLOCK):
        start = block * BLOCK
        size = min(BLOCK, half - start)
        power = np.empty((2, largest + 1, BLOCK))
        subset = np.empty((2, largest + 1, BLOCK))
        subset[0, 0, :], subset[1, 0, :] = 1.0, 0.0
        small = 0
        for k in range(1, largest + 1):
            subset[:, k, :] = 0.0
            if small >= enough:
                continue
            for at in range(size):
                multiple = ((start + at) * k) & (length - 1)
                power[0, k, at], power[1, k, at] = real[multiple], imaginary[multiple]
            for j in range(1, k + 1):
                share = shares[k, j]
                for at in range(size):
                    a, b = share * power[0, j, at], share * power[1, j, at]
                    c, d = subset[0, k - j, at], subset[1, k - j, at]
                    subset[0, k, at] += a * c - b * d
                    subset[1, k, at] += a * d + b * c
            small = small + 1 if np.abs(subset[:, k, :size]).max() < NOTHING else 0
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
def at_least(points: Whole, areas: Whole, drawn: Whole, goals: Whole, tails: Floats) -> Floats:
    """The chance of at least each of `goals`, as [goal, area], for each of `areas`: over all (`tails`), less the area
    itself.
    """
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
