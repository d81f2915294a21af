"""From a file of points to a file with their density, and what to know of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import CRSError, ProjError

from boundaries.crs import system_of, within
from boundaries.rd import RD_BOUNDS, RD_NEW
from geo.densities import LEAST_NEAR, Density, Kernel, density, rounded
from geo.errors import SourceError, first_few
from geo.messages import Message, message
from geo.polygons import Floats
from layers.messages import say
from services.exporters.geotiff import export_grid
from services.formats import bounds
from services.formats.memory import bounded


def surface(
    path: Path, to: Path, kernel: Kernel, weight: str | None, steps: Callable[[str], None], layer: str | None = None
) -> tuple[Message, ...]:
    """Write the density of the points in `path` to `to`; returns a summary, line by line.

    Raises SourceError for a file without usable points or with several layers of which none is named, StatisticError
    for a surface that would show houses.
    """
    steps(say("reading {file}", file=path.name))
    table = _points(_read(path, layer), path)
    placed = _in_the_netherlands(table, path)
    weights = _weights(placed, weight, path)
    steps(say("computing the density"))
    points = np.column_stack([placed.geometry.x, placed.geometry.y])
    estimated = rounded(density(points, weights, kernel))
    steps(say("writing {file}", file=to.name))
    export_grid(estimated.grid, to, unit="per km2", tags=_tags(estimated, kernel, len(placed), weight))
    return tuple(_summary(estimated, to, kernel, len(placed), len(table)))


def _summary(estimated: Density, to: Path, kernel: Kernel, points: int, whole: int) -> Iterator[Message]:
    """What was written, what is suppressed and, if any, how many points lie outside the country."""
    rows, columns = estimated.grid.values.shape
    yield message(
        "{file} written: {rows} by {columns} cells of {cell:g} m, {points} points, per km2",
        file=str(to), rows=rows, columns=columns, cell=kernel.cell, points=points,
    )  # fmt: skip
    yield message(
        "not shown, since fewer than {least} places lie near: {share:.1%} of the weight",
        least=LEAST_NEAR, share=estimated.suppressed,
    )  # fmt: skip
    if points < whole:
        yield message(
            "left out, since they lie outside the Netherlands: {count} of {whole} points",
            count=whole - points, whole=whole,
        )  # fmt: skip


def _read(path: Path, layer: str | None) -> pd.DataFrame:
    if not path.is_file():
        raise SourceError("{path}: no such file; give points as GeoParquet, GeoPackage or GeoJSON", path=path)
    parquet = path.suffix == ".parquet"
    if parquet and layer is not None:
        raise SourceError("{path}: GeoParquet has no layers; leave out --layer", path=path)
    bounds.check(path)
    try:
        if parquet:
            with bounded(path):
                table: pd.DataFrame = geopandas.read_parquet(path)
        else:
            table = geopandas.read_file(path, layer=_layer(path, layer))
    except (ValueError, OSError, pa.ArrowException, CRSError, DataSourceError, DataLayerError) as fault:
        raise SourceError(
            "{path}: cannot be read as GeoParquet, GeoPackage or GeoJSON: {fault}", path=path, fault=fault
        ) from None
    return table


def _layer(path: Path, layer: str | None) -> str:
    """The layer that is named, or the only one with a geometry."""
    layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    if not layers:
        raise SourceError("{path}: has no geometry; give a file with points", path=path)
    if layer is None and len(layers) > 1:
        raise SourceError(
            "{path}: has {count} layers: {layers}; name one with --layer",
            path=path,
            count=len(layers),
            layers=first_few(layers),
        )
    if layer is not None and layer not in layers:
        raise SourceError(
            "{path}: has no layer {layer!r} with a geometry; it has {layers}",
            path=path,
            layer=layer,
            layers=first_few(layers),
        )
    return layer or layers[0]


def _points(table: pd.DataFrame, path: Path) -> geopandas.GeoDataFrame:
    if not isinstance(table, geopandas.GeoDataFrame):
        raise SourceError("{path}: has no geometry; give a file with points", path=path)
    if table.crs is None:
        raise SourceError(
            "{path}: says in no CRS where its points lie; add it, EPSG:{rd} for RD New", path=path, rd=RD_NEW
        )
    shapes = table.geometry.to_numpy()
    without = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if without.any():
        raise SourceError(
            "{path}: {count} of {whole} rows have no point; leave them out, and say so",
            path=path,
            count=int(without.sum()),
            whole=len(table),
        )
    if kinds := set(table.geom_type) - {"Point"}:
        raise SourceError(
            "{path}: holds {kinds} besides points; give points, or the centres of areas",
            path=path,
            kinds=first_few(sorted(kinds)),
        )
    return table


def _in_the_netherlands(table: geopandas.GeoDataFrame, path: Path) -> geopandas.GeoDataFrame:
    """The points in RD New, without those outside the country. Raises SourceError where most lie there."""
    try:
        placed = table.to_crs(RD_NEW)
    except (CRSError, ProjError) as fault:
        raise SourceError(
            "{path}: declared {name!r}, which cannot be turned into RD New: {fault}; declare the right CRS",
            path=path,
            name=table.crs.name,
            fault=fault,
        ) from None
    inside = within(placed.geometry.x.to_numpy(), placed.geometry.y.to_numpy(), RD_BOUNDS)
    if inside.sum() * 2 < len(table):
        x, y = (table.geometry[~inside].get_coordinates()[axis].to_numpy() for axis in ("x", "y"))
        system = system_of(x, y)
        looks = message("they lie as points do in {system}; ", system=system) if system else ""
        raise SourceError(
            "{path}: declared {crs!r}, but then {count} of {whole} points lie outside the Netherlands, ({x:.6g}, "
            "{y:.6g}) for one; {looks}declare the right CRS, for example with ogr2ogr -a_srs EPSG:{rd} declared.gpkg "
            "{file}",
            path=path, crs=table.crs.name, count=len(x), whole=len(table), x=float(x[0]), y=float(y[0]), looks=looks,
            rd=RD_NEW, file=path.name,
        )  # fmt: skip
    return placed[inside]


def _weights(table: geopandas.GeoDataFrame, column: str | None, path: Path) -> Floats:
    if column is None:
        return np.ones(len(table))
    numbers = table.select_dtypes("number")
    if column not in numbers:
        raise SourceError(
            "{path}: no column of numbers {column!r}; it has {numbers!r}",
            path=path,
            column=column,
            numbers=list(numbers),
        )
    weights: Floats = numbers[column].to_numpy(dtype=float, na_value=np.nan)
    return weights


def _tags(estimated: Density, kernel: Kernel, points: int, weight: str | None) -> dict[str, str]:
    return {
        "TITLE": say("Density per square kilometre"),
        "UNIT": say("{what} per km2", what=weight or message("points")),
        "KERNEL": kernel.shape,
        "BANDWIDTH": f"{kernel.bandwidth:g} m",
        "POINTS": str(points),
        "LOST": f"{estimated.lost:.2f}",
        "SUPPRESSED": f"{estimated.suppressed:.2f}",
    }
