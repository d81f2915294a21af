"""AreaFrame: all areas of one level and one vintage, in metres."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self

import geopandas
import numpy as np
import pandas as pd
from pyproj import CRS

from geo.errors import AreaError, first_few
from geo.messages import Message, message, plural
from geo.metres import is_metric
from geo.packed import Slices
from geo.polygons import Polygons

RD_NEW = 28992
"""EPSG code of RD New, for who makes areas of the Netherlands in metres; nothing here depends on it."""

NAMES = ("name", "gemeente", "gemeente_name")
COLUMNS = (*NAMES, "geometry")


class AreaLevel(StrEnum):
    """How finely the country is divided. Figures may come per PC4, the first four digits of the postcode; no map is."""

    GEMEENTE = "gemeente"
    WIJK = "wijk"
    BUURT = "buurt"
    PC4 = "pc4"
    H3_7 = "h3-7"
    H3_8 = "h3-8"
    H3_9 = "h3-9"
    H3_10 = "h3-10"

    @property
    def resolution(self) -> int | None:
        """The H3 resolution, or None for an administrative level.

        >>> AreaLevel.H3_9.resolution, AreaLevel.BUURT.resolution
        (9, None)
        """
        return int(self.value.removeprefix("h3-")) if self.value.startswith("h3-") else None


class Areas(Protocol):
    """Areas, a slice at a time: those of an AreaFrame, or so many hexagons that all at once take gigabytes."""

    @property
    def level(self) -> AreaLevel:
        """What they are."""
        ...

    @property
    def vintage(self) -> int:
        """Of which year they are."""
        ...

    @property
    def ids(self) -> pd.Index:
        """The codes of all, sorted."""
        ...

    @property
    def polygons(self) -> Slices:
        """The polygons of all, of which a slice is at hand."""
        ...

    def __len__(self) -> int:
        """How many there are."""
        ...

    def names(self, part: slice) -> pd.DataFrame:
        """Of a slice of them: `name`, `gemeente` and `gemeente_name`."""
        ...


@dataclass(frozen=True, slots=True)
class AreaFrame:
    """All areas of one level and vintage: `table` is indexed by `area_id`, unique and sorted, with `COLUMNS`.

    Polygons are valid, not empty and in a coordinate reference system of metres (geo.metres), which is that of the
    table; what CBS has is in RD New. Raises AreaError naming the first areas that are not.

    >>> AreaFrame(AreaLevel.BUURT, 2025, geopandas.GeoDataFrame(columns=["name", "geometry"], crs=4326))
    Traceback (most recent call last):
    geo.errors.AreaError: areas (buurt 2025): columns gemeente, gemeente_name are missing; found name, geometry
    """

    level: AreaLevel
    vintage: int
    table: geopandas.GeoDataFrame

    def __post_init__(self) -> None:
        where = message("areas ({level} {vintage})", level=self.level.value, vintage=self.vintage)
        table = self.table
        if missing := [column for column in COLUMNS if column not in table]:
            columns = [str(column) for column in table.columns]
            raise AreaError(
                "{where}: columns {missing} are missing; found {columns}", where=where, missing=missing, columns=columns
            )
        check_areas(where, table)
        if not table.index.is_monotonic_increasing:
            raise AreaError("{where}: codes are not sorted; sort the table by its index", where=where)

    def __len__(self) -> int:
        return len(self.table)

    @property
    def ids(self) -> pd.Index:
        """The codes of the areas, sorted."""
        ids: pd.Index = self.table.index
        return ids

    @property
    def crs(self) -> CRS:
        """The system that their coordinates are in."""
        crs: CRS = self.table.crs
        return crs

    @property
    def polygons(self) -> Polygons:
        """Their polygons."""
        polygons: Polygons = self.table.geometry.to_numpy()
        return polygons

    def names(self, part: slice) -> pd.DataFrame:
        """Of a slice of them: `name`, `gemeente` and `gemeente_name`."""
        return pd.DataFrame(self.table.iloc[part])[list(NAMES)]

    def where(self, keep: "pd.Series[bool]") -> Self:
        """The areas for which `keep` is true, in the same order."""
        return type(self)(self.level, self.vintage, self.table[keep])


def check_areas(where: Message | str, table: geopandas.GeoDataFrame) -> None:
    """Raise AreaError unless `table` has unique codes for index, and valid polygons that are not empty, in metres.

    Nothing is transformed or repaired here: both move borders, and who moves them should know.
    """
    _check_ids(where, table.index)
    _check_crs(where, table)
    _check_polygons(where, table.geometry)


def _check_crs(where: Message | str, table: geopandas.GeoDataFrame) -> None:
    if table.crs is None or not is_metric(table.crs, tuple(table.total_bounds.tolist())):
        raise AreaError(
            "{where}: polygons must be in metres, as in the system of their country (EPSG:28992 for the Netherlands) "
            "or of Europe (EPSG:3035), found {crs}; transform them first",
            where=where,
            crs=message("no CRS") if table.crs is None else table.crs.to_string(),
        )


def _check_ids(where: Message | str, ids: pd.Index) -> None:
    if ids.hasnans:
        count = int(np.sum(ids.isna()))
        raise AreaError(
            plural("{where}: 1 area has no code", "{where}: {count} areas have no code", count=count, where=where)
        )
    if not ids.is_unique:
        doubles = ids[ids.duplicated()].unique()
        raise AreaError(
            plural(
                "{where}: 1 code occurs more than once: {codes}; join its parts",
                "{where}: {count} codes occur more than once: {codes}; join their parts",
                count=len(doubles),
                where=where,
                codes=first_few(doubles),
            )
        )


def _check_polygons(where: Message | str, polygons: geopandas.GeoSeries) -> None:
    faults = (
        (message("no or an empty polygon"), polygons.isna() | polygons.is_empty),
        (message("another shape than a polygon"), ~polygons.geom_type.isin(["Polygon", "MultiPolygon"])),
        (message("an invalid polygon"), ~polygons.is_valid),
        (message("coordinates that are not finite"), ~np.isfinite(polygons.bounds).all(axis=1)),
    )
    for fault, faulty in faults:
        if faulty.any():
            raise AreaError(
                plural(
                    "{where}: 1 area has {fault}: {codes}",
                    "{where}: {count} areas have {fault}: {codes}",
                    count=int(faulty.sum()),
                    where=where,
                    fault=fault,
                    codes=first_few(polygons.index[faulty]),
                )
            )
