"""The inner loops of the scan, compiled: every window of every centre, for the events and for draws of them.

The windows of a centre are the first so many of its nearest areas, itself among them: `member` from one `start` to the
next. An area at which no window may end is there as ~area: the next is as far away, or too little is in it yet.

For one window the ratio rises with the events c in it, and where E of C are expected it is at most
(c - E)^2 (1/2E + 1/(C - E)). A window can only beat the best so far if c is above a threshold that follows from this
without a logarithm. Few windows are.
"""

from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit

Floats = NDArray[np.float64]
Areas = NDArray[np.int32]
Starts = NDArray[np.int64]

ROUNDING = 1e-9
"""Room for rounding. In the threshold: rather a logarithm too many than a window missed. Between windows of one centre:
equally strong ones may differ in their last digits, and the smallest of them goes first."""


@njit(nogil=True, error_model="numpy")
def ratio(inside: float, expected: float, total: float) -> float:
    """Kulldorff's log likelihood ratio of a window with more events inside than expected, else 0.

    >>> round(ratio(12.0, 6.0, 100.0), 3), ratio(5.0, 6.0, 100.0)
    (2.513, 0.0)
    """
    if inside <= expected:
        return 0.0
    outside = total - inside
    rest = outside * log(outside / (total - expected)) if outside > 0.0 else 0.0
    return inside * log(inside / expected) + rest


@njit(nogil=True, error_model="numpy")
def strongest(
    member: Areas, events: Floats, expected: Floats, total: float, taken: NDArray[np.bool_]
) -> tuple[float, int]:
    """Of one centre's windows without `taken` areas: the highest ratio, and the number of areas in that window."""
    best, size, inside, share = 0.0, 0, 0.0, 0.0
    for at in range(len(member)):
        area = member[at] if member[at] >= 0 else ~member[at]
        if taken[area]:
            break
        inside += events[area]
        share += expected[area]
        if member[at] >= 0:
            llr = ratio(inside, share, total)
            if llr > best * (1.0 + ROUNDING):
                best, size = llr, at + 1
    return best, size


@njit(nogil=True, error_model="numpy")
def maxima(start: Starts, member: Areas, drawn: NDArray[np.int32], expected: Floats, total: float) -> Floats:
    """The highest ratio over all windows in each draw; `drawn` has a row per area and a column per draw.

    The draws lie side by side so that one look at a window serves them all.
    """
    draws = drawn.shape[1]
    best, root, inside = np.zeros(draws), np.zeros(draws), np.zeros(draws, dtype=np.int32)
    for centre in range(len(start) - 1):
        inside[:] = 0
        share = 0.0
        for at in range(start[centre], start[centre + 1]):
            area = member[at] if member[at] >= 0 else ~member[at]
            share += expected[area]
            for draw in range(draws):
                inside[draw] += drawn[area, draw]
            if member[at] >= 0:
                improve(best, root, inside, share, total)
    return best


@njit(nogil=True, error_model="numpy")
def improve(best: Floats, root: Floats, inside: NDArray[np.int32], share: float, total: float) -> None:
    """Raise `best`, and its square `root`, of the draws in which this window has a higher ratio."""
    step = (1.0 - ROUNDING) / sqrt(0.5 / share + 1.0 / (total - share))
    above = 0
    for draw in range(len(inside)):
        above |= inside[draw] > share + step * root[draw]
    if above:
        for draw in range(len(inside)):
            llr = ratio(inside[draw], share, total)
            if llr > best[draw]:
                best[draw] = llr
                root[draw] = sqrt(llr)
