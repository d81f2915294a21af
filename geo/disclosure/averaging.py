"""Averaging: how much of the noise stays where counts are published in a hierarchy, so that some are known in two ways.

A wijk is published with noise of its own, and so are its buurten, which add up to it: who takes both together, weighed
by how sure each is, has less noise than either. The best that can be done with linear relations is generalised least
squares; in a hierarchy that is going up and down it once, adding up variances of sums and certainties of ways.

Source: A. Willsky (2002), Multiresolution Markov models for signal and image processing, Proceedings of the IEEE 90(8),
1396-1458, doi:10.1109/JPROC.2002.800717, on estimation by two sweeps over a tree.
"""

import numpy as np
from numpy.typing import NDArray

from geo.disclosure.intervals import hierarchy_levels

type Floats = NDArray[np.float64]


def remaining_variance(variance: Floats, parent: NDArray[np.intp]) -> Floats:
    """The variance of the best estimate of each count, which is the sum of those that have it for a parent (-1: none).

    The noise of each is independent of that of others, but where a count is all of its parent: it has the same records
    and so the same noise.

    Args:
        variance: of the noise of each published count.
        parent: where the parent of each stands.

    >>> remaining_variance(np.array([3.0, 3.0, 3.0]), np.array([-1, 0, 0])).round(4).tolist()
    [2.0, 2.0, 2.0]
    """
    levels, count = hierarchy_levels(parent), len(parent)
    inside = parent >= 0
    parts = np.bincount(parent[inside], minlength=count)
    own = np.where(parts == 1, np.inf, variance)
    upward, sums = variance.astype(float).copy(), np.zeros(count)
    for level in reversed(levels):
        whole = level[parts[level] > 0]
        upward[whole] = _together(own[whole], sums[whole])
        below = level[parent[level] >= 0]
        np.add.at(sums, parent[below], upward[below])
    downward = np.full(count, np.inf)
    for level in levels[1:]:
        at = parent[level]
        downward[level] = _together(own[at], downward[at]) + sums[at] - upward[level]
    return _together(upward, downward)


def _together(first: Floats, second: Floats) -> Floats:
    """The variance of two independent estimates weighed together; one may be infinite."""
    certainty = 1 / first + 1 / second
    result: Floats = np.divide(1.0, certainty, out=np.full(len(certainty), np.inf), where=certainty > 0)
    return result
