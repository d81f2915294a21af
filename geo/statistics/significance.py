"""Significance: from one p-value per area to what remains after testing every area."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

LARGE = 2**18
"""Tests above which they are put in order by buckets (geo.statistics.buckets), which takes a third of the time."""


def benjamini_hochberg(p: Floats) -> Floats:
    """q-values: the least false discovery rate at which each area would be flagged. NaN in, NaN out, not counted.

    `scipy.stats.false_discovery_control` gives the same, and takes two seconds to import.

    >>> benjamini_hochberg(np.array([0.01, 0.04, np.nan, 0.03])).tolist()
    [0.03, 0.04, nan, 0.04]

    Source: Y. Benjamini and Y. Hochberg (1995), Controlling the false discovery rate, JRSS B 57(1), 289-300.
    """
    return _stepped_up(p, 1.0)


def benjamini_yekutieli(p: Floats) -> Floats:
    """As Benjamini-Hochberg, and right whatever the dependence between the tests; stricter by about ln(tests).

    Source: Y. Benjamini and D. Yekutieli (2001), The control of the false discovery rate in multiple testing under
    dependency, Annals of Statistics 29(4), 1165-1188.
    """
    tests = int(np.isfinite(p).sum())
    return np.asarray(np.minimum(1.0, _stepped_up(p, float((1 / np.arange(1, tests + 1)).sum()))))


def bonferroni(p: Floats) -> Floats:
    """P times the number of tests, 1 at most: the chance of one false alarm anywhere. NaN in, NaN out, not counted.

    >>> bonferroni(np.array([0.01, 0.75, np.nan])).tolist()
    [0.02, 1.0, nan]
    """
    return np.asarray(np.minimum(1.0, p * np.isfinite(p).sum()))


def holm(p: Floats) -> Floats:
    """P after Holm's correction: the chance of one false alarm anywhere, never more than Bonferroni's. NaN in, NaN out,
    not counted.

    >>> holm(np.array([0.01, np.nan, 0.75, 0.02])).tolist()
    [0.03, nan, 0.75, 0.04]

    Source: S. Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics
    6(2), 65-70.
    """
    tested = np.flatnonzero(np.isfinite(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    corrected = np.full(len(p), np.nan)
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)))
    return corrected


def _stepped_up(p: Floats, factor: float) -> Floats:
    """Each p times tests over rank, times `factor`, never more than what a larger p got."""
    tested = np.flatnonzero(np.isfinite(p))
    among = p[tested]
    order = np.argsort(among) if len(among) < LARGE else _in_buckets(among)
    scaled = among[order] * (factor * len(order) / np.arange(1, len(order) + 1))
    among[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    q = np.full(len(p), np.nan)
    q[tested] = among
    return q


def _in_buckets(p: Floats) -> Whole:
    from geo.statistics.buckets import in_order  # noqa: PLC0415  # a second

    return in_order(p)
