"""Patches for what pygeoapi 0.24 answers wrongly, on names in `pygeoapi.api.itemtypes` and `API`.

Importing the provider applies them, so that `zicht serve` and a stock `pygeoapi serve` give the same answers:

- CQL2. The filter goes to the provider as it was sent: `services.stores.cql` reads it, with the precedence of the
  standard, where pygeofilter reads AND and OR from left to right and knows a third of the standard's examples.
- `bbox-crs`. pygeoapi transforms two corners, which leaves out wedges along the edges. A box in another CRS becomes a
  polygon with points along its edges.
- `datetime` outside the extent. pygeoapi refuses it, where the answer is empty.
- Errors. pygeoapi logs each mistake of a reader with a traceback and the reader's text; it answers problem+json.
- JSON of items. pygeoapi writes `<` in values as `&lt;`, which changes them, and takes ten times as long.
- Conformance. What works is declared, so that QGIS filters on the server; writing, which does not, is not.

A middleware was rejected: it would put the polygon of a box in every link, and not help a stock server.
"""

import logging
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import orjson
from pygeoapi.api import API, itemtypes
from pygeoapi.util import json_serial
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from services.ogc.documents import conformance
from services.ogc.questions import problems
from services.stores import systems
from services.stores.cql import Filter
from services.stores.queries import QueryError

LOGGER = logging.getLogger(__name__)
UNSUPPORTED = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete"


class TransformedBox(list[float]):
    """The bounds in CRS84 of a box that was given in another system, with its true shape."""

    shape: BaseGeometry


def from_text(text: str) -> Filter:
    """A filter in the query; unread, so that what is wrong with it is said by the provider."""
    return Filter(text)


def from_json(text: str) -> Filter:
    """A filter in the body."""
    return Filter(text, language="cql2-json")


def in_system(asked: Filter, *, filter_crs_uri: str, **_: Any) -> Filter:
    """The filter with the system of its coordinates."""
    return replace(asked, system=filter_crs_uri)


def transform_bbox(bbox: list[float], from_crs: str, _to_crs: str) -> list[float]:
    """The bounds in CRS84, which is stored, of a box in `from_crs`, and its shape there; a box in CRS84 as it is."""
    if from_crs == systems.CRS84:
        return bbox
    try:
        shape = systems.box(bbox, from_crs)
    except QueryError as fault:
        raise CRSError(str(fault)) from fault
    box = TransformedBox(shape.bounds)
    box.shape = shape
    return box


def any_time(_extents: object, text: str | None) -> str | None:
    """The moment or interval as it was given; the provider reads it."""
    return text


def exception(  # pygeoapi's signature
    _api: API,
    status: int,
    headers: dict[str, str],
    _format: str | None,
    code: str,
    description: str,
) -> tuple[dict[str, str], int, str]:
    """What pygeoapi answers to a mistake, or to a fault of its own, which alone is logged."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        LOGGER.error("%s: %r", code, description)
    headers["Content-Type"] = problems.MEDIA_TYPE
    return headers, status, problems.body(status, description).decode()


def to_json(content: Any, pretty: bool = False) -> str:  # noqa: FBT001, FBT002  # pygeoapi's signature
    """JSON with every value as it is; unknown types the way pygeoapi writes them."""
    option = orjson.OPT_INDENT_2 if pretty else 0
    return orjson.dumps(content, default=json_serial, option=option).decode()


def apply() -> None:
    """Put the patches in the place of pygeoapi's functions; a second time changes nothing."""
    itemtypes.parse_cql2_text = from_text
    itemtypes.parse_cql2_json = from_json
    itemtypes.modify_pygeofilter = in_system
    itemtypes.transform_bbox = transform_bbox
    itemtypes.validate_datetime = any_time
    itemtypes.to_json = to_json
    API.get_exception = exception
    declared = [one for one in itemtypes.CONFORMANCE_CLASSES_FEATURES if one != UNSUPPORTED]
    itemtypes.CONFORMANCE_CLASSES_FEATURES = [*dict.fromkeys([*declared, *conformance.FILTER, *conformance.CQL2])]
