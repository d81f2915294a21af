"""Client: one door to the services of others, polite, patient and with a memory.

Every answer is kept on disk by requests-cache, in files that are JSON (never pickle: a folder that was carried into a
closed network is read, not run). What was kept today is not asked again, so a fetch that was killed goes on where it
was; what is older answers only when the service does not, with its age. A fault that may pass (429, 5xx, a time-out, a
connection cut in the middle, JSON that stops half-way) is tried again, after as long as the service asks.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
import tenacity
import urllib3
from requests.adapters import HTTPAdapter
from requests_cache import CachedSession

from geo.errors import SourceError

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that may be gone when asked again."""
AT_ONCE = 4
"""Requests to one host at a time."""
LONGEST_WAIT = 300.0
"""Seconds: the longest pause that is obeyed; a service that asks for more is called unreachable."""
CHUNK = 1 << 16


class PassingError(Exception):
    """A fault that may be gone when asked again; `wait` is how long the service asks for, in seconds."""

    def __init__(self, told: str, wait: float | None = None) -> None:
        super().__init__(told)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered: the body, when it was sent, and whether it is `late`: kept from before, because the
    service does not answer now.
    """

    url: str
    body: bytes
    fetched: datetime
    late: bool = False

    def json(self) -> Any:
        """The body as JSON; that it is JSON was checked when it came in."""
        return orjson.loads(self.body)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what: seconds to connect, between two bytes, for a whole answer; tries, and the first pause
    between them, which doubles.
    """

    connect: float = 10.0
    silence: float = 60.0
    whole: float = 600.0
    tries: int = 6
    pause: float = 1.0


