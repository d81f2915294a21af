"""A server of files on loopback, as a CDN is one: parts of files by range, pages compressed. It says what was asked."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

TYPES = {".html": "text/html; charset=utf-8"}


@dataclass
class Served:
    """Where it is, and each answer: which file, its status and how many bytes."""

    url: str = ""
    answers: list[tuple[str, int, int]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    """How names end that it cannot answer now."""

    @property
    def bytes(self) -> int:
        return sum(size for _, _, size in self.answers)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, folder: Path, served: Served, ranges: bool, *arguments) -> None:  # noqa: FBT001
        self.folder, self.served, self.ranges = folder, served, ranges
        super().__init__(*arguments)

    def do_GET(self) -> None:
        name = self.path.split("?")[0].lstrip("/") or "index.html"
        path = self.folder / name
        if name.endswith(tuple(self.served.broken)):
            self._answer(name, 503, b"")
            return
        if not path.is_file():
            self._answer(name, 404, b"")
            return
        content = path.read_bytes()
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if asked and self.ranges:
            first, last = int(asked[1]), min(int(asked[2]), len(content) - 1)
            about = {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
            self._answer(name, 206, content[first : last + 1], about)
        elif path.suffix in TYPES:
            self._answer(name, 200, gzip.compress(content, 6), {"Content-Encoding": "gzip"})
        else:
            self._answer(name, 200, content)

    def _answer(self, name: str, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.served.answers.append((name, status, len(body)))
        self.send_response(status)
        kind = TYPES.get(Path(name).suffix, "application/octet-stream")
        for header, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the tests ask what was served."""


@contextmanager
def serving(folder: Path, *, ranges: bool = True) -> Iterator[Served]:
    served = Served()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, folder, served, ranges)) as server:
        served.url = f"http://127.0.0.1:{server.server_port}/"
        Thread(target=server.serve_forever, daemon=True).start()
        yield served
        server.shutdown()
