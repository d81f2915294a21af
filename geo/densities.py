"""A surface of how many points there are around each place: kernel density on a grid, by Fourier transform.

Points are put in cells, and each cell is smeared out over the cells around it by a kernel. The kernel is made to add up
to 1 on the cells themselves, so that nothing is gained or lost but what is smeared over the edge of the grid; that is
`lost`. Cells should be small beside the bandwidth: a point may move half a cell.

A density of few places can point at an address, however many points lie there: sixty reports of one house are a hill
on that house. So places are counted, not points: squares of `PLACE` metres with some weight, so that the houses of one
block and the noise of a locator are one. There is a floor under the number of places, under the bandwidth and under
the cell (a tenth of the bandwidth). Where fewer than `LEAST_NEAR` places lie within the bandwidth of a cell, from the
middle of the one cell to that of the other, it has no value (`withheld` says what share of the whole that is): a lone
farm would be a hill of its own. What this does not hide is which of five places or more has most of the weight. Where
that may not be seen, count each place once, or count per buurt; a hole left around it would point at it just as well.

Sources: B.W. Silverman (1986), Density Estimation for Statistics and Data Analysis, 4.2.1 for the quartic kernel;
B.W. Silverman (1982), Kernel density estimation using the fast Fourier transform, Applied Statistics 31(1),
doi:10.2307/2347084.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from geo.errors import StatisticError
from geo.rasters import Floats, Grid

KernelShape = Literal["quartic", "gaussian"]

LEAST_BANDWIDTH = 250.0
"""Metres: below this a hill is a house."""

LEAST_PLACES = 50
"""Fewer places make no surface."""

LEAST_NEAR = 5
"""Places that must lie within the bandwidth of a cell for the cell to be shown."""

COARSEST, FINEST = 2, 10
"""Cells that go into a bandwidth, at least and at most: coarser cannot follow it, finer tells neighbours apart."""

PLACE = LEAST_BANDWIDTH / FINEST
"""Metres: points in one such square, on whole multiples of it, lie at one place."""

MOST_CELLS = 50_000_000
KM2 = 1e6
ROUNDING = 1e-12
REACH = 6.0
"""Bandwidths at which a gaussian kernel is cut off: a hundred-millionth lies beyond."""


@dataclass(frozen=True, slots=True)
class Density:
    """Weight per square kilometre on a grid.

    Attributes:
        grid: the surface; NaN where it is withheld.
        total: the weight of all points.
        lost: the share of it that was smeared over the edge of the grid, or lay outside.
        withheld: the share of it on cells that are not shown.
    """

    grid: Grid
    total: float
    lost: float
    suppressed: float


@dataclass(frozen=True, slots=True)
class Kernel:
    """How far points are smeared out, in metres: the radius of a quartic kernel, the standard deviation of a gaussian.

    Raises StatisticError for a bandwidth below `LEAST_BANDWIDTH` and for cells that are too coarse to follow it
    or so fine that neighbours are different places.
    """

    bandwidth: float
    cell: float
    kernel: KernelShape = "quartic"

    def __post_init__(self) -> None:
        if not self.bandwidth >= LEAST_BANDWIDTH:
            raise StatisticError(
                f"density: a bandwidth of {self.bandwidth:g} m shows single houses; give {LEAST_BANDWIDTH:g} m or more"
            )
        finest, coarsest = self.bandwidth / FINEST, self.bandwidth / COARSEST
        if not finest <= self.cell <= coarsest:
            what = "so fine that they show single houses" if self.cell < finest else "too coarse"
            raise StatisticError(
                f"density: cells of {self.cell:g} m are {what} for a bandwidth of {self.bandwidth:g} m; give "
                f"{finest:g} to {coarsest:g} m"
            )

    @property
    def reach(self) -> float:
        """Metres beyond which a point counts for nothing."""
        return self.bandwidth * (REACH if self.kernel == "gaussian" else 1.0)

    def kernel_on_cells(self) -> Floats:
        """What one point adds to the cells around its own; together 1."""
        distance = self._distances(self.reach) / self.bandwidth
        if self.kernel == "gaussian":
            kernel = np.where(distance <= REACH, np.exp(-0.5 * distance**2), 0.0)
        else:
            kernel = np.where(distance < 1, (1 - np.minimum(distance, 1.0) ** 2) ** 2, 0.0)
        whole: Floats = kernel / kernel.sum()
        return whole

    def near(self) -> Floats:
        """1 for every cell within the bandwidth."""
        return (self._distances(self.bandwidth) <= self.bandwidth).astype(float)

    def _distances(self, reach: float) -> Floats:
        steps = np.arange(-int(reach // self.cell), int(reach // self.cell) + 1) * self.cell
        distances: Floats = np.hypot(steps[:, None], steps[None, :])
        return distances


def density(
    points: Floats, weights: Floats, smear: Kernel, extent: tuple[float, float, float, float] | None = None
) -> Density:
    """The surface of weighted points (x, y in metres), on whole cells around `extent` (west, south, east, north).

    Without an extent the grid reaches as far as any point does, and nothing is lost. Raises StatisticError for fewer
    than `LEAST_PLACES` places, points or weights that are not finite, weights below 0 or a grid too large to reckon.
    """
    _check(points, weights)
    if extent is None:
        west, south = points.min(axis=0) - smear.reach
        east, north = points.max(axis=0) + smear.reach
        extent = (west, south, east, north)
    empty = _empty(extent, smear.cell)
    inside, row, column = _cells(points, empty)
    at, shape = row * empty.values.shape[1] + column, empty.values.shape
    summed = np.bincount(at, weights[inside], empty.values.size).reshape(shape)
    each = _places(points[inside], weights[inside])
    counted = np.bincount(at[each], minlength=empty.values.size).reshape(shape).astype(float)
    spread = _smeared(summed, smear.kernel_on_cells())
    few = np.rint(_smeared(counted, smear.near())) < LEAST_NEAR
    total, shown = float(weights.sum()), np.where(few, np.nan, spread * KM2 / smear.cell**2)
    return Density(
        Grid(shown, empty.west, empty.north, smear.cell),
        total,
        lost=max(0.0, 1 - float(spread.sum()) / total),
        suppressed=float(spread[few].sum()) / total,
    )


def _check(points: Floats, weights: Floats) -> None:
    if not len(points):
        raise StatisticError(f"density: there are no points; give points in {LEAST_PLACES} places or more")
    if not (np.isfinite(points).all() and np.isfinite(weights).all()):
        raise StatisticError("density: some points have no coordinates or no weight; leave them out, and say how many")
    if (weights < 0).any() or not weights.sum() > 0:
        raise StatisticError("density: weights must be 0 or more, and more than 0 together")


def _places(points: Floats, weights: Floats) -> NDArray[np.intp]:
    """Which points to count, so that each place is counted once. Raises StatisticError where there are few."""
    there = np.flatnonzero(weights > 0)
    # East and north as one complex number: unique sorts these, and rows far slower.
    _, first = np.unique(np.floor(points[there] / PLACE) @ np.array([1, 1j]), return_index=True)
    if len(first) < LEAST_PLACES:
        raise StatisticError(
            f"density: {len(points)} points in {len(first)} places (squares of {PLACE:g} m) can point at an address; "
            f"give {LEAST_PLACES} places, or count per buurt"
        )
    each: NDArray[np.intp] = there[first]
    return each


def _empty(extent: tuple[float, float, float, float], cell: float) -> Grid:
    """A grid on whole multiples of its cell, so that surfaces of different years lie on one another."""
    west, south = (np.floor(one / cell) * cell for one in extent[:2])
    east, north = (np.ceil(one / cell) * cell for one in extent[2:])
    columns, rows = max(1, round((east - west) / cell)), max(1, round((north - south) / cell))
    if rows * columns > MOST_CELLS:
        raise StatisticError(
            f"density: {rows} by {columns} cells of {cell:g} m are more than {MOST_CELLS}; give larger cells"
        )
    return Grid(np.zeros((rows, columns)), float(west), float(north), cell)


def _cells(points: Floats, grid: Grid) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which points lie on the grid, and in which row and column. The eastern and southern edge belong to the grid."""
    rows, columns = grid.values.shape
    column = (points[:, 0] - grid.west) / grid.cell
    row = (grid.north - points[:, 1]) / grid.cell
    inside = (column >= 0) & (column <= columns) & (row >= 0) & (row <= rows)
    at_column, at_row = (np.floor(one[inside]).astype(np.int64) for one in (column, row))
    return inside, np.minimum(at_row, rows - 1), np.minimum(at_column, columns - 1)


def _smeared(cells: Floats, kernel: Floats) -> Floats:
    """The convolution on the cells of the grid, without the noise of the transform where there is nothing."""
    full = fftconvolve(cells, kernel, mode="full")
    half_rows, half_columns = (one // 2 for one in kernel.shape)
    found: Floats = full[half_rows : half_rows + cells.shape[0], half_columns : half_columns + cells.shape[1]]
    return np.where(found > ROUNDING * found.max(initial=0.0), found, 0.0)
