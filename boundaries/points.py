"""Locator: in which area does each of very many points lie? As a polygon test would say, in a fraction of its time.

A grid of squares lies over the areas. A square that no border passes lies in one area wholly, or in none, and so does
every point in it: a division by the side and a look in a table. Squares without a border form fields, and one point of
each field shows in which area it lies. Only points in a square with a border are tested against polygons: those whose
boxes they lie in, found by larger squares that list the boxes over them, and one area after another, so that its
corners are in the cache of the processor. Rejected: H3 cells, which a border cuts as often, and of which the number of
a point costs ten times as much; a tree of boxes, which takes a point as an object and ten times as long.
"""

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import shapely
from h3ronpy.vector import coordinates_to_cells
from numpy.typing import NDArray
from pyproj import Transformer

from boundaries.rd import RD_NEW
from geo.areas import AreaFrame
from geo.compiled import njit

SQUARES, LEAST = 9_000_000, 25.0
"""Squares of the grid, and the least that one is wide in metres: a hundred for the country."""

TOUCHES = 1e-6
"""Part of a square within which a border touches it."""

OUTSIDE, BORDER = -1, -2
NOWHERE = np.iinfo(np.int32).max

Floats = NDArray[np.float64]
Positions = NDArray[np.int32]


class Boxes(NamedTuple):
    """The boxes around polygons (west, south, east, north), and which of them lie over each square of a coarse grid:
    those of square q are `listed[start[q]]` to `listed[start[q + 1]]`.
    """

    boxes: Floats
    corner: tuple[float, float]
    size: float
    columns: int
    start: Positions
    listed: Positions


@dataclass(frozen=True, slots=True)
class Locator:
    """The areas of one AreaFrame, prepared to find points in; several threads may use it at once."""

    polygons: NDArray[np.object_]
    boxes: Boxes
    west: float
    south: float
    size: float
    grid: Positions

    @classmethod
    def of(cls, areas: AreaFrame) -> Self:
        """Made once for these areas; the grid of the country takes 36 MB."""
        from scipy import ndimage  # noqa: PLC0415  # half a second

        polygons = areas.table.geometry.to_numpy().copy()
        shapely.prepare(polygons)
        boxes = _boxes(polygons)
        west, south, east, north = shapely.total_bounds(polygons)
        size = max(float(np.sqrt((east - west) * (north - south) / SQUARES)), LEAST)
        west, south = west - size, south - size
        shape = int((north - south) // size) + 2, int((east - west) // size) + 2
        fields, count = ndimage.label(~_crossed(polygons, west, south, size, shape))
        rows, columns = np.divmod(_some(fields.ravel(), count), shape[1])
        owner = _tested(boxes, polygons, west + (columns + 0.5) * size, south + (rows + 0.5) * size)
        owner[0] = BORDER
        return cls(polygons, boxes, west, south, size, owner[fields])

    def positions(self, x: Floats, y: Floats) -> Positions:
        """The position of the area that each point (RD New) lies in, -1 where it lies in none or is not known.

        A point on the border of several areas, or where areas overlap, lies in the first of them.
        """
        rows, columns = self.grid.shape
        along, up = (x - self.west) / self.size, (y - self.south) / self.size
        over = (along >= 0) & (up >= 0) & (along < columns) & (up < rows)
        position = np.full(len(x), OUTSIDE, dtype=np.int32)
        position[over] = self.grid[up[over].astype(np.int32), along[over].astype(np.int32)]
        near = np.flatnonzero(position == BORDER)
        position[near] = _tested(self.boxes, self.polygons, x[near], y[near])
        return position


def cells(x: Floats, y: Floats, resolution: int) -> NDArray[np.uint64]:
    """The number of the H3 cell of each point (RD New), all of which are known."""
    longitude, latitude = Transformer.from_crs(RD_NEW, 4326, always_xy=True).transform(x, y)
    return np.asarray(coordinates_to_cells(latitude, longitude, resolution), dtype=np.uint64)


def _crossed(
    polygons: NDArray[np.object_], west: float, south: float, size: float, shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """The squares that a border passes or touches."""
    corners, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(polygons)), return_index=True)
    crossed = np.zeros(shape, dtype=np.bool_)
    _mark((corners - (west, south)) / size, ring, crossed)
    return crossed


