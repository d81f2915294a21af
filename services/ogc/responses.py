"""How an answer leaves: compressed where that is asked for, with what browsers and caches need to know.

A release never changes, so the tag of an answer is known before it is made: whoever has it gets 304. Caches keep
answers and ask again each time, so that a new release is seen at once.
"""

import base64
import hashlib
import re
import shutil
import weakref
from collections.abc import Iterator, Mapping
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from tempfile import mkdtemp

import zstandard
from isal import igzip, isal_zlib
from starlette.responses import FileResponse, Response, StreamingResponse

from services.files import whole_file

API_VERSION = "1.0.0"
"""Of the API, not of zicht: it goes up where a client would notice."""

SECURE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "public, no-cache",
    "API-Version": API_VERSION,
    "Vary": "Accept, Accept-Encoding, Accept-Language",
}

_SECURE = [(name.lower().encode(), value.encode()) for name, value in SECURE.items()]

OPEN = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"*")]
"""What lets pages of all sites read an answer. It is said to all who ask, so that caches need one copy."""

NOTHING = "default-src 'none'; frame-ancestors 'none'"
PAGES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
"""What a page may load: scripts and styles of this service, and the pictures of the background map."""

_IN_MEMORY = {
    page: [*_SECURE, (b"content-security-policy", policy.encode())]
    for page, policy in ((False, NOTHING), (True, PAGES))
}
"""What answers made in memory begin with, encoded once: to do so took as long as to find a feature."""

SMALL = 1_000
"""Bytes below which compressing gains nothing."""

ENCODINGS = ("zstd", "gzip")
"""By preference, where a reader has none."""


@lru_cache(maxsize=256)
def encoding(accepted: str) -> str | None:
    """The encoding to answer in, of those that a reader accepts."""
    return next((name for name in ENCODINGS if accepts(accepted, name)), None)


def accepts(accepted: str, name: str) -> bool:
    """Whether a reader accepts this encoding."""
    known = {one.split(";")[0].strip(): one.replace(" ", "") for one in accepted.lower().split(",")}
    return name in known and not re.search(r";q=0(\.0*)?$", known[name])


def compressed(content: bytes, name: str) -> bytes:
    """The content in this encoding, quickly."""
    made: bytes = zstandard.ZstdCompressor(level=1).compress(content) if name == "zstd" else igzip.compress(content, 1)
    return made


def whole(status: int, media_type: str, body: bytes, accepted: str, headers: Mapping[str, str]) -> Response:
    """An answer made in memory; `accepted` is the reader's Accept-Encoding."""
    sent = {**headers, "Content-Type": media_type}
    name = encoding(accepted) if len(body) > SMALL else None
    if name:
        body = compressed(body, name)
        sent["Content-Encoding"] = name
    answer = Response(body, status, sent)
    answer.raw_headers += _IN_MEMORY[media_type.startswith("text/html")]
    return answer


def streamed(media_type: str, pieces: Iterator[bytes], accepted: str, headers: Mapping[str, str]) -> Response:
    """An answer that is made while it is sent."""
    sent = {**SECURE, "Content-Security-Policy": NOTHING, **headers}
    if name := encoding(accepted):
        sent["Content-Encoding"] = name
        pieces = _compressed(pieces, name)
    return StreamingResponse(pieces, headers=sent, media_type=media_type)


def _compressed(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    made = zstandard.ZstdCompressor(level=1).compressobj() if name == "zstd" else isal_zlib.compressobj(1, wbits=31)
    for piece in pieces:
        yield made.compress(piece)
    yield made.flush()


def complete(response: Response) -> None:
    """Give an answer what all have, where it was not made here."""
    named = {name for name, _ in response.raw_headers}
    if b"api-version" not in named:
        response.raw_headers += [(name, value) for name, value in _SECURE if name not in named]
    if b"content-security-policy" not in named and response.status_code != HTTPStatus.NOT_MODIFIED:
        response.raw_headers.append(
            (b"content-security-policy", NOTHING.encode())
        )  # 304: it would replace the kept one


def unchanged(tag: str, given: str) -> Response | None:
    """304 where `given`, the reader's If-None-Match, has the tag."""
    tags = {one.strip() for one in given.split(",")}
    return Response(status_code=304, headers={**SECURE, "ETag": tag}) if tag in tags else None


class Files:
    """The files of one release, each compressed once in each encoding, in a folder below `prepared`, for as long as the
    release is served.
    """

    def __init__(self, folder: Path, prepared: Path) -> None:
        self._folder = folder
        self._prepared = Path(mkdtemp(dir=prepared))
        weakref.finalize(self, shutil.rmtree, self._prepared, ignore_errors=True)

    def answer(self, name: str, media_type: str, accepted: str, tag: str) -> Response:
        """The file; `accepted` is the reader's Accept-Encoding."""
        path = self._folder / name
        headers = {**SECURE, "ETag": tag, "Content-Security-Policy": self._policy(path, media_type)}
        if coding := encoding(accepted):
            path = self._compressed(path, coding)
            headers["Content-Encoding"] = coding
        return FileResponse(path, headers=headers, media_type=media_type)

    def _compressed(self, path: Path, name: str) -> Path:
        made = self._prepared / f"{path.name}.{name}"
        if not made.exists():
            content = path.read_bytes()
            best = zstandard.ZstdCompressor(level=9).compress(content) if name == "zstd" else igzip.compress(content, 3)
            with whole_file(made) as unfinished:
                unfinished.write_bytes(best)
        return made

    def _policy(self, path: Path, media_type: str) -> str:
        """Of a page of ours: only the scripts that stand in it run, and nothing is loaded but pictures of the map, and
        what the API beside it says of the release.
        """
        if media_type != "text/html":
            return NOTHING
        scripts = re.findall(r"<script(?:\s[^>]*)?>(.*?)</script>", path.read_text(encoding="utf-8"), re.DOTALL)
        hashes = sorted({base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts})
        allowed = " ".join(f"'sha256-{one}'" for one in hashes) or "'none'"
        return (
            f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src 'self' data: https:; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
        )
