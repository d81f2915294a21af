"""Client: every request to the services of others, cached on disk, a few at a time, and retried.

What may happen with any of the services, and how the client meets it:

- A fault for seconds or minutes: 429, 5xx, a time-out, a connection cut in the middle, JSON that stops half-way. The
  request is retried, after as long as the service asks for (Retry-After, in seconds or as a date), else after a pause
  that doubles.
- A web page and status 200, during maintenance: a fault like the others, and never cached.
- A host that is down, for all of its pages: after one request ran out of tries, the host gets none for a minute.
- A limit to the number of requests that no documentation states: a host gets four at a time.

Every answer is cached by requests-cache, in files that are JSON (never pickle: a folder that is taken into a closed
network is read, not run). An answer of today is used without a request, so a fetch that was killed resumes; an older
one is used only when the service does not answer, and its age is reported.
"""

import copy
import re
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
from requests_cache.backends.base import BaseCache

from geo.errors import SourceError
from geo.messages import Message, message
from layers.messages import age
from services.files import disk_errors
from services.http.bodies import parsed
from services.http.cache import private_cache, response_cache
from services.http.connections import answered_within
from services.http.faults import TransientError
from services.http.hosts import Hosts, host_of
from services.http.privacy import hidden, remove_older
from services.http.redirects import followed
from services.http.transport import FETCHED_HEADER, RetryPolicy, Transport, check_status, classified_errors

USE_MIRROR = message("run the same command with --mirror DIR where there is internet, and carry DIR here")
OFFLINE = message("this machine works offline")

LONGEST_WAIT = 300.0
"""Seconds: the longest pause between two tries; a service that asks for more is called unreachable."""

PRIVATE = "addresses"
"""The folder of answers that are for their owner alone, below that of a client."""

OnRetry = Callable[[Message], None]


class UnreachableError(SourceError):
    """A service that does not answer and has no answer in the cache. What came in before is good; a retry may help."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered: the body, when it was sent, and whether it is `stale`: an answer of before, from the
    cache, because the service does not answer now.
    """

    url: str
    body: bytes
    fetched: datetime
    stale: bool = False

    def json(self) -> Any:
        """The body as JSON. Raises SourceError where the service sent something else."""
        try:
            return parsed(self.body)
        except orjson.JSONDecodeError:
            raise SourceError(
                "{url}: no JSON but {body!r}; the address may have changed: see its declaration",
                url=self.url, body=self.body[:60],
            ) from None  # fmt: skip


