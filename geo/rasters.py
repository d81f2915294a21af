"""Grids of numbers, and what lies of them in each area: mean, sum, share of classes, with cells on a border for the
part that lies inside.

The parts are reckoned by exactextract, in one pass over the raster however many areas there are: what it calls
raster-sequential, with polygons handed over as bytes, was fastest on every raster tried. That way it forgets the mask
of a masked array (0.3.0), so a raster must give NaN where there is no value. Polygons must be in the coordinates of the
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

MOST_CELLS = 20_000_000
"""Cells in memory at once; a raster is read in windows of no more."""

VALID = "valid"
"""The column with the share of each area's surface that lies on cells with a value."""

Polygons = NDArray[np.object_]
Floats = NDArray[np.float64]


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
        """West, south, east, north."""
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
    """A row a polygon: the columns that are taken, NaN where no cell has a value, and `VALID`."""
    needed = {"mean": ("mean",), "sum": ("sum",), "share": ("unique", "frac")}
    asked = sorted({"count", *(one for take in takes for one in needed[take.how])})
    areas = _Areas(list(shapely.to_wkb(polygons)), raster.srs_wkt())
    found = exact_extract(
        raster, areas, asked, strategy="raster-sequential", max_cells_in_memory=MOST_CELLS, output="pandas"
    )
    # A raster with a name gives it to its columns.
    found.columns = [next(one for one in asked if column.endswith(one)) for column in found.columns]
    width, height = raster.res()
    table = {take.column: _taken(found, take) for take in takes}
    table[VALID] = np.clip(found["count"].to_numpy() * width * height / shapely.area(polygons), 0.0, 1.0)
    return pd.DataFrame(table)


def _taken(found: pd.DataFrame, take: Take) -> Floats:
    there = found["count"].to_numpy() > 0
    if take.how != "share":
        return np.where(there, found[take.how].to_numpy(dtype=float), np.nan)
    each = found["unique"].map(len).to_numpy()
    if not each.sum():
        return np.full(len(found), np.nan)
    of_class = np.isin(np.concatenate(found["unique"].to_list()), take.classes)
    parts = np.where(of_class, np.concatenate(found["frac"].to_list()), 0.0)
    return np.where(there, np.bincount(np.repeat(np.arange(len(found)), each), parts, len(found)), np.nan)


class _Area(Feature):  # type: ignore[misc]
    """One polygon as exactextract asks for it: bytes, and no columns."""

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
