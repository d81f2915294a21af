"""A surface of how many points there are around each place: kernel density on a grid, by Fourier transform.

Points are counted in cells, and the cells are convolved with a kernel. The kernel is made to add up to 1 on the cells
themselves, so that nothing is gained or lost but what falls over the edge of the grid; that is `lost`. Cells should be
small beside the bandwidth: a point may move half a cell.

A density of few places can point at an address, however many points lie there: sixty reports of one house are a hill
on that house. So places are counted, not points: squares of `PLACE` metres with some weight, so that the houses of one
block and the noise of a locator are one. There is a floor under the number of places, under the bandwidth and under
the cell (a tenth of the bandwidth). Where fewer than `LEAST_NEAR` places lie within the bandwidth of a cell, from the
middle of the one cell to that of the other, it has no value (`suppressed` says what share of the whole that is): a
lone farm would be a hill of its own. What this does not protect is which of five places or more has most of the weight.
Where that may not be published, count each place once, or count per buurt; a hole around it would point at it as well.

An exact surface gives the counts of its cells back: it is linear in them, and there are as many cells as counts. So
what is published is `rounded`, after which the best fit to it is right no more often than taking every cell for empty.
Two surfaces of the same points, of other cells or bandwidths, tell more than one.

Sources: B.W. Silverman (1986), Density Estimation for Statistics and Data Analysis, 4.2.1 for the quartic kernel;
B.W. Silverman (1982), Kernel density estimation using the fast Fourier transform, Applied Statistics 31(1),
doi:10.2307/2347084.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from geo.errors import StatisticError
from geo.messages import message
from geo.polygons import Floats
from geo.rasters import Grid

KernelShape = Literal["quartic", "gaussian"]

LEAST_BANDWIDTH = 250.0
"""Metres: below this a hill is a house."""

LEAST_PLACES = 50
"""Fewer places make no surface."""

LEAST_NEAR = 5
"""Places that must lie within the bandwidth of a cell for the cell to be shown."""

COARSEST, FINEST = 2, 10
"""Cells that go into a bandwidth, at least and at most: coarser cannot follow it, finer shows single houses."""

PLACE = LEAST_BANDWIDTH / FINEST
"""Metres: points in one such square, on whole multiples of it, lie at one place."""

MOST_CELLS = 50_000_000
KM2 = 1e6
ROUNDING = 1e-12
STEPS = 20
"""Values that may be published between 1 and 10, and so between any two decades: R20 of ISO 3, 12 % apart."""
REACH = 6.0
"""Bandwidths at which a gaussian kernel is cut off: a hundred-millionth lies beyond."""


@dataclass(frozen=True, slots=True)
class Density:
    """Weight per square kilometre on a grid.

    Attributes:
        grid: the surface; NaN where it is suppressed.
        total: the weight of all points.
        lost: the share of it, 0 to 1, that fell over the edge of the grid, or lay outside.
        suppressed: the share of it, 0 to 1, on cells without a value.
    """

    grid: Grid
    total: float
    lost: float
    suppressed: float


@dataclass(frozen=True, slots=True)
class Kernel:
    """Over what distance points count, in metres.

    Raises StatisticError for a bandwidth below `LEAST_BANDWIDTH` and for cells that are too coarse to follow it
    or so fine that neighbouring houses are different places.

    Attributes:
        bandwidth: the radius of a quartic kernel, the standard deviation of a gaussian one.
        cell: the side of the cells.
        shape: how the weight of a point declines with distance.

    >>> Kernel(500.0, 100.0).reach, Kernel(500.0, 100.0, "gaussian").reach
    (500.0, 3000.0)
    """

    bandwidth: float
    cell: float
    shape: KernelShape = "quartic"

    def __post_init__(self) -> None:
        if not self.bandwidth >= LEAST_BANDWIDTH:
            raise StatisticError(
                "density: a bandwidth of {bandwidth:g} m shows single houses; give {least:g} m or more",
                bandwidth=self.bandwidth,
                least=LEAST_BANDWIDTH,
            )
        finest, coarsest = self.bandwidth / FINEST, self.bandwidth / COARSEST
        if not finest <= self.cell <= coarsest:
            fine, coarse = message("so fine that they show single houses"), message("too coarse")
            raise StatisticError(
                "density: cells of {cell:g} m are {fault} for a bandwidth of {bandwidth:g} m; give {finest:g} to "
                "{coarsest:g} m",
                cell=self.cell,
                fault=fine if self.cell < finest else coarse,
                bandwidth=self.bandwidth,
                finest=finest,
                coarsest=coarsest,
            )

    @property
    def reach(self) -> float:
        """Metres beyond which a point counts for nothing."""
        return self.bandwidth * (REACH if self.shape == "gaussian" else 1.0)

    def on_cells(self) -> Floats:
        """The share of one point's weight that each cell around its own gets; together 1."""
        distance = self._distances(self.reach) / self.bandwidth
        if self.shape == "gaussian":
            heights = np.where(distance <= REACH, np.exp(-0.5 * distance**2), 0.0)
        else:
            heights = np.where(distance < 1, (1 - np.minimum(distance, 1.0) ** 2) ** 2, 0.0)
        shares: Floats = heights / heights.sum()
        return shares

    def disk(self) -> Floats:
        """1 for every cell around a cell of which the middle lies within the bandwidth, else 0."""
        return (self._distances(self.bandwidth) <= self.bandwidth).astype(float)

    def _distances(self, reach: float) -> Floats:
        steps = np.arange(-int(reach // self.cell), int(reach // self.cell) + 1) * self.cell
        distances: Floats = np.hypot(steps[:, None], steps[None, :])
        return distances


def density(
    points: Floats, weights: Floats, kernel: Kernel, extent: tuple[float, float, float, float] | None = None
) -> Density:
    """The surface of weighted points (x, y in metres), on whole cells around `extent` (west, south, east, north).

    Without an extent the grid reaches as far as any point does, and nothing is lost. Raises StatisticError for fewer
    than `LEAST_PLACES` places, points or weights that are not finite, weights below 0 or a grid of too many cells.
    """
    _check(points, weights)
    if extent is None:
        west, south = points.min(axis=0) - kernel.reach
        east, north = points.max(axis=0) + kernel.reach
        extent = (west, south, east, north)
    empty = _empty(extent, kernel.cell)
    inside, row, column = _cells(points, empty)
    at, shape = row * empty.values.shape[1] + column, empty.values.shape
    summed = np.bincount(at, weights[inside], empty.values.size).reshape(shape)
    places = _places(points[inside], weights[inside])
    counted = np.bincount(at[places], minlength=empty.values.size).reshape(shape).astype(float)
    smoothed = _convolved(summed, kernel.on_cells())
    few = np.rint(_convolved(counted, kernel.disk())) < LEAST_NEAR
    total, surface = float(weights.sum()), np.where(few, np.nan, smoothed * KM2 / kernel.cell**2)
    return Density(
        Grid(surface, empty.west, empty.north, kernel.cell),
        total,
        lost=max(0.0, 1 - float(smoothed.sum()) / total),
        suppressed=float(smoothed[few].sum()) / total,
    )


def rounded(exact: Density) -> Density:
    """The surface as it may be published: of values that are a fixed ratio apart (`STEPS`), the nearest.

    >>> grid = Grid(np.array([[0.0, 1.05, 99.0, np.nan]]), 0.0, 0.0, 100.0)
    >>> rounded(Density(grid, 10.0, 0.0, 0.0)).grid.values.tolist()
    [[0.0, 1.0, 100.0, nan]]
    """
    values = exact.grid.values.copy()
    some = values > 0
    values[some] = 10.0 ** (np.rint(np.log10(values[some]) * STEPS) / STEPS)
    return replace(exact, grid=replace(exact.grid, values=values))


def _check(points: Floats, weights: Floats) -> None:
    if not len(points):
        raise StatisticError("density: there are no points; give points in {least} places or more", least=LEAST_PLACES)
    if not (np.isfinite(points).all() and np.isfinite(weights).all()):
        raise StatisticError("density: some points have no coordinates or no weight; leave them out, and say how many")
    if (weights < 0).any() or not weights.sum() > 0:
        raise StatisticError("density: weights must be 0 or more, and more than 0 together")


def _places(points: Floats, weights: Floats) -> NDArray[np.intp]:
    """Positions of points, one for each place that has some weight. Raises StatisticError where places are few."""
    weighted = np.flatnonzero(weights > 0)
    # East and north as one complex number: unique sorts these, and rows far slower.
    _, first = np.unique(np.floor(points[weighted] / PLACE) @ np.array([1, 1j]), return_index=True)
    if len(first) < LEAST_PLACES:
        raise StatisticError(
            "density: {points} points in {places} places (squares of {side:g} m) can point at an address; give {least} "
            "places, or count per buurt",
            points=len(points),
            places=len(first),
            side=PLACE,
            least=LEAST_PLACES,
        )
    places: NDArray[np.intp] = weighted[first]
    return places


def _empty(extent: tuple[float, float, float, float], cell: float) -> Grid:
    """A grid on whole multiples of its cell, so that surfaces of different years lie on one another."""
    west, south = (np.floor(edge / cell) * cell for edge in extent[:2])
    east, north = (np.ceil(edge / cell) * cell for edge in extent[2:])
    columns, rows = max(1, round((east - west) / cell)), max(1, round((north - south) / cell))
    if rows * columns > MOST_CELLS:
        raise StatisticError(
            "density: {rows} by {columns} cells of {cell:g} m are more than {most}; give larger cells",
            rows=rows,
            columns=columns,
            cell=cell,
            most=MOST_CELLS,
        )
    return Grid(np.zeros((rows, columns)), float(west), float(north), cell)


def _cells(points: Floats, grid: Grid) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which points lie on the grid, and in which row and column. The eastern and southern edge belong to the grid."""
    rows, columns = grid.values.shape
    column = (points[:, 0] - grid.west) / grid.cell
    row = (grid.north - points[:, 1]) / grid.cell
    inside = (column >= 0) & (column <= columns) & (row >= 0) & (row <= rows)
    at_column, at_row = (np.floor(steps[inside]).astype(np.int64) for steps in (column, row))
    return inside, np.minimum(at_row, rows - 1), np.minimum(at_column, columns - 1)


def _convolved(cells: Floats, kernel: Floats) -> Floats:
    """The convolution on the cells of the grid, without the noise of the transform where there is nothing."""
    full = fftconvolve(cells, kernel, mode="full")
    half_rows, half_columns = (side // 2 for side in kernel.shape)
    sums: Floats = full[half_rows : half_rows + cells.shape[0], half_columns : half_columns + cells.shape[1]]
    return np.where(sums > ROUNDING * sums.max(initial=0.0), sums, 0.0)
