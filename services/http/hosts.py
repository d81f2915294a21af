"""Hosts: who is asked, how often at once, and who did not answer."""

import threading
import time
from urllib.parse import urlsplit

AT_ONCE = 4
"""Requests to one host at a time."""


class Hosts:
    """Who is asked: `AT_ONCE` requests to a host, and which did not answer, how long ago."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Semaphore] = {}
        self._silent: dict[str, float] = {}

    def turn(self, host: str) -> threading.Semaphore:
        """What to hold while asking."""
        with self._lock:
            return self._turns.setdefault(host, threading.Semaphore(AT_ONCE))

    def silent_for(self, host: str) -> float | None:
        """Seconds since a host did not answer; None where it answered after that, or was never asked."""
        since = self._silent.get(host)
        return None if since is None else time.monotonic() - since

    def answered(self, host: str) -> None:
        """It answers."""
        self._silent.pop(host, None)

    def fell_silent(self, host: str) -> None:
        """It did not answer, however often it was asked."""
        self._silent[host] = time.monotonic()


def host_of(url: str) -> str:
    """The host that an address names."""
    return str(urlsplit(url).hostname)
