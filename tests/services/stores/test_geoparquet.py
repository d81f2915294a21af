"""The record holds each geometry for whoever reads one file, and takes the room of one."""

from dataclasses import replace

import geopandas
import pandas as pd
import pyarrow.parquet as pq
import shapely

from services.stores import geoparquet
from tests.ogc import places


def test_lenses_and_periods_take_no_room_for_geometry(tmp_path):
    areas = places.collections()[0]
    table = areas.table.reset_index(drop=True)
    round_areas = table.set_geometry(shapely.buffer(table.geometry.centroid.to_numpy(), 200, quad_segs=250))
    many = [round_areas.assign(id=round_areas["id"] + f"-{turn}") for turn in range(10)]
    tables = {"once": round_areas.set_crs(28992), "often": pd.concat(many, ignore_index=True).set_crs(28992)}
    sizes = {}
    for name, table in tables.items():
        geoparquet.write([replace(areas, id=name, table=table)], tmp_path)
        column = pq.read_metadata(tmp_path / f"{name}.parquet").schema.names.index("geometry")
        sizes[name] = pq.read_metadata(tmp_path / f"{name}.parquet").row_group(0).column(column).total_uncompressed_size
        assert geopandas.read_parquet(tmp_path / f"{name}.parquet").equals(table)
    assert 1_500_000 < sizes["once"] < sizes["often"] < sizes["once"] + 2_000
