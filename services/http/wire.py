"""What goes over the wire: a whole answer within a time, or a fault in plain words that says whether to ask again.

An answer is checked before anything else sees it, so that what is half or no answer at all is never kept in place of a
good one: JSON that stops half-way, and the web page that says that the service is being worked on, with status 200.
"""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import resolve_proxies

from geo.errors import SourceError

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that may be gone when asked again."""
CHUNK = 1 << 16
MOMENT = "Zicht-Fetched"
"""The header in which an answer carries when it came, also when it is kept: the same answer has the same moment."""
SCHEME = re.compile(r"^https?://")


class PassingError(Exception):
    """A fault that may be gone when asked again; `wait` is how long the service asks for, in seconds."""

    def __init__(self, told: str, wait: float | None = None) -> None:
        super().__init__(told)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what: seconds to connect, between two bytes, for a whole answer; tries, and the first pause
    between them, which doubles; and how long a service that did not answer is left in peace.
    """

    connect: float = 10.0
    silence: float = 60.0
    whole: float = 600.0
    tries: int = 6
    pause: float = 1.0
    respite: float = 60.0


class Wire(HTTPAdapter):
    """Sends through the gateway, if there is one, and reads a whole answer within a time: requests itself only limits
    the silence between two bytes, and a service that drips one a minute would hold us for days.
    """

    def __init__(self, patience: Patience, gateway: str, stop: threading.Event) -> None:
        self.patience = patience
        self.gateway = gateway.rstrip("/")
        self.stop = stop
        super().__init__()

    def send(self, request: requests.PreparedRequest, stream: bool = False, **rest: Any) -> requests.Response:  # type: ignore[override]  # noqa: FBT001, FBT002  # requests passes the rest by name
        """Send, and read unless `stream`. What is asked keeps its own address, whatever the gateway's."""
        rest["timeout"] = (self.patience.connect, self.patience.silence)
        asked = request
        if self.gateway and not str(request.url).startswith(self.gateway):
            asked = request.copy()
            asked.url = f"{self.gateway}/{SCHEME.sub('', str(request.url))}"
            rest["proxies"] = resolve_proxies(asked, {})
        answer = super().send(asked, stream=True, **rest)
        answer.url, answer.request = str(request.url), request
        answer.headers[MOMENT] = datetime.now(UTC).isoformat(timespec="seconds")
        if not stream:
            answer._content = self._read(answer)  # noqa: SLF001  # what requests itself would read here
            answer._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001  # likewise
            if answer.ok:
                check_whole(answer)
        return answer

    def _read(self, answer: requests.Response) -> bytes:
        ends = time.monotonic() + self.patience.whole
        parts = []
        while part := answer.raw.read1(CHUNK, decode_content=True):
            parts.append(part)
            if (stopped := self.stop.is_set()) or time.monotonic() > ends:
                answer.close()
                why = "stopped half-way" if stopped else f"no whole answer within {self.patience.whole:.0f} s"
                raise PassingError(why)
        return b"".join(parts)


def check_whole(answer: requests.Response) -> None:
    """Raise PassingError for an answer that says it is JSON and is not, or that is a page for people."""
    kind = answer.headers.get("Content-Type", "")
    if "html" in kind:
        raise PassingError(f"answers with a web page instead of figures: {_line(answer)}")
    if "json" in kind:
        try:
            orjson.loads(answer.content)
        except orjson.JSONDecodeError:
            raise PassingError(f"JSON that stops half-way after {len(answer.content)} bytes") from None


@contextmanager
def faults_named() -> Iterator[None]:
    """Turn what the wire does to us into a PassingError, or a SourceError where asking again is no use."""
    try:
        yield
    except (requests.ConnectTimeout, requests.ReadTimeout, urllib3.exceptions.TimeoutError):
        raise PassingError("does not answer in time") from None
    except (requests.exceptions.SSLError, urllib3.exceptions.SSLError) as fault:
        raise SourceError(
            f"{_address(fault)}: its certificate is not trusted here; where a gateway re-signs traffic, name its "
            "certificates in REQUESTS_CA_BUNDLE"
        ) from None
    except (requests.exceptions.ChunkedEncodingError, urllib3.exceptions.ProtocolError):
        raise PassingError("the connection was cut in the middle of an answer") from None
    except (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError):
        raise PassingError("an answer that cannot be unpacked") from None
    except (requests.ConnectionError, urllib3.exceptions.HTTPError):
        raise PassingError("cannot be reached") from None
    except requests.RequestException as fault:
        raise SourceError(
            f"{_address(fault)}: cannot be asked: {fault}; correct the address in its declaration"
        ) from None


def check_status(answer: requests.Response) -> None:
    """Raise PassingError for a status that may pass, SourceError for one that will not."""
    if answer.status_code in PASSING:
        raise PassingError(
            f"answers {answer.status_code} {answer.reason}: {_line(answer)}", _asked(answer.headers.get("Retry-After"))
        )
    if not answer.ok:
        raise SourceError(
            f"{answer.url}: the service refuses: {answer.status_code} {answer.reason}: {_line(answer)}; "
            "the address may have changed: see the source's declaration"
        )


def _address(fault: Exception) -> str:
    request = getattr(fault, "request", None)
    return str(getattr(request, "url", None) or "the address")


def _asked(header: str | None) -> float | None:
    """Seconds that Retry-After asks for, as a number or as a date."""
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):  # no date, or one that does not say in which zone
        return None


def _line(answer: requests.Response) -> str:
    """What the service says of it, in one line."""
    bare = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", answer.text[:2000], flags=re.DOTALL | re.IGNORECASE)
    return " ".join(bare.split())[:200] or "without a word"
