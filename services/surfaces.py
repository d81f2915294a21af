"""From a file of points to a file with their density, and what to know of it."""

from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from geo.areas import RD_NEW
from geo.densities import LEAST_NEAR, Density, Smear, density
from geo.errors import SourceError, first_few
from geo.rasters import Floats
from services.exporters.geotiff import export_grid


def surface(path: Path, to: Path, smear: Smear, weight: str | None, steps: Callable[[str], None]) -> tuple[str, ...]:
    """Write the density of the points in `path` to `to`; what is told the user, line by line.

    Raises SourceError for a file without usable points, StatisticError for a surface that would show houses.
    """
    steps(f"reading {path.name}")
    table = _points(path)
    weights = _weights(table, weight, path)
    steps("smearing out")
    at = np.column_stack([table.geometry.x, table.geometry.y])
    found = density(at, weights, smear)
    steps(f"writing {to.name}")
    export_grid(found.grid, to, unit="per km2", tags=_tags(found, smear, len(table), weight))
    rows, columns = found.grid.values.shape
    return (
        f"{to} written: {rows} by {columns} cells of {smear.cell:g} m, {len(table)} points, per km2",
        f"not shown, since fewer than {LEAST_NEAR} points lie near: {found.withheld:.1%} of the weight",
    )


def _points(path: Path) -> geopandas.GeoDataFrame:
    if not path.is_file():
        raise SourceError(f"{path}: no such file; give points as GeoParquet, GeoPackage or GeoJSON")
    read = geopandas.read_parquet if path.suffix == ".parquet" else geopandas.read_file
    try:
        table = read(path)
    except (ValueError, OSError, pa.ArrowException, DataSourceError, DataLayerError) as fault:
        raise SourceError(f"{path}: cannot be read as GeoParquet, GeoPackage or GeoJSON: {fault}") from None
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
    return table.to_crs(RD_NEW)


def _weights(table: geopandas.GeoDataFrame, column: str | None, path: Path) -> Floats:
    if column is None:
        return np.ones(len(table))
    numbers = table.select_dtypes("number")
    if column not in numbers:
        raise SourceError(f"{path}: no column of numbers {column!r}; it has {list(numbers)}")
    weights: Floats = numbers[column].to_numpy(dtype=float, na_value=np.nan)
    return weights


def _tags(found: Density, smear: Smear, points: int, weight: str | None) -> dict[str, str]:
    return {
        "TITLE": "Dichtheid per vierkante kilometer",
        "UNIT": f"{weight or 'punten'} per km2",
        "KERNEL": smear.kernel,
        "BANDWIDTH": f"{smear.bandwidth:g} m",
        "POINTS": str(points),
        "LOST": f"{found.lost:.6f}",
        "WITHHELD": f"{found.withheld:.6f}",
    }
