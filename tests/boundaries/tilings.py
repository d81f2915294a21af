"""Tilings of one land, made by chance: the tiles of each fill it, and no two tilings have a border in common."""

import geopandas
import numpy as np
import pandas as pd
import shapely
from hypothesis import strategies as st

from boundaries.rd import RD_NEW
from geo.areas import AreaFrame, AreaLevel

LAND = shapely.box(120_000, 480_000, 123_000, 482_000)


def tiling(seed: int, count: int, *, prefix: str = "BU0363", vintage: int = 2024) -> AreaFrame:
    """`count` tiles of the land, each nearest to a point that was drawn."""
    points = np.random.default_rng(seed).uniform(LAND.bounds[:2], LAND.bounds[2:], (count, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=LAND))
    return areas_of(shapely.intersection(cells, LAND), prefix=prefix, vintage=vintage)


def areas_of(polygons, *, prefix: str = "BU0363", vintage: int = 2024, codes=None, **columns) -> AreaFrame:
    ids = pd.Index(codes or [f"{prefix}{n:04d}" for n in range(len(polygons))], name="area_id")
    table = {"name": ids, "gemeente": "GM0363", "gemeente_name": "Proef", **columns, "geometry": polygons}
    return AreaFrame(AreaLevel.BUURT, vintage, geopandas.GeoDataFrame(table, index=ids, crs=RD_NEW).sort_index())


tilings = st.builds(tiling, st.integers(0, 10_000), st.integers(2, 40))


def figures_of(areas: AreaFrame, *, unknown: bool = False):
    """Any counts for these areas, in hypothesis; some of them unknown if wanted."""
    known = st.floats(0, 1e6, allow_subnormal=False)
    one = st.one_of(known, st.just(float("nan"))) if unknown else known
    return st.lists(one, min_size=len(areas), max_size=len(areas)).map(
        lambda found: pd.Series(found, index=areas.ids, dtype=float)
    )
