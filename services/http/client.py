"""Client: one door to the services of others, polite, patient and with a memory.

Every answer is kept on disk by requests-cache, in files that are JSON (never pickle: a folder that was carried into a
closed network is read, not run). What was kept today is not asked again, so a fetch that was killed goes on where it
was; what is older answers only when the service does not, with its age. A fault that may pass (429, 5xx, a time-out, a
connection cut in the middle, JSON that stops half-way) is tried again, after as long as the service asks.
"""

import copy
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

import orjson
import requests
import tenacity
from requests_cache import NEVER_EXPIRE, CachedSession

from geo.errors import SourceError
from services.files import age, disk_errors
from services.http.cache import cached
from services.http.hosts import Hosts, host_of
from services.http.wire import MOMENT, PassingError, Patience, Wire, check_status, faults_named

CARRY = "run the same command with --mirror DIR where there is internet, and carry DIR here"

LONGEST_WAIT = 300.0
"""Seconds: the longest pause that is obeyed; a service that asks for more is called unreachable."""


class UnreachableError(SourceError):
    """A service that does not answer, and never did: what came in before it is good, and asking again may help."""


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
        """The body as JSON. Raises SourceError where the service sent something else."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise SourceError(
                f"{self.url}: no JSON but {self.body[:60]!r}; the address may have changed: see its declaration"
            ) from None


@dataclass(slots=True)
class Client:
    """Asks services and remembers what they answered in `folder`.

    Attributes:
        folder: where answers are kept; a mirror is such a folder, carried elsewhere.
        offline: answer from the folder only, however old.
        keep: how long an answer is as good as new.
        patience: how long to wait and how often to try.
        told: who hears, in a few words, that something is tried again.
        fresh: ask again, also what was kept today; what is kept answers only when the service does not.
        gateway: where all requests go instead, the host as first part of the path: with `http://gate/open`,
            `https://api.pdok.nl/cbs` is asked as `http://gate/open/api.pdok.nl/cbs`. For networks that let traffic out
            at one place only. What is kept goes by its own address, so a mirror that was filled with or without a
            gateway serves both.
        heard: who is given every answer that was used.
        stop: once set, no more is asked, and whoever waits for another try waits no longer.
    """

    folder: Path
    offline: bool = False
    keep: timedelta = timedelta(days=1)
    patience: Patience = field(default_factory=Patience)
    on_retry: Callable[[str], None] = lambda _: None
    fresh: bool = False
    gateway: str = ""
    on_response: Callable[[Answer], None] = lambda _: None
    stop: threading.Event = field(default_factory=threading.Event)
    session: CachedSession = field(init=False)
    plain: requests.Session = field(init=False)
    _hosts: Hosts = field(init=False)

    def __post_init__(self) -> None:
        self.session = CachedSession(
            backend=cached(self.folder / "answers"), expire_after=NEVER_EXPIRE, allowable_methods=("GET",)
        )
        self.plain = requests.Session()
        for session in (self.session, self.plain):
            session.headers["User-Agent"] = f"zicht/{version('zicht')}"
            # A session that sends prepared requests forgets REQUESTS_CA_BUNDLE, unless it is told once.
            session.verify = session.merge_environment_settings("https://", {}, None, None, None)["verify"]
            for scheme in ("http://", "https://"):
                session.mount(scheme, Wire(self.patience, self.gateway, self.stop))
        self._hosts = Hosts()

    def listening(self, on_retry: Callable[[str], None], on_response: Callable[[Answer], None]) -> Self:
        """The same client, turns and memory and all, with other ears."""
        other = copy.copy(self)
        other.on_retry, other.on_response = on_retry, on_response
        return other

    def get(self, url: str, parameters: Mapping[str, str] | None = None) -> Answer:
        """The answer to a GET, from the folder where it is new enough.

        Raises SourceError where the service refuses, UnreachableError where it does not answer and never did.
        """
        request = self._request(url, parameters)
        cached = self._kept(request)
        if cached is not None and (self.offline or self._is_new(cached)):
            answer = cached
        elif self.offline:
            answer = self._late(request, cached, "this machine works offline")
        else:
            try:
                answer = self.patiently(lambda: self._ask(request), str(request.url))
            except PassingError as fault:
                answer = self._late(request, cached, str(fault))
        self.on_response(answer)
        return answer

    def forget(self, url: str, parameters: Mapping[str, str] | None = None) -> None:
        """Forget an answer that came in whole and cannot be right, so that the next try asks anew. A mirror that is
        used offline stays as it is.
        """
        if not self.offline:
            with suppress(KeyError):
                del self.session.cache.responses[self.session.cache.create_key(self._request(url, parameters))]

    def turn(self, url: str) -> threading.Semaphore:
        """Wait for a turn: `AT_ONCE` requests to one host."""
        return self._hosts.turn(host_of(url))

    def patiently[Got](self, ask: Callable[[], Got], url: str) -> Got:
        """Ask until it is answered or patience ends in a PassingError. A host that did not answer before is left in
        peace for a while, and then asked once: forty pages must not each wait for the same silence.
        """
        host = host_of(url)
        silent = self._hosts.silent_for(host)
        if silent is not None and silent < self.patience.respite:
            raise PassingError("did not answer a moment ago")
        try:
            got = self._trying(host, 1 if silent is not None else self.patience.tries)(
                partial(self._unless_stopped, ask)
            )
        except PassingError:
            self._hosts.fell_silent(host)
            raise
        self._hosts.answered(host)
        return got

    def _trying(self, host: str, tries: int) -> tenacity.Retrying:
        def tell(state: tenacity.RetryCallState) -> None:
            pause = state.next_action.sleep if state.next_action else 0
            fault = state.outcome.exception() if state.outcome else None
            self.on_retry(f"{host}: {fault}; trying again in {pause:.0f} s")

        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda fault: isinstance(fault, PassingError) and _bearable(fault)),
            stop=tenacity.stop_after_attempt(tries) | tenacity.stop_when_event_set(self.stop),
            wait=self._pause, sleep=tenacity.sleep_using_event(self.stop), before_sleep=tell, reraise=True,
        )  # fmt: skip

    def _unless_stopped[Got](self, ask: Callable[[], Got]) -> Got:
        if self.stop.is_set():
            raise PassingError("stopped before it was asked")
        return ask()

    def _pause(self, state: tenacity.RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        pause = self.patience.pause
        grown = tenacity.wait_exponential(multiplier=pause, max=LONGEST_WAIT)(state) + tenacity.wait_random(0, pause)(
            state
        )
        return fault.wait if isinstance(fault, PassingError) and fault.wait is not None else grown

    def _is_new(self, cached: Answer) -> bool:
        return not self.fresh and datetime.now(UTC) - cached.fetched < self.keep

    def _request(self, url: str, parameters: Mapping[str, str] | None) -> requests.PreparedRequest:
        with faults_named():
            return self.session.prepare_request(requests.Request("GET", url, params=parameters))

    def _ask(self, request: requests.PreparedRequest) -> Answer:
        # The outer of the two hears of the disk only: what the wire does is an OSError as well.
        with self.turn(str(request.url)), disk_errors(self.folder), faults_named():
            answer = self.session.send(request, force_refresh=True)
        check_status(answer)
        return Answer(str(request.url), answer.content, _moment(answer))

    def _kept(self, request: requests.PreparedRequest) -> Answer | None:
        """What was answered before, however old; nothing where it is damaged, which is told.

        Raises UnreachableError where that is all there is.
        """
        key = self.session.cache.create_key(request)
        found = self.session.cache.get_response(key)
        if found is not None and MOMENT in found.headers:
            return Answer(str(request.url), found.content, _moment(found))
        if key in self.session.cache.responses:
            damaged = f"an answer kept in {self.folder} is damaged"
            if self.offline:
                raise UnreachableError(f"{request.url}: {damaged}, and this machine works offline; {CARRY}")
            self.on_retry(f"{host_of(str(request.url))}: {damaged}; it is asked again")
        return None

    def _late(self, request: requests.PreparedRequest, cached: Answer | None, why: str) -> Answer:
        """What was answered before, because there is no answer now."""
        if cached is None:
            later = "" if self.offline else "try again later, or "
            raise UnreachableError(f"{request.url}: {why}, and nothing was kept of it in {self.folder}; {later}{CARRY}")
        self.on_retry(f"{host_of(cached.url)}: {why}; using what it answered {age(cached.fetched)} ago")
        return replace(cached, late=True)


def _bearable(fault: PassingError) -> bool:
    return fault.wait is None or fault.wait <= LONGEST_WAIT


def _moment(answer: requests.Response) -> datetime:
    """When the service sent it."""
    return datetime.fromisoformat(answer.headers[MOMENT])
