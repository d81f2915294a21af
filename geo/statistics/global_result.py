"""GlobalResult: one test of a whole map, and how its p was found."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy.special import ndtr

from geo.errors import StatisticError
from geo.messages import Message, message
from geo.statistics.lattice import Floats
from geo.statistics.permutations import TIE
from geo.statistics.result import Alternative, How


@dataclass(frozen=True, slots=True)
class GlobalResult:
    """One test of the whole map.

    Args:
        statistic: the observed statistic.
        expected: its mean if the values lay anywhere.
        variance: its variance then; `expected` and `variance` are computed, also where p is drawn.
        p: the p-value.
        alternative: which side was tested.
        how: how p was computed or drawn.

    >>> GlobalResult.normal((0.4, -0.1, 0.04), "greater", message("randomisation"))
    <GlobalResult: statistic 0.4, expected -0.1, z 2.5, p 0.00621 (greater; normal approximation, randomisation)>
    """

    statistic: float
    expected: float
    variance: float
    p: float
    alternative: Alternative
    how: Message

    def __post_init__(self) -> None:
        if not 0 < self.p <= 1:
            raise StatisticError("global result: p must lie in (0, 1], found {p}", p=self.p)

    def __repr__(self) -> str:
        figures = f"statistic {self.statistic:.3g}, expected {self.expected:.3g}, z {self.z:.3g}, p {self.p:.3g}"
        return f"<GlobalResult: {figures} ({self.alternative}; {self.how})>"

    @property
    def z(self) -> float:
        """How many standard deviations the statistic lies from its mean; 0 where it cannot vary."""
        return float(_z(self.statistic, self.expected, self.variance))

    def to_frame(self) -> pd.DataFrame:
        """One row: `statistic`, `expected`, `variance`, `z`, `p`, `alternative` and `how`, the latter in English."""
        figures = {"statistic": self.statistic, "expected": self.expected, "variance": self.variance}
        how = {"alternative": self.alternative, "how": str(self.how)}
        return pd.DataFrame([figures | {"z": self.z, "p": self.p} | how])

    @classmethod
    def normal(cls, moments: tuple[float, float, float], alternative: Alternative, how: Message) -> Self:
        """From statistic, mean and variance, with p of the normal distribution. One that cannot vary has p 1."""
        z = _z(*moments)
        above, below = (float(max(ndtr(side), np.finfo(float).tiny)) for side in (-z, z))
        p = _tail(above, below, alternative) if z else 1.0
        return cls(*moments, p, alternative, message("normal approximation, {how}", how=how))

    @classmethod
    def drawn(cls, moments: tuple[float, float, float], draws: Floats, seed: int, alternative: Alternative) -> Self:
        """From statistic, mean and variance, with p the share of the statistics drawn that are as extreme."""
        slack = TIE * max(abs(moments[0]), float(np.abs(draws).max()))
        more, less = (draws >= moments[0] - slack).sum(), (draws <= moments[0] + slack).sum()
        above, below = (float((1 + side) / (1 + len(draws))) for side in (more, less))
        how = How("permutation", 1 / (1 + len(draws)), len(draws), seed, message("permutation"))
        return cls(*moments, _tail(above, below, alternative), alternative, how.message)


def _z(statistic: float, expected: float, variance: float) -> float:
    varies = variance > TIE * expected**2  # what is less is rounding
    return (statistic - expected) / variance**0.5 if varies else 0.0


def _tail(above: float, below: float, alternative: Alternative) -> float:
    """The tail of the alternative; two-sided doubles the smaller."""
    return {"greater": above, "less": below, "two-sided": min(1.0, 2 * min(above, below))}[alternative]
