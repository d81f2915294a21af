"""Sending one request: a whole, checked answer within a time, or an error that says whether a retry may help.

An answer is checked before it is cached, so that a truncated or wrong one never replaces a good one. Two faults come
with status 200: JSON that stops half-way, and the web page that says that the service is under maintenance.
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
from geo.messages import Message, message

TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that may be gone after a retry."""
CHUNK = 1 << 16
FETCHED_HEADER = "Zicht-Fetched"
"""The header in which an answer carries when it was sent, also in the cache: the same answer has the same moment."""
SCHEME = re.compile(r"^https?://")


class TransientError(Exception):
    """A fault that may be gone after a retry; `wait` is how many seconds the service asks to wait.

    `message` is a predicate of the host ("does not answer in time"), for whoever catches it to put in a sentence.
    """

    def __init__(self, template: str | Message, /, *, wait: float | None = None, **values: Any) -> None:
        self.message = template if isinstance(template, Message) else Message(template, values)
        super().__init__(str(self.message))
        self.wait = wait


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Timeouts and retries of every request, in seconds but for `tries`.

    Attributes:
        connect_timeout: to connect.
        read_timeout: between two bytes.
        total_timeout: for a whole answer; not for a file, which has a lowest speed instead.
        tries: how often a request is sent at most.
        pause: before the second try; it doubles with each next one.
        cooldown: how long a host that failed gets no requests at all.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    total_timeout: float = 600.0
    tries: int = 6
    pause: float = 1.0
    cooldown: float = 60.0


class Transport(HTTPAdapter):
    """Sends through the gateway, if there is one, and reads a whole answer within `total_timeout`: requests itself only
    limits the time between two bytes, and a service that sends one byte a minute would hold us for days.
    """

    def __init__(self, policy: RetryPolicy, gateway: str, stop: threading.Event) -> None:
        self.policy = policy
        self.gateway = gateway.rstrip("/")
        self.stop = stop
        super().__init__()

    def send(self, request: requests.PreparedRequest, stream: bool = False, **rest: Any) -> requests.Response:  # type: ignore[override]  # noqa: FBT001, FBT002  # requests passes the rest by name
        """Send, and read unless `stream`. The answer keeps the address of the request, not that of the gateway."""
        rest["timeout"] = (self.policy.connect_timeout, self.policy.read_timeout)
        sent = request
        if self.gateway and not str(request.url).startswith(self.gateway):
            sent = request.copy()
            sent.url = f"{self.gateway}/{SCHEME.sub('', str(request.url))}"
            rest["proxies"] = resolve_proxies(sent, {})
        response = super().send(sent, stream=True, **rest)
        response.url, response.request = str(request.url), request
        response.headers[FETCHED_HEADER] = datetime.now(UTC).isoformat(timespec="seconds")
        if not stream:
            response._content = self._read(response)  # noqa: SLF001  # what requests itself would read at this point
            response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001  # likewise
            if response.ok:
                check_body(response)
        return response

    def _read(self, response: requests.Response) -> bytes:
        ends = time.monotonic() + self.policy.total_timeout
        parts = []
        while part := response.raw.read1(CHUNK, decode_content=True):
            parts.append(part)
            stopped, overdue = self.stop.is_set(), time.monotonic() > ends
            if stopped or overdue:
                response.close()
            if stopped:
                raise TransientError("stopped half-way")
            if overdue:
                raise TransientError("no whole answer within {seconds:.0f} s", seconds=self.policy.total_timeout)
        return b"".join(parts)


def check_body(response: requests.Response) -> None:
    """Raise TransientError for an answer that says it is JSON and is not, or that is a web page."""
    kind = response.headers.get("Content-Type", "")
    if "html" in kind:
        raise TransientError("answers with a web page instead of figures: {text}", text=_summary(response))
    if "json" in kind:
        try:
            orjson.loads(response.content)
        except orjson.JSONDecodeError:
            raise TransientError("JSON that stops half-way after {count} bytes", count=len(response.content)) from None


@contextmanager
def classified_errors() -> Iterator[None]:
    """Raise what requests and urllib3 raise as a TransientError, or as a SourceError where a retry cannot help."""
    try:
        yield
    except (requests.ConnectTimeout, requests.ReadTimeout, urllib3.exceptions.TimeoutError):
        raise TransientError("does not answer in time") from None
    except (requests.exceptions.SSLError, urllib3.exceptions.SSLError) as fault:
        raise SourceError(
            "{url}: its certificate is not trusted here; where a gateway re-signs traffic, name its certificates in "
            "REQUESTS_CA_BUNDLE",
            url=_url_of(fault),
        ) from None
    except (requests.exceptions.ChunkedEncodingError, urllib3.exceptions.ProtocolError):
        raise TransientError("the connection was cut in the middle of an answer") from None
    except (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError):
        raise TransientError("an answer that cannot be unpacked") from None
    except (requests.ConnectionError, urllib3.exceptions.HTTPError):
        raise TransientError("cannot be reached") from None
    except requests.RequestException as fault:
        raise SourceError(
            "{url}: no request can be sent: {fault}; correct the address in its declaration",
            url=_url_of(fault), fault=fault,
        ) from None  # fmt: skip


def check_status(response: requests.Response) -> None:
    """Raise TransientError for a status that may be gone after a retry, SourceError for one that will not."""
    status = f"{response.status_code} {response.reason}"
    if response.status_code in TRANSIENT_STATUSES:
        raise TransientError(
            "answers {status}: {text}", status=status, text=_summary(response),
            wait=_seconds(response.headers.get("Retry-After")),
        )  # fmt: skip
    if not response.ok:
        raise SourceError(
            "{url}: the service refuses: {status}: {text}; the address may have changed: see the source's declaration",
            url=response.url, status=status, text=_summary(response),
        )  # fmt: skip


def _url_of(fault: Exception) -> Message | str:
    request = getattr(fault, "request", None)
    return getattr(request, "url", None) or message("the address")


def _seconds(retry_after: str | None) -> float | None:
    """Seconds that Retry-After asks to wait, given as a number or as a date; None where it is neither."""
    if retry_after is None:
        return None
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):  # no date, or one without a time zone
        return None


def _summary(response: requests.Response) -> Message | str:
    """The text of an answer without tags, on one line of 200 characters at most."""
    bare = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", response.text[:2000], flags=re.DOTALL | re.IGNORECASE)
    return " ".join(bare.split())[:200] or message("no explanation")
