"""A map of one's own: GeoPackage, GeoJSON, FlatGeobuf, GeoParquet, a shapefile, or one of these in a zip.

Which table of a file holds the buurten is told by its columns and codes, not by its name: a GeoPackage of PDOK and a
zip of CBS hold buurten, wijken and gemeenten side by side, and call them otherwise each year.
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

from boundaries.codes import PREFIXES
from boundaries.vintages import Vintage
from geo.areas import AreaLevel
from geo.errors import SourceError

PARQUET = (".parquet", ".geoparquet")
INSIDE = (".gpkg", ".geojson", ".json", ".fgb", ".shp")
KINDS = (*INSIDE, *PARQUET, ".zip")
"""How the name of a map may end."""

UNREADABLE = (
    pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError,
    pyogrio.errors.GeometryError, pyogrio.errors.CRSError, pyogrio.errors.FieldError,
    shapely.errors.GEOSException, ValueError, OSError,
)  # fmt: skip
SEEN = 100
"""How many rows of a table are looked at to see whose codes it holds."""


@dataclass(frozen=True, slots=True)
class PolygonTable:
    """One table with polygons: the path and name by which GDAL finds it, and the level of its codes if it has any."""

    path: str
    name: str
    level: AreaLevel | None


def read(path: Path, vintage: Vintage, level: AreaLevel = AreaLevel.BUURT) -> geopandas.GeoDataFrame:
    """The areas of a level on a map, all columns as they are.

    Raises SourceError for a file that is not there, no map, damaged or locked, and for one without exactly one table
    of that level, listing those it has.
    """
    _check(path)
    try:
        if path.suffix.lower() in PARQUET:
            return read_parquet(path)
        layer = _chosen(path, list(_layers(path, vintage)), vintage, level)
        return pyogrio.read_dataframe(layer.path, layer=layer.name, use_arrow=True)
    except UNREADABLE as fault:
        raise SourceError(
            f"{path}: cannot be read as a map: {_brief(fault)}; the file is damaged or is of another kind than its "
            "name says; save it anew, for example from QGIS as GeoPackage"
        ) from None


def names(path: Path, vintage: Vintage, level: AreaLevel) -> pd.Series:
    """What wijken or gemeenten are called, by code, where the map has a table of them beside its buurten; else nothing:
    the buurten of PDOK do not name their wijk.
    """
    _check(path)
    fitting = [] if path.suffix.lower() in PARQUET else [one for one in _layers(path, vintage) if one.level is level]
    for one in fitting:
        table = pyogrio.read_dataframe(one.path, layer=one.name, read_geometry=False, use_arrow=True)
        code, name = (vintage.column(ours, table) for ours in (level.value, f"{level}_name"))
        if code is not None and name is not None:
            called: pd.Series = table.dropna(subset=[code, name]).drop_duplicates(code).set_index(code)[name]
            return called.str.strip()
    return pd.Series(dtype=str)


def of_year(folder: Path, year: int, what: str = "buurten") -> Path | None:
    """The map of a year in a folder, `buurten-2024` and any of the endings; None where there is none.

    Raises SourceError where there are two: which one counts is not ours to choose.
    """
    name = f"{what}-{year}"
    found = sorted(one for one in folder.glob(f"{name}.*") if one.stem == name and one.suffix.lower() in KINDS)
    if len(found) > 1:
        raise SourceError(f"{folder}: {len(found)} maps of {year}: {', '.join(one.name for one in found)}; keep one")
    return found[0] if found else None


def _check(path: Path) -> None:
    if not path.is_file():
        raise SourceError(f"{path}: no such file; give a map that is there")
    if path.suffix.lower() not in KINDS:
        raise SourceError(f"{path}: a map ends in {', '.join(KINDS)}; save it as one of these, for example from QGIS")
    if path.suffix.lower() == ".zip":
        _check_zip(path)


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            if any(one.flag_bits & 1 for one in packed.infolist()):
                raise SourceError(f"{path}: locked with a password; unpack it and give the map itself")
            damaged = packed.testzip()
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as fault:
        raise SourceError(f"{path}: not a zip, or a damaged one: {fault}; fetch or pack it again") from None
    if damaged:
        raise SourceError(f"{path}: damaged: {damaged} in it is not what was packed; fetch or pack it again")


def read_parquet(path: Path) -> geopandas.GeoDataFrame:
    """The one table of a GeoParquet file."""
    if b"geo" not in (pyarrow.parquet.read_schema(path).metadata or {}):
        raise SourceError(
            f"{path}: Parquet without geometry (no GeoParquet metadata); save it with geopandas or GDAL, which write it"
        )
    return geopandas.read_parquet(path)


def _layers(path: Path, vintage: Vintage) -> Iterator[PolygonTable]:
    """Every table with geometry in a file, or in all maps of a zip."""
    for source in _sources(path):
        for name, shape in pyogrio.list_layers(source):
            if shape is not None and "Point" not in shape and "Line" not in shape:
                yield PolygonTable(source, name, _level(source, name, vintage))


def _sources(path: Path) -> Sequence[str]:
    if path.suffix.lower() != ".zip":
        return [str(path)]
    with zipfile.ZipFile(path) as packed:
        maps = sorted(one for one in packed.namelist() if one.lower().endswith(INSIDE) and "__MACOSX" not in one)
    if not maps:
        raise SourceError(f"{path}: no map in it; it must hold a file that ends in {', '.join(INSIDE)}")
    return [f"/vsizip/{{{path.resolve()}}}/{one}" for one in maps]


def _level(source: str, layer: str, vintage: Vintage) -> AreaLevel | None:
    """Whose codes a table holds; a table of buurten names their wijk and gemeente too, so the finest counts."""
    columns = pyogrio.read_info(source, layer=layer)["fields"]
    column = next((at for ours in ("code", "wijk", "gemeente") if (at := vintage.column(ours, columns))), None)
    if column is None:
        return None
    codes = pyogrio.read_dataframe(source, layer=layer, columns=[column], read_geometry=False, max_features=SEEN)[
        column
    ]
    begin = codes.dropna().astype(str).str.strip().str[:2]
    return next((level for level, prefix in PREFIXES.items() if (begin == prefix).any()), None)


def _chosen(path: Path, layers: Sequence[PolygonTable], vintage: Vintage, level: AreaLevel) -> PolygonTable:
    """The one table of that level; of several, the one that names the year."""
    fitting = [one for one in layers if one.level is level]
    named = [one for one in fitting if str(vintage.year) in one.name] if len(fitting) > 1 else fitting
    if len(named) == 1:
        return named[0]
    listed = ", ".join(f"{one.name} ({one.level or 'no codes of ours'})" for one in layers) or "none with polygons"
    if not fitting:
        looked = ", ".join(vintage.aliases["code"])
        raise SourceError(
            f"{path}: no table with {level} codes ({PREFIXES[level]}...), looked for in columns {looked}; its tables: "
            f"{listed}; give a map of {level} areas, or add the column's name to boundaries/vintages.toml"
        )
    raise SourceError(f"{path}: {len(fitting)} tables with {level} codes: {listed}; keep one, or give it by itself")


def _brief(fault: Any) -> str:
    """The first line of what a library says of it."""
    return str(fault).strip().split("\n", 1)[0][:200] or type(fault).__name__
