"""A raster as a source: what lies of it in each area. Areas go to the raster's coordinates, never the other way."""

import warnings
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import rasterio
import shapely
from exactextract.raster import RasterioRasterSource
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from boundaries.rd import RD_NEW, check_dutch
from geo.areas import AreaFrame
from geo.errors import SourceError, first_few
from geo.messages import message
from geo.polygons import Polygons, cleaned, densified
from geo.rasters import VALID, Take
from geo.rasters import zonal as zonal_
from layers.declarations.rasters import Raster
from layers.declarations.sources import SourceDeclaration
from layers.messages import say
from layers.method.ports import Delivered
from services.files import below, digest
from services.formats import bounds

OUTSIDE = 1e-3
"""Share of an area that may lie outside the raster: the coast of one file is not that of another."""

LONGEST = 500.0
"""Metres between vertices, so that a side is as straight in other coordinates as it was in RD New."""

LARGEST = 1e38
"""What is larger measures nothing: it is how programs write that there is no value (-3.4e38, and roundings of it)."""

HALF = 0.5
"""Share of an area with a value below which its figure is noted."""


def zonal(declaration: SourceDeclaration, areas: AreaFrame, root: Path) -> Delivered:
    """The declared columns for every area; NaN where no cell has a value, counted in the notes.

    Raises SourceError for a file that cannot be read or has no such band, no CRS or a turned grid, and for one that
    covers none of the areas, or less than all without saying so.
    """
    check_dutch(areas, message("a raster"))
    raster = declaration.raster
    if raster is None:
        raise SourceError("source {id!r}: declares no [raster]", id=declaration.id)
    path = below(root, raster.path)
    if not path.is_file():
        raise SourceError(
            "{path}: no such file; ZICHT_DATA (or real=) must name the folder that holds {name}",
            path=path,
            name=raster.path,
        )
    bounds.check(path)
    with _opened(path) as opened:
        _check(opened, raster, path)
        polygons = _in_coordinates_of(opened, areas)
        outside = _outside(opened, polygons)
        _check_outside(opened, raster, areas.ids[outside], len(areas), path)
        band = _Band(opened, raster)
        figures = _read(path, band, raster, polygons).set_axis(areas.ids)
        rows = opened.width * opened.height
    table = figures.drop(columns=VALID)
    table[outside] = np.nan
    notes = (*_notes(figures[VALID].to_numpy(), outside, band.infinite), *_empty_shares(table, raster))
    return Delivered(table, raster.path, rows, digest(path), notes)


class _Band(RasterioRasterSource):  # type: ignore[misc]
    """One band, read in windows; without a value where the file or the declaration says so, where it is NaN, and where
    it is infinite or larger than `LARGEST`: `infinite` counts those that were read.
    """

    def __init__(self, opened: rasterio.DatasetReader, raster: Raster) -> None:
        super().__init__(opened, raster.band)
        self._declared = _as_stored(raster.nodata, np.dtype(opened.dtypes[raster.band - 1]))
        self.infinite = 0

    def nodata_value(self) -> None:
        """None: cells without a value are NaN."""

    def read_window(self, x0: int, y0: int, nx: int, ny: int) -> NDArray[np.floating]:
        stored = self.ds.read(self.band_idx, window=Window(x0, y0, nx, ny), masked=True)
        none = np.ma.getmaskarray(stored)
        if self._declared is not None:  # what is stored, before it is scaled, as GDAL compares its own
            none = none | (stored.data == stored.dtype.type(self._declared))
        known: NDArray[np.floating] = stored.data.astype(np.result_type(stored.dtype, np.float32), copy=False)
        if self.scaled:
            known = known.astype(np.float64, copy=False) * self.scale + self.offset
        known[none] = np.nan
        infinite = np.abs(known) > LARGEST
        self.infinite += int(infinite.sum())
        known[infinite] = np.nan
        return known


def _as_stored(nodata: float | None, kind: np.dtype[Any]) -> float | None:
    """What a band can hold of it: a whole number that is too large, or a fraction, is in no cell of whole numbers."""
    if nodata is None or not np.issubdtype(kind, np.integer):
        return nodata
    limits = np.iinfo(kind)
    return nodata if float(nodata).is_integer() and limits.min <= nodata <= limits.max else None


def _opened(path: Path) -> rasterio.DatasetReader:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # it is refused below
        try:
            return rasterio.open(path)
        except RasterioError as fault:
            raise SourceError("{path}: cannot be read as a raster: {fault}", path=path, fault=fault) from None


