"""AreaFrame: all areas of one level and one vintage, in RD New."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import geopandas
import numpy as np
import pandas as pd

from geo.errors import AreaError, first_few

RD_NEW = 28992
"""EPSG code of RD New, the Dutch national grid, in metres. All of zicht computes in it."""

COLUMNS = ("name", "gemeente", "gemeente_name", "geometry")


class AreaLevel(StrEnum):
    """How finely the country is divided."""

    GEMEENTE = "gemeente"
    WIJK = "wijk"
    BUURT = "buurt"
    H3_7 = "h3-7"
    H3_8 = "h3-8"
    H3_9 = "h3-9"
    H3_10 = "h3-10"

    @property
    def resolution(self) -> int | None:
        """The H3 resolution, or None for an administrative level."""
        return int(self.value.removeprefix("h3-")) if self.value.startswith("h3-") else None


@dataclass(frozen=True, slots=True)
class AreaFrame:
    """All areas of one level and vintage: `table` is indexed by `area_id`, unique and sorted, with `COLUMNS`.

    Polygons are valid, not empty and in RD New. Raises AreaError naming the first areas that are not.
    """

    level: AreaLevel
    vintage: int
    table: geopandas.GeoDataFrame

    def __post_init__(self) -> None:
        where = f"areas ({self.level} {self.vintage})"
        table = self.table
        if missing := [column for column in COLUMNS if column not in table]:
            raise AreaError(f"{where}: columns {missing} are missing; found {list(table.columns)}")
        _check_ids(where, table.index)
        if table.crs is None or table.crs.to_epsg() != RD_NEW:
            found = "no CRS" if table.crs is None else table.crs.to_string()
            raise AreaError(f"{where}: polygons must be in RD New (EPSG:{RD_NEW}), found {found}; transform them first")
        _check_polygons(where, table.geometry)

    def __len__(self) -> int:
        return len(self.table)

    @property
    def ids(self) -> pd.Index:
        """The codes of the areas, sorted."""
        ids: pd.Index = self.table.index
        return ids

    def where(self, keep: "pd.Series[bool]") -> Self:
        """The areas for which `keep` is true, in the same order."""
        return type(self)(self.level, self.vintage, self.table[keep])


def _check_ids(where: str, ids: pd.Index) -> None:
    if ids.hasnans:
        raise AreaError(f"{where}: {int(np.sum(ids.isna()))} areas have no code")
    if not ids.is_unique:
        doubles = ids[ids.duplicated()].unique()
        raise AreaError(f"{where}: {len(doubles)} codes occur more than once: {first_few(doubles)}; join their parts")
    if not ids.is_monotonic_increasing:
        raise AreaError(f"{where}: codes are not sorted; sort the table by its index")


def _check_polygons(where: str, polygons: geopandas.GeoSeries) -> None:
    unusable = {
        "no or an empty polygon": polygons.isna() | polygons.is_empty,
        "another shape than a polygon": ~polygons.geom_type.isin(["Polygon", "MultiPolygon"]),
        "an invalid polygon": ~polygons.is_valid,
        "coordinates that are not finite": ~np.isfinite(polygons.bounds).all(axis=1),
    }
    for what, found in unusable.items():
        if found.any():
            raise AreaError(f"{where}: {int(found.sum())} areas have {what}: {first_few(polygons.index[found])}")
