"""Sending one request: a whole, checked answer within a time, or an error that says whether a retry may help.

An answer is checked before it is cached, so that a truncated or wrong one never replaces a good one. Two faults come
with status 200: JSON that stops half-way, and the web page that says that the service is under maintenance. The answer
that is checked is the last one: what comes with a redirect is not read.
"""

import re
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import requote_uri, resolve_proxies
from urllib3.util import parse_url

from geo.errors import SourceError
from geo.messages import Message, message
from services.http.bodies import check_body, check_packing, summary
from services.http.connections import DEADLINE, body_within, bound_headers
from services.http.faults import TransientError
from services.http.redirects import followed

TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that may be gone after a retry."""
WITH_CONTENT = frozenset({200, 203, 206})
"""Statuses of an answer that holds what was asked."""
CHUNK = 1 << 16
FETCHED_HEADER = "Zicht-Fetched"
"""The header in which an answer carries when it was sent, also in the cache: the same answer has the same moment."""
SCHEME = re.compile(r"^https?://")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Timeouts and retries of every request, in seconds but for `tries`.

    Attributes:
        connect_timeout: to connect.
        read_timeout: between two bytes.
        total_timeout: for a whole answer, its headers and all redirects to it included; of a file for these only, and a
            lowest speed.
        most_bytes: of an answer, unpacked; a file is not held in memory and has no such limit.
        tries: how often a request is sent at most.
        pause: before the second try; it doubles with each next one.
        cooldown: how long a host that failed gets no requests at all.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    total_timeout: float = 600.0
    most_bytes: int = 500_000_000
    tries: int = 6
    pause: float = 1.0
    cooldown: float = 60.0


class Transport(HTTPAdapter):
    """Sends through the gateway, if there is one, and reads a whole answer before the deadline that is set for it
    (services.http.connections): requests itself only limits the time between two bytes.
    """

    def __init__(self, policy: RetryPolicy, gateway: str, stop: threading.Event, hosts: Collection[str] = ()) -> None:
        self.policy = policy
        self.gateway = gateway.rstrip("/")
        self.stop = stop
        self.hosts = hosts
        super().__init__()
        bound_headers(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **rest: Any) -> Any:
        """The manager of connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **rest)
        bound_headers(manager)
        return manager

    def send(self, request: requests.PreparedRequest, stream: bool = False, **rest: Any) -> requests.Response:  # type: ignore[override]  # noqa: FBT001, FBT002  # requests passes the rest by name
        """Send, and read unless `stream`. The answer keeps the address of the request, not that of the gateway."""
        left = DEADLINE.get().left()
        rest["timeout"] = (min(self.policy.connect_timeout, left), min(self.policy.read_timeout, left))
        sent = request
        if self.gateway and not str(request.url).startswith(self.gateway):
            sent = request.copy()
            # Dots in a path (%2e%2e too) would lead past the host that stands before it.
            sent.url = f"{self.gateway}/{SCHEME.sub('', parse_url(requote_uri(str(request.url))).url)}"
            rest["proxies"] = resolve_proxies(sent, {})
        response = super().send(sent, stream=True, **rest)
        response.url, response.request = str(request.url), request
        response.headers[FETCHED_HEADER] = datetime.now(UTC).isoformat(timespec="seconds")
        if response.is_redirect:
            response.close()
            _set_body(response, b"")
            response.headers["Location"] = self._redirected(response)
            return response
        if response.ok:
            check_packing(response)
        if not stream:
            with body_within(response.raw):
                _set_body(response, self._read(response))
            if response.ok:
                check_body(response)
        return response

    def _redirected(self, response: requests.Response) -> str:
        """Where a redirect leads; one to an address of the gateway leads to the host in its path."""
        url, location = str(response.url), response.headers["Location"]
        if self.gateway and location.startswith(f"{self.gateway}/"):
            location = f"{url.partition(':')[0]}://{location.removeprefix(f'{self.gateway}/')}"
        return followed(url, location, self.hosts)

    def _read(self, response: requests.Response) -> bytes:
        parts, size = [], 0
        while part := response.raw.read1(CHUNK, decode_content=True):
            parts.append(part)
            size += len(part)
            if self.stop.is_set():
                response.close()
                raise TransientError("stopped half-way")
            if size > self.policy.most_bytes:
                response.close()
                raise SourceError(
                    "{url}: an answer of more than {most:,} bytes when unpacked; the service does not send what was "
                    "asked: put a file with the same figures in the data folder instead",
                    url=response.url, most=self.policy.most_bytes,
                )  # fmt: skip
        return b"".join(parts)


def _set_body(response: requests.Response, body: bytes) -> None:
    """What requests itself would read at this point."""
    response._content = body  # noqa: SLF001  # what requests itself would read at this point
    response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001  # likewise


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
    except requests.TooManyRedirects as fault:
        raise SourceError(
            "{url}: redirects without end; correct the address in its declaration", url=_url_of(fault)
        ) from None
    except (requests.ConnectionError, requests.exceptions.InvalidHeader, urllib3.exceptions.HTTPError) as fault:
        if isinstance(fault, requests.exceptions.InvalidHeader) or _began(fault):
            raise TransientError("breaks off, or sends what is no HTTP") from None
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
            "answers {status}: {text}", status=status, text=summary(response),
            wait=_seconds(response.headers.get("Retry-After"), response.headers.get("Date")),
        )  # fmt: skip
    part = response.status_code == requests.codes.partial_content
    if part and "Range" not in response.request.headers:
        raise TransientError("sent another part than was asked")
    if response.status_code not in WITH_CONTENT:
        raise SourceError(
            "{url}: the service refuses: {status}: {text}; the address may have changed: see the source's declaration",
            url=response.url, status=status, text=summary(response),
        )  # fmt: skip


def _began(fault: Exception) -> bool:
    """Whether there was a connection: what urllib3 raises of one that cannot be made is a class of its own."""
    return any(isinstance(one, urllib3.exceptions.ProtocolError) for one in fault.args)


def _url_of(fault: Exception) -> Message | str:
    request = getattr(fault, "request", None)
    return getattr(request, "url", None) or message("the address")


def _seconds(retry_after: str | None, sent: str | None) -> float | None:
    """Seconds that Retry-After asks to wait, given as a number or as a date; None where it is neither.

    A date is held against the answer's own Date: the clock of the service and ours may differ by hours.
    """
    if retry_after is None:
        return None
    try:
        if retry_after.strip().isdigit():
            return float(retry_after)
        return max(0.0, (parsedate_to_datetime(retry_after) - _moment(sent)).total_seconds())
    except (ValueError, TypeError, OverflowError):  # no date, or one without a time zone, or in no calendar
        return None


def _moment(sent: str | None) -> datetime:
    """When an answer was sent, by the clock of the service; now where it does not say."""
    try:
        moment = parsedate_to_datetime(sent or "")
    except (ValueError, TypeError, OverflowError):
        return datetime.now(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
