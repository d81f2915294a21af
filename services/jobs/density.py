"""From a file of points to a file with their density, and what to know of it."""

from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import CRSError, ProjError

from boundaries.crs import RD_BOUNDS, system_of, within
from geo.areas import RD_NEW
from geo.densities import LEAST_NEAR, Density, Kernel, density
from geo.errors import SourceError, first_few
from geo.rasters import Floats
from services.exporters.geotiff import export_grid


def surface(
    path: Path, to: Path, smear: Kernel, weight: str | None, steps: Callable[[str], None], layer: str | None = None
) -> tuple[str, ...]:
    """Write the density of the points in `path` to `to`; what is told the user, line by line.

    Raises SourceError for a file without usable points or with several layers of which none is named, StatisticError
    for a surface that would show houses.
    """
    steps(f"reading {path.name}")
    table = _points(_read(path, layer), path)
    placed = _in_the_netherlands(table, path)
    weights = _weights(placed, weight, path)
    steps("smearing out")
    at = np.column_stack([placed.geometry.x, placed.geometry.y])
    found = density(at, weights, smear)
    steps(f"writing {to.name}")
    export_grid(found.grid, to, unit="per km2", tags=_tags(found, smear, len(placed), weight))
    rows, columns = found.grid.values.shape
    told = (
        f"{to} written: {rows} by {columns} cells of {smear.cell:g} m, {len(placed)} points, per km2",
        f"not shown, since fewer than {LEAST_NEAR} places lie near: {found.suppressed:.1%} of the weight",
    )
    stray = len(table) - len(placed)
    return told if not stray else (
        *told, f"left out, since they lie outside the Netherlands: {stray} of {len(table)} points"
    )  # fmt: skip


def _read(path: Path, layer: str | None) -> pd.DataFrame:
    if not path.is_file():
        raise SourceError(f"{path}: no such file; give points as GeoParquet, GeoPackage or GeoJSON")
    parquet = path.suffix == ".parquet"
    if parquet and layer is not None:
        raise SourceError(f"{path}: GeoParquet has no layers; leave out --layer")
    try:
        table: pd.DataFrame = (
            geopandas.read_parquet(path) if parquet else geopandas.read_file(path, layer=_layer(path, layer))
        )
    except (ValueError, OSError, pa.ArrowException, DataSourceError, DataLayerError) as fault:
        raise SourceError(f"{path}: cannot be read as GeoParquet, GeoPackage or GeoJSON: {fault}") from None
    return table


def _layer(path: Path, layer: str | None) -> str:
    """The layer that is named, or the only one with a geometry."""
    layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    if not layers:
        raise SourceError(f"{path}: has no geometry; give a file with points")
    if layer is None and len(layers) > 1:
        raise SourceError(f"{path}: has {len(layers)} layers: {first_few(layers)}; name one with --layer")
    if layer is not None and layer not in layers:
        raise SourceError(f"{path}: has no layer {layer!r} with a geometry; it has {first_few(layers)}")
    return layer or layers[0]


def _points(table: pd.DataFrame, path: Path) -> geopandas.GeoDataFrame:
    if not isinstance(table, geopandas.GeoDataFrame):
        raise SourceError(f"{path}: has no geometry; give a file with points")
    if table.crs is None:
        raise SourceError(f"{path}: says in no CRS where its points lie; add it, EPSG:{RD_NEW} for RD New")
    shapes = table.geometry.to_numpy()
    unusable = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if unusable.any():
        raise SourceError(
            f"{path}: {int(unusable.sum())} of {len(table)} rows have no point; leave them out, and say so"
        )
    if kinds := set(table.geom_type) - {"Point"}:
        raise SourceError(
            f"{path}: holds {first_few(sorted(kinds))} besides points; give points, or the centres of areas"
        )
    return table


def _in_the_netherlands(table: geopandas.GeoDataFrame, path: Path) -> geopandas.GeoDataFrame:
    """The points in RD New, but for strays outside the country. Raises SourceError where most lie there."""
    try:
        placed = table.to_crs(RD_NEW)
    except (CRSError, ProjError) as fault:
        raise SourceError(
            f"{path}: declared {table.crs.name!r}, which cannot be turned into RD New: {fault}; declare the right CRS"
        ) from None
    inside = within(placed.geometry.x.to_numpy(), placed.geometry.y.to_numpy(), RD_BOUNDS)
    if inside.sum() * 2 < len(table):
        x, y = (table.geometry[~inside].get_coordinates()[one].to_numpy() for one in ("x", "y"))
        system = system_of(x, y)
        raise SourceError(
            f"{path}: declared {table.crs.name!r}, but then {len(x)} of {len(table)} points lie outside the "
            f"Netherlands, ({x[0]:.6g}, {y[0]:.6g}) for one; {f'they lie as points do in {system}; ' if system else ''}"
            f"declare the right CRS, for example with ogr2ogr -a_srs EPSG:{RD_NEW} declared.gpkg {path.name}"
        )
    return placed[inside]


def _weights(table: geopandas.GeoDataFrame, column: str | None, path: Path) -> Floats:
    if column is None:
        return np.ones(len(table))
    numbers = table.select_dtypes("number")
    if column not in numbers:
        raise SourceError(f"{path}: no column of numbers {column!r}; it has {list(numbers)}")
    weights: Floats = numbers[column].to_numpy(dtype=float, na_value=np.nan)
    return weights


def _tags(found: Density, smear: Kernel, points: int, weight: str | None) -> dict[str, str]:
    return {
        "TITLE": "Dichtheid per vierkante kilometer",
        "UNIT": f"{weight or 'punten'} per km2",
        "KERNEL": smear.shape,
        "BANDWIDTH": f"{smear.bandwidth:g} m",
        "POINTS": str(points),
        "LOST": f"{found.lost:.6f}",
        "WITHHELD": f"{found.suppressed:.6f}",
    }
