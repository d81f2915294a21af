"""Connections that give up when a time is over.

urllib3 and requests limit the time between two bytes only, so a service that sends a byte of its headers every half
second holds a request for hours; so does one that sends the length of a chunk so, or a packed body that unpacks to
nothing. Here the socket is shut down when the time is over.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from services.http.faults import TransientError


def bound_headers(manager: urllib3.PoolManager, seconds: float) -> None:
    """Let every connection of this manager give up where headers are not in after so many seconds."""

    class Plain(HTTPConnection):
        def getresponse(self, *args: Any, **rest: Any) -> Any:
            with within(connected := self.sock, seconds):
                return _over(connected, super().getresponse(*args, **rest))

    class Secure(HTTPSConnection):
        def getresponse(self, *args: Any, **rest: Any) -> Any:
            with within(connected := self.sock, seconds):
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
def body_within(raw: Any, seconds: float, left: float) -> Iterator[None]:
    """The same for what is read in the block of the body of a response of urllib3, of which so much time is left."""
    with within(raw.connected, seconds, left):
        yield


@contextmanager
def within(connected: socket.socket | None, seconds: float, left: float | None = None) -> Iterator[None]:
    """Shut the socket down after so many seconds, or those that are left of them. Raises TransientError where that came
    before the block was done: http.client takes a connection that ends for headers that are complete.
    """
    left = seconds if left is None else max(left, 0.0)
    timer = threading.Timer(left, _shut_down, (connected,))
    timer.daemon = True
    ends = time.monotonic() + left
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if time.monotonic() >= ends:
            raise TransientError("no whole answer within {seconds:.0f} s", seconds=seconds)


def _shut_down(connected: socket.socket | None) -> None:
    if connected is not None:
        try:
            connected.shutdown(socket.SHUT_RDWR)
        except OSError:  # it was closed in the meantime
            return
