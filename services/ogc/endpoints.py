"""What a path of the API takes and gives, and a request on its way to an answer."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from services.ogc import responses
from services.ogc.edition import Edition
from services.ogc.formats import json_fg
from services.ogc.items import GEOJSON
from services.ogc.questions.parameters import Given
from services.ogc.questions.problems import Problem

LARGEST_BODY = 2 * 2**20
"""Bytes of a filter that is sent."""

PAGES: Mapping[str, str] = {"application/json": "json", "text/html": "html", "application/ld+json": "jsonld"}
PLAIN: Mapping[str, str] = {"application/json": "json", "text/html": "html"}
JSON: Mapping[str, str] = {"application/json": "json"}
TEXT: Mapping[str, str] = {"text/plain": "text"}
SCHEMAS: Mapping[str, str] = {"application/schema+json": "json", "application/json": "json", "text/html": "html"}
OPENAPI: Mapping[str, str] = {
    "application/vnd.oai.openapi+json;version=3.0": "json",
    "application/vnd.oai.openapi+json": "json",
    "application/json": "json",
    "text/html": "html",
}
FEATURE: Mapping[str, str] = {GEOJSON: "json", **PAGES, json_fg.MEDIA_TYPE: "jsonfg"}


@dataclass(frozen=True, slots=True)
class Call:
    """A request on its way: what was asked, with which headers, of which edition, in which format, and the tag of its
    answer.
    """

    request: Request
    headers: Mapping[bytes, bytes]
    edition: Edition
    given: Given
    names: tuple[str, ...]
    format: str
    media_type: str
    tag: str

    def header(self, name: str) -> str:
        """A header of the request, empty where it has none."""
        return self.headers.get(name.encode(), b"").decode("latin-1")

    def answer(self, status: int, media_type: str, body: bytes, more: Mapping[str, str] | None = None) -> Response:
        """An answer made in memory."""
        tagged = self._tagged if status == 200 else {}
        return responses.whole(status, media_type, body, self.header("accept-encoding"), {**tagged, **(more or {})})

    def streamed(self, media_type: str, pieces: Iterator[bytes], more: Mapping[str, str]) -> Response:
        """An answer that is made while it is sent."""
        return responses.streamed(media_type, pieces, self.header("accept-encoding"), {**self._tagged, **more})

    @property
    def _tagged(self) -> Mapping[str, str]:
        return {"ETag": self.tag} if self.request.method != "POST" else {}


type Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A path: its name, its pattern, what answers it, its parameters (None: the handler sees to them) and formats; and
    whether it is of a version of the API, or of the site.
    """

    name: str
    pattern: re.Pattern[str]
    handler: Handler
    known: tuple[str, ...] | None
    formats: Mapping[str, str]
    methods: tuple[str, ...] = ("GET", "HEAD", "OPTIONS")
    versioned: bool = True


async def sent_filter(request: Request, given: Given) -> dict[str, str]:
    """The filter in the body of a POST, as parameters."""
    if "filter" in given or "filter-lang" in given:
        raise Problem(400, "a filter stands in the query or in the body, not in both")
    media_type, _, options = request.headers.get("content-type", "").lower().partition(";")
    if media_type.strip() != "application/json" or ("charset" in options and "utf-8" not in options):
        raise Problem(415, "the body must be CQL2 JSON: Content-Type application/json, in UTF-8")
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > LARGEST_BODY:
            raise Problem(413, f"the body is larger than {LARGEST_BODY} bytes; split the filter")
    if not content.strip():
        raise Problem(400, "the body is empty; send a filter in CQL2 JSON, or GET without one")
    try:
        return {"filter": content.decode(), "filter-lang": "cql2-json"}
    except UnicodeDecodeError as fault:
        raise Problem(400, f"the body is no UTF-8: {fault.reason} at byte {fault.start}") from None
