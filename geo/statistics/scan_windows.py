"""The windows of a scan: circles that grow around every area, one nearest area after the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from geo.errors import StatisticError

TIE = 1e-9
"""Distances, shares and ratios that differ by no more than this part of themselves are equal."""

BLOCK = 2**20
"""Distances that are looked up at once: some tens of megabytes."""

Floats = NDArray[np.float64]
Areas = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Windows:
    """Which circles are looked at.

    Args:
        largest: how much of all exposure a window may hold, as a share between 0 and 1. Kulldorff goes up to a half,
            which shows in what half of a country rates are high; what is to be visited on foot is smaller.
        most: how many areas it may hold; None for as many as `largest` allows.
        min_exposure: how much exposure it must hold.
    """

    largest: float = 0.05
    most: int | None = None
    min_exposure: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.largest < 1:
            raise StatisticError("scan: largest must lie between 0 and 1, found {largest:g}", largest=self.largest)
        if self.most is not None and self.most < 1:
            raise StatisticError("scan: most must be 1 or more, found {most}", most=self.most)

    def grow(self, points: Floats, exposure: Floats) -> tuple[NDArray[np.int64], Areas]:
        """For each area, from one `start` to the next, the `members` of its largest window, nearest first.

        A window ends at any of them but those that are there as ~area: the next is as far away and enters together
        with it, or too little exposure is in it yet.
        """
        count, tree = len(points), KDTree(points)
        widest = count if self.most is None else min(count, self.most + 1)
        reach, left = min(widest, 2 + int(1.3 * self.largest * count)), np.arange(count)
        members = [np.empty(0, dtype=np.int32)] * count
        while len(left):
            short = []
            for centres in np.array_split(left, 1 + len(left) * reach // BLOCK):
                distance, near = tree.query(points[centres], k=np.arange(1, reach + 1), workers=-1)
                ends, whole = self._ends(distance, exposure[near].cumsum(axis=1), float(exposure.sum()), count)
                for centre, row, end in zip(centres[whole], near[whole], ends[whole], strict=True):
                    size = end.size - end[::-1].argmax() if end.any() else 0
                    members[centre] = np.where(end, row, ~row)[:size].astype(np.int32)
                short.append(centres[~whole])
            left, reach = np.concatenate(short), min(widest, 2 * reach)
        return np.cumsum([0, *map(len, members)], dtype=np.int64), np.concatenate(members)

    def _ends(
        self, distance: Floats, held: Floats, total: float, count: int
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Where a window may end, given distances and what they hold up to there; and of which centres that is all."""
        inside = held <= self.largest * total * (1 + TIE)
        if self.most is not None:
            inside[:, self.most :] = False
        ends = inside & (held >= self.min_exposure * (1 - TIE))
        whole = distance.shape[1] == count
        ends[:, :-1] &= distance[:, 1:] > distance[:, :-1] * (1 + TIE)
        ends[:, -1] &= whole
        return ends, ~inside[:, -1] | whole
