"""Polygons that cross themselves, repaired, and how much that changed."""

import geopandas
import pandas as pd
import shapely

from geo.errors import AreaError, first_few
from geo.messages import Message, joined, message, plural

MOST_NAMED = 5
"""How many repaired areas a note names."""
LEAST_SAID = 0.1
"""Square metres: a smaller change is not given in figures."""


def repaired(table: geopandas.GeoDataFrame, where: str) -> tuple[geopandas.GeoDataFrame, tuple[Message, ...]]:
    """The areas (column `code`, in metres) with valid polygons only, and a note of which were repaired.

    `shapely.make_valid` keeps every part that the ring goes around; what is left besides polygons (spikes that turned
    into lines) is dropped. The change is between the surface of before, in which parts that were gone around twice or
    the other way count as such, and that of after. Raises AreaError for an area of which no surface remains.
    """
    invalid = ~table.geometry.is_valid
    if not invalid.any():
        return table, ()
    before = table.geometry[invalid]
    after = geopandas.GeoSeries(
        shapely.make_valid(before.to_numpy(), method="structure", keep_collapsed=False),
        index=before.index, crs=table.crs,
    )  # fmt: skip
    if after.is_empty.any():
        raise AreaError(
            "{where}: {count} polygons have no surface and cannot be repaired: {codes}",
            where=where, count=int(after.is_empty.sum()), codes=first_few(table["code"][invalid][after.is_empty]),
        )  # fmt: skip
    valid = table.copy()
    valid.loc[invalid, "geometry"] = after
    changed = (after.area - before.area).abs()
    return valid, (_note(table["code"][invalid], changed),)


def _note(codes: pd.Series, changed: pd.Series) -> Message:
    by_code = changed.groupby(codes).sum().sort_values(ascending=False, kind="stable")
    named = joined(", ", [
        message("{code} {size}", code=code, size=_square_metres(size))
        for code, size in by_code.head(MOST_NAMED).items()
    ])  # fmt: skip
    if (rest := len(by_code) - MOST_NAMED) > 0:
        named = message("{named} and {rest} others", named=named, rest=rest)
    return plural(
        "1 polygon was invalid and is repaired; that changed its surface by {size} ({named})",
        "{count} polygons were invalid and are repaired; that changed their surface by {size} ({named})",
        count=len(codes), size=_square_metres(changed.sum()), named=named,
    )  # fmt: skip


def _square_metres(size: float) -> Message:
    return message("less than 0.1 m²") if size < LEAST_SAID else message("{size:,.1f} m²", size=float(size))
