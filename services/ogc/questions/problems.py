"""What the service answers where it cannot do what was asked: JSON of RFC 9457 that says where, and the way out.

`code` and `description` are the names that OGC API uses for the same. Errors are in English, since those who read them
write programs. A reader's mistake is answered, and not logged.
"""

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):  # noqa: N818  # the name that RFC 9457 gives it
    """An answer that is none: its HTTP status, what is wrong, and headers that belong to it."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = HTTPStatus(status), detail, headers or {}

    def response(self) -> Response:
        """The answer that says so."""
        return Response(body(self.status, self.detail), self.status, dict(self.headers), MEDIA_TYPE)


def body(status: int, detail: str) -> bytes:
    """The JSON of a problem."""
    title = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": int(status), "detail": detail}
    return orjson.dumps(content | {"code": title.replace(" ", ""), "description": detail})
