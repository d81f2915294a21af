"""WFS 2.0 as PDOK speaks it: all features of a layer, page by page, none missing and none twice.

A page holds a thousand at most, and says how many there are in all (`numberMatched`): what comes must be as many. How
deep one may page is told nowhere and services differ, so a layer of more than `DEEPEST` is asked by quarters of the
country, and by quarters of these, until each is small enough. Quarters are asked with `bbox`: `cql_filter` does not
work there. They lie a metre within their borders, which run along whole hundreds of metres, so that a square of 100 m
is in just one of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from geo.areas import RD_NEW
from geo.errors import SourceError
from services.http.client import Client

COUNT = 1000
"""Features asked at a time."""
DEEPEST = 50_000
"""Features that are paged through; more are parted."""
SMALLEST = 20_000
"""Metres: the side of a box that is not parted again. It has at most 40,000 squares."""
INSET = 1

Feature = dict[str, Any]
Bounds = tuple[int, int, int, int]
"""West, south, east and north, in metres of RD New."""
EXTENT: Bounds = (0, 304_000, 320_000, 624_000)
"""All of the Netherlands; its side can be halved to whole hundreds of metres."""


@dataclass(frozen=True, slots=True)
class FeatureType:
    """A layer of a service, and of which country it is a map."""

    service: str
    name: str
    within: Bounds = EXTENT


@dataclass(frozen=True, slots=True)
class _FeaturePage:
    """A page, where it was asked, and how many features there are in all."""

    url: str
    matched: int
    features: list[Feature]


def address(layer: FeatureType, start: int = 0, box: Bounds | None = None) -> str:
    """Where a page is asked; without a box of the whole layer."""
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
) -> Iterator[list[Feature]]:
    """All features of a layer, some at a time; one that lies in several quarters is given once.

    Raises SourceError for an answer that is no page, and where features are missing or come twice.
    """
    first = _page(client, layer, 0, None)
    known: set[str] = set()
    for came in _within(client, layer, first, None):
        new = {_id(one): one for one in came if _id(one) not in known}
        known |= new.keys()
        on_progress(len(known), first.matched)
        yield list(new.values())
    if len(known) < first.matched:
        raise SourceError(
            f"{first.url}: {len(known)} features came, of {first.matched} that there are; some lie outside the "
            f"country ({layer.within}), or were withheld: try again later"
        )


def _within(client: Client, layer: FeatureType, first: _FeaturePage, box: Bounds | None) -> Iterator[list[Feature]]:
    """The features of a box, of which the first page is in; by quarters where there are too many."""
    if first.matched <= DEEPEST:
        yield from _paged(client, layer, first, box)
        return
    west, south, east, north = box or layer.within
    if east - west <= SMALLEST:
        raise SourceError(
            f"{first.url}: {first.matched} features in a box of {east - west} m; the service does not heed bbox; put a "
            "file with the same figures in the data folder instead"
        )
    x, y = (west + east) // 2, (south + north) // 2
    for quarter in ((west, south, x, y), (x, south, east, y), (west, y, x, north), (x, y, east, north)):
        yield from _within(client, layer, _page(client, layer, 0, quarter), quarter)


def _paged(client: Client, layer: FeatureType, first: _FeaturePage, box: Bounds | None) -> Iterator[list[Feature]]:
    """Page after page, from the first, as many as there are."""
    page, ids = first, set[str]()
    while True:
        here = {_id(one) for one in page.features}
        if len(here) < len(page.features) or here & ids:
            raise SourceError(
                f"{page.url}: features that were there before, after {len(ids)}: a page that repeats; nothing of it "
                "was kept: try again later"
            )
        ids |= here
        if page.matched != first.matched or len(ids) > page.matched or (not here and len(ids) < page.matched):
            raise SourceError(
                f"{page.url}: {len(ids)} features so far, of {page.matched} (numberMatched); the first page said "
                f"{first.matched}; nothing of it was kept: try again later"
            )
        yield page.features
        if len(ids) == page.matched:
            return
        page = _page(client, layer, len(ids), box)


def _page(client: Client, layer: FeatureType, start: int, box: Bounds | None) -> _FeaturePage:
    url = address(layer, start, box)
    content = client.get(url).json()
    found = content.get("features") if isinstance(content, dict) else None
    matched = content.get("numberMatched") if isinstance(content, dict) else None
    if not isinstance(found, list) or not isinstance(matched, int):
        raise SourceError(
            f"{url}: no page of a WFS: 'features' or 'numberMatched' is not there: {orjson.dumps(content)[:80]!r}; "
            "the address may have changed: see its declaration"
        )
    return _FeaturePage(url, matched, found)


def _id(feature: Feature) -> str:
    """What tells a feature from others: its id, or all that it says where it has none."""
    return str(feature.get("id") or orjson.dumps(feature.get("properties")))
