"""Connections whose headers come within a time.

urllib3 and requests limit the time between two bytes only, so a service that sends a byte of its headers every half
second holds a request for hours. Here the socket is shut down when the time is over.
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
            with _within(self.sock, seconds):
                return super().getresponse(*args, **rest)

    class Secure(HTTPSConnection):
        def getresponse(self, *args: Any, **rest: Any) -> Any:
            with _within(self.sock, seconds):
                return super().getresponse(*args, **rest)

    manager.pool_classes_by_scheme = {
        "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": Plain}),
        "https": type("Pool", (HTTPSConnectionPool,), {"ConnectionCls": Secure}),
    }


@contextmanager
def _within(connected: socket.socket | None, seconds: float) -> Iterator[None]:
    """Shut the socket down after so many seconds. Raises TransientError where that came before the block was done:
    http.client takes a connection that ends for headers that are complete.
    """
    timer = threading.Timer(seconds, _shut_down, (connected,))
    timer.daemon = True
    ends = time.monotonic() + seconds
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if time.monotonic() >= ends:
            raise overdue(seconds)


def overdue(seconds: float) -> TransientError:
    """An answer that was not in after so many seconds."""
    return TransientError("no whole answer within {seconds:.0f} s", seconds=seconds)


def _shut_down(connected: socket.socket | None) -> None:
    if connected is not None:
        try:
            connected.shutdown(socket.SHUT_RDWR)
        except OSError:  # it was closed in the meantime
            return
