"""One file of a raster to what lies of it in areas, such that all of it adds up (geo.rasters).

Areas go to the raster's coordinates, never the other way.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from boundaries.rd import RD_NEW
from geo.areas import AreaFrame
from geo.errors import SourceError
from geo.lattices import Cells, Lattice
from geo.polygons import Polygons, cleaned, densified
from geo.rasters import Take, ZonalSums, zonal_sums
from layers.declarations.rasters import Raster
from services.files import below, digest
from services.formats import bounds
from services.formats.object_storage import copied, is_stored
from services.ports import Part
from services.sources.parts import Unreadable, or_left_out

LONGEST = 500.0
"""Metres between vertices, so that a side is as straight in other coordinates as it was in RD New."""


@dataclass(frozen=True, slots=True)
class FileSums:
    """What lies of a file in areas.

    Attributes:
        where: its path or address.
        crs: the system that it is in, as WKT, and `called` by a short name.
        lattice: on which its cells lie.
        bounds: of its cells there: west, south, east, north; `extent` in its system.
        nodata: what it says that cells without a value hold; None where it says nothing.
        sums: what lies of it in the areas that it touches.
        sha256: of its bytes.
    """

    where: str
    crs: str
    called: str
    lattice: Lattice
    bounds: tuple[int, int, int, int]
    extent: tuple[float, float, float, float]
    nodata: float | None
    sums: ZonalSums
    sha256: str

    def without_sums(self) -> "FileSums":
        """What it is, and nothing of what lies in it."""
        return replace(self, sums=ZonalSums.none(np.arange(0), ()))

    @property
    def cells(self) -> int:
        """How many it has."""
        west, south, east, north = self.bounds
        return (east - west) * (north - south)


@dataclass(slots=True)
class RasterPart:
    """Reads files of a raster; goes whole to whoever does it.

    Attributes:
        raster: what is taken of it.
        areas: in which areas.
        root: the folder that paths are below.
    """

    raster: Raster
    areas: AreaFrame
    root: Path
    _placed: tuple[str, Lattice, Polygons] | None = field(init=False, default=None)

    def __call__(self, part: Part) -> FileSums | Unreadable:
        """What lies of a file in the areas. Where it cannot be read, or not as it is declared, that as a value where
        the declaration leaves such files out; else raises SourceError.
        """
        if self.raster.unreadable == "stop":
            return self._found(part.where)
        return or_left_out(lambda: self._found(part.where), part.where, self.root)

    def _found(self, where: str) -> FileSums:
        if is_stored(where):
            with copied(where) as copy:
                return self._of_file(copy, where)
        path = below(self.root, where)
        if not path.is_file():
            raise SourceError(
                "{path}: no such file; ZICHT_DATA (or real=) must name the folder that holds {name}",
                path=path, name=where,
            )  # fmt: skip
        return self._of_file(path, where)

    def _of_file(self, path: Path, where: str) -> FileSums:
        bounds.check(path)
        with opened_raster(path) as opened:
            check(opened, self.raster.band, path)
            lattice = Lattice.through(opened.bounds.left, opened.bounds.top, *opened.res)
            placed = self.placed(opened.crs.to_wkt(), lattice)
            column, row = lattice.corner(opened.bounds.left, opened.bounds.top)
            cells = Cells(column, row, opened.width, opened.height, _Band(opened, self.raster).window)
            with _reading(path):
                sums = zonal_sums(cells, placed, takes_of(self.raster))
            return FileSums(
                where, opened.crs.to_wkt(), opened.crs.to_string()[:60], lattice, cells.bounds, tuple(opened.bounds),
                opened.nodatavals[self.raster.band - 1], sums, digest(path),
            )  # fmt: skip

    def placed(self, crs: str, lattice: Lattice) -> Polygons:
        """The areas on a lattice, remembered for the next file, which has the same."""
        if self._placed is None or self._placed[:2] != (crs, lattice):
            self._placed = (crs, lattice, lattice.placed(_in_system(crs, self.areas)))
        return self._placed[2]


def takes_of(raster: Raster) -> Sequence[Take]:
    """What is taken of a raster."""
    return [Take(column, one.take, one.classes) for column, one in raster.column.items()]


class _Band:
    """One band, read in windows; without a value where the file or the declaration says so, and where it is NaN."""

    def __init__(self, opened: rasterio.DatasetReader, raster: Raster) -> None:
        self._opened, self._band = opened, raster.band
        self._declared = _as_stored(raster.nodata, np.dtype(opened.dtypes[raster.band - 1]))
        self._scale, self._offset = opened.scales[raster.band - 1], opened.offsets[raster.band - 1]

    def window(self, row: int, column: int, rows: int, columns: int) -> NDArray[np.floating]:
        """See geo.rasters.Cells.read."""
        stored = self._opened.read(self._band, window=Window(column, row, columns, rows), masked=True)
        none = np.ma.getmaskarray(stored)
        if self._declared is not None:  # what is stored, before it is scaled, as GDAL compares its own
            none = none | (stored.data == stored.dtype.type(self._declared))
        known: NDArray[np.floating] = stored.data.astype(np.result_type(stored.dtype, np.float32), copy=False)
        if (self._scale, self._offset) != (1.0, 0.0):
            known = known.astype(np.float64, copy=False) * self._scale + self._offset
        known[none] = np.nan
        return known


def _as_stored(nodata: float | None, kind: np.dtype[Any]) -> float | None:
    """What a band can hold of it: a whole number that is too large, or a fraction, is in no cell of whole numbers."""
    if nodata is None or not np.issubdtype(kind, np.integer):
        return nodata
    limits = np.iinfo(kind)
    return nodata if float(nodata).is_integer() and limits.min <= nodata <= limits.max else None


def opened_raster(path: Path) -> rasterio.DatasetReader:
    """A raster. Raises SourceError where it cannot be read as one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # it is refused below
        try:
            return rasterio.open(path)
        except RasterioError as fault:
            raise SourceError("{path}: cannot be read as a raster: {fault}", path=path, fault=fault) from None


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except RasterioError as fault:
        raise SourceError(
            "{path}: cannot be read to the end: {fault}; fetch it again", path=path, fault=fault.__cause__ or fault
        ) from None


def check(opened: rasterio.DatasetReader, band: int, path: Path) -> None:
    """Raise SourceError for a raster of which a band cannot be counted, and say what to do."""
    if band > opened.count:
        raise SourceError("{path}: has no band {band}; it has {count}", path=path, band=band, count=opened.count)
    if np.dtype(opened.dtypes[band - 1]).kind == "c":
        raise SourceError(
            "{path}: band {band} holds complex numbers, which have no mean; give a band of real ones",
            path=path, band=band,
        )  # fmt: skip
    if opened.crs is None:
        raise SourceError(
            "{path}: says in no CRS where it lies; add it: gdal_edit.py -a_srs EPSG:{rd} {name}",
            path=path,
            rd=RD_NEW,
            name=path.name,
        )
    grid = opened.transform
    if grid.b or grid.d or grid.e > 0:
        raise SourceError(
            "{path}: its grid is turned or upside down; straighten it: gdalwarp {name} straight.tif",
            path=path,
            name=path.name,
        )


def _in_system(crs: str, areas: AreaFrame) -> Polygons:
    polygons = cleaned(areas.table.geometry.to_numpy())
    if rasterio.CRS.from_wkt(crs).to_epsg() == RD_NEW:
        return polygons
    moved = geopandas.GeoSeries(densified(polygons, LONGEST), crs=RD_NEW).to_crs(crs)
    transformed: Polygons = moved.to_numpy()
    return transformed