@dataclass(slots=True)
class Client:
    """Asks services and remembers what they answered in `folder`.

    Attributes:
        folder: where answers are kept; a mirror is such a folder, carried elsewhere.
        offline: answer from the folder only, however old.
        keep: how long an answer is as good as new.
        patience: how long to wait and how often to try.
        told: who hears, in a few words, that something is tried again.
    """

    folder: Path
    offline: bool = False
    keep: timedelta = timedelta(days=1)
    patience: Patience = field(default_factory=Patience)
    told: Callable[[str], None] = lambda _: None
    _session: CachedSession = field(init=False)
    _turns: dict[str, threading.Semaphore] = field(init=False)

    def __post_init__(self) -> None:
        self._session = CachedSession(
            self.folder / "answers", backend="filesystem", serializer="json", expire_after=self.keep,
            filter_fn=_whole, allowable_methods=("GET",),
        )  # fmt: skip
        self._session.headers["User-Agent"] = f"zicht/{version('zicht')}"
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Deadline(self.patience))
        self._turns = defaultdict(lambda: threading.Semaphore(AT_ONCE))

    def get(self, url: str, parameters: Mapping[str, str] | None = None) -> Answer:
        """The answer to a GET, from the folder where it is new enough.

        Raises SourceError where the service refuses, or does not answer and never did.
        """
        request = self._session.prepare_request(requests.Request("GET", url, params=parameters))
        if self.offline:
            return self._kept(request, "this machine works offline")
        try:
            return self.patiently(lambda: self._ask(request), str(request.url))
        except PassingError as fault:
            return self._kept(request, str(fault))

    def turn(self, url: str) -> threading.Semaphore:
        """Wait for a turn: `AT_ONCE` requests to one host."""
        return self._turns[str(urlsplit(url).hostname)]

    def patiently[Got](self, ask: Callable[[], Got], url: str) -> Got:
        """Ask until it is answered or patience ends in a PassingError."""

        def tell(state: tenacity.RetryCallState) -> None:
            pause = state.next_action.sleep if state.next_action else 0
            fault = state.outcome.exception() if state.outcome else None
            self.told(f"{urlsplit(url).hostname}: {fault}; trying again in {pause:.0f} s")

        trying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda fault: isinstance(fault, PassingError) and _bearable(fault)),
            stop=tenacity.stop_after_attempt(self.patience.tries), wait=self._pause, before_sleep=tell, reraise=True,
        )  # fmt: skip
        return trying(ask)

    def _pause(self, state: tenacity.RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        grown = tenacity.wait_exponential_jitter(self.patience.pause, LONGEST_WAIT, jitter=self.patience.pause)(state)
        return fault.wait if isinstance(fault, PassingError) and fault.wait is not None else grown

    def _ask(self, request: requests.PreparedRequest) -> Answer:
        with self.turn(str(request.url)), faults_named():
            answer = self._session.send(request)
        check_status(answer)
        if not _whole(answer):
            raise PassingError(f"JSON that stops half-way after {len(answer.content)} bytes")
        return Answer(str(request.url), answer.content, _moment(answer))

    def _kept(self, request: requests.PreparedRequest, why: str) -> Answer:
        """What was answered before, however old."""
        kept = self._session.cache.get_response(self._session.cache.create_key(request))
        if kept is None:
            raise SourceError(
                f"{request.url}: {why}, and nothing was kept of it in {self.folder}; try again later, or fill a mirror "
                "where there is internet: zicht fetch --mirror DIR"
            )
        fetched = _moment(kept)
        if not self.offline:
            self.told(f"{request.url}: {why}; using what was kept {_age(fetched)} ago")
        return Answer(str(request.url), kept.content, fetched, late=not self.offline)


class _Deadline(HTTPAdapter):
    """Reads a whole answer within a time: requests itself only limits the silence between two bytes, and a service that
    drips one a minute would hold us for days.
    """

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        super().__init__()

    def send(self, request: requests.PreparedRequest, stream: bool = False, **rest: Any) -> requests.Response:  # type: ignore[override]  # noqa: FBT001, FBT002  # requests passes the rest by name
        """Send, and read unless `stream`."""
        rest["timeout"] = (self.patience.connect, self.patience.silence)
        answer = super().send(request, stream=True, **rest)
        if not stream:
            ends = time.monotonic() + self.patience.whole
            parts = []
            while part := answer.raw.read1(CHUNK, decode_content=True):
                parts.append(part)
                if time.monotonic() > ends:
                    raise PassingError(f"no whole answer within {self.patience.whole:.0f} s")
            answer._content = b"".join(parts)  # noqa: SLF001  # what requests itself would read here
            answer._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001  # likewise
        return answer


@contextmanager
def faults_named() -> Iterator[None]:
    """Turn what the wire does to us into a PassingError in plain words."""
    try:
        yield
    except (requests.ConnectTimeout, requests.ReadTimeout, urllib3.exceptions.TimeoutError):
        raise PassingError("does not answer in time") from None
    except (requests.exceptions.ChunkedEncodingError, urllib3.exceptions.ProtocolError):
        raise PassingError("the connection was cut in the middle of an answer") from None
    except (requests.ConnectionError, urllib3.exceptions.HTTPError):
        raise PassingError("cannot be reached") from None


def check_status(answer: requests.Response) -> None:
    """Raise PassingError for a status that may pass, SourceError for one that will not."""
    if answer.status_code in PASSING:
        raise PassingError(f"answers {answer.status_code} {answer.reason}", _asked(answer.headers.get("Retry-After")))
    if not answer.ok:
        raise SourceError(
            f"{answer.url}: the service refuses: {answer.status_code} {answer.reason}: {_told(answer)}; "
            "the address may have changed: see the source's declaration"
        )


def _bearable(fault: PassingError) -> bool:
    return fault.wait is None or fault.wait <= LONGEST_WAIT


def _asked(header: str | None) -> float | None:
    """Seconds that Retry-After asks for, as a number or as a date."""
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except ValueError:
        return None


def _told(answer: requests.Response) -> str:
    """What the service says of it, in one line."""
    return " ".join(answer.text[:300].split()) or "without a word"


def _whole(answer: Any) -> bool:
    """Whether an answer that calls itself JSON is."""
    if "json" not in answer.headers.get("Content-Type", ""):
        return True
    try:
        orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return False
    return True


def _moment(answer: Any) -> datetime:
    """When the service sent it."""
    moment: datetime = answer.created_at
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _age(fetched: datetime) -> str:
    age = datetime.now(UTC) - fetched
    return f"{age.days} days" if age.days else f"{age.seconds // 3600} hours and {age.seconds % 3600 // 60} minutes"
