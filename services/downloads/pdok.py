"""CBS's own maps of buurten, wijken and gemeenten, from PDOK: its OGC API, or the GeoPackage its feed names.

The API (PDOK's GoKoala) gives pages of a thousand at most, each with a link to the next; it never says how many there
are. That all came in is known from three things: no page and no area came twice, there are as many buurten as the
country has at least, and the three tables name the same wijken and gemeenten.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urljoin

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
LEAST_SHARED = 0.98
"""Share of the wijken and gemeenten that must be in both their own table and in the codes of the buurten."""


class _AnswerError(SourceError):
    """An answer that came in and is wrong; asked again it may be right."""


def planned(vintage: Vintage) -> list[str]:
    """What will be asked first: the first page of each collection, or the feed that names the file."""
    if vintage.service == "feed":
        return [vintage.url]
    return [_first_page(vintage, name) for name in COLLECTIONS]


def divisions(
    client: Client, vintage: Vintage, on_progress: OnProgress = lambda _what, _done, _all: None
) -> Mapping[str, geopandas.GeoDataFrame]:
    """The tables `buurten`, `wijken` and `gemeenten` of a year in RD, all columns as the service gave them.

    Raises SourceError where the service does not answer, or not with the whole country; what was kept of a wrong answer
    is forgotten, so that the next try asks anew.
    """
    collect = _of_feed if vintage.service == "feed" else _of_api
    return collect(client, vintage, on_progress)


def _first_page(vintage: Vintage, name: str) -> str:
    query = urlencode({"f": "json", "limit": LIMIT, "crs": RD_URI})
    return f"{vintage.url}/collections/{name}/items?{query}"


def _of_api(client: Client, vintage: Vintage, on_progress: OnProgress) -> dict[str, geopandas.GeoDataFrame]:
    asked: list[str] = []
    try:
        tables = {name: _collection(client, vintage, name, on_progress, asked) for name in COLLECTIONS}
        _check_whole(tables, vintage)
    except _AnswerError:
        for url in asked:
            client.forget(url)
        raise
    return tables


def _collection(
    client: Client, vintage: Vintage, name: str, on_progress: OnProgress, asked: list[str]
) -> geopandas.GeoDataFrame:
    """All pages of one collection as a table."""
    properties: list[dict[str, Any]] = []
    polygons: list[Any] = []
    for features in _pages(client, _first_page(vintage, name), asked):
        properties += [one.get("properties") or {} for one in features]
        written = [orjson.dumps(one["geometry"]) if one.get("geometry") else None for one in features]
        polygons.append(shapely.from_geojson(written))
        on_progress(f"{name} {vintage.year}", len(properties), None)
    table = geopandas.GeoDataFrame(pd.DataFrame(properties), geometry=np.concatenate(polygons), crs=RD_NEW)
    where = f"{vintage.url}/collections/{name}"
    _check_columns(table, vintage, COLLECTIONS[name], where)
    if np.abs(table.total_bounds).max() < DEGREES:
        raise _AnswerError(
            f"{where}: asked for RD (EPSG:{RD_NEW}), answered in degrees; the service does not heed crs; fetch the map "
            f"as a file and put it in the data folder as boundaries/buurten-{vintage.year}.gpkg"
        )
    return table


def _pages(client: Client, first: str, asked: list[str]) -> Iterator[list[dict[str, Any]]]:
    """The features of each page; `next` is followed as it is given, with its escaped `|`."""
    url: str | None = first
    known: set[str] = set()
    while url is not None:
        if url in asked:
            raise _AnswerError(f"{url}: this page was asked before: its service runs in a circle; try again later")
        asked.append(url)
        page = client.get(url).json()
        features = page.get("features") if isinstance(page, dict) else None
        if not features:
            raise _AnswerError(
                f"{url}: a page without areas, where {len(known)} were before it; the service has no or another answer "
                "than an OGC API gives; try again later"
            )
        ids = {str(one.get("id", at + len(known))) for at, one in enumerate(features)}
        if len(ids) < len(features) or ids & known:
            raise _AnswerError(f"{url}: areas that were there before: a page that repeats; try again later")
        known |= ids
        yield features
        url = next((urljoin(url, one["href"]) for one in page.get("links", ()) if one.get("rel") == "next"), None)


def _check_columns(table: pd.DataFrame, vintage: Vintage, level: AreaLevel, where: str) -> None:
    for ours in (KEYS[level], "name" if level is AreaLevel.BUURT else f"{level}_name"):
        if vintage.column(ours, table.columns) is None:
            raise _AnswerError(
                f"{where}: no property for {ours!r}: looked for {', '.join(vintage.aliases[ours])}; found "
                f"{[one for one in table.columns if one != 'geometry']}; add its name to boundaries/vintages.toml"
            )


def _codes(tables: Mapping[str, pd.DataFrame], vintage: Vintage, level: AreaLevel) -> pd.Index:
    """The codes of a level in its own table; what has none, or is open water or ground abroad, is not counted."""
    table = tables[next(name for name, one in COLLECTIONS.items() if one is level)]
    codes = table[vintage.column(KEYS[level], table.columns)].dropna().astype(str).str.strip()
    known: pd.Index = pd.Index(codes[codes.str.fullmatch(PATTERNS[level])].unique())
    return known


def _check_whole(tables: Mapping[str, pd.DataFrame], vintage: Vintage) -> None:
    """Raise SourceError where a page must be missing."""
    buurten = _codes(tables, vintage, AreaLevel.BUURT)
    if len(buurten) < vintage.least:
        raise _AnswerError(
            f"{vintage.url}: {len(buurten)} buurten where the country of {vintage.year} has {vintage.least} at least; "
            "the answer is not whole: try again later"
        )
    for level in (AreaLevel.WIJK, AreaLevel.GEMEENTE):
        own, implied = _codes(tables, vintage, level), parents(buurten, level).unique()
        shared = len(own.intersection(implied))
        if shared < LEAST_SHARED * max(len(own), len(implied)):
            raise _AnswerError(
                f"{vintage.url}: {len(own)} {level} areas, and {len(implied)} in the codes of the buurten, of which "
                f"{shared} are the same; the answer is not whole: try again later"
            )


def _of_feed(client: Client, vintage: Vintage, on_progress: OnProgress) -> dict[str, geopandas.GeoDataFrame]:
    """The three tables of the GeoPackage that the feed names."""
    path = atom.fetched(client, vintage.url, on_progress)
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
