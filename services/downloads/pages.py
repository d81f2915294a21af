"""rows(): all rows of an OData set of CBS, page by page.

What is known of the services: the link to the next page is called `odata.nextLink` in version 3 and `@odata.nextLink`
in version 4, and there is none on the last page. No page says how many rows there are. So a page whose link or rows
were there before is an error: without that check a service that repeats itself would never end, or give rows twice.
"""

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
    """All rows of `url` and of every page that follows it.

    Raises SourceError for an answer that is no page, and for a page that repeats.
    """
    collected: list[Row] = []
    requested: set[str] = set()
    contents: set[bytes] = set()
    following: str | None = url
    while following is not None:
        requested.add(following)
        page = client.get(following).json()
        page_rows = page.get("value") if isinstance(page, dict) else None
        if not isinstance(page_rows, list):
            raise SourceError(
                "{url}: an answer without rows ('value'): {answer!r}; try again later",
                url=following, answer=orjson.dumps(page)[:80],
            )  # fmt: skip
        link = next((page[name] for name in NEXT if page.get(name)), None)
        next_url = urljoin(following, link) if link else None
        content = orjson.dumps(page_rows)
        if next_url in requested or (page_rows and content in contents):
            raise SourceError(
                "{url}: a page that repeats, after {count} rows: the service sends its pages in a loop; none of them "
                "stays in the cache: try again later",
                url=following, count=len(collected),
            )  # fmt: skip
        contents.add(content)
        collected += page_rows
        on_progress(len(collected))
        following = next_url
    return collected