def _read(path: Path, band: _Band, raster: Raster, polygons: Polygons) -> pd.DataFrame:
    takes = [Take(column, one.take, one.classes) for column, one in raster.column.items()]
    try:
        return zonal_(band, polygons, takes)
    except RasterioError as fault:
        raise SourceError(
            "{path}: cannot be read to the end: {fault}; fetch it again", path=path, fault=fault.__cause__ or fault
        ) from None


def _check(opened: rasterio.DatasetReader, raster: Raster, path: Path) -> None:
    if raster.band > opened.count:
        raise SourceError("{path}: has no band {band}; it has {count}", path=path, band=raster.band, count=opened.count)
    if np.dtype(opened.dtypes[raster.band - 1]).kind == "c":
        raise SourceError(
            "{path}: band {band} holds complex numbers, which have no mean; give a band of real ones",
            path=path, band=raster.band,
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


def _check_outside(opened: rasterio.DatasetReader, raster: Raster, outside: pd.Index, areas: int, path: Path) -> None:
    if len(outside) == areas:
        west, south, east, north = (f"{one:.6g}" for one in opened.bounds)
        raise SourceError(
            "{path}: covers none of the {areas} areas whole; it declares {crs} and runs from ({west}, {south}) to "
            "({east}, {north}); if that CRS is wrong, correct it: gdal_edit.py -a_srs EPSG:{rd} {name}; else "
            "give a raster of these areas",
            path=path,
            areas=areas,
            crs=opened.crs.to_string()[:60],
            west=west,
            south=south,
            east=east,
            north=north,
            rd=RD_NEW,
            name=path.name,
        )
    if len(outside) and raster.covers == "all":
        raise SourceError(
            "{path}: covers less than the areas: {count} of {areas} lie outside for more than {share:.1%}: "
            "{codes}; give a larger raster, or declare covers = 'part'",
            path=path,
            count=len(outside),
            areas=areas,
            share=OUTSIDE,
            codes=first_few(outside),
        )


def _in_coordinates_of(opened: rasterio.DatasetReader, areas: AreaFrame) -> Polygons:
    polygons = cleaned(areas.table.geometry.to_numpy())
    if opened.crs.to_epsg() == RD_NEW:
        return polygons
    moved = geopandas.GeoSeries(densified(polygons, LONGEST), crs=RD_NEW).to_crs(opened.crs.to_wkt())
    transformed: Polygons = moved.to_numpy()
    return transformed


def _outside(opened: rasterio.DatasetReader, polygons: Polygons) -> NDArray[np.bool_]:
    whole = shapely.box(*opened.bounds)
    west, south, east, north = shapely.bounds(polygons).T
    within = (
        (west >= opened.bounds.left) & (south >= opened.bounds.bottom)
        & (east <= opened.bounds.right) & (north <= opened.bounds.top)
    )  # fmt: skip
    measurable = ~within & np.isfinite(shapely.area(polygons))  # else it cannot be in the coordinates of the raster
    inside = shapely.area(shapely.intersection(polygons[measurable], whole)) / shapely.area(polygons[measurable])
    outside: NDArray[np.bool_] = ~within
    outside[measurable] = inside < 1 - OUTSIDE
    return outside


def _notes(valid: NDArray[np.float64], outside: NDArray[np.bool_], infinite: int) -> tuple[str, ...]:
    """What the raster could not tell, counted."""
    counted = (
        (message("outside the raster, unknown"), outside),
        (message("without a cell with a value, unknown"), (valid == 0) & ~outside),
        (message("with a value on less than half of the surface"), (valid > 0) & (valid < HALF) & ~outside),
    )
    areas = [
        say("{what}: {count} of {whole}", what=what, count=int(which.sum()), whole=len(valid))
        for what, which in counted if which.any()
    ]  # fmt: skip
    cells = (
        [say("cells with an infinite value, or one beyond 1e38, read as without a value: {count}", count=infinite)]
        if infinite
        else []
    )
    return *areas, *cells


def _empty_shares(table: pd.DataFrame, raster: Raster) -> tuple[str, ...]:
    """The shares that are 0 everywhere: their classes may be mistyped."""
    return tuple(
        say(
            "{column}: no cell in these areas has a value of {classes}, so that its share is 0 everywhere; see whether "
            "the classes are those of this raster",
            column=name, classes=", ".join(f"{one:g}" for one in taken.classes),
        )
        for name, taken in raster.column.items()
        if taken.take == "share" and not (table[name] > 0).any()
    )  # fmt: skip
