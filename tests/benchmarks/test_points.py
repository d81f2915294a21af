"""A million points to the buurten of the country beside geopandas, and to hexagons beside h3ronpy and h3."""

import geopandas
import h3
import numpy as np
import pandas as pd
import pytest
from h3ronpy.vector import coordinates_to_cells
from pyproj import Transformer

from boundaries.points import Locator, cells
from boundaries.rd import RD_NEW
from boundaries.vintages import vintage
from geo.areas import AreaFrame
from services.sources.folder import Folder
from services.testland.source import TestlandSource
from tests.benchmarks.side_by_side import race
from tests.real_data import folder

POINTS = 1_000_000
FOLDER = folder()


def country() -> AreaFrame:
    """The real buurten of 2024 where they are, else Testland."""
    return Folder(FOLDER).areas(vintage(2024)) if FOLDER.is_dir() else TestlandSource().areas(vintage(2024))


def scattered(areas: AreaFrame, how: str) -> tuple[np.ndarray, np.ndarray]:
    """Points all over the country, or as many in every buurt, however small: as crowded as addresses are."""
    rng = np.random.default_rng(1)
    boxes = areas.table.geometry.bounds.to_numpy()
    crowded = boxes[rng.integers(0, len(areas), POINTS)].T
    boxes = crowded if how == "crowded" else areas.table.total_bounds
    return rng.uniform(boxes[0], boxes[2], POINTS), rng.uniform(boxes[1], boxes[3], POINTS)


@pytest.mark.parametrize("how", ["evenly", "crowded"])
def test_points_to_buurten(how: str):
    areas = country()
    x, y = scattered(areas, how)
    points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(x, y), crs=RD_NEW)
    polygons = areas.table[["geometry"]].reset_index()
    locator = Locator.of(areas)
    joined = geopandas.sjoin(points, polygons).groupby(level=0)["area_id"].min()
    found = locator.positions(x, y)
    assert (pd.Series(areas.ids[found[found >= 0]], np.flatnonzero(found >= 0)) == joined).all()
    title = f"{POINTS:,} points, {how}, to {len(areas)} buurten"
    join = {"geopandas.sjoin": lambda: geopandas.sjoin(points, polygons)}
    race(title, lambda: locator.positions(x, y), join)
    race(f"{title}, grid made each time", lambda: Locator.of(areas).positions(x, y), join)


def test_points_to_hexagons():
    """The peers take degrees: to them the points go by way of pyproj, as ours do."""
    x, y = scattered(country(), "evenly")
    to_degrees = Transformer.from_crs(RD_NEW, 4326, always_xy=True)

    def by_h3ronpy():
        longitude, latitude = to_degrees.transform(x, y)
        return coordinates_to_cells(latitude, longitude, 9)

    def by_h3():
        longitude, latitude = to_degrees.transform(x, y)
        return [h3.latlng_to_cell(*one, 9) for one in zip(latitude, longitude, strict=True)]

    title = f"{POINTS:,} points in RD New to H3 resolution 9"
    race(title, lambda: cells(x, y, 9), {"pyproj and h3ronpy": by_h3ronpy}, once={"pyproj and h3": by_h3})
