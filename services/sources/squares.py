"""CBS's squares of 100 m as a source: inhabitants and homes on a grid, for counts per area and for weights.

A square is named after its south-western corner in hectometres: E1719N4699 begins at (171900, 469900). The name is
believed, not the polygon beside it: files have been delivered with the wrong CRS. Squares with fewer than five of
something hold one of CBS's codes (-99997 and others), which are unknown and never counted; squares without inhabitants
are mostly not in the file at all, or joined into shapes without a name or any figure, which are left out and counted.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from boundaries.counts import Counts
from boundaries.dasymetric import Weights, weight_of
from boundaries.overlaps import overlaps
from geo.areas import RD_NEW, AreaFrame
from geo.errors import SourceError, first_few
from layers.sources import CBS_MISSING

SIDE = 100.0
CODES = ("crs28992res100m", "c28992r100")
"""What the column with the names of the squares has been called."""

NAME = re.compile(r"E(\d{4})N(\d{4})")


@dataclass(frozen=True, slots=True)
class Squares:
    """Squares in RD New with their figures; unknown is NaN. `where` is the file, for messages; `notes` say in Dutch
    what of it is not here.
    """

    where: str
    table: geopandas.GeoDataFrame
    notes: tuple[str, ...] = ()

    def weights(self, column: str) -> Weights:
        """The squares as weights by one column."""
        self._check(column)
        return Weights(column, self.table, column)

    def counts(self, column: str, areas: AreaFrame) -> Counts:
        """Counts per area, squares on a border spread by surface. What is unknown is not among them: see `unknown`."""
        return Counts(column, weight_of(areas, self.weights(column)))

    def unknown(self, column: str, areas: AreaFrame) -> pd.Series:
        """How many squares in an area, or partly, have no figure: its count is too low by what these hold."""
        self._check(column)
        hidden = self.table.geometry[self.table[column].isna()].to_numpy()
        found = overlaps(areas.table.geometry.to_numpy(), hidden)
        return pd.Series(np.bincount(found.left, minlength=len(areas)), areas.ids)

    def _check(self, column: str) -> None:
        if column not in self.table or not pd.api.types.is_numeric_dtype(self.table[column]):
            numbers = list(self.table.select_dtypes("number"))
            raise SourceError(f"{self.where}: no column of numbers {column!r}; it has {numbers}")


def read(path: Path) -> Squares:
    """The squares of a GeoPackage, a (Geo)Parquet file or a CSV. Raises SourceError for what are no such squares."""
    if not path.is_file():
        raise SourceError(f"{path}: no such file; give the squares of CBS as GeoPackage, GeoParquet or CSV")
    try:
        raw = _table(path)
    except (ValueError, OSError, DataSourceError, DataLayerError) as fault:
        raise SourceError(f"{path}: cannot be read: {fault}") from None
    return squares(raw, str(path))


def squares(raw: pd.DataFrame, where: str) -> Squares:
    """The squares of a table as CBS delivers it."""
    code = next((one for one in CODES if one in raw), None)
    if code is None:
        raise SourceError(
            f"{where}: no column with the names of squares: looked for {', '.join(CODES)}; found {list(raw)}"
        )
    blank = raw.drop(columns=[one for one in (code, "geometry") if one in raw]).isna().all(axis=1) & raw[code].isna()
    notes = (f"zonder naam en zonder cijfers, weggelaten: {int(blank.sum())} van {len(raw)}",) if blank.any() else ()
    raw = raw[~blank]
    names = raw[code].astype(str).str.strip()
    corner = names.str.extract(NAME).astype(float) * SIDE
    whole = names.str.fullmatch(NAME)
    if not whole.all():
        raise SourceError(
            f"{where}: {int((~whole).sum())} names in column {code!r} are not those of squares of 100 m "
            f"(E1719N4699): {first_few(names[~whole])}"
        )
    if len(doubles := names[names.duplicated()]):
        raise SourceError(f"{where}: {len(doubles)} squares occur more than once: {first_few(doubles)}")
    table = raw.drop(columns=[code, *(["geometry"] if "geometry" in raw else [])]).set_axis(names.rename("square"))
    known = table.apply(_known)
    x, y = corner[0].to_numpy(), corner[1].to_numpy()
    polygons = shapely.box(x, y, x + SIDE, y + SIDE)
    return Squares(where, geopandas.GeoDataFrame(known, geometry=polygons, crs=RD_NEW), notes)


def _known(column: pd.Series) -> pd.Series:
    """The column without CBS's codes for "no figure"."""
    return column.mask(column.isin(list(CBS_MISSING))) if pd.api.types.is_numeric_dtype(column) else column


def _table(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix == ".csv":
        return pd.read_csv(path, sep=None, engine="python")
    return pd.DataFrame(geopandas.read_file(path).drop(columns="geometry"))
