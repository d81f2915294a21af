"""Stacking: areas that stand out in several themes at once, beside how many would if themes had nothing in common.

Under independence the number of themes in which an area stands out is Poisson-binomial: a sum of draws, one a theme
that judged it, each with the share of all judged areas that stand out in it. Its tail is computed exactly, theme by
theme. A theme that did not judge an area takes no part in it there: it is not known whether it would stand out.

Areas that stand out lie together, so several of them tell less than as many far apart: the expected number is right,
and no p is given for the number of areas. Rejected: a permutation of each theme over all areas, which gives the same
expectation, by drawing, and a p that holds only where areas do not lie together.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Stacking:
    """Of each area in how many themes it stands out, of how many that judged it, and what was to be expected.

    Attributes:
        count: themes in which it stands out.
        judged: themes that judged it.
        expected: themes in which it would stand out under independence.
        tail: a column a number from 0 up: the chance of standing out in that many themes or more.
    """

    count: pd.Series
    judged: pd.Series
    expected: pd.Series
    tail: pd.DataFrame

    @property
    def p(self) -> pd.Series:
        """The chance of as many themes as it has, or more."""
        at = self.tail.to_numpy()[np.arange(len(self.count)), self.count.to_numpy()]
        return pd.Series(at, index=self.count.index)

    def areas(self, least: int) -> tuple[int, float]:
        """How many areas stand out in so many themes or more, and how many were to be expected."""
        if least not in self.tail:
            return 0, 0.0
        return int((self.count >= least).sum()), float(self.tail[least].sum())


def stacked(flags: pd.DataFrame) -> Stacking:
    """Stack themes: a row an area, a column a theme, 1 where the area stands out, 0 where not, NaN where not judged."""
    known = flags.notna().to_numpy()
    stands = flags.fillna(0.0).to_numpy(dtype=float)
    judged = known.sum(axis=0)
    shares = np.divide(stands.sum(axis=0), judged, out=np.zeros(len(judged)), where=judged > 0)
    chances = known * shares
    tail = pd.DataFrame(_tails(chances), index=flags.index)
    counts = (stands.sum(axis=1).astype(np.int64), known.sum(axis=1), chances.sum(axis=1))
    count, of, expected = (pd.Series(one, index=flags.index) for one in counts)
    return Stacking(count, of, expected, tail)


def _tails(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each row of chances: the chance of 0 or more successes, of 1 or more, and so on to all."""
    areas, themes = chances.shape
    exactly = np.zeros((areas, themes + 1))
    exactly[:, 0] = 1
    for chance in chances.T:
        exactly[:, 1:] = exactly[:, 1:] * (1 - chance)[:, None] + exactly[:, :-1] * chance[:, None]
        exactly[:, 0] *= 1 - chance
    return np.minimum(1.0, np.cumsum(exactly[:, ::-1], axis=1)[:, ::-1])
