"""OData as CBS speaks it: all rows of a set, page by page."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urljoin

import orjson

from geo.errors import SourceError
from services.http.client import Client

NEXT = ("odata.nextLink", "@odata.nextLink")
"""What versions 3 and 4 call the link to the next page."""

Row = dict[str, Any]


def address(url: str, options: Mapping[str, str]) -> str:
    """`url` with its query; a space is %20, since not every service takes a plus for one."""
    return f"{url}?{urlencode(options, quote_via=quote, safe="$'(),")}" if options else url


def rows(client: Client, url: str, on_progress: Callable[[int], None] = lambda _: None) -> list[Row]:
    """All rows behind `url`, with every page that follows it.

    Raises SourceError for an answer that is no page, and for a page that repeats.
    """
    found: list[Row] = []
    asked: set[str] = set()
    pages: set[bytes] = set()
    following: str | None = url
    while following is not None:
        asked.add(following)
        page = client.get(following).json()
        here = page.get("value") if isinstance(page, dict) else None
        if not isinstance(here, list):
            raise SourceError(
                f"{following}: an answer without rows ('value'): {orjson.dumps(page)[:80]!r}; try again later"
            )
        link = next((page[name] for name in NEXT if page.get(name)), None)
        follows = urljoin(following, link) if link else None
        content = orjson.dumps(here)
        if follows in asked or (here and content in pages):
            raise SourceError(
                f"{following}: a page that repeats, after {len(found)} rows: the service runs in a circle; nothing of "
                "it was kept: try again later"
            )
        pages.add(content)
        found += here
        on_progress(len(found))
        following = follows
    return found
