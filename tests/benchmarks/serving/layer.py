"""The layer that every server has, as it is published: in GeoPackages and in PostGIS, indexed as each server asks for.

`python -m tests.benchmarks.serving.layer HOME FOLDER ADDRESS` writes what a GoKoala at that address serves: a
GeoPackage in degrees and one in RD, and its configuration.
"""

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Literal

import adbc_driver_postgresql.dbapi as driver
import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from services.stores.queries import Query
from services.stores.served import opened

NAME = os.environ.get("ZICHT_BENCH_LAYER", "indicatoren-misdrijven-buurt")  # noqa: TID251  # what who measures sets
TABLE = "layer"
FILTERED = "gemeentecode"
SYSTEMS = {"CRS84": "EPSG:4326", "metres": "EPSG:28992"}

GOKOALA = """
version: 1.0.0
title: Layer
serviceIdentifier: L
abstract: The layer of buurten
license: {{name: CC BY 4.0, url: https://creativecommons.org/licenses/by/4.0/deed.nl}}
baseUrl: {address}
availableLanguages: [nl]
ogcApi:
  features:
    limit: {{default: 100, max: 10000}}
    validateResponses: false
    datasources:
      defaultWGS84: {{geopackage: {{local: {{file: {folder}/CRS84.gpkg, fid: fid}}}}}}
      additional:
        - {{srs: "EPSG:28992", geopackage: {{local: {{file: {folder}/metres.gpkg, fid: fid}}}}}}
    collections:
      - id: {name}
        tableName: {table}
        filters: {{cql: {{enable: true}}, properties: [{{name: {filtered}}}]}}
        metadata: {{title: Layer, description: The layer of buurten}}
"""


def read(home: Path, system: Literal["CRS84", "metres"] = "CRS84") -> geopandas.GeoDataFrame:
    """The layer of a release, each shape as many as it may be."""
    features = opened(home / "current" / "zicht.sqlite").page(NAME, Query(limit=10**9, system=system))
    rows = geopandas.GeoDataFrame.from_features(features, crs=SYSTEMS[system])
    rows["id"] = [one["id"] for one in features]
    shapes = rows.geometry.to_numpy()
    parts, of = shapely.get_parts(shapes, return_index=True)
    return rows.set_geometry(shapely.multipolygons(parts, indices=of)).rename_geometry("geom")


def write_package(rows: geopandas.GeoDataFrame, path: Path, *, boxes: bool) -> Path:
    """A GeoPackage; with `boxes` each row has the four columns and the index that GoKoala asks for."""
    if boxes:
        rows = rows.join(rows.bounds)
    rows.to_file(path, layer=TABLE, driver="GPKG", FID="fid", GEOMETRY_NAME="geom")
    with closing(sqlite3.connect(path)) as package, package:
        package.execute(f"CREATE INDEX filtered ON {TABLE} ({FILTERED})")
        if boxes:
            package.execute(f"CREATE INDEX {TABLE}_spatial_idx ON {TABLE} (fid, minx, maxx, miny, maxy)")
        package.execute("ANALYZE")
    return path


def write_postgis(rows: geopandas.GeoDataFrame, uri: str) -> None:
    """A table of PostGIS with a key, and the rows of a GeoPackage."""
    plain = pd.DataFrame(rows.drop(columns="geom")).assign(wkb=shapely.to_wkb(rows.geometry.to_numpy()))
    table = pa.Table.from_pandas(plain.assign(fid=np.arange(1, len(rows) + 1)), preserve_index=False)
    with closing(driver.connect(uri, autocommit=True)) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        cursor.adbc_ingest(TABLE, table, mode="create")
        for statement in (
            f"ALTER TABLE {TABLE} ADD PRIMARY KEY (fid), ADD geom geometry(MultiPolygon, 4326)",
            f"UPDATE {TABLE} SET geom = ST_GeomFromWKB(wkb, 4326)",  # noqa: S608  # a name of ours
            f"ALTER TABLE {TABLE} DROP wkb",
            f"CREATE INDEX ON {TABLE} USING gist (geom)",
            f"CREATE INDEX ON {TABLE} ({FILTERED})",
            f"VACUUM FULL ANALYZE {TABLE}",
        ):
            cursor.execute(statement)


def write_for_gokoala(home: Path, folder: Path, address: str) -> None:
    """Its two GeoPackages and its configuration."""
    for system in SYSTEMS:
        write_package(read(home, system), folder / f"{system}.gpkg", boxes=True)
    written = GOKOALA.format(address=address, folder=folder.absolute(), name=NAME, table=TABLE, filtered=FILTERED)
    (folder / "gokoala.yaml").write_text(written, encoding="utf-8")


if __name__ == "__main__":
    write_for_gokoala(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
