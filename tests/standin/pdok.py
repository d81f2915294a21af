"""The part of the stand-in that is PDOK: pages of an OGC API as GoKoala gives them, and a feed with a GeoPackage.

Recorded from GoKoala: the members of a page and of its links, cursors with an escaped `|`, no `numberMatched`, no
`next` on the last page, CRS84 unless asked otherwise and a Content-Crs header that says which. The columns are those of
2022 and later, figures that are not there -99997.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import geopandas
import orjson
import pandas as pd
import shapely

from boundaries import cbs
from geo.areas import AreaFrame
from tests.standin.server import Query, Reply

API, DOWNLOADS = "api.pdok.nl", "service.pdok.nl"
CRS84, EPSG = "http://www.opengis.net/def/crs/OGC/1.3/CRS84", "http://www.opengis.net/def/crs/EPSG/0/"
MOST, USUAL = 1000, 10
SECRET = -99997
COLLECTIONS = ("buurten", "wijken", "gemeenten")


def tables(areas: AreaFrame, year: int) -> dict[str, geopandas.GeoDataFrame]:
    """Buurten, wijken and gemeenten as PDOK calls their columns; a buurt does not name its wijk."""
    codes = areas.ids
    own = areas.table.assign(wijk="WK" + codes.str[2:8], jaar=year, water="NEE").reset_index()
    buurten = _renamed(own, {
        "area_id": "buurtcode", "name": "buurtnaam", "wijk": "wijkcode", "gemeente": "gemeentecode",
        "gemeente_name": "gemeentenaam", "jaar": "jaar", "water": "water",
    })  # fmt: skip
    wijken = _renamed(cbs.wijken(areas).table.assign(jaar=year, water="NEE").reset_index(), {
        "area_id": "wijkcode", "name": "wijknaam", "gemeente": "gemeentecode", "gemeente_name": "gemeentenaam",
        "jaar": "jaar", "water": "water",
    })  # fmt: skip
    gemeenten = _renamed(cbs.gemeenten(areas).table.assign(jaar=year, water="NEE").reset_index(), {
        "area_id": "gemeentecode", "name": "gemeentenaam", "jaar": "jaar", "water": "water",
    })  # fmt: skip
    return {"buurten": buurten, "wijken": wijken, "gemeenten": gemeenten}


def of_raw(raw: geopandas.GeoDataFrame, areas: AreaFrame, year: int) -> dict[str, geopandas.GeoDataFrame]:
    """The same, with the raw rows of buurten: land and water of one code apart, as PDOK has them."""
    whole = tables(areas, year)
    known = [one for one in whole["buurten"].columns if one in raw.columns]
    buurten = raw[known].assign(jaar=year)
    return whole | {"buurten": buurten.reset_index(drop=True)}


def _renamed(table: geopandas.GeoDataFrame, columns: Mapping[str, str]) -> geopandas.GeoDataFrame:
    return table[[*columns, "geometry"]].rename(columns=columns)


class Api:
    """The OGC API of one year. `columns` renames properties, as the services do between years."""

    def __init__(
        self, boundaries: Mapping[str, geopandas.GeoDataFrame], year: int, columns: Mapping[str, str] | None = None
    ) -> None:
        self.root = f"/{API}/cbs/wijken-en-buurten-{year}/ogc/v1"
        renamed = {name: table.rename(columns=dict(columns or {})) for name, table in boundaries.items()}
        self._features = {name: _features(table) for name, table in renamed.items()}
        self._tables = renamed
        self.chosen: dict[str, str] = {}

    def __call__(self, path: str, query: Query, headers: Mapping[str, str]) -> Reply | None:  # noqa: ARG002
        asked = re.fullmatch(re.escape(self.root) + r"/collections/(\w+)/items", path)
        if asked is None:
            return None
        name = asked[1]
        if name not in self._features:
            return _problem(404, f"collection: {name} does not exist in this service")
        limit = min(int(query.get("limit", [str(USUAL)])[0]), MOST)
        crs = query.get("crs", [CRS84])[0]
        if crs not in {CRS84, f"{EPSG}28992", f"{EPSG}4258", f"{EPSG}3857"}:
            return _problem(400, f"crs '{crs}' is not supported")
        start = _start(query.get("cursor", [""])[0])
        return self._page(name, start, limit, crs)

    def _page(self, name: str, start: int, limit: int, crs: str) -> Reply:
        properties, polygons = self._features[name]
        end = min(start + limit, len(properties))
        placed = polygons[start:end] if crs == f"{EPSG}28992" else polygons[start:end].to_crs(_code(crs))
        drawn = shapely.to_geojson(placed.to_numpy())
        features = [
            {"type": "Feature", "properties": properties[at], "geometry": orjson.Fragment(drawn[at - start]),
             "id": str(at + 1)}
            for at in range(start, end)
        ]  # fmt: skip
        page = {
            "type": "FeatureCollection", "timeStamp": "2026-01-01T00:00:00Z",
            "links": self._links(name, start, limit, crs), "features": features, "numberReturned": len(features),
        }  # fmt: skip
        headers = {"Content-Type": "application/geo+json", "Content-Crs": f"<{crs}>", "API-Version": "1.0.0"}
        return Reply(200, orjson.dumps(page), headers)

    def _links(self, name: str, start: int, limit: int, crs: str) -> list[dict[str, str]]:
        def link(rel: str, title: str, at: int, f: str = "json") -> dict[str, str]:
            query = self.chosen | ({"crs": crs} if crs != CRS84 else {}) | ({"cursor": cursor(at)} if at else {})
            kind = {"json": "application/geo+json", "jsonfg": "application/vnd.ogc.fg+json", "html": "text/html"}[f]
            # The keys in order of the alphabet, as Go writes them.
            written = urlencode(sorted((query | {"f": f, "limit": str(limit)}).items()))
            href = f"https:/{self.root}/collections/{name}/items?{written}"
            return {"rel": rel, "title": title, "type": kind, "href": href}

        links = [
            link("self", "This document as GeoJSON", start),
            link("alternate", "This document as JSON-FG", start, "jsonfg"),
            link("alternate", "This document as HTML", start, "html"),
        ]
        if start + limit < len(self._features[name][0]):
            links.append(link("next", "Next page", start + limit))
        if start:
            links.append(link("prev", "Previous page", max(start - limit, 0)))
        return links


class Postcodes:
    """The OGC API of postcodes of four digits: one collection of all years, of which `jaarcode` chooses one.

    Its shape is that of clients of others, not recorded: the address, `jaarcode`, and `postcode` as a number.
    """

    def __init__(self, by_year: Mapping[int, geopandas.GeoDataFrame]) -> None:
        tables = {year: table.assign(jaarcode=year) for year, table in by_year.items()}
        every = pd.concat(tables.values(), ignore_index=True)
        self._apis = {"": self._api(every)}
        for year, table in tables.items():
            self._apis[str(year)] = self._api(table)
            self._apis[str(year)].chosen = {"jaarcode": str(year)}

    @staticmethod
    def _api(table: geopandas.GeoDataFrame) -> Api:
        api = Api({"postcode4": table}, 0)
        api.root = f"/{API}/cbs/postcode4/ogc/v1"
        return api

    def __call__(self, path: str, query: Query, headers: Mapping[str, str]) -> Reply | None:
        return self._apis[query.get("jaarcode", [""])[0]](path, query, headers)


@dataclass(frozen=True)
class Feed:
    """An atom index of one year: an index that names the feed of the data set, which names the GeoPackages."""

    year: int
    files: Mapping[str, bytes]
    checksums: bool = True
    direct: bool = False

    def __call__(self, path: str, query: Query, headers: Mapping[str, str]) -> Reply | None:  # noqa: ARG002
        root = f"/{DOWNLOADS}/cbs/wijkenbuurten/{self.year}/atom"
        if path == f"{root}/index.xml" and not self.direct:
            inner = f"https:/{root}/wijkenbuurten_{self.year}.xml"
            return _xml(f'<entry><link rel="alternate" type="application/atom+xml" href="{inner}"/></entry>')
        if path in {f"{root}/index.xml", f"{root}/wijkenbuurten_{self.year}.xml"}:
            return _xml("".join(self._entry(name, f"https:/{root}/downloads/{name}") for name in self.files))
        body = self.files.get(path.removeprefix(f"{root}/downloads/"))
        if body is None:
            return None
        tag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        return Reply(
            200, body, {"Accept-Ranges": "bytes", "ETag": tag, "Content-Type": "application/geopackage+sqlite3"}
        )

    def _entry(self, name: str, url: str) -> str:
        body = self.files[name]
        checks = f' length="{len(body)}" hash="sha-256:{hashlib.sha256(body).hexdigest()}"' if self.checksums else ""
        link = f'<link rel="alternate" type="application/geopackage+sqlite3" href="{url}"{checks}/>'
        return f"<entry><title>{name}</title><updated>{self.year}-11-01T00:00:00Z</updated>{link}</entry>"


def geopackage(boundaries: Mapping[str, geopandas.GeoDataFrame], path: Path) -> bytes:
    """The three tables as one GeoPackage."""
    for name, table in boundaries.items():
        table.to_file(path, layer=name)
    return path.read_bytes()


def cursor(start: int) -> str:
    """An opaque cursor, of the shape that GoKoala's have: two parts in base 64 around a `|`."""
    return f"D{start:x}|Nwyr1Q"


def _start(given: str) -> int:
    parsed = re.fullmatch(r"D([0-9a-f]+)\|Nwyr1Q", given)
    return int(parsed[1], 16) if parsed else 0


def _features(table: geopandas.GeoDataFrame) -> tuple[list[dict[str, object]], geopandas.GeoSeries]:
    bare = table.drop(columns="geometry").assign(aantal_inwoners=SECRET).astype(object)
    return bare.where(bare.notna(), None).to_dict("records"), table.geometry


def _code(crs: str) -> str:
    return "OGC:CRS84" if crs == CRS84 else f"EPSG:{crs.removeprefix(EPSG)}"


def _problem(status: int, detail: str) -> Reply:
    body = orjson.dumps({"title": "Bad Request", "status": status, "detail": detail})
    return Reply(status, body, {"Content-Type": "application/problem+json"})


def _xml(entries: str) -> Reply:
    feed = f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'
    return Reply(200, feed.encode(), {"Content-Type": "application/xml"})
