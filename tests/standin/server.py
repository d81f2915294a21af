"""Standin: a real HTTP server on loopback that behaves as the services of others do, on good days and on bad ones.

One server plays every host at once: it stands where ZICHT_GATEWAY points, and the first part of a path is the host, as
in `/api.pdok.nl/cbs/...`. A body may therefore hold the true addresses (`https://api.pdok.nl/...`): the client sends
what it follows through the gateway too.
"""

import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote_plus, urlsplit

PIECE = 16
"""Bytes that a dripping answer gives at a time."""


@dataclass(frozen=True)
class Reply:
    """What the server answers.

    Attributes:
        status: the status code.
        body: the whole body.
        headers: beside Content-Length; with `Accept-Ranges: bytes` parts of the body can be asked for.
        cut_at: after so many bytes of the body the connection is cut, though Content-Length said more.
        drip: seconds between one piece of 16 bytes and the next.
        head_drip: seconds between one byte of the headers and the next.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    drip: float | None = None
    head_drip: float | None = None


Query = dict[str, list[str]]
Service = Callable[[str, Query, Mapping[str, str]], Reply | None]
"""Path (unescaped, host first), query and headers to a reply; None where another service must know."""
Spoil = Reply | Callable[[Reply], Reply]
"""A reply in place of the usual one, or what becomes of the usual one."""


@dataclass
class Trap:
    """Requests that match get `spoils`, one each and in order; the last one for ever where it is `lasting`."""

    pattern: re.Pattern[str]
    spoils: list[Spoil]
    lasting: bool

    def sprung(self, asked: str) -> Spoil | None:
        if not self.spoils or not (self.pattern.search(asked) or self.pattern.search(unquote_plus(asked))):
            return None
        return self.spoils[0] if self.lasting and len(self.spoils) == 1 else self.spoils.pop(0)


class Standin:
    """`with Standin(service, ...) as standin`: served at `standin.url` until the end of the block, refused after it.

    `standin.requests` lists path and query of every request, as they were received. Services are asked in turn, the
    first that answers does; where none does it is a 404. A service that raises fails the test.
    """

    def __init__(self, *services: Service) -> None:
        self.services = services
        self.requests: list[str] = []
        self.faults: list[BaseException] = []
        self._traps: list[Trap] = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.standin = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        if self.faults and fault is None:
            raise self.faults[0]

    def trap(self, pattern: str, *spoils: Spoil, lasting: bool = False) -> None:
        """Give the next requests whose path and query match `pattern` these replies, in order; then serve as usual."""
        with self._lock:
            self._traps.append(Trap(re.compile(pattern), list(spoils), lasting))

    def count(self, pattern: str) -> int:
        """How many requests matched, escaped or not."""
        return sum(bool(re.search(pattern, one) or re.search(pattern, unquote_plus(one))) for one in self.requests)

    def reply(self, asked: str, headers: Mapping[str, str]) -> Reply:
        """What is answered to one request."""
        with self._lock:
            self.requests.append(asked)
            spoil = next((one for trap in self._traps if (one := trap.sprung(asked)) is not None), None)
        if isinstance(spoil, Reply):
            return spoil
        parts = urlsplit(asked)
        query = parse_qs(parts.query, keep_blank_values=True)
        replies = (one(unquote_plus(parts.path), query, headers) for one in self.services)
        usual = next((one for one in replies if one is not None), Reply(404, b"no such thing here"))
        return ranged(spoil(usual) if spoil else usual, headers)


def cut(at: int) -> Spoil:
    """The usual reply, the connection cut in the middle of it."""
    return lambda usual: replace(usual, cut_at=at)


def dripping(pause: float) -> Spoil:
    """The usual reply, 16 bytes at a time."""
    return lambda usual: replace(usual, drip=pause)


def halved(usual: Reply) -> Reply:
    """The usual reply, cut in two before it was sent: the length is right, what it says is not."""
    return replace(usual, body=usual.body[: len(usual.body) // 2])


def busy(seconds: float | str = 0) -> Reply:
    """429, with what to wait."""
    return Reply(429, b"slow down", {"Retry-After": str(seconds)})


def ranged(usual: Reply, headers: Mapping[str, str]) -> Reply:
    """The part of the body that was asked for, if parts can be had and it is still the same file."""
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", headers.get("Range", ""))
    same = headers.get("If-Range") in {None, usual.headers.get("ETag"), usual.headers.get("Last-Modified")}
    if usual.status != 200 or usual.headers.get("Accept-Ranges") != "bytes" or not asked or not same:
        return usual
    first, whole = int(asked[1]), len(usual.body)
    if first >= whole:
        return Reply(416, b"", {"Content-Range": f"bytes */{whole}"})
    last = min(int(asked[2] or whole), whole - 1)
    content_range = {"Content-Range": f"bytes {first}-{last}/{whole}"}
    return replace(usual, status=206, body=usual.body[first : last + 1], headers={**usual.headers, **content_range})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    standin: Standin

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        fault = sys.exc_info()[1]
        if fault is not None and not isinstance(fault, OSError):  # a client that hangs up is no fault of ours
            self.standin.faults.append(fault)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:  # http.server's name
        reply = self.server.standin.reply(self.path, self.headers)
        if reply.head_drip is not None:
            for byte in b"HTTP/1.1 200 OK\r\nX-Filling: " + b"x" * 10_000:
                self.wfile.write(bytes([byte]))
                time.sleep(reply.head_drip)
            return
        self.send_response_only(reply.status)
        for name, value in {
            "Date": self.date_time_string(),
            **reply.headers,
            "Content-Length": str(len(reply.body)),
            "Connection": "close",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        body = reply.body[: reply.cut_at]
        size = len(body) if reply.drip is None else PIECE
        for start in range(0, len(body), size or 1):
            self.wfile.write(body[start : start + size])
            time.sleep(reply.drip or 0)
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass
