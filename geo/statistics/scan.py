"""Kulldorff's spatial scan: the circle whose rate stands out most, and whether chance makes circles like that.

Around every area grows a circle, one nearest area after the other, up to a share of all exposure. Of every circle, or
window, the likelihood ratio says how much better two rates (inside and outside) explain the events than one rate does.
The window with the highest is the most likely cluster. Because the maximum over all windows is tested, no correction
for testing many of them remains to be made.

It alarms wherever rates merely differ: its null is that of one rate everywhere, and registered crimes differ more than
that (on maps without places, 15 to 100 % give an alarm). So no theme searches with it; `geo.statistics.places.scan`
does not depend on how rates differ.

The null: as many events as there are, each at an area with the chance its share of exposure gives. Every draw has its
own stream of random numbers, spawned from the seed, so that neither threads nor batches change the result; areas are
put in the order of their points first, so that neither their order nor their codes do.

What may be in a window: areas of which events and exposure are known and exposure is more than 0. The others are in no
cluster and in no total, and windows reach past them: land where nobody lives divides nothing, and a map with many
suppressed areas would otherwise have no windows at all. An area whose own exposure is small may be in a window, for
joining it with its neighbours is what windows are for; a window of which the whole exposure is under `min_exposure` is
none, in the events and in every draw alike. What may not be published at all goes in as NaN.

Sources: M. Kulldorff (1997), A spatial scan statistic, Communications in Statistics: Theory and Methods 26(6),
1481-1496; M. Dwass (1957), Modified randomization tests for nonparametric hypotheses, Annals of Mathematical
Statistics 28(1), 181-187, for p from draws.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import batched
from math import inf
from typing import Self

import numpy as np
import pandas as pd
from numpy.random import PCG64, Generator, SeedSequence
from numpy.typing import NDArray

from geo.alignment import check_aligned
from geo.errors import StatisticError, first_few
from geo.messages import message
from geo.statistics.compiling import log_compilation
from geo.statistics.result import How
from geo.statistics.scan_result import Cluster, ScanResult
from geo.statistics.scan_windows import TIE, Windows
from geo.unknown import Unknown

SIDE_BY_SIDE = 32
"""Draws that are scanned in one pass over the windows."""

MOST_EVENTS = 2**31
"""More do not fit in the numbers that events are counted in."""

Floats = NDArray[np.float64]
Areas = NDArray[np.int32]

WINDOWS = Windows()


def scan(
    events: pd.Series, exposure: pd.Series, points: Floats, *, windows: Windows = WINDOWS, draws: int = 999, seed: int
) -> ScanResult:
    """Kulldorff's Poisson scan for circles with more events than their exposure explains.

    It gives an alarm on any map where rates differ more than chance makes them, as those of registered crimes do: for
    such maps use `place_scan`. Its result says so.

    Args:
        events: whole numbers per area, NaN where unknown.
        exposure: what they can happen to, in any unit, NaN where unknown.
        points: x and y of each area in metres, in the order of `events`.
        windows: which circles are looked at.
        draws: how many maps are drawn; the least p is 1 / (1 + draws).
        seed: of the draws.

    Areas as far from a centre as one another enter together. Takes 4 bytes for every area of every centre's largest
    window: 42 MB for 14,500 areas and windows of 725. Raises StatisticError where there is nothing to test.
    """
    check_aligned("scan", events.index, exposure.index)
    known = (events.notna() & exposure.notna() & (exposure != 0)).to_numpy()
    country = _Country.of(events[known], exposure[known], points[known], windows)
    with log_compilation():
        null = country.null(draws, seed)
        clusters = tuple(country.clusters(null))
    reason = pd.Series(None, index=events.index, dtype=object).mask(~known, Unknown.ABSENT)
    reason = reason.mask(exposure == 0, Unknown.NO_EXPOSURE)
    return ScanResult(clusters, reason, How("simulation", 1 / (1 + draws), draws, seed))


@dataclass(frozen=True, slots=True)
class _Country:
    """Areas in the order of their points, what is expected in each, and the windows around them."""

    ids: pd.Index
    points: Floats
    events: Floats
    expected: Floats
    start: NDArray[np.int64]
    member: Areas

    @classmethod
    def of(cls, events: pd.Series, exposure: pd.Series, points: Floats, windows: Windows) -> Self:
        """The areas of which events and exposure are known. Raises StatisticError where they cannot be tested."""
        _check(events, exposure, points)
        order = np.lexsort((events, exposure, points[:, 1], points[:, 0]))
        counted, weight = events.to_numpy(dtype=float)[order], exposure.to_numpy(dtype=float)[order]
        start, member = windows.grow(points[order], weight)
        if not len(member):
            raise StatisticError(
                "scan: no window of at most {largest:.0%} of all exposure holds the {least:g} that it must; all areas "
                "together hold {total:g}",
                largest=windows.largest,
                least=windows.min_exposure,
                total=float(weight.sum()),
            )
        return cls(events.index[order], points[order], counted, weight * (counted.sum() / weight.sum()), start, member)

    @property
    def total(self) -> float:
        """All events."""
        return float(self.events.sum())

    def null(self, draws: int, seed: int) -> Floats:
        """The highest ratio of any window in each of so many maps without clusters."""
        from geo.statistics.scan_kernel import maxima  # noqa: PLC0415  # numba takes seconds to import

        chance = self.expected / self.expected.sum()

        def highest(streams: Sequence[SeedSequence]) -> Floats:
            maps = [Generator(PCG64(stream)).multinomial(int(self.total), chance) for stream in streams]
            cases = np.stack(maps, axis=1).astype(np.int32)
            most: Floats = maxima(self.start, self.member, cases, self.expected, self.total)
            return most

        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return np.concatenate(list(threads.map(highest, batched(SeedSequence(seed).spawn(draws), SIDE_BY_SIDE))))

    def clusters(self, null: Floats) -> Iterator[Cluster]:
        """The strongest windows without an area in common, as long as they beat some draw; the first in any case."""
        for nth, (llr, centre, member) in enumerate(self._apart()):
            p = (1 + int((null >= llr * (1 - TIE)).sum())) / (1 + len(null))
            if nth and p == 1:
                return
            inside, expected = self.events[member].sum(), self.expected[member].sum()
            outside = (self.total - inside) / (self.total - expected)
            yield Cluster(
                areas=tuple(sorted(self.ids[member])),
                centre=self.ids[centre],
                radius=self._radius(centre, member),
                observed=int(inside),
                expected=float(expected),
                relative_risk=float(inside / expected / outside) if outside else inf,
                llr=llr,
                p=p,
            )

    def _apart(self) -> Iterator[tuple[float, int, Areas]]:
        """Ratio, centre and areas of the strongest window, of the strongest without any of those areas, and so on.

        Taking areas away can only make a centre's best window weaker. So it is computed again only when its earlier one
        comes out strongest. Of windows equally strong the smallest goes first.
        """
        taken = np.zeros(len(self.ids), dtype=np.bool_)
        best = [self._best(centre, taken) for centre in range(len(self.ids))]
        ratios = np.array([llr for llr, _ in best])
        while (top := ratios.max()) > TIE:
            tied = np.flatnonzero(ratios >= top * (1 - TIE)).tolist()
            centre = min(tied, key=lambda at: round(self._radius(at, best[at][1]), 3))
            llr, member = best[centre] = self._best(centre, taken)
            if llr == ratios[centre]:
                yield llr, centre, member
                taken[member] = True
            ratios[centre] = llr

    def _best(self, centre: int, taken: NDArray[np.bool_]) -> tuple[float, Areas]:
        """The highest ratio among the windows of this centre without `taken` areas, and the areas in that window."""
        from geo.statistics.scan_kernel import strongest  # noqa: PLC0415  # numba takes seconds to import

        member = self.member[self.start[centre] : self.start[centre + 1]]
        llr, size = strongest(member, self.events, self.expected, self.total, taken)
        window = member[:size]
        return llr, np.where(window < 0, ~window, window)

    def _radius(self, centre: int, member: Areas) -> float:
        """From the centre to the furthest of these areas, in metres."""
        return float(np.hypot(*(self.points[member] - self.points[centre]).T).max())


def _check(events: pd.Series, exposure: pd.Series, points: Floats) -> None:
    """Raise StatisticError, naming the first areas, where figures or points are not what a scan can use."""
    no_count = message("events must be whole numbers, 0 or more (a level is no count)")
    rules = (
        (no_count, (events < 0) | (events % 1 != 0)),
        (message("exposure must be 0 or more and finite"), (exposure < 0) | np.isinf(exposure)),
        (message("points must be finite"), pd.Series(~np.isfinite(points).all(axis=1), index=events.index)),
    )
    for rule, broken in rules:
        if broken.any():
            raise StatisticError("scan: {rule}, not so in {areas}", rule=rule, areas=first_few(events.index[broken]))
    if len(events) < 2 or not 0 < events.sum() < MOST_EVENTS:
        raise StatisticError(
            "scan: two areas with exposure and between 1 and {most:,} events are needed, found {areas} and "
            "{events:,.0f}",
            most=MOST_EVENTS,
            areas=len(events),
            events=float(events.sum()),
        )
