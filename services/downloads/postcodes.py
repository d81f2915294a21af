"""postcode_table(): CBS's boundaries of postcodes of four digits, of a year, from PDOK's OGC API.

One collection has all years; `jaarcode` chooses one. A service that would not know it would send all years, and codes
that come twice are refused. Some 4,070 postcodes have inhabitants.
"""

import geopandas

from boundaries.postcodes import PATTERN
from geo.errors import first_few
from services.downloads import ogc_api
from services.downloads.ogc_api import AnswerError
from services.http.client import Client
from services.http.progress import OnProgress

URL = "https://api.pdok.nl/cbs/postcode4/ogc/v1"
COLLECTION, CODE = "postcode4", "postcode"
LEAST = 4000
"""Fewest postcodes of the country."""


def planned(year: int) -> str:
    """The first address that will be requested."""
    return ogc_api.first_page(URL, COLLECTION, jaarcode=year)


def postcode_table(client: Client, year: int, on_progress: OnProgress) -> geopandas.GeoDataFrame:
    """The postcodes of a year in RD New, all columns as the service gave them.

    Raises SourceError where the service does not answer, or not with the whole country, each postcode once; a wrong
    answer is removed from the cache, so that the next try requests it again.
    """
    requested: list[str] = []
    wanted = ogc_api.Wanted(f"postcodes {year}", planned(year), f"pc4-{year}")
    try:
        table = ogc_api.table(client, wanted, on_progress, requested)
        _check(table, year)
    except AnswerError:
        for url in requested:
            client.discard(url)
        raise
    return table


def _check(table: geopandas.GeoDataFrame, year: int) -> None:
    """Raise AnswerError for what are not all postcodes of one year."""
    if CODE not in table:
        raise AnswerError(
            "{url}: no property {code!r}; found {columns}; the service calls it otherwise now",
            url=URL, code=CODE, columns=[name for name in table.columns if name != "geometry"],
        )  # fmt: skip
    codes = table[CODE].map(str).str.strip()
    if wrong := sorted({*codes[codes.duplicated()], *codes[~codes.str.fullmatch(PATTERN)]}):
        raise AnswerError(
            "{url}: postcodes that occur more than once, or are none: {codes}; the answer is not that of {year} alone: "
            "try again later",
            url=URL, codes=first_few(wrong), year=year,
        )  # fmt: skip
    if len(codes) < LEAST:
        raise AnswerError(
            "{url}: {count} postcodes where the country of {year} has {least} at least; the answer is not whole: try "
            "again later",
            url=URL, count=len(codes), year=year, least=LEAST,
        )  # fmt: skip
