"""Polygons that cross themselves, mended, and how much that changed."""

import geopandas
import pandas as pd
import shapely

from geo.errors import AreaError, first_few

MOST = 5
"""How many mended areas a note names."""
LEAST = 0.1
"""Square metres: what changed less is not told in figures."""


def mended(table: geopandas.GeoDataFrame, where: str) -> tuple[geopandas.GeoDataFrame, tuple[str, ...]]:
    """The areas (column `code`, in metres) with valid polygons only, and a note of which were mended.

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
        lost = first_few(table["code"][invalid][after.is_empty])
        raise AreaError(f"{where}: {int(after.is_empty.sum())} polygons have no surface and cannot be mended: {lost}")
    mended_table = table.copy()
    mended_table.loc[invalid, "geometry"] = after
    changed = (after.area - before.area).abs()
    return mended_table, (_note(table["code"][invalid], changed),)


def _note(codes: pd.Series, changed: pd.Series) -> str:
    by_code = changed.groupby(codes).sum().sort_values(ascending=False, kind="stable")
    named = ", ".join(f"{code} {_metres(size)}" for code, size in by_code.head(MOST).items())
    rest = f" en {len(by_code) - MOST} andere" if len(by_code) > MOST else ""
    what = "1 vlak was ongeldig en is" if len(codes) == 1 else f"{len(codes)} vlakken waren ongeldig en zijn"
    return f"{what} hersteld; de oppervlakte veranderde daardoor {_metres(changed.sum())} ({named}{rest})"


def _metres(size: float) -> str:
    """Square metres as they are written in Dutch."""
    if size < LEAST:
        return "minder dan 0,1 m²"
    return f"{size:,.1f} m²".translate(str.maketrans(",.", ".,"))
