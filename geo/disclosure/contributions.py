"""Contributions: which sums of amounts tell too much of one that contributes to them, and how uncertain they must stay.

An amount such as turnover adds up over those that have it. A sum is sensitive where few contribute to it, and where
somebody comes too near the largest contribution: the second largest by taking off its own, or who knows that one or two
are nearly all. What makes a sum sensitive also says how far from it an attacker's bounds must stay.

Everyone is taken to contribute in one area only. Two branches of one firm count as two; give these as one.

Sources: A. Hundepool et al. (2012), Statistical disclosure control, Wiley, sections 4.2.1 (rules) and 4.3.1 (protection
levels); tau-ARGUS user's manual 4.1, section 2.3.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from geo.disclosure.intervals import Floats, Positions, hierarchy_levels


@dataclass(frozen=True, slots=True)
class SensitivityRules:
    """When a sum is sensitive; a rule that is None is not applied.

    Attributes:
        min_units: fewer contributors than this.
        dominance: the largest one or two (n) have more than so many percent (k) of it, by n.
        percent: the second largest, taking off its own, knows the largest to within this percentage.
        margin: percent of its value by which a sum of few contributors must stay uncertain.
        zero_range: how much must stay possible where there is nothing; 0 where that may be known.
    """

    min_units: int | None = None
    dominance: tuple[tuple[int, float], ...] = ()
    percent: float | None = None
    margin: float = 20.0
    zero_range: float = 0.0


@dataclass(frozen=True, slots=True)
class Contributions:
    """Sums in a hierarchy: of each its value, how many contribute, the largest two of these, and where the sum that it
    is part of stands (-1 for none).
    """

    value: Floats
    units: Floats
    largest: Floats
    second: Floats
    parent: Positions

    @classmethod
    def summed(cls, finest: tuple[Floats, Floats, Floats, Floats], parent: Positions) -> Self:
        """All sums, of which those of the finest areas are given, in the order value, units, largest, second; these
        stand first in `parent`.

        >>> one = np.array
        >>> town = Contributions.summed((one([9.0, 5]), one([2.0, 1]), one([6.0, 5]), one([3.0, 0])), one([2, 2, -1]))
        >>> town.value.tolist(), town.units.tolist(), town.largest.tolist(), town.second.tolist()
        ([9.0, 5.0, 14.0], [2.0, 1.0, 3.0], [6.0, 5.0, 6.0], [3.0, 0.0, 5.0])
        """
        value, units, largest, second = (np.concatenate([one, np.zeros(len(parent) - len(one))]) for one in finest)
        for level in reversed(hierarchy_levels(parent)[1:]):
            at = parent[level]
            np.add.at(value, at, value[level])
            np.add.at(units, at, units[level])
            both, of = np.concatenate([largest[level], second[level]]), np.concatenate([at, at])
            order = np.lexsort((-both, of))
            first = np.flatnonzero(np.append(True, of[order][1:] != of[order][:-1]))
            largest[of[order][first]], second[of[order][first]] = both[order][first], both[order][first + 1]
        return cls(value, units, largest, second, parent)

    @property
    def rest(self) -> Floats:
        """What all but the largest two contribute."""
        return np.maximum(self.value - self.largest - self.second, 0.0)


@dataclass(frozen=True, slots=True)
class Required:
    """How far below and above each sum an attacker's bounds must lie; 0 for a sum that is not sensitive."""

    below: Floats
    above: Floats

    @property
    def sensitive(self) -> NDArray[np.bool_]:
        """Which sums may not be shown."""
        return np.asarray((self.below > 0) | (self.above > 0))


def required(sums: Contributions, rules: SensitivityRules) -> Required:
    """What the rules require of each sum, the most where several do.

    >>> one = np.array
    >>> town = Contributions(one([100.0, 100]), one([3.0, 9]), one([80.0, 30]), one([15.0, 20]), one([-1, -1]))
    >>> required(town, SensitivityRules(dominance=((1, 75.0),), percent=10)).above.round(2).tolist()
    [6.67, 0.0]
    """
    above = np.zeros(len(sums.value))
    if rules.min_units is not None:
        few = (sums.value > 0) & (sums.units < rules.min_units)
        above = np.where(few, sums.value * rules.margin / 100, 0.0)
    for most, share in rules.dominance:
        top = sums.largest + (sums.second if most > 1 else 0.0)
        above = np.maximum(above, top * 100 / share - sums.value)
    if rules.percent is not None:
        above = np.maximum(above, sums.largest * rules.percent / 100 - sums.rest)
    below = np.minimum(above, sums.value)
    return Required(below, np.where(sums.value > 0, above, rules.zero_range))