@dataclass(slots=True)
class Client:
    """Sends GET requests and caches the answers in `folder`.

    Attributes:
        folder: the cache; a mirror is such a folder, taken elsewhere.
        offline: answer from the cache only, however old.
        max_age: how old a cached answer may be to be used without a request.
        policy: timeouts and retries.
        on_retry: called with a message where a request is retried, or answered from the cache instead.
        fresh: send every request, also where an answer of today is cached; the cache answers only for a service that
            does not.
        hosts: to which redirects and links may lead besides those of the service itself (see redirects).
        gateway: where all requests go instead, the host as first part of the path: with `http://gate/open`,
            `https://api.pdok.nl/cbs` is requested as `http://gate/open/api.pdok.nl/cbs`. For networks that let traffic
            out at one place only. Answers are cached by their own address, so a mirror that was filled with or without
            a gateway serves both.
        on_response: called with every answer that is used.
        private: what no message may tell of what is asked (services.http.privacy); answers are then for their owner
            alone, and removed when they are older than `max_age`. None where everyone may know.
        stop: once set, no more requests are sent, and pauses end at once.
    """

    folder: Path
    offline: bool = False
    max_age: timedelta = timedelta(days=1)
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    on_retry: OnRetry = lambda _: None
    fresh: bool = False
    gateway: str = ""
    hosts: tuple[str, ...] = ()
    on_response: Callable[[Answer], None] = lambda _: None
    private: re.Pattern[str] | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    session: CachedSession = field(init=False)
    uncached: requests.Session = field(init=False)
    _hosts: Hosts = field(init=False)

    def __post_init__(self) -> None:
        self.session = CachedSession(
            backend=self._private_cache() if self.private else response_cache(self.folder / "answers"),
            expire_after=NEVER_EXPIRE, allowable_methods=("GET",),
        )  # fmt: skip
        self.uncached = requests.Session()
        for session in (self.session, self.uncached):
            session.headers["User-Agent"] = f"zicht/{version('zicht')}"
            # A session that sends prepared requests ignores REQUESTS_CA_BUNDLE, unless it is set on the session.
            session.verify = session.merge_environment_settings("https://", {}, None, None, None)["verify"]
            for scheme in ("http://", "https://"):
                session.mount(scheme, Transport(self.policy, self.gateway, self.stop, self.hosts))
        self._hosts = Hosts()

    def _private_cache(self) -> BaseCache:
        if not self.offline:  # a mirror that was carried here stays as it is
            remove_older(self.folder / PRIVATE, self.max_age)
        return private_cache(self.folder / PRIVATE)

    def with_callbacks(self, on_retry: OnRetry, on_response: Callable[[Answer], None]) -> Self:
        """The same client, with the same cache and hosts, that reports to others."""
        other = copy.copy(self)
        other.on_retry, other.on_response = on_retry, on_response
        return other

    def get(self, url: str, parameters: Mapping[str, str] | None = None) -> Answer:
        """The answer to a GET, from the cache where it is new enough.

        Raises SourceError where the service refuses, UnreachableError where it does not answer and nothing is cached.
        """
        try:
            return self._answer(url, parameters)
        except SourceError as fault:
            if self.private is None:
                raise
            raise type(fault)(hidden(fault.message, self.private)) from None

    def _answer(self, url: str, parameters: Mapping[str, str] | None) -> Answer:
        request = self._request(url, parameters)
        with self._hosts.asking(str(request.url)):
            cached = self._cached(request)
            if cached is not None and (self.offline or self._is_new(cached)):
                answer = cached
            elif self.offline:
                answer = self._stale(request, cached, OFFLINE)
            else:
                try:
                    answer = self.with_retries(lambda: self._send(request), str(request.url))
                except TransientError as fault:
                    answer = self._stale(request, cached, fault.message)
        self.on_response(answer)
        return answer

    def _report(self, text: Message) -> None:
        self.on_retry(text if self.private is None else hidden(text, self.private))

    def discard(self, url: str, parameters: Mapping[str, str] | None = None) -> None:
        """Remove an answer from the cache that came in whole and cannot be right, so that the next try requests it
        again. A mirror that is used offline stays as it is.
        """
        if not self.offline:
            with suppress(KeyError):
                del self.session.cache.responses[self.session.cache.create_key(self._request(url, parameters))]

    def link(self, url: str, link: str) -> str:
        """The address that a link in the answer of `url` leads to. Raises SourceError where it may not be followed."""
        return followed(url, link, self.hosts)

    def slot(self, url: str) -> threading.Semaphore:
        """One of the `AT_ONCE` requests that the host of `url` gets at a time; hold it during the request."""
        return self._hosts.slot(host_of(url))

    def with_retries[Got](self, send: Callable[[], Got], url: str) -> Got:
        """What `send` returns, after as many tries as it takes. Raises TransientError after the last.

        A host that failed gets no request for `cooldown` seconds, and then one try: forty pages must not each wait for
        the same host.
        """
        host = host_of(url)
        since = self._hosts.seconds_since_failure(host)
        if since is not None and since < self.policy.cooldown:
            raise TransientError("did not answer a moment ago")
        try:
            got = self._retrying(host, 1 if since is not None else self.policy.tries)(
                partial(self._unless_stopped, send)
            )
        except TransientError as fault:
            self._hosts.failed(host)
            if fault.wait is not None and fault.wait > LONGEST_WAIT:
                too_long = message("{why}; it asks to wait {seconds:.0f} s", why=fault.message, seconds=fault.wait)
                raise TransientError(too_long) from None
            raise
        self._hosts.succeeded(host)
        return got

    def _retrying(self, host: str, tries: int) -> tenacity.Retrying:
        def report(state: tenacity.RetryCallState) -> None:
            pause = state.next_action.sleep if state.next_action else 0
            fault = state.outcome.exception() if state.outcome else None
            why = fault.message if isinstance(fault, TransientError) else fault
            self._report(message("{host}: {why}; trying again in {pause:.0f} s", host=host, why=why, pause=pause))

        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(_worth_retrying),
            stop=tenacity.stop_after_attempt(tries) | tenacity.stop_when_event_set(self.stop),
            wait=self._pause, sleep=tenacity.sleep_using_event(self.stop), before_sleep=report, reraise=True,
        )  # fmt: skip

    def _unless_stopped[Got](self, send: Callable[[], Got]) -> Got:
        if self.stop.is_set():
            raise TransientError("stopped before it was asked")
        return send()

    def _pause(self, state: tenacity.RetryCallState) -> float:
        """Seconds until the next try: what the service asks for, else twice the pause before, and up to `pause` more so
        that several clients do not retry together.
        """
        fault = state.outcome.exception() if state.outcome else None
        if isinstance(fault, TransientError) and fault.wait is not None:
            return fault.wait
        pause = self.policy.pause
        doubled = tenacity.wait_exponential(multiplier=pause, max=LONGEST_WAIT)
        return doubled(state) + tenacity.wait_random(0, pause)(state)

    def _is_new(self, cached: Answer) -> bool:
        return not self.fresh and datetime.now(UTC) - cached.fetched < self.max_age

    def _request(self, url: str, parameters: Mapping[str, str] | None) -> requests.PreparedRequest:
        with classified_errors():
            return self.session.prepare_request(requests.Request("GET", url, params=parameters))

    def _send(self, request: requests.PreparedRequest) -> Answer:
        # Only faults of the disk reach `disk_errors`: those of the network, an OSError too, are classified before.
        in_time = answered_within(self.policy.total_timeout)
        with self.slot(str(request.url)), disk_errors(self.folder), classified_errors(), in_time:
            response = self.session.send(request, force_refresh=True)
        check_status(response)
        if response.history:
            self._report(
                message(
                    "{url}: has moved to {target}; correct the address in its declaration",
                    url=request.url, target=response.url,
                )
            )  # fmt: skip
        return Answer(str(request.url), response.content, _fetched(response))

    def _cached(self, request: requests.PreparedRequest) -> Answer | None:
        """What is cached, however old; None where nothing is, or where it is damaged, which is reported.

        Raises UnreachableError where it is damaged and the client is offline.
        """
        key = self.session.cache.create_key(request)
        response = self.session.cache.get_response(key)
        if response is not None and FETCHED_HEADER in response.headers:
            return Answer(str(request.url), response.content, _fetched(response))
        if key in self.session.cache.responses:
            damaged = message("an answer cached in {folder} is damaged", folder=self.folder)
            if self.offline:
                raise UnreachableError(
                    "{url}: {damaged}, and {offline}; {way_out}",
                    url=request.url, damaged=damaged, offline=OFFLINE, way_out=USE_MIRROR,
                )  # fmt: skip
            self._report(
                message("{host}: {damaged}; it is asked again", host=host_of(str(request.url)), damaged=damaged)
            )
        return None

    def _stale(self, request: requests.PreparedRequest, cached: Answer | None, why: Message) -> Answer:
        """What is cached, because there is no answer now. Raises UnreachableError where nothing is."""
        if cached is None:
            way_out = USE_MIRROR if self.offline else message("try again later, or {mirror}", mirror=USE_MIRROR)
            raise UnreachableError(
                "{url}: {why}, and no answer to it is cached in {folder}; {way_out}",
                url=request.url, why=why, folder=self.folder, way_out=way_out,
            )  # fmt: skip
        self._report(
            message(
                "{host}: {why}; using what it answered {age} ago",
                host=host_of(cached.url), why=why, age=age(cached.fetched),
            )
        )  # fmt: skip
        return replace(cached, stale=True)


def _worth_retrying(fault: BaseException) -> bool:
    return isinstance(fault, TransientError) and (fault.wait is None or fault.wait <= LONGEST_WAIT)


def _fetched(response: requests.Response) -> datetime:
    """When the service sent it."""
    return datetime.fromisoformat(response.headers[FETCHED_HEADER])
