"""The map that is searched: its areas in one order, its windows, and from the strongest down those that lie apart."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geo.statistics.places import kernel
from geo.statistics.places.draws import Windows
from geo.statistics.places.kernel import Floats
from geo.statistics.places.windows import nearest, sizes

LEAST_SHIFT, MOST_SHIFT = 0.7, 1.4
"""How far the mean of a place lies above 1, at least and at most, in units of the spread of one value."""
AS_LIKELY = 12
"""Areas at which the prior of a window is 0. It is log(areas / 12): as many places of each size lie apart in a map as
go into it, so that without it nearly all that chance gives is small, and large windows are held against that. Of twenty
areas at twice the rate .63 is found with it, .59 without."""
HALF = 0.5
"""Weight from which an area is a member."""
EASY = 2.5
"""How far under the logarithm of the number of areas scores are still looked at: most maps without places reach that,
so that what does not cannot be significant."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Board:
    """The searched areas in the order of their points."""

    ids: pd.Index
    borders: csr_array
    points: Floats
    values: Floats
    shape: float
    class_of: NDArray[np.intp]
    may_join: Flags

    @property
    def every(self) -> Flags:
        """All areas: none is taken out yet."""
        return np.ones(len(self.ids), dtype=np.bool_)

    def windows(self, left: Flags) -> Windows:
        """The windows of the areas that are left."""
        sized = sizes(len(self.ids))
        members = nearest(self.borders.indptr, self.borders.indices, self.points, left, int(sized[-1]))
        return Windows(members, sized, np.log(sized / AS_LIKELY), self.shape, _shifts(self.shape))

    def groups(self, left: Flags) -> list[NDArray[np.intp]]:
        """Positions within which values are permuted."""
        return [np.flatnonzero(left & (self.class_of == one)) for one in range(self.class_of.max() + 1)]

    @property
    def least(self) -> float:
        """The least score that is looked at; a lower one counts as none, on the map and in draws."""
        return float(np.log(len(self.ids))) - EASY

    def scores(self, windows: Windows) -> Floats:
        """The score of every window, as [row, size]."""
        scores: Floats = kernel.scores(
            windows.members, windows.sizes, windows.prior, self.values, windows.shape, windows.bounds
        )
        return scores


@dataclass(frozen=True, slots=True)
class Found:
    """A place by positions: the window and its score, and members with their weights."""

    score: float
    window: NDArray[np.int32]
    members: NDArray[np.intp]
    weights: Floats


def _shifts(shape: float) -> tuple[float, float]:
    """How many times 1 the mean of a place is, at least and at most."""
    spread = 1 / np.sqrt(shape)
    return float(np.exp(LEAST_SHIFT * spread)), float(np.exp(MOST_SHIFT * spread))


def scores_apart(board: Board, windows: Windows) -> Floats:
    """The scores of the windows that `apart` gives."""
    ratios = board.scores(windows)
    rows, sized = np.nonzero(ratios >= board.least)
    every = np.arange(len(rows))
    candidates = (ratios[rows, sized], rows.astype(np.int32), sized.astype(np.int32), every.astype(np.int32))
    return np.asarray(kernel.apart(windows.members, windows.sizes, windows.prior * 0.0, candidates, every))


def apart(board: Board, windows: Windows) -> Iterator[Found]:
    """The strongest window, the strongest without any of its areas, and so on down to the least score that matters.

    Only rows near a place are looked at again, so that a map of many places takes little longer than one of few.
    """
    ratios = board.scores(windows)
    starts, holding = kernel.holders(windows.members)
    best = ratios.max(axis=1)
    inside = np.zeros(len(board.ids), dtype=np.bool_)
    while (score := float(best.max())) >= board.least:
        row = int(best.argmax())
        window = windows.members[row, : windows.sizes[ratios[row].argmax()]]
        inside[window] = True
        rows, first = kernel.reaching(windows.members, starts, holding, window, inside)
        held = kernel.weights(windows.members, windows.sizes, ratios, (rows, first), (window, score))
        chosen = (held >= HALF) & board.may_join[window]
        order = np.argsort(window[chosen])
        yield Found(score, window, window[chosen][order].astype(np.intp), held[chosen][order])
        near = ratios[rows]
        near[windows.sizes[None, :] > first[:, None]] = -np.inf
        ratios[rows], best[rows] = near, near.max(axis=1)
        inside[window] = False
