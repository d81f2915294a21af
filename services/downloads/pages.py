"""rows(): all rows of an OData set of CBS, page by page.

What is known of the services: the link to the next page is called `odata.nextLink` in version 3 and `@odata.nextLink`
in version 4, and there is none on the last page. No page says how many rows there are. So a page whose link or rows
were there before is an error, and so are a page without rows that is not the last, and more rows than the set can have:
without these checks a service that repeats itself would never end, or give rows twice.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from geo.errors import SourceError
from services.http.client import Client

NEXT = ("odata.nextLink", "@odata.nextLink")
"""What versions 3 and 4 call the link to the next page."""

MOST = 100_000
"""Rows of a list of codes or topics; CBS has no longer one."""

Row = dict[str, Any]


def address(url: str, options: Mapping[str, str]) -> str:
    """`url` with its query; a space is %20, since not every service takes a plus for one."""
    return f"{url}?{urlencode(options, quote_via=quote, safe="$'(),")}" if options else url


def rows(client: Client, url: str, on_progress: Callable[[int], None] = lambda _: None, most: int = MOST) -> list[Row]:
    """All rows of `url` and of every page that follows it; there can be `most` of them.

    Raises SourceError for an answer that is no page, for a page that repeats, and for pages without end.
    """
    collected: list[Row] = []
    requested: set[str] = set()
    contents: set[bytes] = set()
    following: str | None = url
    while following is not None:
        requested.add(following)
        page = client.get(following).json()
        page_rows = page.get("value") if isinstance(page, dict) else None
        if not isinstance(page_rows, list) or not all(map(_is_row, page_rows)):
            raise SourceError(
                "{url}: an answer without rows of texts and numbers ('value'): {answer!r}; try again later",
                url=following, answer=orjson.dumps(page)[:80],
            )  # fmt: skip
        link = next((page[name] for name in NEXT if page.get(name)), None)
        next_url = client.link(following, str(link)) if link else None
        content = orjson.dumps(page_rows)
        if next_url in requested or (page_rows and content in contents):
            raise SourceError(
                "{url}: a page that repeats, after {count} rows: the service sends its pages in a loop; none of them "
                "stays in the cache: try again later",
                url=following, count=len(collected),
            )  # fmt: skip
        contents.add(content)
        collected += page_rows
        if len(collected) > most or (next_url and not page_rows):
            raise SourceError(
                "{url}: {count} rows so far, {here} of them here, and another page after it, where the set can have "
                "{most}: the service sends pages without end; none of them stays in the cache: try again later",
                url=following, count=len(collected), here=len(page_rows), most=most,
            )  # fmt: skip
        on_progress(len(collected))
        following = next_url
    return collected


def _is_row(found: object) -> bool:
    return isinstance(found, dict) and not any(isinstance(cell, dict | list) for cell in found.values())


def must(row: Row, name: str) -> str:
    """What a row must have to be understood. Raises SourceError where it has not."""
    if row.get(name) is None:
        raise SourceError(
            "a row of a table without {name!r}: {row!r}; the service has changed: see the declaration of the source",
            name=name, row=orjson.dumps(row)[:80],
        )  # fmt: skip
    return str(row[name])
