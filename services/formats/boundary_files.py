"""Boundary files: GeoPackage, GeoJSON, FlatGeobuf, GeoParquet, a shapefile, or one of these in a zip.

Which table of a file holds the buurten is recognised by its columns and codes, not by its name: a GeoPackage of PDOK
and a zip of CBS hold buurten, wijken and gemeenten side by side, and call them otherwise each year.
"""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pyarrow.parquet
import pyogrio
import shapely
from pyproj.exceptions import CRSError

from boundaries.cbs import CURVED
from boundaries.codes import PREFIXES
from boundaries.postcodes import PATTERN as POSTCODE
from boundaries.vintages import Vintage
from geo.areas import AreaLevel
from geo.errors import SourceError
from geo.messages import joined, message
from services.formats import bounds, maps
from services.formats.memory import bounded

PARQUET = (".parquet", ".geoparquet")
INSIDE = (".gpkg", ".geojson", ".json", ".fgb", ".shp")
KINDS = (*INSIDE, *PARQUET, ".zip")
"""How the name of a boundary file may end."""

UNREADABLE = (
    pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError,
    pyogrio.errors.GeometryError, pyogrio.errors.CRSError, pyogrio.errors.FieldError,
    shapely.errors.GEOSException, CRSError, ValueError, OSError,
)  # fmt: skip
SAMPLE = 100
"""How many rows of a table are read to see whose codes it holds."""


@dataclass(frozen=True, slots=True)
class PolygonTable:
    """One table with polygons: the path and name by which GDAL finds it, and the level of its codes if it has any."""

    path: str
    name: str
    level: AreaLevel | None


def read(path: Path, vintage: Vintage, level: AreaLevel = AreaLevel.BUURT) -> geopandas.GeoDataFrame:
    """The areas of a level in a boundary file, all columns as they are.

    Raises SourceError for a file that is not there, no boundary file, damaged or locked, and for one without exactly
    one table of that level, listing those it has.
    """
    _check(path)
    try:
        if path.suffix.lower() in PARQUET:
            return read_parquet(path)
        return _table(_chosen(path, list(_layers(path, vintage)), vintage, level))
    except UNREADABLE as fault:
        raise SourceError(
            "{path}: cannot be read as a boundary file: {fault}; the file is damaged or is of another kind than its "
            "name says; save it anew, for example from QGIS as GeoPackage",
            path=path, fault=_brief(fault),
        ) from None  # fmt: skip


def _table(layer: PolygonTable) -> geopandas.GeoDataFrame:
    """The rows of a table. GDAL makes curves straight where it hands over shapes and not their bytes; it is said."""
    try:
        table = pyogrio.read_dataframe(layer.path, layer=layer.name, use_arrow=True)
    except NotImplementedError:  # of shapely, for curves
        table = pyogrio.read_dataframe(layer.path, layer=layer.name, use_arrow=False)
        table.attrs[CURVED] = True
    maps.check_whole(Path(layer.path), pyogrio.read_info(layer.path, layer=layer.name), len(table))
    return table


def names(path: Path, vintage: Vintage, level: AreaLevel) -> pd.Series:
    """What wijken or gemeenten are called, by code, where the file has a table of them beside its buurten; else
    nothing: the buurten of PDOK do not name their wijk.
    """
    _check(path)
    if path.suffix.lower() in PARQUET:
        return pd.Series(dtype=str)
    for layer in (table for table in _layers(path, vintage) if table.level is level):
        table = pyogrio.read_dataframe(layer.path, layer=layer.name, read_geometry=False, use_arrow=True)
        code, name = (vintage.column(ours, table) for ours in (level.value, f"{level}_name"))
        if code is not None and name is not None:
            by_code: pd.Series = table.dropna(subset=[code, name]).drop_duplicates(code).set_index(code)[name]
            return by_code.str.strip()
    return pd.Series(dtype=str)


def of_year(folder: Path, year: int, what: str = "buurten") -> Path | None:
    """The boundary file of a year in a folder, `buurten-2024` and any of the endings; None where there is none.

    Raises SourceError where there are two: which one counts is not ours to choose.
    """
    name = f"{what}-{year}"
    files = sorted(file for file in folder.glob(f"{name}.*") if file.stem == name and file.suffix.lower() in KINDS)
    if len(files) > 1:
        raise SourceError(
            "{folder}: {count} boundary files of {year}: {files}; keep one",
            folder=folder, count=len(files), year=year, files=", ".join(file.name for file in files),
        )  # fmt: skip
    return files[0] if files else None


def rows(path: Path, layer: str | None, columns: Sequence[str], only: tuple[str, str] | None) -> geopandas.GeoDataFrame:
    """These columns of the rows of a layer, with polygons; of those alone that have a value in a column, (column,
    value), where `only` is given: the file may be of a continent.

    Raises SourceError for a file that is not there or damaged, without such a layer or column.
    """
    _check(path)
    try:
        source, name = _named(path, layer)
        there = list(pyogrio.read_info(source, layer=name)["fields"])
        if missing := [one for one in (*columns, *(only[:1] if only else ())) if one not in there]:
            raise SourceError(
                "{path}: no column {missing}; it has {columns}; say in its declaration what they are called here",
                path=path, missing=missing, columns=there,
            )  # fmt: skip
        where = f""""{only[0]}" = '{only[1]}'""" if only else None  # a column that is there, and two letters
        return pyogrio.read_dataframe(source, layer=name, columns=list(columns), where=where, use_arrow=True)
    except UNREADABLE as fault:
        raise SourceError(
            "{path}: cannot be read as a boundary file: {fault}; the file is damaged or is of another kind than its "
            "name says; save it anew, for example from QGIS as GeoPackage",
            path=path, fault=_brief(fault),
        ) from None  # fmt: skip


