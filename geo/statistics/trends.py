"""Trends: what becomes of hot spots through the years.

Every year has its own Gi* over the same neighbours, and is hot where its q is at most `max_q`. Mann-Kendall on the
z-values of an area says whether it stands out more and more, or less and less. The level of the whole country drops out
of z: an area does not grow hot because everything rises.

    new        hot in the last year, never before
    growing    hot in the last year and in at least `STEADY` of all years, and rising
    lasting    likewise, neither rising nor falling
    fading     likewise, and falling
    sporadic   hot in some years, otherwise than the above; the last need not be one of them
    none       hot in no year

An area that was not tested in one of the years, the first included, is none of these but unknown: a hot spot without
figures of earlier years need not be new. The classes are those of emerging hot spot analysis, less those for cold
spots, and with one name for all that comes and goes. The trend only distinguishes hot spots; it makes none and is not
corrected for testing many areas.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import factorial
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.alignment import check_aligned
from geo.errors import StatisticError
from geo.messages import message
from geo.neighbors import AnyNeighbors, Neighbors
from geo.statistics.getis_ord import getis_ord
from geo.statistics.mann_kendall import LEAST, LONGEST, MannKendall, mann_kendall
from geo.statistics.result import How, LocalResult
from geo.statistics.significance import benjamini_hochberg
from geo.statistics.trend import Trend

STEADY = 0.9
"""Least share of years in which a hot spot that grows, lasts or fades is hot; of nine years or fewer that is all."""

DIGITS = 9
"""Decimals of z that count: years with the same figures must tie, whatever rounding made of them."""


@dataclass(frozen=True, slots=True)
class Trends:
    """One trend per area; NaN and None where an area was not tested in every year, of which `years` has the reason.

    Args:
        years: the result of each year, earliest first.
        s: Mann-Kendall's S of the z-values: pairs of years that rise less those that fall.
        tau: S as a share of all pairs, -1 to 1.
        p: of S, two-sided, exact to twenty years.
        trend: a `Trend`.
        max_q: the q at or under which an area is hot in a year.
        alpha: the p at or under which it rises or falls.
    """

    years: Mapping[int, LocalResult]
    s: pd.Series
    tau: pd.Series
    p: pd.Series
    trend: pd.Series
    max_q: float
    alpha: float

    def __post_init__(self) -> None:
        indexes = [result.p.index for result in self.years.values()]
        check_aligned("trends", self.trend.index, self.s.index, self.tau.index, self.p.index, *indexes)
        if list(self.years) != sorted(self.years):
            raise StatisticError("trends: years must be in order, found {years}", years=list(self.years))
        if not (self.trend.isna() == self.p.isna()).all():
            raise StatisticError("trends: a trend must stand exactly where p is known")

    @property
    def local(self) -> LocalResult:
        """Tau as a statistic by itself, with q over all areas: what stands out more and more, or less and less."""
        count, over = len(self.years), message("permutation of the years")
        short = count <= LONGEST
        how = How("exact", 2 / factorial(count), over=over) if short else How("normal", LEAST, over=over)
        reason = pd.Series(None, index=self.p.index, dtype=object)
        for result in self.years.values():
            reason = reason.mask(reason.isna(), result.reason)
        q = pd.Series(benjamini_hochberg(self.p.to_numpy()), index=self.p.index)
        return LocalResult(self.tau, self.p, self.p, q, "two-sided", how, reason)


def trends(values: Mapping[int, pd.Series], neighbors: AnyNeighbors, *, max_q: float, alpha: float = 0.1) -> Trends:
    """Hot spots of every year and what became of them.

    Args:
        values: one figure per area for each year, all in the order of `neighbors`; years may be missing in between.
        neighbors: who borders whom, the same in every year.
        max_q: the q at or under which an area is hot in a year.
        alpha: the two-sided p at or under which it rises or falls.

    A few years have few orders. Five that rise throughout have p 2/120 = 0.017, with one pair of neighbouring years the
    wrong way round 10/120 = 0.083, with two 28/120 = 0.23. At `alpha` 0.1, 5 % for either direction, one such pair is
    forgiven; at 0.05 none is. Of four years only those that rise throughout count, and three never do.

    Raises StatisticError where so few years cannot reach `alpha`, or a year has nothing to test.
    """
    if (least := 2 / factorial(len(values))) > alpha:
        raise StatisticError(
            "trends: {years} years reach no p under {least:.2g}, and alpha is {alpha:g}; give more years or a larger "
            "alpha",
            years=len(values),
            least=min(least, 1),
            alpha=alpha,
        )
    borders = Neighbors.of(neighbors)
    years = {year: _hot_in(year, values[year], borders) for year in sorted(values)}
    z = np.stack([result.statistic.to_numpy() for result in years.values()], axis=1)
    hot = np.stack([(result.q <= max_q).to_numpy() for result in years.values()], axis=1)
    tests = mann_kendall(z.round(DIGITS))
    s, tau, p = (pd.Series(figures, index=borders.ids) for figures in (tests.s, tests.tau, tests.p))
    trend = pd.Series(_classes(hot, tests, alpha), index=borders.ids, dtype=object)
    return Trends(MappingProxyType(years), s, tau, p, trend, max_q, alpha)


def _hot_in(year: int, values: pd.Series, neighbors: Neighbors) -> LocalResult:
    """Gi* of one year; what it raises names the year."""
    try:
        return getis_ord(values, neighbors, alternative="greater")
    except StatisticError as error:
        raise StatisticError("trends, year {year}: {fault}", year=year, fault=error.message) from error


def _classes(hot: NDArray[np.bool_], tests: MannKendall, alpha: float) -> NDArray[np.object_]:
    """The `Trend` of each area from the years in which it was hot (areas by years) and the test of its z-values."""
    times, now = hot.sum(axis=1), hot[:, -1]
    steady = now & (times >= STEADY * hot.shape[1])
    moving = tests.p <= alpha
    rules = {
        None: np.isnan(tests.p),
        Trend.NONE: times == 0,
        Trend.NEW: now & (times == 1),
        Trend.GROWING: steady & moving & (tests.s > 0),
        Trend.FADING: steady & moving & (tests.s < 0),
        Trend.LASTING: steady,
    }
    which = np.select(list(rules.values()), list(range(len(rules))), len(rules))
    return np.asarray(np.array([*rules, Trend.SPORADIC], dtype=object)[which])
