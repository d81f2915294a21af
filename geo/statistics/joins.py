"""Join counts: do flagged areas border one another more than chance makes them?

A join is a pair of areas that border. Of a map with flags (Black) and none (White) each join is BB, BW or WW; a pair of
which only one has the other as neighbour (k nearest) is half a join. Under non-free sampling the number of flags is
what it is and they may lie anywhere.

Locally BB_i is the number of flagged neighbours of a flagged area. Its neighbours are drawn without replacement from
the others, flagged or not: that is the hypergeometric distribution, and p is exact.

Sources: A.D. Cliff and J.K. Ord (1981), Spatial processes, 1.3 and 2.2; L. Anselin and X. Li (2019), Operational local
join count statistics for cluster detection, Journal of Geographical Systems 21, 189-210,
doi:10.1007/s10109-019-00299-x.
"""

from dataclasses import dataclass
from math import perm

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geo.alignment import check_aligned
from geo.errors import StatisticError, first_few
from geo.messages import message
from geo.neighbors import AnyNeighbors, Neighbors
from geo.statistics.global_result import GlobalResult
from geo.statistics.lattice import Floats
from geo.statistics.moran import weight_sums
from geo.statistics.result import Alternative, How, LocalResult
from geo.statistics.significance import benjamini_hochberg
from geo.unknown import Unknown

NOT_FLAGGED = "not_flagged"
"""The reason why an area without a flag has no local join count."""

LEAST = float(np.finfo(float).tiny)


@dataclass(frozen=True, slots=True)
class JoinCounts:
    """The joins of a map by what they join. Flags that cluster make `bb` and `ww` large and `bw` small."""

    bb: GlobalResult
    bw: GlobalResult
    ww: GlobalResult


def join_counts(flags: pd.Series, neighbors: AnyNeighbors, *, alternative: Alternative) -> JoinCounts:
    """The number of joins of each kind, with mean and variance under non-free sampling; p by normal approximation.

    `alternative` is that of each count by itself, and has no default: flags that cluster have more `bb` than chance
    makes, and less `bw`. `flags` are true or false (1 or 0); areas with NaN drop out. Raises StatisticError where all
    areas or none are flagged, and where no area has a neighbour.

    >>> from scipy.sparse import diags_array
    >>> row = Neighbors(pd.RangeIndex(8), diags_array([1.0, 1.0], offsets=[-1, 1], shape=(8, 8)).tocsr())
    >>> values = pd.Series([9.0, 8.0, 9.0, 1.0, 2.0, 1.0, 2.0, 1.0])
    >>> join_counts(values > 5, row, alternative="greater").bb
    <GlobalResult: statistic 2, expected 0.75, z 1.97, p 0.0243 (greater; normal approximation, non-free sampling)>
    """
    _, flagged, among = _prepared("join_counts", flags, neighbors)
    if not among.count.any():
        raise StatisticError("join_counts: none of {count} areas has a neighbour: nothing to test", count=len(flagged))
    black, white = flagged.astype(float), 1.0 - flagged
    bb, ww = (float(side @ (among.matrix @ side)) / 2 for side in (black, white))
    bw = float(black @ (among.matrix @ white) + white @ (among.matrix @ black)) / 2
    how = message("non-free sampling")
    return JoinCounts(
        bb=GlobalResult.normal(_same(bb, int(flagged.sum()), among), alternative, how),
        bw=GlobalResult.normal(_mixed(bw, int(flagged.sum()), among), alternative, how),
        ww=GlobalResult.normal(_same(ww, int((~flagged).sum()), among), alternative, how),
    )


