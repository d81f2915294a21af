"""Gi with a weight for each ring: what lies near weighs more than what lies further, and p is still exact.

Neighbours of equal weight have one number that matters, how many they are (geo.statistics.exact). Neighbours in rings,
each ring with a weight of its own, have one number a ring: areas with the same numbers k = (k_1, k_2, ..) are a class,
and a class has one distribution. With weights that are whole numbers and F the transform of the histogram of the
values, Newton's identities hold in several variables at once: for any ring r that is not empty,

    k_r e_k = sum over 0 < a <= k of e_(k-a) a_r (-1)^(|a|-1) (|a|-1)! / (a_1! a_2! ..) p_a,

with p_a(f) = F(f sum over r of a_r w_r), kept in proportion to the n! / (k_1! k_2! .. (n-|k|)!) ways to choose. Area i
itself, with value x, leaves by n g_k(s) = (n-|k|) a_k(s) + sum over r of k_r a_(k-r)(s - w_r x), where k-r has one less
in ring r.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from math import factorial, prod

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import fft

from geo.errors import StatisticError
from geo.neighbors import AnyNeighbors, Neighbors
from geo.statistics.exact import DRAWS, FLOOR, SEED, Tail, in_doubt
from geo.statistics.getis_ord_i import z_without
from geo.statistics.lattice import Floats, Lattice, Whole
from geo.statistics.permutations import tails as tails_drawn
from geo.statistics.reference import reference
from geo.statistics.result import Alternative, LocalResult

MOST = 60_000
"""Most products of two classes that are computed; beyond it (some twenty areas in each of two rings) the table takes
minutes."""

Class = tuple[int, ...]


def getis_ord_rings(
    values: pd.Series, rings: Sequence[AnyNeighbors], weights: Sequence[int], *, alternative: Alternative = "greater"
) -> LocalResult:
    """Gi of Ord and Getis with one weight for each ring; p by exact conditional permutation, q by Benjamini-Hochberg.

    Args:
        values: one per area; areas with NaN drop out and are not drawn.
        rings: the neighbours at one step, those at two, and so on; no pair of areas is in two of them.
        weights: a whole number above 0 for each ring: 2 and 1 for half the weight at two steps.
        alternative: which side is tested; by default sums that are high.

    Raises StatisticError for values that do not differ, rings that overlap, and rings too large for the table.
    """
    around = [Neighbors.of(ring) for ring in rings]
    known, figures = reference("getis_ord_rings", values, *(ring.ids for ring in around))
    if len(around) != len(weights) or not all(isinstance(weight, int) and weight > 0 for weight in weights):
        raise StatisticError(
            "getis_ord_rings: a whole weight above 0 for each of {count} rings; found {weights}",
            count=len(around),
            weights=list(weights),
        )
    together = sum(ring.matrix.astype(np.int64) for ring in around)
    if together.nnz and together.max() > 1:
        raise StatisticError("getis_ord_rings: rings overlap; a pair of areas may be in one ring only")
    among = [ring.among(known) for ring in around]
    tail = _two_sided(figures, among, weights) if alternative == "two-sided" else _upper(
        figures if alternative == "greater" else -figures, among, weights
    )  # fmt: skip
    weighed = sum(weight * ring.matrix.astype(float) for weight, ring in zip(weights, among, strict=True)).tocsr()
    in_any = Neighbors(among[0].ids, (weighed > 0).astype(np.int8).tocsr())
    tests = (z_without(figures, weighed), tail.upper, tail.lower)
    return LocalResult.of(values.index, known, in_any, tests, alternative, tail.how)


def _two_sided(values: Floats, rings: Sequence[Neighbors], weights: Sequence[int]) -> Tail:
    """Twice the smaller of two tails."""
    above, below = _upper(values, rings, weights), _upper(-values, rings, weights)
    upper, lower = np.minimum(above.upper, below.upper), np.minimum(above.lower, below.lower)
    drawn, draws = above.drawn | below.drawn, max(above.draws, below.draws)
    return Tail(np.minimum(1.0, 2 * upper), np.minimum(1.0, 2 * lower), above.exact, drawn, draws)


def _upper(values: Floats, rings: Sequence[Neighbors], weights: Sequence[int]) -> Tail:
    """The chance, for every area, that values drawn for its rings from all others give as high a weighted sum."""
    counts = np.stack([ring.count for ring in rings], axis=1)
    if counts.sum(axis=1).max() > (len(values) - 1) // 2:
        raise StatisticError("getis_ord_rings: an area has more than half of all others in its rings; take fewer rings")
    weight = np.array(weights)
    lattice = Lattice.of(values, max(int((counts @ weight).max()), 1))
    sums = sum(w * (ring.matrix.astype(float) @ lattice.positions) for w, ring in zip(weights, rings, strict=True))
    goals = lattice.goals(sums, counts @ weight)
    tails = _tails(lattice, len(values), tuple(int(most) for most in counts.max(axis=0)), weights)
    upper, lower = np.ones(len(values)), np.ones(len(values))
    classes, which = np.unique(counts, axis=0, return_inverse=True)
    for at, numbers in enumerate(classes):
        if numbers.any():
            areas = np.flatnonzero(which.ravel() == at)
            own, size = lattice.points[areas], tuple(int(k) for k in numbers)
            upper[areas] = _chance(tails, size, weights, len(values), goals[0][areas], own)
            lower[areas] = _chance(tails, size, weights, len(values), goals[1][areas], own)
    upper = np.clip(upper, FLOOR, 1.0)
    lower = np.clip(lower, FLOOR, upper)
    drawn = in_doubt(upper, lower, len(values) - 1, counts.sum(axis=1))
    if drawn.any():
        rows = sum(w * ring.matrix.astype(float) for w, ring in zip(weights, rings, strict=True))
        above, _ = tails_drawn(values, rows.multiply(drawn[:, None]).tocsr(), draws=DRAWS, seed=SEED)
        upper[drawn] = above[drawn]
        lower = np.minimum(lower, upper)
    return Tail(upper, lower, lattice.exact, drawn, DRAWS if drawn.any() else 0)


def _within(largest: Class) -> Iterator[Class]:
    """Every class up to `largest`, smaller ones first."""
    return product(*(range(most + 1) for most in largest))


def _tails(lattice: Lattice, n: int, largest: Class, weights: Sequence[int]) -> dict[Class, Floats]:
    """For every class up to `largest` the chance that its weighted sum of values drawn from all n is s or more."""
    if (pairs := prod((most + 1) * (most + 2) // 2 for most in largest)) > MOST:
        raise StatisticError(
            "getis_ord_rings: rings of up to ({largest}) areas need {pairs} products, {most} at most; take fewer rings "
            "or getis_ord_weighted",
            largest=largest,
            pairs=pairs,
            most=MOST,
        )
    transform = np.fft.fft(np.bincount(lattice.points, minlength=lattice.length).astype(float))
    frequencies = np.arange(lattice.length // 2 + 1)
    subsets: dict[Class, NDArray[np.complex128]] = {(0,) * len(largest): np.ones(len(frequencies), dtype=complex)}
    powers: dict[int, NDArray[np.complex128]] = {}
    for size in list(_within(largest))[1:]:
        subsets[size] = np.zeros(len(frequencies), dtype=complex)
        for part in _parts(size):
            step = int(np.dot(part, weights))
            if step not in powers:
                powers[step] = transform[(frequencies * step) % lattice.length]
            rest = tuple(k - a for k, a in zip(size, part, strict=True))
            subsets[size] += _share(n, size, part) * subsets[rest] * powers[step]
    chances = {size: fft.irfft(subset, lattice.length, workers=2) for size, subset in subsets.items()}
    return {size: np.append(np.cumsum(chance[::-1])[::-1], 0.0).clip(0.0, 1.0) for size, chance in chances.items()}


def _parts(size: Class) -> Iterator[Class]:
    """What Newton's identity for the first ring that is not empty takes out of a class: at least one of that ring."""
    first = next(ring for ring, k in enumerate(size) if k)
    return (part for part in _within(size) if part[first])


