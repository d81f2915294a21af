"""A raster as a source: what lies of it in each area. Areas go to the raster's coordinates, never the other way."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
import shapely
from exactextract.raster import RasterioRasterSource
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from geo.areas import RD_NEW, AreaFrame
from geo.errors import SourceError, first_few
from geo.rasters import VALID, Polygons, Take
from geo.rasters import zonal as zonal_
from layers.declarations.rasters import Raster
from layers.declarations.sources import SourceDeclaration
from layers.method.ports import Delivered
from services.files import digest

OUTSIDE = 1e-3
"""Share of an area that may lie outside the raster: the coast of one map is not that of another."""

LONGEST = 500.0
"""Metres between corners, so that a side is as straight in other coordinates as it was in RD New."""

HALF = 0.5


def zonal(declaration: SourceDeclaration, areas: AreaFrame, root: Path) -> Delivered:
    """The declared columns for every area; NaN where no cell has a value, counted in the notes.

    Raises SourceError for a file that cannot be read or has no such band, no CRS or a turned grid, and for one that
    covers none of the areas, or less than all without saying so.
    """
    raster = declaration.raster
    if raster is None:
        raise SourceError(f"source {declaration.id!r}: declares no [raster]")
    path = root / raster.path
    if not path.is_file():
        raise SourceError(f"{path}: no such file; ZICHT_DATA (or real=) must name the folder that holds {raster.path}")
    with _opened(path) as opened:
        _check(opened, raster, path)
        polygons = _in_coordinates_of(opened, areas)
        outside = _outside(opened, polygons)
        _check_outside(opened, raster, areas.ids[outside], len(areas), path)
        band = _Band(opened, raster)
        found = _read(path, band, raster, polygons).set_axis(areas.ids)
        rows = opened.width * opened.height
    table = found.drop(columns=VALID)
    table[outside] = np.nan
    return Delivered(table, raster.path, rows, digest(path), _notes(found[VALID], outside, band.infinite))


class _Band(RasterioRasterSource):  # type: ignore[misc]
    """One band, read in windows; without a value where the file or the declaration says so, where it is NaN, and where
    it is infinite: `infinite` counts those that were read.
    """

    def __init__(self, opened: rasterio.DatasetReader, raster: Raster) -> None:
        super().__init__(opened, raster.band)
        self._declared = raster.nodata
        self.infinite = 0

    def nodata_value(self) -> None:
        """None: cells without a value are NaN."""

    def read_window(self, x0: int, y0: int, nx: int, ny: int) -> NDArray[np.floating]:
        cells = np.ma.masked_array(super().read_window(x0, y0, nx, ny))
        known: NDArray[np.floating] = cells.data.astype(np.result_type(cells.dtype, np.float32), copy=False)
        np.copyto(known, np.nan, where=np.ma.getmaskarray(cells))
        if self._declared is not None:
            known[known == self._declared] = np.nan
        infinite = np.isinf(known)
        self.infinite += int(infinite.sum())
        known[infinite] = np.nan
        return known


def _opened(path: Path) -> rasterio.DatasetReader:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # it is refused, in words of our own
        try:
            return rasterio.open(path)
        except RasterioError as fault:
            raise SourceError(f"{path}: cannot be read as a raster: {fault}") from None


def _read(path: Path, band: _Band, raster: Raster, polygons: Polygons) -> pd.DataFrame:
    takes = [Take(column, one.take, one.classes) for column, one in raster.column.items()]
    try:
        return zonal_(band, polygons, takes)
    except RasterioError as fault:
        raise SourceError(f"{path}: cannot be read to the end: {fault.__cause__ or fault}; fetch it again") from None


def _check(opened: rasterio.DatasetReader, raster: Raster, path: Path) -> None:
    if raster.band > opened.count:
        raise SourceError(f"{path}: has no band {raster.band}; it has {opened.count}")
    if opened.crs is None:
        raise SourceError(
            f"{path}: says in no CRS where it lies; add it: gdal_edit.py -a_srs EPSG:{RD_NEW} {path.name}"
        )
    turned = opened.transform
    if turned.b or turned.d or turned.e > 0:
        raise SourceError(
            f"{path}: its grid is turned or upside down; straighten it: gdalwarp {path.name} straight.tif"
        )


def _check_outside(opened: rasterio.DatasetReader, raster: Raster, outside: pd.Index, areas: int, path: Path) -> None:
    if len(outside) == areas:
        west, south, east, north = (f"{one:.6g}" for one in opened.bounds)
        raise SourceError(
            f"{path}: covers none of the {areas} areas whole; it declares {opened.crs.to_string()[:60]} and runs from "
            f"({west}, {south}) to ({east}, {north}); if that CRS is wrong, correct it: gdal_edit.py -a_srs "
            f"EPSG:{RD_NEW} {path.name}; else give a raster of these areas"
        )
    if len(outside) and raster.covers == "all":
        raise SourceError(
            f"{path}: covers less than the areas: {len(outside)} of {areas} lie outside for more than "
            f"{OUTSIDE:.1%}: {first_few(outside)}; give a larger raster, or declare covers = 'part'"
        )


def _in_coordinates_of(opened: rasterio.DatasetReader, areas: AreaFrame) -> Polygons:
    polygons = areas.table.geometry
    if opened.crs.to_epsg() != RD_NEW:
        polygons = polygons.segmentize(LONGEST).to_crs(opened.crs.to_wkt())
    placed: Polygons = polygons.to_numpy()
    return placed


def _outside(opened: rasterio.DatasetReader, polygons: Polygons) -> NDArray[np.bool_]:
    whole = shapely.box(*opened.bounds)
    west, south, east, north = shapely.bounds(polygons).T
    within = (
        (west >= opened.bounds.left) & (south >= opened.bounds.bottom)
        & (east <= opened.bounds.right) & (north <= opened.bounds.top)
    )  # fmt: skip
    there = ~within & np.isfinite(shapely.area(polygons))  # else it cannot be in the coordinates of the raster
    inside = shapely.area(shapely.intersection(polygons[there], whole)) / shapely.area(polygons[there])
    outside: NDArray[np.bool_] = ~within
    outside[there] = inside < 1 - OUTSIDE
    return outside


def _notes(valid: pd.Series, outside: NDArray[np.bool_], infinite: int) -> tuple[str, ...]:
    """What the raster could not tell, counted."""
    told: dict[str, pd.Series[bool] | NDArray[np.bool_]] = {
        "buiten het raster, onbekend": outside,
        "zonder een cel met waarde, onbekend": (valid == 0) & ~outside,
        "met op minder dan de helft van de oppervlakte een waarde": (valid > 0) & (valid < HALF) & ~outside,
    }
    areas = [f"{what}: {int(which.sum())} van {len(valid)}" for what, which in told.items() if which.any()]
    cells = [f"cellen met een oneindige waarde, gelezen als zonder waarde: {infinite}"] if infinite else []
    return *areas, *cells
