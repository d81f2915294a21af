"""Maps without places: the values of the map, permuted within classes of expected events.

Every draw has its own stream of random numbers, spawned from the seed, so that neither threads nor batches change it.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import batched, pairwise

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence
from numpy.typing import NDArray
from scipy.optimize import brentq

from geo.statistics.places.kernel import LANES, Areas, Floats, Whole, apart, by_draw, candidates, score

CLASSES, LEAST_IN_CLASS = 8, 50
"""Most classes of expected events, and the fewest areas in one. Where small areas vary more than large ones, a map
without places gives an alarm on 10 % of draws without classes, and on 2 % with these."""

ROUNDING = 1e-9
"""Rather a window too many than one missed: those just under the least score come last and change nothing."""


@dataclass(frozen=True)
class Null:
    """For each draw the scores of windows without an area in common, strongest first, from `least` up."""

    scores: tuple[Floats, ...]

    @cached_property
    def strongest(self) -> Floats:
        """The highest of each draw, 0 where there is none."""
        return np.array([draw[0] if len(draw) else 0.0 for draw in self.scores])

    @cached_property
    def _all(self) -> Floats:
        return np.sort(np.concatenate(self.scores))

    def p(self, score_: float) -> float:
        """The share of draws with a window as strong, the map itself counted as one."""
        return float(1 + (self.strongest >= score_).sum()) / (1 + len(self.scores))

    def expected(self, score_: float) -> float:
        """How many windows as strong a draw has on average, the one asked about counted along."""
        above = len(self._all) - int(np.searchsorted(self._all, score_, side="left"))
        return (1 + above) / (1 + len(self.scores))


@dataclass(frozen=True, slots=True)
class Windows:
    """All windows of a map, and what their scores are computed with; `prior` is added to those of each size."""

    members: Areas
    sizes: Whole
    prior: Floats
    shape: float
    bounds: tuple[float, float]

    def parts(self, most: int) -> "Windows":
        """Those of `most` areas at most, without a prior."""
        sizes = self.sizes[self.sizes <= most]
        return self.like(replace(self, sizes=sizes, prior=np.zeros(len(sizes))))

    def like(self, others: "Windows") -> "Windows":
        """Those of the sizes that others have, with their prior."""
        members = np.ascontiguousarray(self.members[:, : int(others.sizes[-1])])
        return replace(self, members=members, sizes=others.sizes, prior=others.prior)

    def sums(self, least: float) -> Floats:
        """For each size the sum of values at which the score is `least`, with the prior or without."""
        enough = least - np.maximum(self.prior, 0.0)
        sums = [self._sum(int(size), float(one)) for size, one in zip(self.sizes, enough, strict=True)]
        return np.array(sums) * (1 - ROUNDING)

    def _sum(self, size: int, least: float) -> float:
        def over(total: float) -> float:
            return float(score(total, size, self.shape, *self.bounds)) - least

        highest = 2.0 * size
        while over(highest) < 0:
            highest *= 2
        return float(brentq(over, 0.0, highest))


def classes(expected: Floats) -> NDArray[np.intp]:
    """Which class of expected events each area is in: as many in each, but for one; of equal ones the earlier first.

    >>> np.bincount(classes(np.arange(120.0))).tolist()
    [60, 60]
    """
    count = max(1, min(CLASSES, len(expected) // LEAST_IN_CLASS))
    place = np.empty(len(expected), dtype=np.intp)
    place[np.argsort(expected, kind="stable")] = np.arange(len(expected))
    return place * count // len(expected)


def drawn(
    levels: Sequence[Windows],
    values: Floats,
    groups: Sequence[NDArray[np.intp]],
    how: tuple[float, int, int],
) -> list[Null]:
    """What draws of the map give at each level.

    Args:
        levels: all windows of the map first, then smaller ones of it.
        values: one per area.
        groups: positions within which values are permuted.
        how: the least score that matters, how many draws, and their seed.
    """
    (least, draws, seed), windows = how, levels[0]
    sums, order, in_group = windows.sums(least), np.concatenate(groups), [values[group] for group in groups]

    def several(streams: Sequence[SeedSequence]) -> list[list[Floats]]:
        permuted = np.zeros((LANES, len(order)))
        for lane, stream in enumerate(streams):
            random = Generator(PCG64(stream))
            np.concatenate([random.permutation(group) for group in in_group], out=permuted[lane])
        maps = np.zeros((len(values), LANES))
        maps[order] = permuted.T
        found = candidates(windows.members, windows.sizes, maps, windows.shape, windows.bounds, sums)
        starts, positions = by_draw(found)
        return [
            [apart(windows.members, windows.sizes, level.prior, found, positions[begin:end]) for level in levels]
            for begin, end in pairwise(starts[: len(streams) + 1])
        ]

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        maps = [one for part in threads.map(several, batched(SeedSequence(seed).spawn(draws), LANES)) for one in part]
    return [Null(tuple(levels)) for levels in zip(*maps, strict=True)]
