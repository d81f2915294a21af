"""Finding neighbours, beside libpysal's Graph."""

import geopandas
import h3
import numpy as np
import pandas as pd
import shapely
from libpysal.graph import Graph

from boundaries.rd import RD_NEW
from geo.areas import AreaFrame, AreaLevel
from geo.neighbors import queen, ring
from tests.benchmarks.side_by_side import race


def map_of(count: int) -> AreaFrame:
    """So many Voronoi cells, their shared borders as detailed as those of buurten."""
    points = np.random.default_rng(1).uniform((20_000, 350_000), (220_000, 550_000), (count, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points)))
    detailed = shapely.segmentize(cells, 40.0)
    ids = pd.Index([f"BU{number:08}" for number in range(len(cells))], name="area_id")
    table = {"name": ids, "gemeente": "GM0001", "gemeente_name": "Proef", "geometry": detailed}
    return AreaFrame(AreaLevel.BUURT, 2024, geopandas.GeoDataFrame(table, index=ids, crs=RD_NEW))


def test_queen():
    areas = map_of(14_500)
    peer = {"libpysal": lambda: Graph.build_contiguity(areas.table.geometry, rook=False)}
    race(f"queen, {len(areas)} areas", lambda: queen(areas), peer)


def test_rings_of_hexagons():
    """libpysal gets a third of the cells of a country at resolution 9: it takes minutes for all of them."""
    cells = np.sort(np.array(h3.grid_disk(h3.latlng_to_cell(52.1, 5.2, 9), 220)))
    ids = pd.Index(cells, name="area_id")
    square = shapely.box(100_000, 400_000, 100_001, 400_001)
    table = {"name": ids, "gemeente": "GM0001", "gemeente_name": "Proef", "geometry": [square] * len(ids)}
    areas = AreaFrame(AreaLevel.H3_9, 2024, geopandas.GeoDataFrame(table, index=ids, crs=RD_NEW))
    peer = {"libpysal": lambda: Graph.build_h3(ids, order=1, weight="binary")}
    race(f"hexagon ring, {len(areas)} cells", lambda: ring(areas), peer, runs=5)
