"""The part of the stand-in that is PDOK's WFS 2.0: features by page, as GeoJSON.

Recorded of service.pdok.nl: the members of a page and their order, `numberMatched` on every page, a bbox with each
feature and one for the page, `id` as "layer.uuid". Quoted of those who use it: a thousand features at most, whatever
`count` asks; `bbox` heeded and `cql_filter` not; properties in camelCase; degrees in some answers though RD was asked;
an error is XML with status 400. How deep one may page is not known: `deepest` is a limit such as others have.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas
import orjson
import pandas as pd
import shapely

from boundaries.rd import RD_NEW
from tests.standin.server import Query, Reply

SQUARES = "/service.pdok.nl/cbs/vierkantstatistieken100m/{year}/wfs/v1_0"
LAYER = "vierkantstatistieken100m:vierkant_100m"
MOST = 1000
Feature = dict[str, Any]


class Wfs:
    """Serves the features of one layer. `obeys_bbox` False is a service that gives everything whatever box is asked."""

    def __init__(
        self, path: str, layer: str, features: Sequence[Feature], *, most: int = MOST, deepest: int | None = None,
        obeys_bbox: bool = True,
    ) -> None:  # fmt: skip
        self.path, self.layer, self.features = path, layer, list(features)
        self.most, self.deepest, self.obeys_bbox = most, deepest, obeys_bbox
        drawn = shapely.from_geojson([orjson.dumps(one["geometry"]) for one in self.features])
        places = geopandas.GeoSeries(
            drawn, crs=4326 if len(drawn) and shapely.total_bounds(drawn).max() < 360 else RD_NEW
        )
        self._tree = shapely.STRtree(places.to_crs(RD_NEW).to_numpy())

    def __call__(self, path: str, query: Query, headers: Mapping[str, str]) -> Reply | None:  # noqa: ARG002
        if path != self.path:
            return None
        asked = {name.lower(): value[0] for name, value in query.items()}
        if asked.get("typenames") != self.layer:
            return _refused(
                "InvalidParameterValue", f"TYPENAME '{asked.get('typenames')}' doesn't exist in this server"
            )
        start, count = int(asked.get("startindex", "0")), min(int(asked.get("count", self.most)), self.most)
        if self.deepest is not None and start > self.deepest:
            return _refused("InvalidParameterValue", f"startIndex must be at most {self.deepest}")
        return self._page(self._matched(asked.get("bbox")), start, count)

    def _matched(self, bbox: str | None) -> list[Feature]:
        if bbox is None or not self.obeys_bbox:
            return self.features
        box = shapely.box(*(float(one) for one in bbox.split(",")[:4]))
        return [self.features[at] for at in sorted(self._tree.query(box, predicate="intersects"))]

    def _page(self, matched: list[Feature], start: int, count: int) -> Reply:
        here = matched[start : start + count]
        boxes = [one["bbox"] for one in here] or [[0.0] * 4]
        west, south, east, north = zip(*boxes, strict=True)
        page = {
            "type": "FeatureCollection", "numberMatched": len(matched), "name": self.layer.partition(":")[2],
            "features": here, "bbox": [min(west), min(south), max(east), max(north)],
        }  # fmt: skip
        return Reply(200, orjson.dumps(page), {"Content-Type": "application/json; subtype=geojson; charset=utf-8"})


def squares(table: pd.DataFrame, *, degrees: bool = False) -> list[Feature]:
    """The features of CBS's squares: a row each, with `crs28992res100m` and columns as the files call them. A row
    without a name is a shape of squares that were joined; `place` says where it lies (west, south, east, north).
    """
    code = "crs28992res100m"
    corner = table[code].str.extract(r"E(\d{4})N(\d{4})").astype(float) * 100
    x, y = corner[0].to_numpy(), corner[1].to_numpy()
    polygons = shapely.box(x, y, x + 100, y + 100)
    for at, name in enumerate(table[code]):
        if pd.isna(name):
            polygons[at] = shapely.box(*table["place"].iloc[at])
    drawn = geopandas.GeoSeries(shapely.multipolygons(polygons[:, None]), crs=RD_NEW).to_crs(
        4326 if degrees else RD_NEW
    )
    figures = table.drop(columns="place", errors="ignore").rename(columns=camel).astype(object)
    properties = figures.where(figures.notna(), None).to_dict("records")
    return [
        {
            "type": "Feature", "id": f"vierkant_100m.{uuid.uuid5(uuid.NAMESPACE_OID, f'{at} {one[code]}')}",
            "properties": {"id": at + 1} | one, "bbox": list(place.bounds), "geometry": place.__geo_interface__,
        }
        for at, (one, place) in enumerate(zip(properties, drawn, strict=True))
    ]  # fmt: skip


def camel(name: str) -> str:
    """aantal_inwoners_0_tot_15_jaar as the service writes it: aantalInwoners0Tot15Jaar."""
    first, *rest = name.split("_")
    return first + "".join(one.capitalize() for one in rest)


def _refused(code: str, text: str) -> Reply:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><ows:ExceptionReport version="2.0.0" '
        f'xmlns:ows="http://www.opengis.net/ows/1.1"><ows:Exception exceptionCode="{code}">'
        f"<ows:ExceptionText>{text}</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"
    )
    return Reply(400, body.encode(), {"Content-Type": "text/xml; charset=UTF-8"})
