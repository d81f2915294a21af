"""download(): a large file, whole. A download that was cut resumes, and one whose file changed starts again.

A service may replace a file under the same address. So a part is asked for (`Range`) only on condition that the file
is the same (`If-Range`), by its strong ETag or else its date: a weak ETag does not say that the bytes are the same
(RFC 9110, 13.1.5). With neither, or where it changed, the download starts again. A service may also ignore the range
and send another part or the whole: the former is thrown away, the latter replaces what is there.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import requests

from geo.errors import SourceError
from geo.messages import message
from services.files import UNFINISHED, digest, disk_errors, whole_file
from services.http.client import OFFLINE, USE_MIRROR, Client, UnreachableError
from services.http.connections import answered_within, body_within
from services.http.faults import TransientError
from services.http.hosts import host_of
from services.http.transport import CHUNK, check_status, classified_errors

OnBytes = Callable[[int, int | None], None]
"""Called with how many bytes are in, and of how many, where that is known."""
SLOWEST = 1024.0
"""Bytes a second, over a whole connection: a slower one is closed, and the download resumed on another."""

MOST = 10_000_000_000
"""Bytes of a file, beyond which it is no file that was asked for: some services send without end."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was fetched: from where, when, how large, and what is in it."""

    url: str
    fetched: str
    bytes: int
    sha256: str
    etag: str | None


def download(client: Client, url: str, path: Path, on_progress: OnBytes = lambda _done, _all: None) -> Download:
    """Fetch `url` to `path`, resuming where an earlier try stopped. A file that is complete is not fetched again,
    unless the client wants all fresh; then it answers only where the service does not.

    What is returned is also written to `path`.json. Raises SourceError where the file cannot be had.
    """
    record = path.with_name(path.name + ".json")
    complete = _complete(url, path, record)
    if complete and (client.offline or not client.fresh):
        return complete
    if client.offline:
        raise UnreachableError(
            "{url}: {offline}, and {path} is not complete; {way_out}",
            url=url, offline=OFFLINE, path=path, way_out=USE_MIRROR,
        )  # fmt: skip
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(UNFINISHED + path.name)
    try:
        etag = client.with_retries(lambda: _resume(client, url, part, on_progress), url)
    except TransientError as fault:
        if complete:
            client.on_retry(
                message(
                    "{host}: {why}; using the file of {fetched}",
                    host=host_of(url), why=fault.message, fetched=complete.fetched,
                )
            )  # fmt: skip
            return complete
        raise UnreachableError(
            "{url}: {why}; the part that came in is still there: run it again and it resumes",
            url=url, why=fault.message,
        ) from None  # fmt: skip
    return _finish(url, path, record, part, etag)


def _finish(url: str, path: Path, record: Path, part: Path, etag: str | None) -> Download:
    """Put the record and the file in their places."""
    done = Download(url, datetime.now(UTC).isoformat(timespec="seconds"), part.stat().st_size, digest(part), etag)
    path.unlink(missing_ok=True)  # the record must never stand beside another file than its own
    with whole_file(record) as unfinished:
        unfinished.write_text(json.dumps(asdict(done), indent=1), encoding="utf-8")
    part.replace(path)
    _validator_file(part).unlink(missing_ok=True)
    return done


def _complete(url: str, path: Path, record: Path) -> Download | None:
    """The file that is there, if it is complete; None where it is not, or where its record is damaged."""
    if not (path.is_file() and record.is_file()):
        return None
    try:
        done = Download(**json.loads(record.read_bytes()))
    except (ValueError, TypeError):
        return None
    return done if done.url == url and done.bytes == path.stat().st_size else None


def _validator_file(part: Path) -> Path:
    return part.with_name(part.name + ".tag")


def _resume(client: Client, url: str, part: Path, on_progress: OnBytes) -> str | None:
    """Ask for what is missing of `part` and write it behind what is there; the ETag of the file."""
    size = part.stat().st_size if part.exists() else 0
    tag = _validator_file(part).read_text(encoding="utf-8") if _validator_file(part).exists() else ""
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={size}-", "If-Range": tag} if size and tag else {})
    with client.slot(url), classified_errors(), _opened(client, url, headers) as response:
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            part.unlink()
            raise TransientError("has another file than before")
        check_status(response)
        partial = response.status_code == requests.codes.partial_content
        if partial and not response.headers.get("Content-Range", "").startswith(f"bytes {size}-"):
            part.unlink()
            raise TransientError("sent another part than was asked")
        with disk_errors(part):
            _validator_file(part).write_text(_validator(response), encoding="utf-8")
            length = response.headers.get("Content-Length", "")
            whole = int(length) + (size if partial else 0) if re.fullmatch("[0-9]{1,15}", length) else None
            _check_size(response.url, part, whole or 0)
            _write_body(client, response, part, "ab" if partial else "wb", lambda done: on_progress(done, whole))
    if whole is not None and part.stat().st_size != whole:
        raise TransientError("the connection was cut in the middle of an answer")
    return response.headers.get("ETag")


def _opened(client: Client, url: str, headers: Mapping[str, str]) -> requests.Response:
    """The answer, of which the headers are in."""
    with answered_within(client.policy.total_timeout):
        return client.uncached.get(url, headers=headers, stream=True)


def _write_body(
    client: Client, response: requests.Response, part: Path, mode: str, on_progress: Callable[[int], None]
) -> None:
    """Write the body to the file, as long as it comes fast enough."""
    began, count = time.monotonic(), 0
    with part.open(mode) as file:
        on_progress(file.tell())
        while piece := _piece(client, response):
            file.write(piece)
            count += len(piece)
            _check_size(response.url, part, file.tell())
            on_progress(file.tell())
            lasted = time.monotonic() - began
            if lasted > client.policy.read_timeout and count < SLOWEST * lasted:
                raise TransientError("only {count} bytes in {seconds:.0f} s", count=count, seconds=lasted)
            if client.stop.is_set():
                raise TransientError("stopped half-way")


def _check_size(url: str, part: Path, size: int) -> None:
    """Raise SourceError, and remove what came in, where that is more than a file can be."""
    if size > MOST:
        part.unlink(missing_ok=True)
        raise SourceError(
            "{url}: sends more than {most:,} bytes; the service does not send what was asked: put a file with the same "
            "figures in the data folder instead",
            url=url, most=MOST,
        )  # fmt: skip


def _piece(client: Client, response: requests.Response) -> bytes:
    """The next bytes. The length of a chunk may come a byte at a time, and no byte of the file with it."""
    if not response.raw.chunked:
        return bytes(response.raw.read1(CHUNK))
    with answered_within(client.policy.total_timeout), body_within(response.raw):
        return bytes(response.raw.read1(CHUNK))


def _validator(response: requests.Response) -> str:
    """By what a file is known to be the same (RFC 9110, 13.1.5): its strong ETag, else its date."""
    etag: str = response.headers.get("ETag", "")
    return etag if etag and not etag.startswith("W/") else response.headers.get("Last-Modified", "")
