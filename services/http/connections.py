"""Connections that give up when a time is over.

urllib3 and requests limit the time between two bytes only, so a service that sends a byte of its headers every half
second holds a request for hours; so does one that sends the length of a chunk so, a packed body that unpacks to
nothing, or one redirect after another. Here one time is set for all that leads to an answer, and the socket is shut
down when it is over.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from services.http.faults import TransientError


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an answer must be there, by time.monotonic(), and how many `seconds` that is after it was asked."""

    seconds: float
    ends: float

    def left(self) -> float:
        """Seconds that are left. Raises TransientError where none are."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TransientError("no whole answer within {seconds:.0f} s", seconds=self.seconds)
        return left


DEADLINE: ContextVar[Deadline] = ContextVar("DEADLINE")
"""That of the request that is under way: requests has no parameter that lasts from one redirect to the next."""


@contextmanager
def answered_within(seconds: float) -> Iterator[None]:
    """Let all that is sent and read in the block take so many seconds together."""
    before = DEADLINE.set(Deadline(seconds, time.monotonic() + seconds))
    try:
        yield
    finally:
        DEADLINE.reset(before)


def bound_headers(manager: urllib3.PoolManager) -> None:
    """Let every connection of this manager give up where headers are not in at the deadline."""

    class Plain(HTTPConnection):
        def getresponse(self, *args: Any, **rest: Any) -> Any:
            with within(connected := self.sock):
                return _over(connected, super().getresponse(*args, **rest))

    class Secure(HTTPSConnection):
        def getresponse(self, *args: Any, **rest: Any) -> Any:
            with within(connected := self.sock):
                return _over(connected, super().getresponse(*args, **rest))

    manager.pool_classes_by_scheme = {
        "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": Plain}),
        "https": type("Pool", (HTTPSConnectionPool,), {"ConnectionCls": Secure}),
    }


def _over(connected: socket.socket | None, response: Any) -> Any:
    """The response, which remembers the socket that its body comes by: a connection forgets one that will close."""
    response.connected = connected
    return response


@contextmanager
def body_within(raw: Any) -> Iterator[None]:
    """The same for what is read in the block of the body of a response of urllib3."""
    with within(raw.connected):
        yield


@contextmanager
def within(connected: socket.socket | None) -> Iterator[None]:
    """Shut the socket down at the deadline. Raises TransientError where that came before the block was done:
    http.client takes a connection that ends for headers that are complete.
    """
    deadline = DEADLINE.get()
    timer = threading.Timer(deadline.left(), _shut_down, (connected,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        deadline.left()


def _shut_down(connected: socket.socket | None) -> None:
    if connected is not None:
        try:
            connected.shutdown(socket.SHUT_RDWR)
        except OSError:  # it was closed in the meantime
            return
