"""download(): a large file, whole: what is there of it is not fetched again, and a file that changed is begun anew."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import requests

from geo.errors import SourceError
from services.files import UNFINISHED, spoken
from services.web.client import CHUNK, Client, PassingError, check_status, faults_named

Seen = Callable[[int, int | None], None]
"""Who is told how many bytes are in, of how many, where that is known."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was fetched: from where, when, how large, and what is in it."""

    url: str
    fetched: str
    bytes: int
    sha256: str
    etag: str | None


def download(client: Client, url: str, path: Path, seen: Seen = lambda _done, _all: None) -> Download:
    """Fetch `url` to `path`, going on where an earlier try stopped. A file that is there whole is not fetched again.

    Beside `path` stands `path`.json with what is returned here. Raises SourceError where it cannot be had.
    """
    record = path.with_name(path.name + ".json")
    if path.is_file() and record.is_file():
        done = Download(**json.loads(record.read_text(encoding="utf-8")))
        if done.url == url and done.bytes == path.stat().st_size:
            return done
    if client.offline:
        raise SourceError(f"{url}: this machine works offline, and {path} is not there; carry a filled mirror here")
    with spoken(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(UNFINISHED + path.name)
    try:
        etag = client.patiently(lambda: _more(client, url, part, seen), url)
    except PassingError as fault:
        raise SourceError(f"{url}: {fault}; what came in is kept: run it again and it goes on from there") from None
    with part.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    done = Download(url, datetime.now(UTC).isoformat(timespec="seconds"), part.stat().st_size, sha256, etag)
    part.replace(path)
    _tag_of(part).unlink(missing_ok=True)
    record.write_text(json.dumps(asdict(done), indent=1), encoding="utf-8")
    return done


def _tag_of(part: Path) -> Path:
    return part.with_name(part.name + ".etag")


def _more(client: Client, url: str, part: Path, seen: Seen) -> str | None:
    """Append what is not there yet; the file's ETag tells whether it is still the same file."""
    there = part.stat().st_size if part.exists() else 0
    tag = _tag_of(part).read_text(encoding="utf-8") if _tag_of(part).exists() else ""
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={there}-", "If-Range": tag} if there and tag else {})
    limits = (client.patience.connect, client.patience.silence)
    with client.turn(url), faults_named(), requests.get(url, headers=headers, timeout=limits, stream=True) as answer:
        if answer.status_code == requests.codes.requested_range_not_satisfiable:
            part.unlink()
            raise PassingError("has another file than before")
        check_status(answer)
        goes_on = answer.status_code == requests.codes.partial_content
        length = answer.headers.get("Content-Length")
        whole = int(length) + (there if goes_on else 0) if length else None
        etag = answer.headers.get("ETag")
        _tag_of(part).write_text(etag or "", encoding="utf-8")
        with spoken(part), part.open("ab" if goes_on else "wb") as file:
            seen(file.tell(), whole)
            while piece := answer.raw.read(CHUNK):
                file.write(piece)
                seen(file.tell(), whole)
    if whole is not None and part.stat().st_size != whole:
        raise PassingError("the connection was cut in the middle of an answer")
    return etag
