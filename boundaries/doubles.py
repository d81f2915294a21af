"""One code is one place with one name: rows of several names, and parts that lie far apart, are named or refused."""

import geopandas
import pandas as pd
import shapely
from scipy.sparse.csgraph import minimum_spanning_tree
from shapely.geometry.base import BaseGeometry

from geo.errors import AreaError, first_few
from geo.messages import Message, plural

FAR = 12_500.0
"""Metres beyond which parts of one area are named: of the buurten, wijken and gemeenten of 2015 to 2024 none lie so far
apart (islands of Groningen 11,600)."""
TOO_FAR = 25_000.0
"""Metres beyond which parts are those of two areas with one code."""


def several_names(rows: pd.DataFrame) -> tuple[Message, ...]:
    """A note of the codes (columns `code`, `name`) of which rows have different names: they may be two areas."""
    named = rows.dropna(subset=["name"]).drop_duplicates(["code", "name"])
    several = named[named["code"].duplicated(keep=False)].sort_values(["code", "name"])
    if several.empty:
        return ()
    names = several.groupby("code")["name"].agg(", ".join)
    return (
        plural(
            "1 code has rows of several names, joined as one area: {codes}",
            "{count} codes have rows of several names, joined as one area each: {codes}",
            count=len(names), codes=first_few([f"{code} ({listed})" for code, listed in names.items()]),
        ),
    )  # fmt: skip


def far_apart(areas: geopandas.GeoSeries, where: str) -> tuple[Message, ...]:
    """A note of areas of which parts lie far apart. Raises AreaError where they lie further apart than any area's."""
    west, south, east, north = areas.bounds.to_numpy().T
    wide = areas[(shapely.get_num_geometries(areas.to_numpy()) > 1) & ((east - west > FAR) | (north - south > FAR))]
    gaps = wide.map(_widest_gap).astype(float)
    gaps = gaps[gaps > FAR].sort_values(ascending=False, kind="stable")
    if gaps.empty:
        return ()
    named = first_few([f"{code} ({gap / 1000:.0f} km)" for code, gap in gaps.items()])
    if (gaps > TOO_FAR).any():
        raise AreaError(
            "{where}: parts of one code lie further apart than those of any area: {codes}; give the parts codes of "
            "their own, or leave the wrong one out",
            where=where, codes=named,
        )  # fmt: skip
    return (
        plural(
            "1 area has parts that lie far apart: {codes}",
            "{count} areas have parts that lie far apart: {codes}",
            count=len(gaps), codes=named,
        ),
    )  # fmt: skip


def _widest_gap(area: BaseGeometry) -> float:
    """Metres of the widest gap that must be crossed to come from each part to all others."""
    parts = shapely.get_parts(area)
    return float(minimum_spanning_tree(shapely.distance(parts[:, None], parts[None])).max())
