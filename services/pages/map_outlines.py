"""Outlines that the map draws: with fewer vertices, without slits, in degrees."""

from collections.abc import Sequence

import geopandas
import numpy as np
import orjson
import shapely

from layers.publication.collection import Collection

CRS84 = "OGC:CRS84"
TOLERANCES = (5.0, 10.0, 20.0)
"""Metres by which outlines may be simplified: CBS draws buurten to 10-50 m. The first that fits is taken."""

WIDEST_SLIT = 80.0
"""Metres; the slits between areas of the national boundary file are up to 60 m wide."""

MOST_VERTICES = 300_000
"""Vertices per level: about 5 MB of coordinates, which a browser still redraws smoothly."""


def closed(shapes: geopandas.GeoSeries) -> geopandas.GeoSeries:
    """Outlines without the slits that digitising leaves between areas: a thick line would draw each of them twice."""
    return shapes.buffer(WIDEST_SLIT / 2, join_style="mitre").buffer(-WIDEST_SLIT / 2, join_style="mitre")


def simplified_outlines(shapes: geopandas.GeoSeries) -> geopandas.GeoSeries:
    """Fewer vertices; borders that areas share stay shared, so that no gaps open."""
    for tolerance in TOLERANCES:
        simplified = shapely.coverage_simplify(shapes.to_numpy(), tolerance)
        if shapely.get_num_coordinates(simplified).sum() <= MOST_VERTICES:
            break
    return geopandas.GeoSeries(simplified, crs=shapes.crs)


def in_degrees(shapes: geopandas.GeoSeries) -> list[orjson.Fragment]:
    """Each shape in CRS84, to five decimals: 1 m."""
    rounded = shapely.transform(shapes.to_crs(CRS84).to_numpy(), lambda places: np.round(places, 5))
    return [orjson.Fragment(one) for one in shapely.to_geojson(rounded)]


def extent_of(collections: Sequence[Collection]) -> list[list[float]]:
    """South-west and north-east corner of all that is shown, as latitude and longitude; nothing where nothing is."""
    if not collections:
        return []
    boxes = geopandas.GeoSeries([shapely.box(*one.table.total_bounds) for one in collections], crs=collections[0].crs)
    west, south, east, north = boxes.to_crs(CRS84).total_bounds.tolist()
    return [[south, west], [north, east]]
