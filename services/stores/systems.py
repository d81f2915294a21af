"""Shapes and boxes that a reader gives in another coordinate reference system, in CRS84, where all is stored.

Long edges get points along them first: a straight line in RD is bent in degrees, and its ends alone would leave out a
wedge. An axis stands where the EPSG register has it: latitude first in 4258 and 4326.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from services.stores.queries import Described, QueryError, System

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
RD = f"{EPSG}28992"
EVERYWHERE = tuple(f"{EPSG}{code}" for code in (4258, 9067, 4326, 3857))
SYSTEMS = (CRS84, RD, *EVERYWHERE)
"""What is answered in and asked in of the Netherlands, by its URI; the first is stored."""

REALISED = {"9067": "4258"}
"""ETRF2000 is what ETRS89 is in the Netherlands (NSGI). Between the two PROJ has an operation for a moment that it does
not know, .24 m off in one direction only; so coordinates in one are those in the other.
"""

EDGE = 100
"""Points on each edge of a box: one as wide as the country is then at most some decimetres off."""

LONGEST = {"metre": 2000.0, "degree": 0.02}
"""How long an edge of a shape may be, in the unit of its system, before it gets points along it."""


def answered(collections: Iterable[Described]) -> tuple[str, ...]:
    """What these collections are answered in: in degrees, each in the metres that it is made in, and everywhere's."""
    return tuple(dict.fromkeys([CRS84, *map(_made_in, collections), *EVERYWHERE]))


def _made_in(collection: Described) -> str:
    """RD New, or the system in metres that is declared for another country."""
    return f"{EPSG}{collection.epsg}"


def corners(bbox: Sequence[float]) -> tuple[float, float, float, float]:
    """The lowest and the highest corner of a box of four numbers, or of six, with heights."""
    half = len(bbox) // 2
    return bbox[0], bbox[1], bbox[half], bbox[half + 1]


def box(bbox: Sequence[float], uri: str) -> BaseGeometry:
    """A box in CRS84 as a shape; one of CRS84 that starts east of where it ends crosses the antimeridian.

    Raises QueryError where it is no box, or lies outside its system.
    """
    if len(bbox) not in (4, 6) or not np.isfinite(bbox).all():
        raise QueryError("bbox needs four or six numbers, found {numbers}", numbers=", ".join(map(str, bbox)))
    low_x, low_y, high_x, high_y = corners(bbox)
    if low_y > high_y or (low_x > high_x and uri != CRS84):
        raise QueryError("bbox must run from its lowest to its highest corner in {system}", system=uri)
    if uri == CRS84:
        parts = [(low_x, high_x)] if low_x <= high_x else [(low_x, 180.0), (-180.0, high_x)]
        return shapely.union_all([shapely.box(start, low_y, end, high_y) for start, end in parts])
    ring = np.array([(low_x, low_y), (high_x, low_y), (high_x, high_y), (low_x, high_y), (low_x, low_y)])
    return shapely.Polygon(_degrees(np.concatenate([np.linspace(*ends, EDGE) for ends in pairwise(ring)]), uri))


def shape(given: BaseGeometry, uri: str) -> BaseGeometry:
    """A shape in CRS84; raises QueryError where it lies outside its system."""
    if uri == CRS84:
        return given
    unit = pyproj.CRS(_name(uri)).axis_info[0].unit_name
    dense: BaseGeometry = shapely.segmentize(shapely.force_2d(given), LONGEST[unit])
    return shapely.transform(dense, lambda points: _degrees(points, uri))


def _degrees(points: npt.NDArray[np.float64], uri: str) -> npt.NDArray[np.float64]:
    transformer = _transformer(uri)
    degrees = np.column_stack(transformer.transform(points[:, 0], points[:, 1]))
    back = np.column_stack(transformer.transform(degrees[:, 0], degrees[:, 1], direction="INVERSE"))
    if not np.allclose(back, points, rtol=1e-6, atol=1e-5):  # far outside its area a projection answers nonsense
        raise QueryError("it lies outside {system}; check the system and the order of its axes", system=uri)
    return degrees


@cache
def _transformer(uri: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(_name(uri), _name(CRS84))


def _name(uri: str) -> str:
    """What PROJ calls a system; raises QueryError for one that is not answered in."""
    if uri != CRS84 and not re.fullmatch(f"{EPSG}[0-9]{{4,5}}", uri):
        raise QueryError("coordinate reference system {uri!r} is not known; known: {known}", uri=uri, known=SYSTEMS)
    authority, _, code = uri.rsplit("/", 2)
    return f"{authority.rsplit('/', 1)[1]}:{REALISED.get(code, code)}"


def ready(uri: str, of: Described) -> System:
    """The system to read a collection in, to answer in this one."""
    return "metres" if uri == _made_in(of) else "CRS84"


def stands_ready(uri: str, of: Described) -> bool:
    """Whether a store has the text of each geometry of a collection in this system."""
    return uri in (CRS84, _made_in(of))


def in_system(features: list[dict[str, Any]], uri: str, of: Described) -> list[dict[str, Any]]:
    """GeoJSON features that were read as `ready` says, in this system: to a millimetre, or 9 decimals of a degree.

    All are transformed in one call, which is what makes a page of a thousand take milliseconds.
    """
    placed = [one for one in features if one["geometry"]]
    if stands_ready(uri, of) or not placed:
        return features
    shapes = shapely.from_geojson([orjson.dumps(one["geometry"]) for one in placed])
    texts = shapely.to_geojson(shapely.transform(shapes, lambda points: _from_degrees(points, uri)))
    return [one | {"geometry": orjson.loads(text)} for one, text in zip(placed, texts, strict=True)]


def _from_degrees(points: npt.NDArray[np.float64], uri: str) -> npt.NDArray[np.float64]:
    transformed = np.column_stack(_transformer(uri).transform(points[:, 0], points[:, 1], direction="INVERSE"))
    metric = pyproj.CRS(_name(uri)).axis_info[0].unit_name == "metre"
    return np.round(transformed, 3 if metric else 9)
