"""Curves are made straight, wherever they come in, and it is said."""

import sqlite3
import struct

import geopandas
import numpy as np
import orjson
import pyarrow.parquet
import pytest
import shapely

from boundaries import cbs
from boundaries.rd import RD_NEW
from boundaries.vintages import vintage
from geo.errors import SourceError
from layers.declarations.records import Format
from services.formats import boundary_files, reader
from services.formats.curves import from_wkb, from_wkt

CIRCLE = ((155_100.0, 463_050.0), (155_150.0, 463_100.0), (155_200.0, 463_050.0), (155_150.0, 463_000.0))
ARCS = f"CIRCULARSTRING({', '.join(f'{x} {y}' for x, y in (*CIRCLE, CIRCLE[0]))})"
SURFACE = np.pi * 50**2


def bytes_of(kind):
    """A disc of two arcs, as ISO well-known bytes."""
    corners = b"".join(struct.pack("<dd", *corner) for corner in (*CIRCLE, CIRCLE[0]))
    disc = struct.pack("<bII", 1, 10, 1) + struct.pack("<bII", 1, 8, 5) + corners
    return disc if kind == "CURVEPOLYGON" else struct.pack("<bII", 1, 12, 1) + disc


def map_with_curves(path, kind):
    names = {"buurtcode": ["BU03630001", "BU03630002"], "buurtnaam": ["a", "b"]}
    squares = [shapely.box(155_000, 463_000, 155_100, 463_100), shapely.box(155_100, 463_000, 155_200, 463_100)]
    geopandas.GeoDataFrame(names, geometry=squares, crs=RD_NEW).to_file(path, layer="buurten")
    header = b"GP\0\1" + struct.pack("<i", RD_NEW)
    with sqlite3.connect(path) as database:
        for (name,) in database.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            database.execute(f'drop trigger "{name}"')
        database.execute("update buurten set geom = ? where buurtcode = 'BU03630002'", (header + bytes_of(kind),))
    database.close()


@pytest.mark.parametrize("kind", ["CURVEPOLYGON", "MULTISURFACE"])
def test_a_boundary_file_with_curves_is_read_with_straight_sides_and_it_is_said(tmp_path, kind):
    path = tmp_path / "buurten-2024.gpkg"
    map_with_curves(path, kind)
    found = cbs.read_areas(boundary_files.read(path, vintage(2024)), vintage(2024), "kaart")
    assert found.areas.table.area.tolist() == pytest.approx([10_000, SURFACE], rel=2e-3)
    assert "holds curves; they were made straight" in str(found.notes[0])


@pytest.mark.parametrize("kind", ["CURVEPOLYGON", "MULTISURFACE"])
def test_bytes_with_curves_are_made_straight_and_counted_beside_others(kind):
    point = shapely.to_wkb(shapely.Point(3, 4))
    shapes, curved = from_wkb([bytes_of(kind), None, point, b"\x01rubbish"])
    assert shapely.area(shapes[0]) == pytest.approx(SURFACE, rel=2e-3)
    assert shapes[1] is None
    assert shapes[2].equals(shapely.Point(3, 4))
    assert shapes[3] is None
    assert curved == 1
    (of_hex,), _ = from_wkb([bytes_of(kind).hex()])
    assert of_hex.equals(shapes[0])


@pytest.mark.parametrize("text", [f"CURVEPOLYGON({ARCS})", f"MULTISURFACE(CURVEPOLYGON({ARCS}))"])
def test_text_with_curves_is_made_straight_and_counted_beside_others(text):
    shapes, curved = from_wkt(["POINT (3 4)", text, None, "rubbish", text])
    assert shapely.area(shapes[[1, 4]]) == pytest.approx(SURFACE, rel=2e-3)
    assert shapes[0].equals(shapely.Point(3, 4))
    assert shapes[2] is None
    assert shapes[3] is None
    assert curved == 2


def test_without_curves_nothing_is_counted():
    shapes, curved = from_wkt(["POINT (3 4)", None])
    assert shapes[0].equals(shapely.Point(3, 4))
    assert curved == 0


def test_geoparquet_that_says_its_crs_is_not_known_has_none(tmp_path):
    path = tmp_path / "punten.parquet"
    geopandas.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(155_000, 463_000)]).to_parquet(path)
    assert reader.file(path, Format()).crs is None


def test_geoparquet_with_a_crs_that_is_none_is_refused_in_one_sentence(tmp_path):
    path = tmp_path / "punten.parquet"
    geopandas.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(155_000, 463_000)], crs=RD_NEW).to_parquet(path)
    _with_crs(path, {"type": "nonsense"})
    with pytest.raises(SourceError, match=r"punten\.parquet: cannot be read"):
        reader.file(path, Format())
    with pytest.raises(SourceError, match=r"punten\.parquet: cannot be read as a boundary file"):
        boundary_files.read(path, vintage(2024))


def _with_crs(path, crs):
    content = pyarrow.parquet.read_table(path)
    described = orjson.loads(content.schema.metadata[b"geo"])
    described["columns"]["geometry"]["crs"] = crs
    metadata = {**content.schema.metadata, b"geo": orjson.dumps(described)}
    pyarrow.parquet.write_table(content.replace_schema_metadata(metadata), path)