@njit(nogil=True)
def _some(fields, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """A square of each field: the last."""
    square = np.zeros(count + 1, dtype=np.int64)
    for at in range(len(fields)):
        square[fields[at]] = at
    return square


@njit(nogil=True)
def _mark(corners, ring, crossed):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Mark the squares of each side, row by row: from where it comes into the row to where it leaves it."""
    for k in range(len(corners) - 1):
        if ring[k] != ring[k + 1]:
            continue
        first, last = (k, k + 1) if corners[k, 1] <= corners[k + 1, 1] else (k + 1, k)
        ax, ay, bx, by = corners[first, 0], corners[first, 1], corners[last, 0], corners[last, 1]
        slope = (bx - ax) / (by - ay) if by > ay else 0.0
        for row in range(int(ay - TOUCHES), int(by + TOUCHES) + 1):
            enters = ax + (min(max(row, ay), by) - ay) * slope
            leaves = ax + (max(min(row + 1, by), ay) - ay) * slope if by > ay else bx
            for column in range(int(min(enters, leaves) - TOUCHES), int(max(enters, leaves) + TOUCHES) + 1):
                crossed[row, column] = True


def _boxes(polygons: NDArray[np.object_]) -> Boxes:
    """Two squares of the coarse grid for every polygon, so that few boxes lie over each."""
    west, south, east, north = shapely.total_bounds(polygons)
    size = max(float(np.sqrt((east - west) * (north - south) / (2 * len(polygons)))), LEAST)
    columns, rows = int((east - west) // size) + 1, int((north - south) // size) + 1
    boxes = shapely.bounds(polygons)
    squares = ((boxes - (west, south, west, south)) / size).astype(np.int32)
    start, listed = _listed(squares, columns, rows)
    return Boxes(boxes, (float(west), float(south)), size, columns, start, listed)


@njit(nogil=True)
def _listed(squares, columns, rows):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The boxes over each square, in order: first how many, then which."""
    start = np.zeros(columns * rows + 1, dtype=np.int32)
    for turn in range(2):
        if turn:
            listed = np.empty(start[-1], dtype=np.int32)
        for box in range(len(squares)):
            for row in range(squares[box, 1], squares[box, 3] + 1):
                for column in range(squares[box, 0], squares[box, 2] + 1):
                    square = row * columns + column
                    if turn:
                        start[square] -= 1
                        listed[start[square]] = box
                    else:
                        start[square] += 1
        if not turn:
            start = np.cumsum(start).astype(np.int32)
    return start, listed


@njit(nogil=True)
def _in_boxes(x, y, boxes):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """All pairs of a point and a box that it lies in: first how many, then which."""
    count = 0
    points, areas = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32)
    last = (len(boxes.start) - 1) // boxes.columns - 1
    for turn in range(2):
        if turn:
            points, areas, count = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32), 0
        for at in range(len(x)):
            column = min(max(int((x[at] - boxes.corner[0]) / boxes.size), 0), boxes.columns - 1)
            row = min(max(int((y[at] - boxes.corner[1]) / boxes.size), 0), last)
            square = row * boxes.columns + column
            for area in boxes.listed[boxes.start[square] : boxes.start[square + 1]]:
                box = boxes.boxes[area]
                if box[0] <= x[at] <= box[2] and box[1] <= y[at] <= box[3]:
                    if turn:
                        points[count], areas[count] = at, area
                    count += 1
    return points, areas


def _tested(boxes: Boxes, polygons: NDArray[np.object_], x: Floats, y: Floats) -> Positions:
    """The first polygon that each point lies in or on, -1 where there is none."""
    point, area = _in_boxes(x, y, boxes)
    order = np.argsort(area.astype(np.uint16) if len(polygons) < 2**16 else area, kind="stable")  # few bits sort faster
    point, area = point[order], area[order]
    inside = shapely.intersects_xy(polygons[area], x[point], y[point])
    first = np.full(len(x), NOWHERE, dtype=np.int32)
    np.minimum.at(first, point[inside], area[inside])
    return np.where(first == NOWHERE, OUTSIDE, first).astype(np.int32)
