"""Mann-Kendall: does a short series rise or fall more than its values in any other order would?

S is the number of pairs of moments of which the later value is higher, less those of which it is lower. Under the null
every order of the values is as likely. Then S = M - 2 I, with M the number of pairs that differ and I how many of those
stand in falling order, and the orders of groups of t1, t2, ... equal values with I pairs falling are counted by the
Gaussian multinomial coefficient

    [n]! / ([t1]! [t2]! ...),    [n]! = product over k to n of (1 + q + ... + q^(k-1)),

of which the coefficient of q^I is that number. So p is exact, ties included, without enumerating the orders.

Sources: H.B. Mann (1945), Nonparametric tests against trend, Econometrica 13(3), 245-259; M.G. Kendall (1975), Rank
correlation methods, 4th edition, Griffin; G.E. Andrews (1976), The theory of partitions, chapter 3, for the orders.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

LONGEST = 20
"""Longer series take the normal approximation: the number of orders of 21 values does not fit in 64 bits."""

LEAST = float(np.finfo(float).tiny)
"""The normal approximation goes no lower."""

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MannKendall:
    """For each series S, tau (S as a share of all pairs, -1 to 1) and two-sided p; NaN where a value is missing."""

    s: Floats
    tau: Floats
    p: Floats


def mann_kendall(series: Floats) -> MannKendall:
    """Test every row of `series` (areas by moments in order) for a trend up or down.

    P is exact to `LONGEST` moments, beyond that by the normal approximation with corrections for ties and continuity.
    A series that does not change has S 0 and p 1.

    >>> test = mann_kendall(np.array([[1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 2.0, 2.0, 2.0, 2.0]]))
    >>> test.s.tolist(), test.tau.tolist(), test.p.round(4).tolist()
    ([10.0, 0.0], [1.0, 0.0], [0.0167, 1.0])
    """
    moments = series.shape[1]
    s = np.zeros(len(series))
    for lag in range(1, moments):
        s += np.sign(series[:, lag:] - series[:, :-lag]).sum(axis=1)
    p = np.full(len(series), np.nan)
    known = np.flatnonzero(np.isfinite(s))
    patterns, pattern_of = np.unique(_groups(series[known]), axis=0, return_inverse=True)
    chance = _exact if moments <= LONGEST else _normal
    for at, groups in enumerate(patterns):
        rows = known[pattern_of == at]
        p[rows] = chance(np.abs(s[rows]), groups[groups > 0])
    return MannKendall(s, s / (moments * (moments - 1) / 2), p)


def _groups(series: Floats) -> Whole:
    """For each row how many values are equal to one another, the largest group first, then zeros."""
    rows, moments = series.shape
    new = np.diff(np.sort(series, axis=1), axis=1) > 0
    group = np.concatenate([np.zeros((rows, 1), dtype=np.int64), new.cumsum(axis=1)], axis=1)
    sizes = np.bincount((group + moments * np.arange(rows)[:, None]).ravel(), minlength=rows * moments)
    return np.asarray(-np.sort(-sizes.reshape(rows, moments), axis=1), dtype=np.int64)


def _exact(s: Floats, groups: Whole) -> Floats:
    """The share of all orders of which S lies as far from 0 as `s` or further."""
    orders = _orders(groups)
    most = len(orders) - 1
    below = orders.cumsum() / orders.sum()
    return np.asarray(np.minimum(1.0, 2 * below[((most - s) / 2).astype(np.int64)]))


def _orders(groups: Whole) -> Whole:
    """How many orders of groups of equal values have 0, 1, 2, ... pairs falling."""
    orders, placed = np.ones(1, dtype=np.int64), 0
    for size in groups:
        for nth in range(1, size + 1):
            placed += 1
            orders = _divided(_multiplied(orders, placed), nth)
    return orders


def _multiplied(orders: Whole, k: int) -> Whole:
    """Times 1 - q^k."""
    zeros = np.zeros(k, dtype=np.int64)
    return np.asarray(np.concatenate([orders, zeros]) - np.concatenate([zeros, orders]), dtype=np.int64)


def _divided(orders: Whole, k: int) -> Whole:
    """Over 1 - q^k, which leaves nothing: the terms k apart add up."""
    padded = np.concatenate([orders, np.zeros(-len(orders) % k, dtype=np.int64)])
    return np.asarray(padded.reshape(-1, k).cumsum(axis=0).ravel()[: len(orders) - k], dtype=np.int64)


def _normal(s: Floats, groups: Whole) -> Floats:
    """The same by the normal distribution with the variance of S under ties (Kendall 1975, chapter 4)."""
    n = groups.sum()
    variance = (n * (n - 1) * (2 * n + 5) - (groups * (groups - 1) * (2 * groups + 5)).sum()) / 18
    if variance == 0:  # one value throughout
        return np.ones(len(s))
    return np.asarray(np.clip(2 * ndtr(-(s - 1) / np.sqrt(variance)), LEAST, 1.0), dtype=float)
