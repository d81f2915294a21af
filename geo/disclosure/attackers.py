"""Attackers: what who knows all sums that are shown computes of those that are withheld.

An outsider knows nothing else. An insider is the only one that contributes to some area, and so knows that sum, and
each that it is all of; what he knows of sums that he is a part of, the rules of geo.disclosure.contributions bound. Of
each sensitive sum it is told how much better the best of all attackers knows it than he may.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.disclosure.contributions import Contributions, Required
from geo.disclosure.intervals import Bounds, Floats, Positions, from_parts, hierarchy_levels, in_hierarchy

type Flags = NDArray[np.bool_]

NEARLY = 1e-9
"""Part of the largest sum by which sums of floats that are equal may differ."""


@dataclass(frozen=True, slots=True)
class Attack:
    """Of each sum by how much it is known too well, 0 where it is not, and whether its own parts tell that."""

    deficit: Floats
    by_parts: Flags


def attackers_bounds(value: Floats, known: Flags, parent: Positions) -> Bounds:
    """What follows of each sum for who knows some of them, and that none is under 0.

    >>> known, parent = np.array([False, True, False, True]), np.array([3, 3, 3, -1])
    >>> found = attackers_bounds(np.array([60.0, 30, 10, 100]), known, parent)
    >>> found.lowest.tolist(), found.highest.round(3).tolist()
    ([0.0, 30.0, 0.0, 100.0], [70.0, 30.0, 70.0, 100.0])
    """
    found = in_hierarchy(_by_itself(value, known), parent)
    return Bounds(np.where(known, value, found.lowest), np.where(known, value, found.highest))


def outsider(sums: Contributions, needed: Required, hidden: Flags) -> Attack:
    """What an outsider knows too well."""
    return _attack(sums, needed, ~hidden)


def worst(sums: Contributions, needed: Required, hidden: Flags) -> Attack:
    """What the outsider or any insider knows too well."""
    result = outsider(sums, needed, hidden)
    deficit, by_parts = result.deficit.copy(), result.by_parts.copy()
    of = connected(hidden, sums.parent)
    alone = np.flatnonzero(hidden & (sums.units == 1) & ~np.isin(np.arange(len(of)), sums.parent))
    for one in np.unique(of[alone]):
        part = np.flatnonzero((of == one) | (np.arange(len(of)) == one))
        if needed.sensitive[part].sum() < 2:  # his own
            continue
        some = in_part(sums, needed, hidden, part)
        for insider in np.searchsorted(part, alone[of[alone] == one]):
            found = _insider(*some, int(insider))
            more = found.deficit > deficit[part]
            by_parts[part] = np.where(more, found.by_parts, by_parts[part])
            deficit[part] = np.maximum(found.deficit, deficit[part])
    return Attack(deficit, by_parts)


def connected(hidden: Flags, parent: Positions) -> Positions:
    """The nearest sum above each that is shown, -1 for none: what is on other sides of it tells nothing of one another.

    >>> connected(np.array([True, True, True, False]), np.array([1, 3, 3, -1])).tolist()
    [3, 3, 3, -1]
    """
    result = np.full(len(parent), -1)
    for level in hierarchy_levels(parent)[1:]:
        at = parent[level]
        result[level] = np.where(hidden[at], result[at], at)
    return result


def in_part(
    sums: Contributions, needed: Required, hidden: Flags, part: Positions
) -> tuple[Contributions, Required, Flags]:
    """The same of some sums, in order; what is part of none of these is part of nothing."""
    at = np.full(len(hidden) + 1, -1)
    at[part] = np.arange(len(part))
    value, units, largest, second = (one[part] for one in (sums.value, sums.units, sums.largest, sums.second))
    some = Contributions(value, units, largest, second, at[sums.parent[part]])
    return some, Required(needed.below[part], needed.above[part]), hidden[part]


def _insider(sums: Contributions, needed: Required, hidden: Flags, insider: int) -> Attack:
    """What the only one in an area knows too well of sums that he is no part of."""
    known, his = ~hidden, list(_upward(insider, sums.parent))
    known[[one for one in his if sums.units[one] == 1]] = True
    found = _attack(sums, needed, known)
    found.deficit[his] = 0.0
    return found


def _upward(at: int, parent: Positions) -> Iterator[int]:
    while at >= 0:
        yield at
        at = int(parent[at])


def _attack(sums: Contributions, needed: Required, known: Flags) -> Attack:
    itself = _by_itself(sums.value, known)
    upward = from_parts(itself, sums.parent, hierarchy_levels(sums.parent))
    found = in_hierarchy(itself, sums.parent)
    return Attack(_deficit(found, sums, needed), _deficit(upward, sums, needed) > 0)


def _by_itself(value: Floats, known: Flags) -> Bounds:
    slack = NEARLY * value.max(initial=0.0)
    return Bounds(np.where(known, np.maximum(value - slack, 0.0), 0.0), np.where(known, value + slack, np.inf))


def _deficit(found: Bounds, sums: Contributions, needed: Required) -> Floats:
    """By how much bounds lie nearer to sensitive sums than is required."""
    least = NEARLY * sums.value.max(initial=0.0) * 10
    missing = np.maximum(found.lowest - (sums.value - needed.below), sums.value + needed.above - found.highest)
    result: Floats = np.where(needed.sensitive & (missing > least), missing, 0.0)
    return result
