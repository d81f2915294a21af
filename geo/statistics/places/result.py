"""What a place scan gives: places, each with its own p and q, at two levels; and the same as one test per area."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from typing import Self

import numpy as np
import pandas as pd

from geo.errors import StatisticError
from geo.messages import message
from geo.roles import Role
from geo.statistics.result import How, LocalResult
from geo.unknown import Unknown

CORE = 0.9
"""Weight from which a member is the core of its place."""

CONFIDENT = 1.645
"""Standard errors below the mean where the 90 % interval of a normal value ends."""

WITHIN = message("permutation within classes of expected events")


@dataclass(frozen=True, slots=True)
class Place:
    """Areas that lie together and stand out as one.

    Args:
        weights: of each member, by code: the share of the evidence for windows here that is for windows that hold it.
        window: the codes in the window that stands out most; all members are in it.
        score: its log likelihood ratio, of a zone with its prior.
        values: of each member, as a multiple of what was to be expected.
        shape: of the gamma distribution of such values where nothing is the matter.
        p: the share of draws of the whole map with a window as strong, the map itself counted as one.
        q: p after correction for finding more than one place; see `place_scan`.
    """

    weights: Mapping[str, float]
    window: tuple[str, ...]
    score: float
    values: Mapping[str, float]
    shape: float
    p: float
    q: float

    def __post_init__(self) -> None:
        if not self.weights or not set(self.weights) <= set(self.window):
            raise StatisticError("place: it must have members, and all of them in its window")
        if set(self.weights) != set(self.values):
            raise StatisticError("place: all of its members have a value")
        if not (0 < self.p <= 1 and 0 < self.q <= 1):
            raise StatisticError("place: p and q must lie in (0, 1]")

    @property
    def areas(self) -> tuple[str, ...]:
        """The codes of its members, sorted."""
        return tuple(sorted(self.weights))

    def strength(self, areas: Sequence[str]) -> float:
        """The mean value of some of its members, at least: the lower end of the 90 % interval of that mean.

        >>> place = Place({"a": 1.0, "b": 1.0}, ("a", "b"), 5.0, {"a": 4.0, "b": 2.0}, 2.0, 0.01, 0.01)
        >>> round(place.strength(["a", "b"]), 3)
        1.318
        """
        mean = sum(self.values[area] for area in sorted(areas)) / len(areas)
        return mean * exp(-CONFIDENT / sqrt(self.shape * len(areas)))


def role(weight: float) -> Role:
    """What an area of this weight is to its place."""
    return Role.CORE if weight >= CORE else Role.MEMBER


@dataclass(frozen=True, slots=True)
class PlaceResult:
    """Zones, where a broad pattern lies, and parts, which are small enough to choose between; strongest first.

    Zones have no area in common, and neither have parts; a part may lie in a zone, across its edge, or in none.

    Args:
        zones: places of any size.
        parts: places of few areas.
        p: the chance of a map without places on which either level has one as strong as the strongest here.
        reason: for every area, why it was not searched: an `Unknown`, else None.
        how: how p was drawn.
    """

    zones: tuple[Place, ...]
    parts: tuple[Place, ...]
    p: float
    reason: pd.Series
    how: How

    def __post_init__(self) -> None:
        for places in (self.zones, self.parts):
            members = [area for place in places for area in place.areas]
            if len(set(members)) < len(members):
                raise StatisticError("place result: an area is in two places of one level")

    @property
    def local(self) -> LocalResult:
        """For every area the score and q of the part that it is in; 0 and 1 where it is in none.

        Places were tested and not areas: p of an area is the q of its part.
        """
        searched = self.reason.isna()
        statistic, q = (
            pd.Series(np.where(searched, outside, np.nan), index=self.reason.index) for outside in (0.0, 1.0)
        )
        for part in self.parts:
            statistic[list(part.areas)], q[list(part.areas)] = part.score, part.q
        return LocalResult(statistic, q, q, q, "greater", self.how, self.reason)

    @classmethod
    def none(cls, every: pd.Index, why: Unknown) -> Self:
        """A result in which nothing was searched, and why."""
        return cls((), (), 1.0, pd.Series(why, index=every, dtype=object), How("none", 1.0, over=WITHIN))
