"""Grids of numbers, and what lies of them in each area: mean, sum, share of classes, with cells on a border for the
part that lies inside.

The parts are computed by exactextract, in one pass over the raster however many areas there are: what it calls
raster-sequential, with polygons passed as WKB, was fastest on every raster tried. That way it ignores the mask of a
masked array (0.3.0), so a raster must give NaN where there is no value. Polygons must be in the coordinates of the
raster: a raster is never warped, since that would invent values.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely
from exactextract import exact_extract
from exactextract.feature import Feature, FeatureSource
from exactextract.raster import NumPyRasterSource, RasterSource
from numpy.typing import NDArray

from geo.polygons import Floats, Polygons, cleaned

MOST_CELLS = 20_000_000
"""Cells in memory at once; a raster is read in windows of no more."""

SINGLE = 2e-7
"""Part of a number by which it may be off where it was stored in 32 bits, or scaled."""

VALID = "valid"
"""The column with the share of each area's surface that lies on cells with a value."""


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

    def raster(self) -> RasterSource:
        """The grid as exactextract reads it."""
        return NumPyRasterSource(self.values, *self.bounds)


@dataclass(frozen=True, slots=True)
class Take:
    """What is taken of a raster for each area: the mean of its cells, their sum, or the share of some classes.

    Cells on the border count for the part inside. A share is of the cells that have a value.
    """

    column: str
    how: Literal["mean", "sum", "share"]
    classes: tuple[float, ...] = ()


def zonal(raster: RasterSource, polygons: Polygons, takes: Sequence[Take]) -> pd.DataFrame:
    """A row a polygon: the columns that are taken, NaN where no cell has a value, and `VALID`.

    >>> grid = Grid(np.array([[1.0, 2.0], [3.0, np.nan]]), west=0.0, north=20.0, cell=10.0)
    >>> zonal(grid.raster(), np.array([shapely.box(0, 0, 20, 20)]), [Take("height", "mean")]).to_dict("records")
    [{'height': 2.0, 'valid': 0.75}]
    """
    needed = {"mean": ("mean",), "sum": ("sum",), "share": ("unique", "frac")}
    operations = sorted({"count", *(operation for take in takes for operation in needed[take.how])})
    areas = _Areas(list(shapely.to_wkb(cleaned(polygons))), raster.srs_wkt())
    extract = exact_extract(
        raster, areas, operations, strategy="raster-sequential", max_cells_in_memory=MOST_CELLS, output="pandas"
    )
    # A raster with a name gives it to its columns.
    extract.columns = [next(name for name in operations if column.endswith(name)) for column in extract.columns]
    width, height = raster.res()
    table = {take.column: _taken(extract, take) for take in takes}
    table[VALID] = np.clip(extract["count"].to_numpy() * width * height / shapely.area(polygons), 0.0, 1.0)
    return pd.DataFrame(table)


def _taken(extract: pd.DataFrame, take: Take) -> Floats:
    """The column of one `take`, from what exactextract gives for each polygon."""
    covered = extract["count"].to_numpy() > 0
    if take.how != "share":
        return np.where(covered, extract[take.how].to_numpy(dtype=float), np.nan)
    classes = extract["unique"].map(len).to_numpy()
    if not classes.sum():
        return np.full(len(extract), np.nan)
    of_class = _of_class(np.concatenate(extract["unique"].to_list()), take.classes)
    parts = np.where(of_class, np.concatenate(extract["frac"].to_list()), 0.0)
    shares = np.bincount(np.repeat(np.arange(len(extract)), classes), parts, len(extract))
    return np.where(covered, shares, np.nan)


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
    """All polygons, in the coordinates of the raster."""

    def __init__(self, outlines: list[bytes], coordinates: str | None) -> None:
        super().__init__()
        self._outlines, self._coordinates = outlines, coordinates

    def count(self) -> int:
        return len(self._outlines)

    def __iter__(self) -> Iterator[_Area]:
        return map(_Area, self._outlines)

    def srs_wkt(self) -> str | None:
        return self._coordinates
