"""The gate for shapes: own maps, boundaries of CBS and weights come in through it, and what lies behind may rely on it.

Behind it every shape is a valid polygon with surface, without empty parts, repeated corners, spikes and slivers
(geo.polygons); one that crosses itself is repaired, and how much that changed is said.
"""

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.errors import AreaError, first_few
from geo.messages import Message, joined, message, plural
from geo.polygons import Polygons, cleaned, polygonal

MOST_NAMED = 5
"""How many repaired areas a note names."""
LEAST_SAID = 0.1
"""Square metres: a smaller change is not given in figures."""


THINNEST = 1e-6
"""Metres: what is nowhere wider has no surface."""


def sound(table: geopandas.GeoDataFrame, where: str) -> tuple[geopandas.GeoDataFrame, tuple[Message, ...]]:
    """The areas (column `code`, in metres) with sound polygons only, and what was done to them.

    Raises AreaError for an area without surface. Points and lines stay as they are: AreaFrame names them.
    """
    before = table.geometry.to_numpy()
    only = polygonal(before)
    other = shapely.is_empty(only)
    valid, notes = _repaired(table.assign(geometry=np.where(other, before, only)))
    if other.any():
        return valid, notes
    clean = cleaned(valid.geometry.to_numpy())
    if (flat := is_flat(clean)).any():
        raise AreaError(
            "{where}: {count} polygons have no surface and cannot be repaired: {codes}",
            where=where, count=int(flat.sum()), codes=first_few(table["code"][flat]),
        )  # fmt: skip
    return valid.assign(geometry=clean), notes


def is_flat(polygons: Polygons) -> NDArray[np.bool_]:
    """Which polygons are nowhere wider than a micrometre, taken over their length."""
    thin: NDArray[np.bool_] = 2 * shapely.area(polygons) <= THINNEST * shapely.length(polygons)
    return thin


def _repaired(table: geopandas.GeoDataFrame) -> tuple[geopandas.GeoDataFrame, tuple[Message, ...]]:
    """The areas with valid polygons only, and a note of which were repaired.

    `shapely.make_valid` keeps every part that the ring goes around; what is left besides polygons (spikes that turned
    into lines) is dropped. The change is between the surface of before, in which parts that were gone around twice or
    the other way count as such, and that of after.
    """
    invalid = ~table.geometry.is_valid
    if not invalid.any():
        return table, ()
    before = table.geometry[invalid]
    after = geopandas.GeoSeries(
        shapely.make_valid(before.to_numpy(), method="structure", keep_collapsed=False),
        index=before.index, crs=table.crs,
    )  # fmt: skip
    valid = table.copy()
    valid.loc[invalid, "geometry"] = after
    return valid, (_note(table["code"][invalid], before.area, after.area),)


def _note(codes: pd.Series, before: pd.Series, after: pd.Series) -> Message:
    changed = (after - before).abs()
    sizes = pd.DataFrame({"before": before, "after": after, "changed": changed}).groupby(codes).sum()
    sizes = sizes.sort_values("changed", ascending=False, kind="stable")
    named = joined("; ", [
        message(
            "{code} {size}, {before:,.1f} m² before and {after:,.1f} after",
            code=code, size=_square_metres(size["changed"]), before=size["before"], after=size["after"],
        )
        if size["changed"] >= LEAST_SAID
        else message("{code} {size}", code=code, size=_square_metres(size["changed"]))
        for code, size in sizes.head(MOST_NAMED).to_dict("index").items()
    ])  # fmt: skip
    if (rest := len(sizes) - MOST_NAMED) > 0:
        named = message("{named} and {rest} others", named=named, rest=rest)
    return plural(
        "1 polygon was invalid and is repaired; that changed its surface by {size} ({named})",
        "{count} polygons were invalid and are repaired; that changed their surface by {size} ({named})",
        count=len(codes), size=_square_metres(changed.sum()), named=named,
    )  # fmt: skip


def _square_metres(size: float) -> Message:
    return message("less than 0.1 m²") if size < LEAST_SAID else message("{size:,.1f} m²", size=float(size))
