"""GlobalResult: one test of a whole map, and how its p was found."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import ndtr

from geo.errors import StatisticError
from geo.statistics.lattice import Floats
from geo.statistics.permutations import TIE
from geo.statistics.result import Alternative, How


@dataclass(frozen=True, slots=True)
class GlobalResult:
    """One test of the whole map.

    Args:
        statistic: what was found.
        expected: its mean if the values lay anywhere.
        variance: its variance then; `expected` and `variance` are computed, also where p is drawn.
        p: the p-value.
        alternative: which side was tested.
        how: how p was found.
    """

    statistic: float
    expected: float
    variance: float
    p: float
    alternative: Alternative
    how: str

    def __post_init__(self) -> None:
        if not 0 < self.p <= 1:
            raise StatisticError(f"global result: p must lie in (0, 1], found {self.p}")

    @property
    def z(self) -> float:
        """How many standard deviations the statistic lies from its mean; 0 where it cannot vary."""
        return float(_z(self.statistic, self.expected, self.variance))

    @classmethod
    def normal(cls, moments: tuple[float, float, float], alternative: Alternative, how: str) -> Self:
        """From statistic, mean and variance, with p of the normal distribution. One that cannot vary has p 1."""
        z = _z(*moments)
        above, below = (float(max(ndtr(side), np.finfo(float).tiny)) for side in (-z, z))
        p = _one_of(above, below, alternative) if z else 1.0
        return cls(*moments, p, alternative, f"normal approximation, {how}")

    @classmethod
    def drawn(cls, moments: tuple[float, float, float], draws: Floats, seed: int, alternative: Alternative) -> Self:
        """From statistic, mean and variance, with p the share of the statistics drawn that are as extreme."""
        slack = TIE * max(abs(moments[0]), float(np.abs(draws).max()))
        more, less = (draws >= moments[0] - slack).sum(), (draws <= moments[0] + slack).sum()
        above, below = (float((1 + side) / (1 + len(draws))) for side in (more, less))
        how = How("permutation", 1 / (1 + len(draws)), len(draws), seed)
        return cls(*moments, _one_of(above, below, alternative), alternative, f"{how}".removeprefix("conditional "))


def _z(statistic: float, expected: float, variance: float) -> float:
    varies = variance > TIE * expected**2  # what is less is rounding
    return (statistic - expected) / variance**0.5 if varies else 0.0


def _one_of(above: float, below: float, alternative: Alternative) -> float:
    """The tail asked for; two-sided doubles the smaller."""
    return {"greater": above, "less": below, "two-sided": min(1.0, 2 * min(above, below))}[alternative]
