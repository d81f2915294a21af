"""table(): all features of a collection of one of PDOK's OGC APIs (api.pdok.nl, of which the server is GoKoala), in RD.

- A page holds 1,000 features at most, ten where nothing is asked. The link to the next has a cursor with an escaped `|`
  (`Dv4%7CNwyr1Q`), which must be followed as it is. The last page has no such link.
- It never says how many there are (no `numberMatched`). A page or feature that comes twice, and a page without any, are
  an answer that is wrong.
- Coordinates are degrees (CRS84) unless `crs` asks for RD New. Degrees are refused, since they would shift borders.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import geopandas
import numpy as np
import orjson
import pandas as pd
import shapely

from boundaries.rd import RD_NEW
from geo.errors import SourceError
from services.downloads import geojson
from services.http.client import Client
from services.http.progress import OnProgress

LIMIT = 1000
"""Features on a page, the most that the API gives."""
RD_URI = f"http://www.opengis.net/def/crs/EPSG/0/{RD_NEW}"
DEGREES = 360
"""Coordinates smaller than this are degrees: no place in the Netherlands lies so near to the origin of RD."""
MOST = 100_000
"""Areas of one collection: far more than there are; a service that goes on after these sends pages without end."""


class AnswerError(SourceError):
    """An answer that came in and is wrong; requested again it may be right."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A collection: what progress calls it, its first page, and the file that may be put in its place by hand."""

    name: str
    first: str
    file: str


def first_page(url: str, collection: str, **query: object) -> str:
    """The first page of a collection, of what a query asks of it."""
    asked = urlencode({"f": "json", "limit": LIMIT, "crs": RD_URI, **query})
    return f"{url}/collections/{collection}/items?{asked}"


def table(client: Client, wanted: Wanted, on_progress: OnProgress, requested: list[str]) -> geopandas.GeoDataFrame:
    """All pages as a table, all properties as the service gave them; their addresses are added to `requested`."""
    properties: list[dict[str, Any]] = []
    polygons: list[Any] = []
    for features in _pages(client, wanted.first, requested):
        properties += [feature.get("properties") or {} for feature in features]
        texts = [orjson.dumps(feature["geometry"]) if feature.get("geometry") else None for feature in features]
        try:
            polygons.append(shapely.from_geojson(texts))
        except shapely.errors.ShapelyError as fault:
            raise AnswerError(
                "{url}: a border that cannot be read: {fault}; try again later", url=requested[-1], fault=fault
            ) from None
        on_progress(wanted.name, len(properties), None)
    found = geopandas.GeoDataFrame(pd.DataFrame(properties), geometry=np.concatenate(polygons), crs=RD_NEW)
    if np.abs(found.total_bounds).max() < DEGREES:
        raise AnswerError(
            "{where}: asked for RD (EPSG:{crs}), answered in degrees; the service ignores crs; download the boundaries "
            "as a file and put it in the data folder as boundaries/{file}.gpkg",
            where=wanted.first.partition("/items")[0], crs=RD_NEW, file=wanted.file,
        )  # fmt: skip
    return found


def _pages(client: Client, first: str, requested: list[str]) -> Iterator[list[dict[str, Any]]]:
    """The features of each page; the link to the next is followed as it is, with its escaped `|`."""
    url: str | None = first
    ids: set[str] = set()
    while url is not None:
        if url in requested:
            raise AnswerError(
                "{url}: this page was asked before: its service sends its pages in a loop; try again later", url=url
            )
        requested.append(url)
        page = client.get(url).json()
        if not (features := geojson.features(page)):
            raise AnswerError(
                "{url}: a page without areas, where {count} were before it; the service has no or another answer than "
                "an OGC API gives; try again later",
                url=url, count=len(ids),
            )  # fmt: skip
        page_ids = {str(feature.get("id", at + len(ids))) for at, feature in enumerate(features)}
        if len(page_ids) < len(features) or page_ids & ids:
            raise AnswerError("{url}: areas that were there before: a page that repeats; try again later", url=url)
        ids |= page_ids
        yield features
        if len(ids) > MOST:
            raise AnswerError(
                "{url}: {count} areas, more than there can be, and another page after it; the service sends pages "
                "without end: try again later",
                url=url, count=len(ids),
            )  # fmt: skip
        following = next((str(link.get("href")) for link in geojson.links(page) if link.get("rel") == "next"), None)
        url = None if following is None else client.link(url, following)
