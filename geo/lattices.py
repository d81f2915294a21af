"""The lattice that the cells of a raster lie on, cut into blocks: of one file, or of all the tiles of a mosaic.

A cell has the same edges in every file, and a block is the same cells whichever of these a file has, so that what is
computed of a block as a whole is the same to the bit in each. What files write of the size of cells and of their
corners differs in its last digits, which are rounded off: a thousandth of a millionth of a cell.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.polygons import Floats, Polygons, cleaned

BLOCK = 1024
"""Cells along the side of a block."""

MOST_CELLS = 20_000_000
"""Cells in memory at once; a raster is read in windows of no more."""

DIGITS, PHASES = 12, 2**20
"""Of the size of a cell, and how finely a cell is divided where it is said how cells lie: what files of one raster
write of these differs in digits beyond."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """Where the edges of cells are, of a raster and of all that may lie beside it; not which cells it has.

    Columns are counted to the east and rows to the north, from where x and y are 0.

    Attributes:
        width: of a cell.
        height: of a cell.
        x: how far its edges lie from a whole number of cells, in `PHASES` of a cell; `y` likewise.
    """

    width: float
    height: float
    x: int
    y: int

    @classmethod
    def through(cls, west: float, north: float, width: float, height: float) -> Self:
        """That of a cell with this corner."""
        width, height = float(f"{width:.{DIGITS}g}"), float(f"{height:.{DIGITS}g}")
        phases = (round((at - round(at)) * PHASES) for at in (west / width, north / height))
        return cls(width, height, *phases)

    def corner(self, west: float, north: float) -> tuple[int, int]:
        """The column east of an edge, and the row north of one."""
        return round(west / self.width - self.x / PHASES), round(north / self.height - self.y / PHASES)

    def is_that_of(self, other: "Lattice") -> bool:
        """Whether cells have the same edges, but for what is rounded."""
        near = abs(self.x - other.x) <= 1 and abs(self.y - other.y) <= 1
        return near and (self.width, self.height) == (other.width, other.height)

    def placed(self, polygons: Polygons) -> Polygons:
        """The polygons in columns and rows; empty where they have no place on it."""
        size, phase = np.array([self.width, self.height]), np.array([self.x, self.y]) / PHASES
        somewhere = np.isfinite(shapely.bounds(polygons)).all(axis=1)
        there = polygons.copy()
        there[~somewhere] = shapely.Polygon()
        placed: Polygons = shapely.transform(cleaned(there), lambda points: points / size - phase)
        return placed


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a file on a lattice.

    Attributes:
        column: of the westernmost.
        row: north of the northernmost: that is the row below.
        columns: how many.
        rows: how many.
        read: gives the values of a window, NaN where there is none: by the rows from the northern edge and the columns
            from the western one that come before it, and how many there are of each.
    """

    column: int
    row: int
    columns: int
    rows: int
    read: Callable[[int, int, int, int], NDArray[np.floating]]

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """West, south, east, north on the lattice."""
        return self.column, self.row - self.rows, self.column + self.columns, self.row


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the lattice: the areas that touch it, and of each of its cells the value and whether it is of the
    file.
    """

    column: int
    row: int
    which: NDArray[np.int64]
    values: Floats
    here: NDArray[np.bool_]


def blocks(cells: Cells, tree: shapely.STRtree) -> Iterator[Block]:
    """The blocks that a file has cells of and that areas touch, row by row, read in windows of several."""
    west, south, east, north = cells.bounds
    columns = range(west // BLOCK * BLOCK, east, BLOCK)
    for row in range(south // BLOCK * BLOCK, north, BLOCK):
        touched = {one: _touching(tree, one, row) for one in columns}
        left = [one for one in columns if len(touched[one])]
        while left:
            together = [one for one in left if (one - left[0] + BLOCK) * BLOCK <= MOST_CELLS]
            left = left[len(together) :]
            low, high = max(together[0], west), min(together[-1] + BLOCK, east)
            bottom, top = max(row, south), min(row + BLOCK, north)
            window = cells.read(north - top, low - west, top - bottom, high - low)
            for one in together:
                start, end = max(one, west), min(one + BLOCK, east)
                values = np.full((BLOCK, BLOCK), np.nan)
                here = np.zeros((BLOCK, BLOCK), dtype=np.bool_)
                inside = (slice(row + BLOCK - top, row + BLOCK - bottom), slice(start - one, end - one))
                values[inside], here[inside] = window[:, start - low : end - low], True
                yield Block(one, row, touched[one], values.ravel(), here.ravel())


def _touching(tree: shapely.STRtree, column: int, row: int) -> NDArray[np.int64]:
    box = shapely.box(column, row, column + BLOCK, row + BLOCK)
    return np.sort(tree.query(box, predicate="intersects")).astype(np.int64)
