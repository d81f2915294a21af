"""Grids of numbers, and what lies of them in each area: mean, sum, share of classes, with cells on a border for the
part that lies inside.

The parts of cells are computed by exactextract. Polygons must be in the coordinates of the raster: a raster is never
warped, since that would invent values.

What comes out is the same to the bit whether a raster is one file or the tiles of a mosaic, and whoever reads these:
parts of cells are computed in whole blocks (geo.lattices), and sums are exact (geo.exact_sums). exactextract by itself
depends in its last digits on the windows that it reads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
import shapely
from exactextract import exact_extract
from exactextract.feature import Feature, FeatureSource
from exactextract.raster import NumPyRasterSource
from numpy.typing import NDArray

from geo.compiled import njit
from geo.exact_sums import Limbs, add, carried, whole
from geo.lattices import BLOCK, MOST_CELLS, Block, Cells, Lattice, blocks
from geo.polygons import Floats, Polygons

LARGEST = 1e38
"""What is larger measures nothing: it is how programs write that there is no value (-3.4e38, and roundings of it)."""

SINGLE = 2e-7
"""Part of a number by which it may be off where it was stored in 32 bits, or scaled."""

PART, VALUE = (64, 4), (128, 10)
"""Unit and limbs of sums of parts of cells, and of values."""

VALID = "valid"
"""The column with the share of each area's surface that lies on cells with a value."""

COVERED = "within"
"""The column with the share of each area's surface that lies on cells, with a value or without."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Numbers on square cells, north up: the first row is the northernmost. NaN where there is none.

    Attributes:
        values: rows from north to south of columns from west to east.
        west: x of the western edge.
        north: y of the northern edge.
        cell: how long the side of a cell is.
    """

    values: Floats
    west: float
    north: float
    cell: float

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.cell <= 0:
            raise ValueError(f"a grid has rows and columns of cells of some size, not {self.values.ndim} dimensions")

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north.

        >>> Grid(np.zeros((2, 3)), west=100.0, north=500.0, cell=50.0).bounds
        (100.0, 400.0, 250.0, 500.0)
        """
        rows, columns = self.values.shape
        return self.west, self.north - rows * self.cell, self.west + columns * self.cell, self.north


@dataclass(frozen=True, slots=True)
class Take:
    """What is taken of a raster for each area: the mean of its cells, their sum, or the share of some classes.

    Cells on the border count for the part inside. A share is of the cells that have a value.
    """

    column: str
    how: Literal["mean", "sum", "share"]
    classes: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ZonalSums:
    """What lies in some areas, so that it can be added up.

    Attributes:
        which: the areas, by place, ascending.
        parts: of each the sums of parts of cells: of all cells, of those with a value, and of each share.
        values: of each the sum of values, each for the part of its cell.
        infinite: how many cells held an infinite value, or one beyond `LARGEST`.
    """

    which: NDArray[np.int64]
    parts: Limbs
    values: Limbs
    infinite: int = 0

    @classmethod
    def none(cls, which: NDArray[np.int64], takes: Sequence[Take]) -> Self:
        """Nothing, of these areas."""
        shares = sum(take.how == "share" for take in takes)
        parts = np.zeros((len(which), 2 + shares, PART[1]), dtype=np.int64)
        return cls(which, parts, np.zeros((len(which), VALUE[1]), dtype=np.int64))

    def with_added(self, other: "ZonalSums") -> "ZonalSums":
        """The same areas with what another has found in some of them, in the same arrays."""
        at = np.searchsorted(self.which, other.which)
        self.parts[at] = carried(self.parts[at] + other.parts)
        self.values[at] = carried(self.values[at] + other.values)
        return ZonalSums(self.which, self.parts, self.values, self.infinite + other.infinite)

    def table(self, takes: Sequence[Take], surfaces: Floats) -> pd.DataFrame:
        """A row an area: the columns that are taken, NaN where no cell has a value, `VALID` and `COVERED`; by the
        surface of each in cells. What is divided is exact, so that each number is rounded once.
        """
        every, valid, *shares = (np.array(whole(self.parts[:, at]), dtype=object) for at in range(self.parts.shape[1]))
        values, known = np.array(whole(self.values), dtype=object), valid > 0
        of = {"mean": (values, valid << (VALUE[0] - PART[0])), "sum": (values, np.full(len(valid), 1 << VALUE[0]))}
        left = iter(shares)
        table = {}
        for take in takes:
            above, below = of.get(take.how) or (next(left), valid)
            table[take.column] = np.full(len(known), np.nan)
            table[take.column][known] = above[known] / below[known]
        with np.errstate(divide="ignore", invalid="ignore"):
            for name, sums in ((VALID, valid), (COVERED, every)):
                table[name] = np.clip((sums / (1 << PART[0])).astype(float) / surfaces, 0.0, 1.0)
        return pd.DataFrame(table)


def zonal_sums(cells: Cells, placed: Polygons, takes: Sequence[Take]) -> ZonalSums:
    """What lies of these cells in the areas that they touch, by their polygons on the lattice."""
    tree = shapely.STRtree(placed)
    which = np.sort(tree.query(shapely.box(*cells.bounds), predicate="intersects")).astype(np.int64)
    sums, infinite = ZonalSums.none(which, takes), 0
    outlines = np.array(shapely.to_wkb(placed[which]), dtype=object)
    classes = [take.classes for take in takes if take.how == "share"]
    local = shapely.STRtree(placed[which])
    for block in blocks(cells, local):
        touching = _coverage(outlines, block)
        infinite += _without_infinite(block.values, touching[1])
        shares = np.zeros((len(classes), BLOCK * BLOCK), dtype=np.bool_)
        for at, one in enumerate(classes):
            shares[at] = _of_class(block.values, one)
        _add_up(sums.parts, sums.values, touching, block.values, block.here, shares)
        sums.parts[block.which], sums.values[block.which] = (
            carried(sums.parts[block.which]), carried(sums.values[block.which]),
        )  # fmt: skip
    return ZonalSums(which, sums.parts, sums.values, infinite)


def _without_infinite(values: Floats, touched: NDArray[np.int64]) -> int:
    """How many of the cells that areas touch hold no number that measures anything; these have no value any more."""
    infinite = np.abs(values) > LARGEST
    values[infinite] = np.nan
    touching = np.zeros(len(values), dtype=np.bool_)
    touching[touched] = True
    return int((infinite & touching).sum())


def _coverage(outlines: NDArray[np.object_], block: Block) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Area, cell and the part of the cell that lies in the area, for all that touch in a block."""
    edges = (block.column, block.row, block.column + BLOCK, block.row + BLOCK)
    found = exact_extract(
        NumPyRasterSource(np.zeros((BLOCK, BLOCK), dtype=np.uint8), *edges), _Areas(list(outlines[block.which])),
        ["cell_id", "coverage"], output="pandas", max_cells_in_memory=MOST_CELLS,
    )  # fmt: skip
    cells, parts = (np.concatenate(found[name].to_list()) for name in ("cell_id", "coverage"))
    return np.repeat(block.which, found["cell_id"].map(len).to_numpy()), cells.astype(np.int64), parts


