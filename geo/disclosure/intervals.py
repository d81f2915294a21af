"""Intervals: between which bounds every count must lie, for who knows bounds of each and what adds up to what.

This is what an attacker computes from published figures (and what the auditing problem asks of statistical offices):
the least and the most that a count can be under all relations at once. Where parts make up wholes in one hierarchy,
going up and down it once gives just that; where several overlap, geo.disclosure.overlays.

Source: M. Fischetti and J.J. Salazar-Gonzalez (2001), Solving the cell suppression problem on tabular data with linear
constraints, Management Science 47(7), 1008-1027, doi:10.1287/mnsc.47.7.1008.9805.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.errors import MeasureError

type Floats = NDArray[np.float64]
type Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that each count can be; `highest` is infinite where nothing bounds it."""

    lowest: Floats
    highest: Floats

    def __post_init__(self) -> None:
        if (self.lowest > self.highest).any():
            raise MeasureError(
                "bounds of {count} counts contradict one another: no counts add up to what is published",
                count=int((self.lowest > self.highest).sum()),
            )

    @property
    def width(self) -> Floats:
        """How many counts more than one each can be."""
        return self.highest - self.lowest

    def within(self, other: "Bounds") -> "Bounds":
        """What is in both."""
        return Bounds(np.maximum(self.lowest, other.lowest), np.minimum(self.highest, other.highest))


def in_hierarchy(bounds: Bounds, parent: Positions) -> Bounds:
    """The bounds of all counts where each is the sum of those that have it for a parent, -1 for none.

    Raises MeasureError where no counts keep to the bounds, ValueError for a circle.

    >>> known = Bounds(np.array([10.0, 0.0, 0.0]), np.array([10.0, 4.0, 9.0]))
    >>> in_hierarchy(known, np.array([-1, 0, 0]))
    Bounds(lowest=array([10.,  1.,  6.]), highest=array([10.,  4.,  9.]))
    """
    levels = hierarchy_levels(parent)
    upward = from_parts(bounds, parent, levels)
    lowest, highest = upward.lowest.copy(), upward.highest.copy()
    for level in levels[1:]:
        of_others = _of_others(upward, parent, level)
        lowest[level] = np.maximum(lowest[level], lowest[parent[level]] - of_others.highest)
        highest[level] = np.minimum(highest[level], highest[parent[level]] - of_others.lowest)
    return Bounds(lowest, highest)


def from_parts(bounds: Bounds, parent: Positions, levels: Sequence[Positions]) -> Bounds:
    """The bounds that each count has by itself and by its parts, whatever it is part of.

    Args:
        bounds: of each by itself.
        parent: as in `in_hierarchy`.
        levels: those of `hierarchy_levels`.

    >>> parent, known = np.array([-1, 0, 0]), Bounds(np.array([0.0, 2.0, 1.0]), np.array([20.0, 4.0, 9.0]))
    >>> from_parts(known, parent, hierarchy_levels(parent))
    Bounds(lowest=array([3., 2., 1.]), highest=array([13.,  4.,  9.]))
    """
    lowest, highest = bounds.lowest.copy(), bounds.highest.copy()
    for level in reversed(levels[1:]):
        wholes = np.unique(parent[level])
        least, most = (np.bincount(parent[level], part[level], len(parent)) for part in (lowest, highest))
        lowest[wholes] = np.maximum(lowest[wholes], least[wholes])
        highest[wholes] = np.minimum(highest[wholes], most[wholes])
    return Bounds(lowest, highest)


def _of_others(bounds: Bounds, parent: Positions, level: Positions) -> Bounds:
    """What the other parts of the same whole can be together, for each part of a level."""
    at, unbounded = parent[level], np.isinf(bounds.highest[level])
    known = np.where(unbounded, 0.0, bounds.highest[level])
    least, most, endless = (
        np.bincount(at, part, len(parent))[at] - part for part in (bounds.lowest[level], known, unbounded.astype(float))
    )
    return Bounds(least, np.where(endless > 0, np.inf, most))


def hierarchy_levels(parent: Positions) -> list[Positions]:
    """The positions of those without a parent, of those of which these are the parent, and so on.

    Raises ValueError for a circle.
    """
    depth = np.zeros(len(parent), dtype=np.intp)
    at = parent.copy()
    while (at >= 0).any():
        depth[at >= 0] += 1
        if depth.max() > len(parent):
            raise ValueError("a hierarchy goes round in a circle")
        at = np.where(at >= 0, parent[at], -1)
    return [np.flatnonzero(depth == one) for one in range(int(depth.max(initial=0)) + 1)]
