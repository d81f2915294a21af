"""The place scan: which areas that lie together have, as one, more than was to be expected?

1. Residuals z are cut at `LIMIT` and become positive values of mean 1: u, the gamma quantile of Phi(z), with the shape
   s for which 1/s = 1/a + 1/median(e): a is the shape of the rates, e are the events expected. So what one area can
   add is bounded, and what an area of any size has by chance is alike.
2. A window is an area and its nearest (places.windows). With m the mean of its k values and r = m, kept between
   exp(.7/sqrt s) and exp(1.4/sqrt s), its score is T = k s (m (1 - 1/r) - ln r): the log likelihood ratio of gamma
   values of mean r against 1 (Kulldorff 1997, for gamma values). The bounds keep a window from being strong by size
   alone, or by one area. A zone has a prior, the logarithm of its size: of large windows fewer lie apart, so that
   chance has fewer (as of Walther 2010, who bounds chance for each size).
3. From the strongest down, windows without an area in common are places (Zhang, Assuncao and Kulldorff 2010). A member
   is an area of the window that holds at least half the weight: each window weighs exp(T), as in a Bayesian scan with
   equal priors (Neill 2006), among those that overlap the place and no earlier one. So an edge that does not belong is
   left out, and a place need not be round (Tango and Takahashi 2005 grow them for that; more than is gained here).
   Rejected: neighbours join a part where their own value is four times as likely in it; of nine areas in an uneven
   form .56 is found instead of .50, but of members of a round one .89 instead of .92 belong, and parts sprawl.
4. The null: u permuted within classes of expected events, so that neither a wrong model of dispersion nor small areas
   that vary more give an alarm.
5. Gate: zones (windows of any size) and parts (small ones) are two tests. Unless the smaller p of the two is among the
   5 % smallest that draws of a map without places give, nothing is found.
6. Step down (`whole`): the chance of any wrong place stays under `max_q` (Romano and Wolf 2005). Step up (`rate`): of
   the places found, `max_q` at most is wrong on average: the number of places as strong that a draw has, divided by
   their number here.
7. What is there would be in its own null, as high values that chance throws together. So what remains is held once
   more against draws without the areas of what is notable: windows apart that are as strong as the strongest of at most
   half of the draws. The gate is not, so that maps without places give no more alarms by it. On 250 maps of each kind
   .51 of nine areas is found for .48 at three times the rate and shape 1.5, .35 for .33 at twice the rate and shape 3,
   .52 for .48 in an odd form, .43 for .39 of four at three times the rate, of twenty hardly more; of the country none;
   a null without any planted area would give .08 more at shape 1.5 (50 maps). Rejected: rounds of this until nothing is
   added (no more is found, and .044 of flags are far for .040); to step up over what was found before as well (then
   many sure places let in an unsure one, in Testland one where nothing is).

How often that gives an alarm on maps without places, and how much it finds of planted ones, `make calibrate` measures;
method pages say it. Of nine areas at three times the rate, rates being gamma of shape 3, nine in ten are high by
themselves, of those at twice the rate four in five: more cannot be found, since a flag means high. A scan that knows
how many areas are planted together, and how high, finds .83 and .35 of them, .85 and .37 where it knows the form too
(36 maps of Zuid-Holland, 199 draws; tests.benchmarks.calibration.places.bound); this one finds .82 and .35 on 250. What
it loses of nine at twice the rate is lost since no window is significant, hardly ever by the window or by weight.

Rejected on the same maps: areas outside the window that hold half the weight are members too (.81 for .79, and .64 for
.62 of twenty at twice the rate; but .87 for .89 of the members belong there, and .75 for .76 in places of four). The
sum of exp(T) over the windows of a centre, of its neighbours, or that hold an area, in place of the highest T; ranks in
place of residuals; other priors, bounds and classes: none finds more at both shapes. On 50 to 60 maps of the
calibration: members from .35 of the weight (.007 more of nine at shape 1.5, but .927 for .941 of members belong); the
shape that rates were drawn with, which is to be estimated (no difference); step up in a province (.01 more).

Sources: M. Kulldorff (1997), A spatial scan statistic, Communications in Statistics: Theory and Methods 26(6),
1481-1496; Z. Zhang, R. Assuncao and M. Kulldorff (2010), Spatial scan statistics adjusted for multiple clusters,
Journal of Probability and Statistics 2010, 642379; J.P. Romano and M. Wolf (2005), Exact and approximate stepdown
methods for multiple hypothesis testing, JASA 100(469), 94-108; D.B. Neill, A.W. Moore and G.F. Cooper (2006), A
Bayesian spatial scan statistic, NIPS 18, 1003-1010; T. Tango and K. Takahashi (2005), A flexibly shaped spatial scan
statistic for detecting clusters, International Journal of Health Geographics 4, 11; G. Walther (2010), Optimal and fast
detection of spatial clusters with scan statistics, Annals of Statistics 38(2), 1010-1033.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtr

from geo.alignment import check_aligned
from geo.errors import StatisticError
from geo.neighbors import AnyNeighbors, Neighbors
from geo.residuals import Residuals
from geo.statistics.compiling import log_compilation
from geo.statistics.places.board import Board, Flags, Found, apart, scores_apart
from geo.statistics.places.draws import Null, Windows, classes, drawn
from geo.statistics.places.result import WITHIN, Place, PlaceResult
from geo.statistics.result import How
from geo.unknown import Unknown

LIMIT = 4.0
"""Standard deviations at which a residual is cut. At 3 fewer are found of four areas at three times the rate (.36 to
.44 of them, where the country is searched), and of no kind of place more."""
LEAST_SEARCHED = 100
"""Fewest areas for a search of its own."""

NOTABLE = 0.5
"""Share of draws, at most, of which the strongest window is as strong: the areas of such windows are not drawn from."""

Floats = NDArray[np.float64]
Tested = tuple[Found, float, float]
"""A place, and its p and q."""


@dataclass(frozen=True, slots=True)
class Places:
    """How places are searched for.

    Args:
        control: what `max_q` bounds: the chance of any wrong place on the map (`whole`), or the share of wrong places
            among those found (`rate`), which finds more where a map has many.
        max_q: how much that may be.
        part: areas in a part at most.
        draws: how many maps are drawn; the least p is 1 / (1 + draws).
        seed: of the draws.
    """

    control: Literal["whole", "rate"] = "whole"
    max_q: float = 0.05
    part: int = 12
    draws: int = 999
    seed: int = 1


PLACES = Places()


def place_scan(
    residuals: Residuals,
    neighbors: AnyNeighbors,
    points: Floats,
    *,
    may_join: "pd.Series[bool] | None" = None,
    places: Places = PLACES,
) -> PlaceResult:
    """The places of a map, as zones and parts.

    Areas without a value drop out; windows do not reach across them. Those without neighbours are in no window. The
    same figures give the same bytes, in any order of areas and with any number of threads.

    Args:
        residuals: one value per area, standard normal where nothing is the matter, and what they were fitted with.
        neighbors: who borders whom.
        points: x and y of each area in metres, in the order of the values.
        may_join: which areas may be members: those that are high by themselves. All, where it is not given.
        places: how they are searched for.

    Fewer than `LEAST_SEARCHED` areas are not searched. Raises StatisticError where values do not differ.
    """
    borders, values = Neighbors.of(neighbors), residuals.values
    joining = pd.Series(True, index=values.index) if may_join is None else may_join
    check_aligned("place_scan", values.index, borders.ids, residuals.expected.index, joining.index)
    reason = _reason(residuals, borders)
    known = np.flatnonzero(reason.isna())
    if len(known) < LEAST_SEARCHED:
        return PlaceResult.none(values.index, Unknown.TOO_FEW_AREAS)
    expected, z = residuals.expected.to_numpy(dtype=float), values.to_numpy(dtype=float)
    if z[known].min() == z[known].max():
        raise StatisticError(
            "{where}: the values of {count} areas do not differ: nothing to test", where="place_scan", count=len(known)
        )
    order = known[np.lexsort((z[known], expected[known], points[known, 1], points[known, 0]))]
    shape = 1 / (1 / residuals.shape + 1 / float(np.median(expected[order])))
    board = Board(
        values.index[order], borders.matrix[order][:, order], points[order], gamma_values(z[order], shape), shape,
        classes(expected[order]), joining.to_numpy(dtype=bool)[order],
    )  # fmt: skip
    with log_compilation():
        zones, parts, p = _searched(board, places)
    how = How("permutation", 1 / (1 + places.draws), places.draws, places.seed, over=WITHIN)
    return PlaceResult(zones, parts, p, reason, how)


def gamma_values(z: Floats, shape: float) -> Floats:
    """Gamma values of mean 1 that lie as high among their like as the normal values z, cut at `LIMIT`, among theirs."""
    values = gammaincinv(shape, ndtr(np.minimum(z, LIMIT))) / shape
    return np.asarray(values / values.mean())


def _reason(residuals: Residuals, borders: Neighbors) -> pd.Series:
    """Why an area is not searched."""
    unknown = residuals.values.isna() | residuals.expected.isna()
    reason = pd.Series(None, index=unknown.index, dtype=object).mask(unknown, Unknown.ABSENT)
    alone = ~unknown.to_numpy()
    alone[alone] = borders.among(alone).count == 0
    return reason.mask(pd.Series(alone, index=unknown.index), Unknown.ISLAND)


def _searched(board: Board, places: Places) -> tuple[tuple[Place, ...], tuple[Place, ...], float]:
    """Zones, parts, and the p of the strongest of both."""
    every = board.windows(board.every)
    levels = (every, every.parts(places.part))
    scores = [scores_apart(board, windows) for windows in levels]
    nulls = drawn(levels, board.values, board.groups(board.every), (board.least, places.draws, places.seed))
    p = smaller_p([float(one.max(initial=0.0)) for one in scores], nulls)
    if p > places.max_q:
        return (), (), p
    few = partial(_whole if places.control == "whole" else _rate, max_q=places.max_q)
    cleared = _without(board, places, _notable(board, levels, nulls))
    zones, parts = (
        _tested(apart(board, windows), ours, few, pair)
        for windows, ours, *pair in zip(levels, scores, nulls, cleared, strict=True)
    )
    return _named(board, zones), _named(board, parts), p


def _notable(board: Board, levels: Sequence[Windows], nulls: Sequence[Null]) -> Flags:
    """The areas of windows that are as strong as the strongest of at most half of the draws, at either level."""
    notable = ~board.every
    for windows, null in zip(levels, nulls, strict=True):
        for one in apart(board, windows):
            if null.p(one.score) > NOTABLE:
                break
            notable[one.window] = True
    return notable


def _without(board: Board, places: Places, areas: Flags) -> list[Null]:
    """Draws of the map without some of its areas, at both levels."""
    windows = board.windows(~areas)
    levels = (windows, windows.parts(places.part))
    return drawn(levels, board.values, board.groups(~areas), (board.least, places.draws, places.seed + 1))


def smaller_p(best: Sequence[float], nulls: Sequence[Null]) -> float:
    """The chance of a smaller p at either level than the smaller here, from the same draws (min-P).

    Source: P.H. Westfall and S.S. Young (1993), Resampling-based multiple testing, Wiley.
    """
    every = [np.append(null.strongest, score) for score, null in zip(best, nulls, strict=True)]
    p = [(len(one) - np.searchsorted(np.sort(one), one, side="left")) / len(one) for one in every]
    smaller = np.minimum(*p)
    return float((smaller <= smaller[-1]).mean())


def _tested(
    found: Iterator[Found], scores: Floats, few: Callable[[Floats, Null], Floats], nulls: Sequence[Null]
) -> list[Tested]:
    """The places that few enough draws have, and of the rest those that few enough draws without what is notable do."""
    tested: list[Tested] = []
    for null in nulls:
        for q in few(scores[len(tested) :], null):
            one = next(found)
            tested.append((one, null.p(one.score), max(float(q), tested[-1][2] if tested else 0.0)))
    return tested


def _whole(scores: Floats, null: Null, max_q: float) -> Floats:
    """Step down: q of the places that few enough draws have one as strong as."""
    return np.array(list(takewhile(lambda p: p <= max_q, (null.p(one) for one in scores))))


def _rate(scores: Floats, null: Null, max_q: float) -> Floats:
    """Step up: q of the most places of which few enough are expected to be as strong on a map without any."""
    wrong = np.array([null.expected(one) / nth for nth, one in enumerate(scores, start=1)])
    q = np.minimum(1.0, np.minimum.accumulate(wrong[::-1])[::-1])
    return np.asarray(q[: int((q <= max_q).sum())])


def _named(board: Board, found: Sequence[Tested]) -> tuple[Place, ...]:
    """The places that have a member, by the codes of their areas."""
    return tuple(
        Place(
            {str(board.ids[at]): float(weight) for at, weight in zip(one.members, one.weights, strict=True)},
            tuple(sorted(board.ids[one.window])),
            one.score,
            {str(board.ids[at]): float(board.values[at]) for at in one.members},
            float(board.shape),
            p,
            q,
        )
        for one, p, q in found
        if len(one.members)
    )