@njit()
def _add_up(parts, sums, touching, values, here, shares):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Add the part of each cell, and its value for that part, to the sums of its area."""
    area, cell, part = touching
    for at in range(len(cell)):
        if not here[cell[at]]:
            continue
        one, value = area[at], values[cell[at]]
        add(parts[one, 0], part[at], 64)
        if np.isnan(value):
            continue
        add(parts[one, 1], part[at], 64)
        add(sums[one], part[at] * value, 128)
        for share in range(len(shares)):
            if shares[share, cell[at]]:
                add(parts[one, 2 + share], part[at], 64)


def zonal(grid: Grid, polygons: Polygons, takes: Sequence[Take]) -> pd.DataFrame:
    """A row a polygon: the columns that are taken, NaN where no cell has a value, `VALID` and `COVERED`.

    >>> grid = Grid(np.array([[1.0, 2.0], [3.0, np.nan]]), west=0.0, north=20.0, cell=10.0)
    >>> zonal(grid, np.array([shapely.box(0, 0, 20, 20)]), [Take("height", "mean")]).to_dict("records")
    [{'height': 2.0, 'valid': 0.75, 'within': 1.0}]
    """
    lattice = Lattice.through(grid.west, grid.north, grid.cell, grid.cell)
    column, row = lattice.corner(grid.west, grid.north)
    rows, columns = grid.values.shape
    window = lambda row, column, rows, columns: grid.values[row : row + rows, column : column + columns]  # noqa: E731
    placed = lattice.placed(polygons)
    found = zonal_sums(Cells(column, row, columns, rows, window), placed, takes)
    every = ZonalSums.none(np.arange(len(polygons)), takes).with_added(found)
    return every.table(takes, shapely.area(placed))


def _of_class(values: Floats, classes: Sequence[float]) -> NDArray[np.bool_]:
    """Which values are one of the classes: whole numbers exactly, others as far as a cell of 32 bits can hold them."""
    near = np.zeros(len(values), dtype=np.bool_)
    for one in classes:
        near |= (values == one) | (np.isclose(values, one, rtol=SINGLE, atol=0.0) & (values != np.rint(values)))
    return near


class _Area(Feature):  # type: ignore[misc]
    """One polygon as exactextract reads it: WKB, and no columns."""

    def __init__(self, outline: bytes) -> None:
        super().__init__()
        self._outline = outline

    def geometry(self) -> bytes:
        return self._outline

    def fields(self) -> list[str]:
        return []

    def get(self, name: str) -> Any:
        raise KeyError(name)


class _Areas(FeatureSource):  # type: ignore[misc]
    """Polygons, in the coordinates of the raster."""

    def __init__(self, outlines: list[bytes]) -> None:
        super().__init__()
        self._outlines = outlines

    def count(self) -> int:
        return len(self._outlines)

    def __iter__(self) -> Iterator[_Area]:
        return map(_Area, self._outlines)

    def srs_wkt(self) -> None:
        return None