def _share(n: int, size: Class, part: Class) -> float:
    """How much a part weighs in Newton's identity, in proportion to the number of ways to choose."""
    first = next(ring for ring, k in enumerate(size) if k)
    taken, all_ = sum(part), sum(size)
    ways = prod(factorial(k) // factorial(k - a) for k, a in zip(size, part, strict=True))
    falling = prod(n - all_ + step for step in range(1, taken + 1))
    top = part[first] * factorial(taken - 1) * ways
    sign = 1 if taken % 2 else -1
    return sign * top / (size[first] * prod(factorial(a) for a in part) * falling)


def _chance(
    tails: dict[Class, Floats], size: Class, weights: Sequence[int], n: int, goals: Whole, own: Whole
) -> Floats:
    """The chance of at least each goal, for areas of one class: over all areas, less the area itself."""
    chances: dict[Class, Floats] = {}
    for part in _within(size):
        left = sum((k - m) * w for k, m, w in zip(size, part, weights, strict=True))
        goal = goals - left * own
        last = len(tails[part]) - 1
        if not any(part):
            chances[part] = (goal <= 0).astype(float)
            continue
        chance = n * tails[part][goal.clip(0, last)]
        for ring, m in enumerate(part):
            if m:
                chance = chance - m * chances[(*part[:ring], m - 1, *part[ring + 1 :])]
        chances[part] = chance / (n - sum(part))
    return chances[size]