def _named(path: Path, layer: str | None) -> tuple[str, str]:
    """Where GDAL finds a layer with polygons: the one of that name, or the only one."""
    there = [(source, str(name)) for source in _sources(path) for name, shape in pyogrio.list_layers(source)
             if shape is not None and "Point" not in shape and "Line" not in shape]  # fmt: skip
    named = [one for one in there if layer in (None, one[1])]
    if len(named) != 1:
        raise SourceError(
            "{path}: {count} layers with polygons are called {layer}; it has {layers}; name one of these as `layer`",
            path=path, count=len(named), layer=layer or message("anything"), layers=[name for _, name in there],
        )  # fmt: skip
    return named[0]


def _check(path: Path) -> None:
    if not path.is_file():
        raise SourceError("{path}: no such file; give a boundary file that is there", path=path)
    if path.suffix.lower() not in KINDS:
        raise SourceError(
            "{path}: a boundary file ends in {kinds}; save it as one of these, for example from QGIS",
            path=path, kinds=", ".join(KINDS),
        )  # fmt: skip
    bounds.check(path)
    if path.suffix.lower() == ".zip":
        _check_zip(path)


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            if any(entry.flag_bits & 1 for entry in packed.infolist()):
                raise SourceError(
                    "{path}: locked with a password; unpack it and give the boundary file itself", path=path
                )
            damaged = packed.testzip()
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as fault:
        raise SourceError(
            "{path}: not a zip, or a damaged one: {fault}; fetch or pack it again", path=path, fault=str(fault)
        ) from None
    if damaged:
        raise SourceError(
            "{path}: damaged: {entry} in it is not what was packed; fetch or pack it again", path=path, entry=damaged
        )


def read_parquet(path: Path) -> geopandas.GeoDataFrame:
    """The one table of a GeoParquet file."""
    if b"geo" not in (pyarrow.parquet.read_schema(path).metadata or {}):
        raise SourceError(
            "{path}: Parquet without geometry (no GeoParquet metadata); save it with geopandas or GDAL, which write it",
            path=path,
        )
    with bounded(path):
        return geopandas.read_parquet(path)


def _layers(path: Path, vintage: Vintage) -> Iterator[PolygonTable]:
    """Every table with geometry in a file, or in all boundary files of a zip."""
    for source in _sources(path):
        for name, shape in pyogrio.list_layers(source):
            if shape is not None and "Point" not in shape and "Line" not in shape:
                yield PolygonTable(source, name, _level(source, name, vintage))


def _sources(path: Path) -> Sequence[str]:
    if path.suffix.lower() != ".zip":
        return [str(path)]
    with zipfile.ZipFile(path) as packed:
        inside = sorted(file for file in packed.namelist() if file.lower().endswith(INSIDE) and "__MACOSX" not in file)
    if not inside:
        raise SourceError(
            "{path}: no boundary file in it; it must hold a file that ends in {kinds}",
            path=path, kinds=", ".join(INSIDE),
        )  # fmt: skip
    return [f"/vsizip/{{{path.resolve()}}}/{file}" for file in inside]


def _level(source: str, layer: str, vintage: Vintage) -> AreaLevel | None:
    """Whose codes a table holds; a table of buurten names their wijk and gemeente too, so the finest counts."""
    columns = pyogrio.read_info(source, layer=layer)["fields"]
    named = ("code", "wijk", "gemeente", "postcode")
    column = next((at for ours in named if (at := vintage.column(ours, columns))), None)
    if column is None:
        return None
    codes = pyogrio.read_dataframe(source, layer=layer, columns=[column], read_geometry=False, max_features=SAMPLE)[
        column
    ]
    codes = codes.dropna().astype(str).str.strip()
    if len(codes) and codes.str.fullmatch(POSTCODE).all():
        return AreaLevel.PC4
    begin = codes.str[:2]
    return next((level for level, prefix in PREFIXES.items() if (begin == prefix).any()), None)


def _chosen(path: Path, layers: Sequence[PolygonTable], vintage: Vintage, level: AreaLevel) -> PolygonTable:
    """The one table of that level; of several, the one that names the year."""
    fitting = [layer for layer in layers if layer.level is level]
    of_year = [layer for layer in fitting if str(vintage.year) in layer.name] if len(fitting) > 1 else fitting
    if len(of_year) == 1:
        return of_year[0]
    listed = joined(", ", [
        message("{name} ({level})", name=layer.name, level=layer.level or message("no codes of ours"))
        for layer in layers
    ])  # fmt: skip
    tables = listed if layers else message("none with polygons")
    if not fitting:
        raise SourceError(
            "{path}: no table with {level} codes ({prefix}...), looked for in columns {columns}; its tables: {tables}; "
            "give a boundary file of {level} areas, or rename the column with their codes to {first}",
            path=path, level=level, prefix=PREFIXES.get(level, "1011"), tables=tables,
            first="postcode" if level is AreaLevel.PC4 else f"{level}code",
            columns=", ".join(vintage.aliases["postcode" if level is AreaLevel.PC4 else "code"]),
        )  # fmt: skip
    raise SourceError(
        "{path}: {count} tables with {level} codes: {tables}; keep one, or give it by itself",
        path=path, count=len(fitting), level=level, tables=tables,
    )  # fmt: skip


def _brief(fault: Any) -> str:
    """The first line of what a library says of it."""
    return str(fault).strip().split("\n", 1)[0][:200] or type(fault).__name__
