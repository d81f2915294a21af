"""The inner loops of the place scan, compiled: scores of windows, for the map and for draws of it.

`members` has a row per area: its nearest areas, itself first, and -1 where there are no more. A window is the first
`sizes[j]` of a row. Values are added in the order of the row, on the map and in draws alike.
"""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit

LANES = 64
"""Draws that are scanned in one pass over the windows: from so many on, additions run several at a time."""

Floats = NDArray[np.float64]
Areas = NDArray[np.int32]
Whole = NDArray[np.int64]
Candidates = tuple[Floats, Areas, Areas, Areas]
"""Score, row, size and draw of windows."""


@njit(nogil=True, error_model="numpy")
def score(total: float, size: int, shape: float, least: float, most: float) -> float:
    """The log likelihood ratio of a window: mean `r` times as high inside, `r` its own mean between `least` and `most`.

    >>> round(score(20.0, 10, 1.5, 1.8, 3.1), 3)
    4.603
    """
    mean = total / size
    risk = min(max(mean, least), most)
    return float(size * shape * (mean * (1.0 - 1.0 / risk) - np.log(risk)))


@njit(nogil=True, error_model="numpy")
def scores(
    members: Areas, sizes: Whole, prior: Floats, values: Floats, shape: float, bounds: tuple[float, float]
) -> Floats:
    """The score of every window with its prior, as [row, size]; minus infinity where there are too few areas."""
    ratios = np.full((len(members), len(sizes)), -np.inf)
    for row in range(len(members)):
        total, at = 0.0, 0
        for nth in range(len(sizes)):
            if members[row, sizes[nth] - 1] < 0:
                break
            while at < sizes[nth]:
                total += values[members[row, at]]
                at += 1
            ratios[row, nth] = score(total, at, shape, bounds[0], bounds[1]) + prior[nth]
    return ratios


@njit(nogil=True, error_model="numpy")
def candidates(
    members: Areas, sizes: Whole, drawn: Floats, shape: float, bounds: tuple[float, float], sums: Floats
) -> Candidates:
    """The windows of `LANES` draws that add up to `sums` or more, with their scores without a prior; `drawn` has a row
    per area, a column per draw.
    """
    count, ratio, numbers = 0, np.empty(4096), np.empty((3, 4096), dtype=np.int32)
    total = np.empty(LANES)
    for row in range(len(members)):
        total[:] = 0.0
        at = 0
        for nth in range(len(sizes)):
            if members[row, sizes[nth] - 1] < 0:
                break
            while at < sizes[nth]:
                area = members[row, at]
                for lane in range(LANES):
                    total[lane] += drawn[area, lane]
                at += 1
            above = 0
            for lane in range(LANES):
                above |= total[lane] >= sums[nth]
            if above:
                for draw in np.flatnonzero(total >= sums[nth]):
                    if count == len(ratio):
                        ratio, numbers = _larger(ratio, numbers)
                    ratio[count] = score(total[draw], at, shape, bounds[0], bounds[1])
                    numbers[0, count], numbers[1, count], numbers[2, count] = row, nth, draw
                    count += 1
    return ratio[:count], numbers[0, :count], numbers[1, :count], numbers[2, :count]


@njit(nogil=True)
def _larger(ratio: Floats, numbers: Areas) -> tuple[Floats, Areas]:
    """The same with twice the room."""
    return np.append(ratio, np.empty_like(ratio)), np.concatenate((numbers, np.empty_like(numbers)), axis=1)


@njit(nogil=True)
def by_draw(found: Candidates) -> tuple[Whole, Whole]:
    """The positions of the candidates of each of `LANES` draws, in their order: where those of each start in the list
    that follows, and at last where they end.
    """
    lanes = found[3]
    starts = np.zeros(LANES + 1, dtype=np.int64)
    for lane in lanes:
        starts[lane + 1] += 1
    starts = np.cumsum(starts)
    positions, filled = np.empty(len(lanes), dtype=np.int64), starts[:-1].copy()
    for at in range(len(lanes)):
        positions[filled[lanes[at]]] = at
        filled[lanes[at]] += 1
    return starts, positions


@njit(nogil=True)
def apart(members: Areas, sizes: Whole, prior: Floats, found: Candidates, chosen: Whole) -> Floats:
    """The scores, with `prior`, of the windows at the positions `chosen`, of the sizes that have one; without an area
    in common, strongest first.

    Of equal scores the window that is chosen earlier goes first: of the earlier row, then the smaller.
    """
    ratio, rows, sized, _ = found
    chosen = chosen[sized[chosen] < len(prior)]
    ratio = ratio[chosen] + prior[sized[chosen]]
    taken = np.zeros(len(members), dtype=np.bool_)
    kept, nth = np.empty(len(chosen)), 0
    for at in np.argsort(-ratio, kind="mergesort"):
        areas = members[rows[chosen[at]], : sizes[sized[chosen[at]]]]
        free = True
        for area in areas:
            if taken[area]:
                free = False
                break
        if free:
            for area in areas:
                taken[area] = True
            kept[nth] = ratio[at]
            nth += 1
    return kept[:nth]


@njit(nogil=True)
def holders(members: Areas) -> tuple[Whole, Areas]:
    """Which rows hold an area: where those of each area start in the list that follows, and at last where they end."""
    starts = np.zeros(len(members) + 1, dtype=np.int64)
    for area in members.flat:
        if area >= 0:
            starts[area + 1] += 1
    starts = np.cumsum(starts)
    rows, filled = np.empty(starts[-1], dtype=np.int32), starts[:-1].copy()
    for row in range(len(members)):
        for area in members[row]:
            if area >= 0:
                rows[filled[area]] = row
                filled[area] += 1
    return starts, rows


@njit(nogil=True)
def reaching(
    members: Areas, starts: Whole, holding: Areas, window: Areas, inside: NDArray[np.bool_]
) -> tuple[Areas, Areas]:
    """The rows that hold an area of the window, and for each the position of its first area that is `inside` it."""
    count = 0
    for area in window:
        count += starts[area + 1] - starts[area]
    every, at = np.empty(count, dtype=np.int32), 0
    for area in window:
        end = at + starts[area + 1] - starts[area]
        every[at:end] = holding[starts[area] : starts[area + 1]]
        at = end
    rows = np.unique(every)
    first = np.zeros(len(rows), dtype=np.int32)
    for nth in range(len(rows)):
        while not inside[members[rows[nth], first[nth]]]:
            first[nth] += 1
    return rows, first


@njit(nogil=True)
def weights(
    members: Areas, sizes: Whole, ratios: Floats, reach: tuple[Areas, Areas], place: tuple[Areas, float]
) -> Floats:
    """For each area of a place the share of weight of the windows that hold it, of all windows that overlap the place.

    A window weighs exp(ratio - best): under equal prior chances, what the figures make of the chance that it is the
    place. `reach` has the rows that overlap it and where they first do, `place` the areas of it and its own ratio.
    """
    (rows, first), (window, best) = reach, place
    held, total = np.zeros(len(members)), 0.0
    most = int(sizes[-1])
    for at_row in range(len(rows)):
        row = rows[at_row]
        here = np.zeros(most)
        for nth in range(len(sizes)):
            if sizes[nth] > first[at_row] and ratios[row, nth] > -np.inf:
                weight = np.exp(ratios[row, nth] - best)
                total += weight
                here[: sizes[nth]] += weight
        for at in range(most):
            if members[row, at] >= 0:
                held[members[row, at]] += here[at]
    return held[window] / total
