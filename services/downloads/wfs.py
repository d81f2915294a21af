"""features(): all features of a layer of PDOK's WFS 2.0, page by page, none missing and none twice.

What is known of the service (service.pdok.nl), from recorded answers and from its users:

- A page holds a thousand features at most, whatever `count` asks. It says how many there are in all (`numberMatched`),
  and as many must come in.
- How far `startIndex` may go is not documented and differs between services. So a layer of more than `DEEPEST` features
  is requested by quarters of the country, and by quarters of these, until each is small enough.
- `bbox` works and `cql_filter` does not: quarters are requested with `bbox`. A feature on a border matches both sides.
  So a box is requested a metre smaller on every side, and borders run along whole hundreds of metres: a square of 100 m
  is in just one box. Other features are recognised by their id.
- Properties are in camelCase (`aantalInwoners`) where the OGC API and the GeoPackage have snake_case.
- Some answers are in degrees though RD New was requested: callers must not trust the coordinates unseen.
- A refusal is XML with status 400.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import orjson

from boundaries.rd import RD_NEW
from geo.errors import SourceError
from services.downloads import geojson
from services.downloads.geojson import RawFeature
from services.http.client import Client

COUNT = 1000
"""Features on a page."""
DEEPEST = 50_000
"""Features that are paged through; a box with more is split."""
SMALLEST = 20_000
"""Metres: the side of a box that is not split again. It has at most 40,000 squares."""
INSET = 1
"""Metres that a box is requested smaller on every side."""

Bounds = tuple[int, int, int, int]
"""West, south, east and north, in metres of RD New."""
EXTENT: Bounds = (0, 304_000, 320_000, 624_000)
"""All of the Netherlands; its side can be halved to whole hundreds of metres."""


@dataclass(frozen=True, slots=True)
class FeatureType:
    """A layer of a service, and the extent outside of which it has no features."""

    service: str
    name: str
    extent: Bounds = EXTENT


@dataclass(frozen=True, slots=True)
class _FeaturePage:
    """A page, its address, and how many features the service says there are in all."""

    url: str
    matched: int
    features: list[RawFeature]


def address(layer: FeatureType, start: int = 0, box: Bounds | None = None) -> str:
    """The address of a page of a box; without a box, of the whole layer."""
    query: dict[str, str | int] = {
        "service": "WFS", "version": "2.0.0", "request": "GetFeature", "typeNames": layer.name,
        "outputFormat": "application/json", "srsName": f"EPSG:{RD_NEW}", "count": COUNT, "startIndex": start,
    }  # fmt: skip
    if box is not None:
        west, south, east, north = box
        inner = (west + INSET, south + INSET, east - INSET, north - INSET)
        query["bbox"] = ",".join([*map(str, inner), f"EPSG:{RD_NEW}"])
    return f"{layer.service}?{urlencode(query, safe=':,/')}"


def features(
    client: Client, layer: FeatureType, on_progress: Callable[[int, int], None] = lambda _done, _whole: None
) -> Iterator[list[RawFeature]]:
    """All features of a layer, some at a time; one that lies in several boxes is given once.

    Raises SourceError for an answer that is no page, and where features are missing or come twice.
    """
    first = _page(client, layer, 0, None)
    ids: set[str] = set()
    for box_features in _in_box(client, layer, first, None):
        new = {_id(feature): feature for feature in box_features if _id(feature) not in ids}
        ids |= new.keys()
        on_progress(len(ids), first.matched)
        yield list(new.values())
    if len(ids) < first.matched:
        raise SourceError(
            "{url}: {count} features came, of {matched} that there are; some lie outside the country ({extent}), or "
            "were left out: try again later",
            url=first.url, count=len(ids), matched=first.matched, extent=str(layer.extent),
        )  # fmt: skip


def _in_box(client: Client, layer: FeatureType, first: _FeaturePage, box: Bounds | None) -> Iterator[list[RawFeature]]:
    """The features of a box, given its first page; by quarters where there are too many."""
    if first.matched <= DEEPEST:
        yield from _paged(client, layer, first, box)
        return
    west, south, east, north = box or layer.extent
    if east - west <= SMALLEST:
        raise SourceError(
            "{url}: {matched} features in a box of {side} m; the service ignores bbox; put a file with the same "
            "figures in the data folder instead",
            url=first.url, matched=first.matched, side=east - west,
        )  # fmt: skip
    x, y = (west + east) // 2, (south + north) // 2
    for quarter in ((west, south, x, y), (x, south, east, y), (west, y, x, north), (x, y, east, north)):
        yield from _in_box(client, layer, _page(client, layer, 0, quarter), quarter)


def _paged(client: Client, layer: FeatureType, first: _FeaturePage, box: Bounds | None) -> Iterator[list[RawFeature]]:
    """Page after page of a box, from the first, until there are as many features as the service says."""
    page, ids = first, set[str]()
    while True:
        page_ids = {_id(feature) for feature in page.features}
        if len(page_ids) < len(page.features) or page_ids & ids:
            raise SourceError(
                "{url}: features that were there before, after {count}: a page that repeats; nothing of it stays in "
                "the cache: try again later",
                url=page.url, count=len(ids),
            )  # fmt: skip
        ids |= page_ids
        if page.matched != first.matched or len(ids) > page.matched or (not page_ids and len(ids) < page.matched):
            raise SourceError(
                "{url}: {count} features so far, of {matched} (numberMatched); the first page said {first}; nothing "
                "of it stays in the cache: try again later",
                url=page.url, count=len(ids), matched=page.matched, first=first.matched,
            )  # fmt: skip
        yield page.features
        if len(ids) == page.matched:
            return
        page = _page(client, layer, len(ids), box)


def _page(client: Client, layer: FeatureType, start: int, box: Bounds | None) -> _FeaturePage:
    url = address(layer, start, box)
    content = client.get(url).json()
    page_features = geojson.features(content)
    matched = content.get("numberMatched") if isinstance(content, dict) else None
    if page_features is None or not isinstance(matched, int):
        raise SourceError(
            "{url}: no page of a WFS: 'features' or 'numberMatched' is not there: {answer!r}; the address may have "
            "changed: see its declaration",
            url=url, answer=orjson.dumps(content)[:80],
        )  # fmt: skip
    return _FeaturePage(url, matched, page_features)


def _id(feature: RawFeature) -> str:
    """The id of a feature; where it has none, all its properties."""
    return str(feature.get("id") or orjson.dumps(feature.get("properties")))
