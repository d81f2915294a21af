"""download(): a large file, whole: what is there of it is not fetched again, and a file that changed is begun anew."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import requests

from services.files import UNFINISHED, digest, disk_errors, whole_file
from services.http.client import CARRY, Client, UnreachableError
from services.http.hosts import host_of
from services.http.wire import CHUNK, PassingError, check_status, faults_named

OnBytes = Callable[[int, int | None], None]
"""Who is told how many bytes are in, of how many, where that is known."""
SLOWEST = 1024.0
"""Bytes a second, over a whole connection: what drips slower is asked again, from where it was."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was fetched: from where, when, how large, and what is in it."""

    url: str
    fetched: str
    bytes: int
    sha256: str
    etag: str | None


def download(client: Client, url: str, path: Path, on_progress: OnBytes = lambda _done, _all: None) -> Download:
    """Fetch `url` to `path`, going on where an earlier try stopped. A file that is there whole is not fetched again,
    unless the client wants all fresh; then it answers only where the service does not.

    Beside `path` stands `path`.json with what is returned here. Raises SourceError where it cannot be had.
    """
    record = path.with_name(path.name + ".json")
    there = _done(url, path, record)
    if there and (client.offline or not client.fresh):
        return there
    if client.offline:
        raise UnreachableError(f"{url}: this machine works offline, and {path} is not there whole; {CARRY}")
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(UNFINISHED + path.name)
    try:
        etag = client.patiently(lambda: _more(client, url, part, on_progress), url)
    except PassingError as fault:
        if there:
            client.on_retry(f"{host_of(url)}: {fault}; using the file of {there.fetched}")
            return there
        raise UnreachableError(
            f"{url}: {fault}; what came in is kept: run it again and it goes on from there"
        ) from None
    done = Download(url, datetime.now(UTC).isoformat(timespec="seconds"), part.stat().st_size, digest(part), etag)
    path.unlink(missing_ok=True)  # the record must never stand beside another file than its own
    with whole_file(record) as unfinished:
        unfinished.write_text(json.dumps(asdict(done), indent=1), encoding="utf-8")
    part.replace(path)
    _tag_of(part).unlink(missing_ok=True)
    return done


def _done(url: str, path: Path, record: Path) -> Download | None:
    """What is there whole; nothing where its record is damaged."""
    if not (path.is_file() and record.is_file()):
        return None
    try:
        done = Download(**json.loads(record.read_bytes()))
    except (ValueError, TypeError):
        return None
    return done if done.url == url and done.bytes == path.stat().st_size else None


def _tag_of(part: Path) -> Path:
    return part.with_name(part.name + ".tag")


def _more(client: Client, url: str, part: Path, on_progress: OnBytes) -> str | None:
    """Append what is not there yet; the file's tag tells whether it is still the same file."""
    there = part.stat().st_size if part.exists() else 0
    tag = _tag_of(part).read_text(encoding="utf-8") if _tag_of(part).exists() else ""
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={there}-", "If-Range": tag} if there and tag else {})
    with client.turn(url), faults_named(), client.plain.get(url, headers=headers, stream=True) as answer:
        if answer.status_code == requests.codes.requested_range_not_satisfiable:
            part.unlink()
            raise PassingError("has another file than before")
        check_status(answer)
        goes_on = answer.status_code == requests.codes.partial_content
        if goes_on and not answer.headers.get("Content-Range", "").startswith(f"bytes {there}-"):
            part.unlink()
            raise PassingError("goes on at another place than was asked")
        with disk_errors(part):
            _tag_of(part).write_text(_same_by(answer), encoding="utf-8")
            length = answer.headers.get("Content-Length")
            whole = int(length) + (there if goes_on else 0) if length else None
            _pour(client, answer, part, "ab" if goes_on else "wb", lambda done: on_progress(done, whole))
    if whole is not None and part.stat().st_size != whole:
        raise PassingError("the connection was cut in the middle of an answer")
    return answer.headers.get("ETag")


def _pour(client: Client, answer: requests.Response, part: Path, mode: str, on_progress: Callable[[int], None]) -> None:
    """Read what comes into the file, as long as it comes fast enough."""
    began, came = time.monotonic(), 0
    with part.open(mode) as file:
        on_progress(file.tell())
        while piece := answer.raw.read1(CHUNK):
            file.write(piece)
            came += len(piece)
            on_progress(file.tell())
            lasted = time.monotonic() - began
            if lasted > client.patience.silence and came < SLOWEST * lasted:
                raise PassingError(f"only {came} bytes in {lasted:.0f} s")
            if client.stop.is_set():
                raise PassingError("stopped half-way")


def _same_by(answer: requests.Response) -> str:
    """What tells that a file is still the same: its strong ETag, else its date; weak tags are not fit for ranges."""
    etag: str = answer.headers.get("ETag", "")
    return etag if etag and not etag.startswith("W/") else answer.headers.get("Last-Modified", "")
