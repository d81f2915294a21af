"""Windows of the place scan: from each area the nearest so many, by steps over borders, ties by distance."""

import numba
import numpy as np
from numba import prange
from numpy.typing import NDArray

from geo.compiled import njit

SIZES = (3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 19, 22, 26, 30, 36, 44, 54, 64)
"""Areas in a window. Finer grids moved recall by less than chance does."""

PER_WINDOW = 4
"""A window holds at most one in so many of all areas."""

Floats = NDArray[np.float64]
Areas = NDArray[np.int32]


def sizes(count: int) -> NDArray[np.int64]:
    """The sizes of windows over so many areas.

    >>> sizes(40).tolist()
    [3, 4, 5, 6, 7, 8, 9, 10]
    """
    return np.array([size for size in SIZES if size * PER_WINDOW <= count], dtype=np.int64)


def nearest(starts: Areas, ends: Areas, points: Floats, searched: NDArray[np.bool_], most: int) -> Areas:
    """From each searched area `most` searched areas, itself first: its windows are the first so many of them.

    Fewer steps over borders between searched areas come first; then the shorter distance, to the millimetre; then the
    earlier area. -1 where there are no more.

    Args:
        starts: where the neighbours of each area start in `ends`, and at last where they end.
        ends: the neighbours.
        points: x and y of each area, in metres.
        searched: which areas take part.
        most: areas in the largest window.
    """
    millimetres = np.rint(points * 1000.0)
    members: Areas = _nearest(starts, ends, millimetres, searched, most, numba.get_num_threads())
    return members


@njit(parallel=True)
def _nearest(starts: Areas, ends: Areas, points: Floats, searched: NDArray[np.bool_], most: int, threads: int) -> Areas:
    count = len(points)
    members = np.full((count, most), -1, dtype=np.int32)
    for thread in prange(threads):
        seen = np.full(count, -1, dtype=np.int32)
        queue = np.empty(count, dtype=np.int32)
        for centre in range(thread, count, threads):
            if not searched[centre]:
                continue
            members[centre, 0], seen[centre], queue[0] = centre, centre, centre
            filled, begin, end = 1, 0, 1
            while filled < most and begin < end:
                stop = end
                for at in range(begin, stop):
                    for edge in range(starts[queue[at]], starts[queue[at] + 1]):
                        area = ends[edge]
                        if searched[area] and seen[area] != centre:
                            seen[area], queue[end] = centre, area
                            end += 1
                order = np.empty(end - stop, dtype=np.int64)
                for nth in range(end - stop):
                    east, north = points[queue[stop + nth]] - points[centre]
                    order[nth] = np.int64(np.rint(np.sqrt(east * east + north * north))) * count + queue[stop + nth]
                order.sort()
                for nth in range(min(len(order), most - filled)):
                    members[centre, filled] = order[nth] % count
                    filled += 1
                begin = stop
    return members