def local_join_counts(
    flags: pd.Series, neighbors: AnyNeighbors, *, alternative: Alternative = "greater"
) -> LocalResult:
    """The number of flagged neighbours of each flagged area, with its exact p; others come back NaN.

    By default it is tested whether flags cluster. `flags` are true or false (1 or 0); areas with NaN drop out. Raises
    StatisticError where all are flagged or none.
    """
    known, flagged, among = _prepared("local_join_counts", flags, neighbors)
    around = among.matrix.astype(float) @ flagged.astype(float)
    p = np.clip(_p(around, among.count, flagged, alternative), LEAST, 1.0)
    tested = flagged & (among.count > 0)
    columns, at = np.full((3, len(flags)), np.nan), np.flatnonzero(known)
    columns[:, at[tested]] = (around[tested], p[tested], benjamini_hochberg(p[tested]))
    reason = np.full(len(flags), Unknown.ABSENT, dtype=object)
    reason[at[flagged]] = Unknown.ISLAND
    reason[at[~flagged]] = NOT_FLAGGED
    reason[at[tested]] = None
    statistic, p_all, q = (pd.Series(column, index=flags.index) for column in columns)
    why = pd.Series(reason, index=flags.index, dtype=object)
    return LocalResult(statistic, p_all, p_all, q, alternative, How("exact", LEAST), why)


def _prepared(
    where: str, flags: pd.Series, neighbors: AnyNeighbors
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Neighbors]:
    """Which areas are known, which of those are flagged, and who of them border."""
    borders = Neighbors.of(neighbors)
    check_aligned(where, flags.index, borders.ids)
    known = flags.notna().to_numpy()
    figures = flags[known].to_numpy(dtype=float)
    if not np.isin(figures, (0.0, 1.0)).all():
        others = first_few(f"{figure:g}" for figure in np.setdiff1d(figures, (0.0, 1.0)))
        raise StatisticError("{where}: flags must be true or false, found {figures}", where=where, figures=others)
    flagged = figures == 1.0
    if flagged.all() or not flagged.any():
        raise StatisticError(
            "{where}: {flagged} of {count} areas are flagged: nothing to test",
            where=where,
            flagged=int(flagged.sum()),
            count=len(flagged),
        )
    return known, flagged, borders.among(known)


def _p(around: Floats, count: NDArray[np.intp], flagged: NDArray[np.bool_], alternative: Alternative) -> Floats:
    """The chance of so many flagged neighbours; two-sided doubles the smaller tail."""
    from scipy.stats import hypergeom  # noqa: PLC0415  # seconds to import

    chances = hypergeom(len(flagged) - 1, flagged.sum() - 1, count)
    above, below = chances.sf(around - 1), chances.cdf(around)
    sides = {"greater": above, "less": below, "two-sided": 2 * np.minimum(above, below)}
    return np.asarray(sides[alternative], dtype=float)


def _same(joins_within: float, colour: int, among: Neighbors) -> tuple[float, float, float]:
    """A number of joins within one colour, its mean and its variance.

    The square of the number counts ordered pairs of joins: a join with itself (2 areas of the colour), two that share
    an area (3), two that do not (4).
    """
    n, (joins, same, sharing, apart) = len(among.ids), _pairs(among)
    two, three, four = (perm(colour, size) / perm(n, size) if n >= size else 0.0 for size in (2, 3, 4))
    mean = joins * two
    return joins_within, mean, same * two + sharing * three + apart * four - mean**2


def _mixed(joins_between: float, black: int, among: Neighbors) -> tuple[float, float, float]:
    """A number of joins between colours, its mean and its variance; pairs of joins as in `_same`."""
    n, (joins, same, sharing, apart) = len(among.ids), _pairs(among)
    white = n - black
    ordered = black * white / (n * (n - 1))  # that two areas are black and white, in this order
    disjoint = 4 * perm(black, 2) * perm(white, 2) / perm(n, 4) if n >= 4 else 0.0
    mean = joins * 2 * ordered
    return joins_between, mean, same * 2 * ordered + sharing * ordered + apart * disjoint - mean**2


def _pairs(among: Neighbors) -> tuple[float, float, float, float]:
    """Joins, ordered pairs of a join and itself, of two joins that share an area, and of two that do not."""
    s0, s1, s2 = weight_sums(csr_array(among.matrix.astype(float)))
    return s0 / 2, s1 / 4, (s2 - 2 * s1) / 4, (s0**2 + s1 - s2) / 4
