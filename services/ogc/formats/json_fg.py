"""Features as JSON-FG: what GeoJSON has no place for, as the period of a feature and coordinates in RD, stands in
members of its own.

Where another system than CRS84 is asked for the coordinates stand in `place`, and `geometry`, which is in degrees, is
null. https://docs.ogc.org/is/21-045r1/21-045r1.html
"""

from collections.abc import Mapping
from typing import Any

from services.stores.systems import CRS84

type Tree = dict[str, Any]

MEDIA_TYPE = "application/vnd.ogc.fg+json"
CORE = "http://www.opengis.net/spec/json-fg-1/1.0/conf/core"


def collection(content: Tree, system: str, time_field: str | None) -> Tree:
    """A page of features, of which `content` is the GeoJSON with coordinates in this system."""
    features = [_members(one, system, time_field) for one in content["features"]]
    return _declared(system) | content | {"features": features}


def feature(content: Tree, system: str, time_field: str | None) -> Tree:
    """One feature by itself."""
    return _declared(system) | _members(content, system, time_field)


def _declared(system: str) -> Tree:
    return {"conformsTo": [CORE], "coordRefSys": system}


def _members(content: Tree, system: str, time_field: str | None) -> Tree:
    year = content["properties"].get(time_field) if time_field else None
    placed: Mapping[str, Any] = {"place": None}
    if system != CRS84:
        placed = {"place": content["geometry"], "geometry": None}
    return {**content, "time": {"interval": [f"{year}-01-01", f"{year}-12-31"]} if year else None, **placed}
