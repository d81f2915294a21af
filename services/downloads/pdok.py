"""boundary_tables(): CBS's boundaries of buurten, wijken and gemeenten from PDOK's OGC API, or from a GeoPackage.

What is known of the API (api.pdok.nl, of which the server is GoKoala):

- The vintage is in the path. Those before 2022 are only in a GeoPackage that an atom feed names (see `atom`).
- A page holds 1,000 areas at most, ten where nothing is asked. The link to the next has a cursor with an escaped `|`
  (`Dv4%7CNwyr1Q`), which must be followed as it is. The last page has no such link.
- It never says how many areas there are (no `numberMatched`). That all came in is known from three things: no page and
  no area came twice, there are as many buurten as the country has at least, and the three tables have the same wijken
  and gemeenten.
- Coordinates are degrees (CRS84) unless `crs` asks for RD New. Degrees are refused, since they would shift borders.
- Properties are in snake_case and change their names between years (`buurtcode`, `bu_code`): see vintages.toml.
- A figure that is suppressed or absent is -99997 (-99995 and -99999999 in older layers).
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import geopandas
import numpy as np
import orjson
import pandas as pd
import shapely

from boundaries.codes import PATTERNS, parents
from boundaries.vintages import Vintage
from geo.areas import RD_NEW, AreaLevel
from geo.errors import SourceError
from services.downloads import atom
from services.formats import boundary_files
from services.http.client import Client
from services.http.progress import OnProgress

COLLECTIONS: Mapping[str, AreaLevel] = {
    "buurten": AreaLevel.BUURT, "wijken": AreaLevel.WIJK, "gemeenten": AreaLevel.GEMEENTE,
}  # fmt: skip
KEYS = {AreaLevel.BUURT: "code", AreaLevel.WIJK: "wijk", AreaLevel.GEMEENTE: "gemeente"}
"""What vintages.toml calls the column with the code of each level."""
LIMIT = 1000
"""Areas on a page, the most that the API gives."""
RD_URI = f"http://www.opengis.net/def/crs/EPSG/0/{RD_NEW}"
DEGREES = 360
"""Coordinates smaller than this are degrees: no place in the Netherlands lies so near to the origin of RD."""
MOST = 100_000
"""Areas of one collection: far more than there are; a service that goes on after these sends pages without end."""
LEAST_SHARED = 0.98
"""Share of the wijken and gemeenten that must be in both their own table and in the codes of the buurten."""


class _AnswerError(SourceError):
    """An answer that came in and is wrong; requested again it may be right."""


def planned(vintage: Vintage) -> list[str]:
    """The first addresses that will be requested: a page of each collection, or the feed that names the file."""
    if vintage.service == "feed":
        return [vintage.url]
    return [_first_page(vintage, name) for name in COLLECTIONS]


def boundary_tables(
    client: Client, vintage: Vintage, on_progress: OnProgress = lambda _what, _done, _all: None
) -> Mapping[str, geopandas.GeoDataFrame]:
    """The tables `buurten`, `wijken` and `gemeenten` of a vintage in RD New, all columns as the service gave them.

    Raises SourceError where the service does not answer, or not with the whole country; a wrong answer is removed from
    the cache, so that the next try requests it again.
    """
    collect = _of_feed if vintage.service == "feed" else _of_api
    return collect(client, vintage, on_progress)


def _first_page(vintage: Vintage, name: str) -> str:
    query = urlencode({"f": "json", "limit": LIMIT, "crs": RD_URI})
    return f"{vintage.url}/collections/{name}/items?{query}"


def _of_api(client: Client, vintage: Vintage, on_progress: OnProgress) -> dict[str, geopandas.GeoDataFrame]:
    requested: list[str] = []
    try:
        tables = {name: _collection(client, vintage, name, on_progress, requested) for name in COLLECTIONS}
        _check_whole(tables, vintage)
    except _AnswerError:
        for url in requested:
            client.discard(url)
        raise
    return tables


def _collection(
    client: Client, vintage: Vintage, name: str, on_progress: OnProgress, requested: list[str]
) -> geopandas.GeoDataFrame:
    """All pages of one collection as a table; their addresses are added to `requested`."""
    properties: list[dict[str, Any]] = []
    polygons: list[Any] = []
    for features in _pages(client, _first_page(vintage, name), requested):
        properties += [feature.get("properties") or {} for feature in features]
        geojson = [orjson.dumps(feature["geometry"]) if feature.get("geometry") else None for feature in features]
        polygons.append(shapely.from_geojson(geojson))
        on_progress(f"{name} {vintage.year}", len(properties), None)
    table = geopandas.GeoDataFrame(pd.DataFrame(properties), geometry=np.concatenate(polygons), crs=RD_NEW)
    where = f"{vintage.url}/collections/{name}"
    _check_columns(table, vintage, COLLECTIONS[name], where)
    if np.abs(table.total_bounds).max() < DEGREES:
        raise _AnswerError(
            "{where}: asked for RD (EPSG:{crs}), answered in degrees; the service ignores crs; download the boundaries "
            "as a file and put it in the data folder as boundaries/buurten-{year}.gpkg",
            where=where, crs=RD_NEW, year=vintage.year,
        )  # fmt: skip
    return table


def _pages(client: Client, first: str, requested: list[str]) -> Iterator[list[dict[str, Any]]]:
    """The features of each page; the link to the next is followed as it is, with its escaped `|`."""
    url: str | None = first
    ids: set[str] = set()
    while url is not None:
        if url in requested:
            raise _AnswerError(
                "{url}: this page was asked before: its service sends its pages in a loop; try again later", url=url
            )
        requested.append(url)
        page = client.get(url).json()
        features = page.get("features") if isinstance(page, dict) else None
        if not features:
            raise _AnswerError(
                "{url}: a page without areas, where {count} were before it; the service has no or another answer than "
                "an OGC API gives; try again later",
                url=url, count=len(ids),
            )  # fmt: skip
        page_ids = {str(feature.get("id", at + len(ids))) for at, feature in enumerate(features)}
        if len(page_ids) < len(features) or page_ids & ids:
            raise _AnswerError("{url}: areas that were there before: a page that repeats; try again later", url=url)
        ids |= page_ids
        yield features
        if len(ids) > MOST:
            raise _AnswerError(
                "{url}: {count} areas, more than there can be, and another page after it; the service sends pages "
                "without end: try again later",
                url=url, count=len(ids),
            )  # fmt: skip
        following = next((str(link.get("href")) for link in page.get("links", ()) if link.get("rel") == "next"), None)
        url = None if following is None else client.link(url, following)


def _check_columns(table: pd.DataFrame, vintage: Vintage, level: AreaLevel, where: str) -> None:
    for ours in (KEYS[level], "name" if level is AreaLevel.BUURT else f"{level}_name"):
        if vintage.column(ours, table.columns) is None:
            raise _AnswerError(
                "{where}: no property for {ours!r}: looked for {names}; found {columns}; add its name to "
                "boundaries/vintages.toml",
                where=where, ours=ours, names=list(vintage.aliases[ours]),
                columns=[name for name in table.columns if name != "geometry"],
            )  # fmt: skip


def _codes(tables: Mapping[str, pd.DataFrame], vintage: Vintage, level: AreaLevel) -> pd.Index:
    """The codes of a level in its own table. What has no code, or is open water or land abroad, is not counted."""
    table = tables[next(name for name, its_level in COLLECTIONS.items() if its_level is level)]
    codes = table[vintage.column(KEYS[level], table.columns)].dropna().astype(str).str.strip()
    valid: pd.Index = pd.Index(codes[codes.str.fullmatch(PATTERNS[level])].unique())
    return valid


def _check_whole(tables: Mapping[str, pd.DataFrame], vintage: Vintage) -> None:
    """Raise SourceError where a page must be missing."""
    buurten = _codes(tables, vintage, AreaLevel.BUURT)
    if len(buurten) < vintage.least:
        raise _AnswerError(
            "{url}: {count} buurten where the country of {year} has {least} at least; the answer is not whole: try "
            "again later",
            url=vintage.url, count=len(buurten), year=vintage.year, least=vintage.least,
        )  # fmt: skip
    for level in (AreaLevel.WIJK, AreaLevel.GEMEENTE):
        own, implied = _codes(tables, vintage, level), parents(buurten, level).unique()
        shared = len(own.intersection(implied))
        if shared < LEAST_SHARED * max(len(own), len(implied)):
            raise _AnswerError(
                "{url}: {own} {level} areas, and {implied} in the codes of the buurten, of which {shared} are the "
                "same; the answer is not whole: try again later",
                url=vintage.url, own=len(own), level=level.value, implied=len(implied), shared=shared,
            )  # fmt: skip


def _of_feed(client: Client, vintage: Vintage, on_progress: OnProgress) -> dict[str, geopandas.GeoDataFrame]:
    """The three tables of the GeoPackage that the feed names."""
    path = atom.fetch_newest(client, vintage.url, on_progress)
    try:
        tables = {name: boundary_files.read(path, vintage, level) for name, level in COLLECTIONS.items()}
    except SourceError:
        if not client.offline:
            path.unlink()
        raise
    for name, table in tables.items():
        _check_columns(table, vintage, COLLECTIONS[name], f"{path}, table {name}")
    _check_whole(tables, vintage)
    return {name: table if table.crs is None else table.to_crs(RD_NEW) for name, table in tables.items()}
