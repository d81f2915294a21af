"""Gi* of counts on very many hexagons: neighbours are looked up a block at a time, and never all held.

Twenty million hexagons have 120 million pairs of neighbours, and a table of them takes gigabytes. What p depends on is
small: how many hexagons have each count, how many neighbours a hexagon has, and what their counts add up to. So p is
computed as geo.statistics.exact does, from the histogram of the counts, and the rest goes by in blocks. H3 numbers that
follow one another lie near one another, so that a block finds most neighbours among its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import h3ronpy
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.errors import StatisticError
from geo.statistics.compiling import log_compilation
from geo.statistics.exact import FLOOR, at_least, tails_of
from geo.statistics.lattice import WHOLE, Floats, Whole

BLOCK = 500_000
"""Hexagons of which the neighbours are held at once: some 100 MB."""
AROUND = 6
"""Neighbours of a hexagon; a pentagon has five."""

Cells = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class CellResult:
    """Of each hexagon the number of its `neighbors` among all, Gi* in standard deviations and its exact p (greater);
    NaN for one without neighbours.
    """

    neighbors: NDArray[np.int8]
    statistic: Floats
    p: Floats


def getis_ord_of_cells(cells: Cells, counts: Whole, block: int = BLOCK) -> CellResult:
    """Gi* of `counts` on `cells` and their six neighbours, as far as these are among the cells; hot spots.

    The same as geo.statistics.getis_ord gives over geo.neighbors.ring, in memory that does not grow with the number of
    pairs: some 60 bytes a hexagon.

    Args:
        cells: H3 indexes of one resolution, ascending, each once.
        counts: how many there are in each; whole, and not negative.
        block: hexagons at a time.

    Raises StatisticError for cells that are not in order, and for counts that are all equal, negative, or so far apart
    that their sums are more than can be told one from another.

    >>> import h3
    >>> disk = h3.grid_disk(h3.latlng_to_cell(52.09, 5.12, 9), 9)
    >>> cells = np.sort(np.array([h3.str_to_int(one) for one in disk], dtype=np.uint64))
    >>> hot = getis_ord_of_cells(cells, np.arange(len(cells)) % 7)
    >>> len(cells), int(hot.neighbors.min()), bool((hot.p > 0).all())
    (271, 3, True)
    """
    _check(cells, counts)
    lowest = int(counts.min())
    points = counts - lowest
    if (reach := int(points.max()) * AROUND) >= WHOLE:
        raise StatisticError(
            "counts from {lowest} to {highest} lie too far apart for the chances of their sums; count in smaller "
            "hexagons, or leave outliers out",
            lowest=lowest, highest=int(counts.max()),
        )  # fmt: skip
    n, length = len(cells), 1 << max(reach + 1, 2).bit_length()
    result = CellResult(np.zeros(n, dtype=np.int8), np.full(n, np.nan), np.full(n, np.nan))
    mean, deviation = float(points.mean()), float(points.std())
    with log_compilation():
        table = tails_of(np.bincount(points, minlength=length), n, AROUND)
        for at, around, sums in _blocks(cells, points, block):
            some = around > 0
            areas, drawn, reached = at[some], around[some], sums[some]
            chance = at_least(points, areas, drawn, reached[None, :], table)[0]
            size = drawn + 1.0
            spread = deviation * np.sqrt(np.maximum(size * (n - size), 1.0) / (n - 1))
            result.neighbors[at] = around
            result.statistic[areas] = (reached + points[areas] - size * mean) / spread
            result.p[areas] = np.clip(chance, FLOOR, 1.0)
    return result


def _blocks(cells: Cells, points: Whole, block: int) -> Iterator[tuple[Whole, Whole, Whole]]:
    """The positions of the cells of each block, how many neighbours each has and what these add up to."""
    for first in range(0, len(cells), block):
        own = cells[first : first + block]
        disks = pa.array(h3ronpy.grid_disk(own, 1, flatten=False))
        starts, around = np.asarray(disks.offsets), np.asarray(disks.values)
        at = np.minimum(np.searchsorted(cells, around), len(cells) - 1)
        present = (cells[at] == around) & (around != np.repeat(own, np.diff(starts)))
        row = np.repeat(np.arange(len(own)), np.diff(starts))[present]
        sums = np.bincount(row, points[at[present]], len(own))  # whole numbers far below 2^53
        yield np.arange(first, first + len(own)), np.bincount(row, minlength=len(own)), sums.astype(np.int64)


def _check(cells: Cells, counts: Whole) -> None:
    if len(cells) != len(counts) or len(cells) < AROUND:
        raise StatisticError(
            "{cells} hexagons and {counts} counts; give as many of both, and {least} at least",
            cells=len(cells), counts=len(counts), least=AROUND,
        )  # fmt: skip
    if not (cells[1:] > cells[:-1]).all():
        raise StatisticError("hexagons must be in ascending order, each once; sort them and add up what stands twice")
    if counts.min() < 0:
        raise StatisticError("counts of hexagons must be 0 or more, found {lowest}", lowest=int(counts.min()))
    if counts.min() == counts.max():
        raise StatisticError(
            "all {cells} hexagons have the count {count}: nothing to compare", cells=len(cells), count=int(counts.min())
        )
