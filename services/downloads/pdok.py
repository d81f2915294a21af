"""boundary_tables(): CBS's boundaries of buurten, wijken and gemeenten from PDOK's OGC API, or from a GeoPackage.

What is known of the API beside what all of PDOK's have in common (services.downloads.ogc_api):

- The vintage is in the path. Those before 2022 are only in a GeoPackage that an atom feed names (see `atom`).
- It never says how many areas there are (no `numberMatched`). That all came in is known from three things: no page and
  no area came twice, there are as many buurten as the country has at least, and the three tables have the same wijken
  and gemeenten.
- Properties are in snake_case and change their names between years (`buurtcode`, `bu_code`): see vintages.toml.
- A figure that is suppressed or absent is -99997 (-99995 and -99999999 in older layers).
"""

from collections.abc import Mapping

import geopandas
import pandas as pd

from boundaries.codes import PATTERNS, parents
from boundaries.rd import RD_NEW
from boundaries.vintages import Vintage
from geo.areas import AreaLevel
from geo.errors import SourceError
from services.downloads import atom, ogc_api
from services.downloads.ogc_api import AnswerError
from services.formats import boundary_files
from services.http.client import Client
from services.http.progress import OnProgress

COLLECTIONS: Mapping[str, AreaLevel] = {
    "buurten": AreaLevel.BUURT, "wijken": AreaLevel.WIJK, "gemeenten": AreaLevel.GEMEENTE,
}  # fmt: skip
KEYS = {AreaLevel.BUURT: "code", AreaLevel.WIJK: "wijk", AreaLevel.GEMEENTE: "gemeente"}
"""What vintages.toml calls the column with the code of each level."""
LEAST_SHARED = 0.98
"""Share of the wijken and gemeenten that must be in both their own table and in the codes of the buurten."""


def planned(vintage: Vintage) -> list[str]:
    """The first addresses that will be requested: a page of each collection, or the feed that names the file."""
    if vintage.service == "feed":
        return [vintage.url]
    return [ogc_api.first_page(vintage.url, name) for name in COLLECTIONS]


def boundary_tables(
    client: Client, vintage: Vintage, on_progress: OnProgress = lambda _what, _done, _all: None
) -> Mapping[str, geopandas.GeoDataFrame]:
    """The tables `buurten`, `wijken` and `gemeenten` of a vintage in RD New, all columns as the service gave them.

    Raises SourceError where the service does not answer, or not with the whole country; a wrong answer is removed from
    the cache, so that the next try requests it again.
    """
    collect = _of_feed if vintage.service == "feed" else _of_api
    return collect(client, vintage, on_progress)


def _of_api(client: Client, vintage: Vintage, on_progress: OnProgress) -> dict[str, geopandas.GeoDataFrame]:
    requested: list[str] = []
    try:
        tables = {name: _collection(client, vintage, name, on_progress, requested) for name in COLLECTIONS}
        _check_whole(tables, vintage)
    except AnswerError:
        for url in requested:
            client.discard(url)
        raise
    return tables


def _collection(
    client: Client, vintage: Vintage, name: str, on_progress: OnProgress, requested: list[str]
) -> geopandas.GeoDataFrame:
    """All pages of one collection as a table; their addresses are added to `requested`."""
    what = ogc_api.Wanted(f"{name} {vintage.year}", ogc_api.first_page(vintage.url, name), f"buurten-{vintage.year}")
    table = ogc_api.table(client, what, on_progress, requested)
    _check_columns(table, vintage, COLLECTIONS[name], f"{vintage.url}/collections/{name}")
    return table


def _check_columns(table: pd.DataFrame, vintage: Vintage, level: AreaLevel, where: str) -> None:
    for ours in (KEYS[level], "name" if level is AreaLevel.BUURT else f"{level}_name"):
        if vintage.column(ours, table.columns) is None:
            raise AnswerError(
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
        raise AnswerError(
            "{url}: {count} buurten where the country of {year} has {least} at least; the answer is not whole: try "
            "again later",
            url=vintage.url, count=len(buurten), year=vintage.year, least=vintage.least,
        )  # fmt: skip
    for level in (AreaLevel.WIJK, AreaLevel.GEMEENTE):
        own, implied = _codes(tables, vintage, level), parents(buurten, level).unique()
        shared = len(own.intersection(implied))
        if shared < LEAST_SHARED * max(len(own), len(implied)):
            raise AnswerError(
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
