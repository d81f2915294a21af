"""Insiders: what someone computes who knows of a record of his own that it was counted.

He is in one cell that has no parts, and in all that it is part of. Then each of these counts is 1 or more, and what is
left for others is less. Of one hierarchy this gives the narrowest bounds that any one insider computes,
wherever he is, by going up and down it once: he raises the least of his own cell and all around it, and so lowers the
most of what lies beside it; nothing else moves.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geo.disclosure.intervals import Bounds, Floats, Positions, hierarchy_levels, in_hierarchy
from geo.disclosure.perturbation import Noise

LEAST_POSSIBLE = 3
"""The fewest counts that must stay possible of a cell that may be small."""


def fewest_by_itself(noise: Noise) -> int:
    """How many counts stay possible, to an insider, of that published count of which fewest do.

    It is that of 0: it is his own record at least, and no more than the noise can take away.

    >>> fewest_by_itself(Noise(max_noise=5, variance=3.0, smallest=3))
    5
    """
    published = np.array([0, *range(noise.smallest, noise.last + noise.max_noise + 1)], dtype=float)
    lowest, highest = noise.possible(published)
    return int((highest - np.maximum(lowest, 1.0) + 1).min())


def possible_to_insiders(bounds: Bounds, parent: Positions) -> Floats:
    """How many values the records of others in each cell can have, for the insider who knows most of it.

    Args:
        bounds: of every count by itself; none is infinite.
        parent: where the whole of each count stands, -1 for none.

    >>> known = Bounds(np.array([4.0, 0.0, 0.0]), np.array([4.0, 4.0, 9.0]))
    >>> possible_to_insiders(known, np.array([-1, 0, 0]))
    array([1., 4., 4.])
    """
    levels = hierarchy_levels(parent)
    final = in_hierarchy(bounds, parent)
    lowest, highest, rise = _upward(bounds, final, parent, levels)
    beside = _from_beside(final, (lowest, highest, rise), parent, levels)
    inside = np.maximum(final.lowest, lowest + rise)
    there = rise >= 0  # somebody may be in it
    possible = np.where(there, final.highest - inside, np.inf)
    return np.minimum(possible, np.minimum(beside, final.highest) - final.lowest) + 1


def _upward(
    bounds: Bounds, final: Bounds, parent: Positions, levels: Sequence[Positions]
) -> tuple[Floats, Floats, Floats]:
    """The least and most of each count by its parts, and by how much an insider among these raises the least; -1 where
    nobody can be.
    """
    lowest, highest, rise = bounds.lowest.copy(), bounds.highest.copy(), np.full(len(parent), -1.0)
    parts = np.bincount(parent[parent >= 0], minlength=len(parent))
    leaves = parts == 0
    for level in reversed(levels):
        mine = level[leaves[level] & (final.highest[level] >= 1)]
        rise[mine] = np.maximum(1.0 - lowest[mine], 0.0)
        wholes = level[~leaves[level]]
        below = np.flatnonzero(np.isin(parent, wholes))
        least, most = (np.bincount(parent[below], part[below], len(parent)) for part in (lowest, highest))
        best = np.full(len(parent), -1.0)
        np.maximum.at(best, parent[below], rise[below])
        own = lowest[wholes].copy()
        lowest[wholes] = np.maximum(own, least[wholes])
        highest[wholes] = np.minimum(highest[wholes], most[wholes])
        raised = np.maximum(own, least[wholes] + best[wholes]) - lowest[wholes]
        rise[wholes] = np.where(best[wholes] >= 0, raised, -1.0)
    return lowest, highest, rise


def _from_beside(
    final: Bounds, upward: tuple[Floats, Floats, Floats], parent: Positions, levels: Sequence[Positions]
) -> Floats:
    """The most of each count, for an insider who is not in it."""
    lowest, highest, rise = upward
    beside = np.full(len(parent), np.inf)
    for level in levels[1:]:
        at = parent[level]
        others = np.bincount(at, lowest[level], len(parent))[at] - lowest[level]
        best = _best_of_others(rise[level], at)
        here = final.highest[at] - others - np.maximum(best, 0.0)
        beside[level] = np.minimum(np.minimum(here, beside[at] - others), highest[level])
    return beside


def _best_of_others(values: Floats, groups: NDArray[np.intp]) -> Floats:
    """The greatest value of the others of each group; -1 where there are none."""
    order = np.lexsort((values, groups))
    last = np.append(groups[order][1:] != groups[order][:-1], True)
    first, second = np.full(groups.max() + 1, -1.0), np.full(groups.max() + 1, -1.0)
    best = order[last]
    first[groups[best]] = values[best]
    rest = order[~last]
    np.maximum.at(second, groups[rest], values[rest])
    is_best = np.zeros(len(values), dtype=bool)
    is_best[best] = True
    result: Floats = np.where(is_best, second[groups], first[groups])
    return result
