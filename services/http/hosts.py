"""Hosts: how many requests a host gets at a time, what is being asked of it, and which failed a moment ago."""

import threading
import time
from urllib.parse import urlsplit

AT_ONCE = 4
"""Requests to one host at a time: fewer than the six that a browser opens."""


class Hosts:
    """The state of every host: its `AT_ONCE` slots, and when it last failed. Fit for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slots: dict[str, threading.Semaphore] = {}
        self._asked: dict[str, threading.Lock] = {}
        self._failed: dict[str, float] = {}

    def slot(self, host: str) -> threading.Semaphore:
        """The semaphore to hold during a request."""
        with self._lock:
            return self._slots.setdefault(host, threading.Semaphore(AT_ONCE))

    def asking(self, url: str) -> threading.Lock:
        """The lock to hold while an address is asked: who asks it too waits, and finds the answer in the cache."""
        with self._lock:
            return self._asked.setdefault(url, threading.Lock())

    def seconds_since_failure(self, host: str) -> float | None:
        """Seconds since a host failed; None where it answered after that, or never failed."""
        since = self._failed.get(host)
        return None if since is None else time.monotonic() - since

    def succeeded(self, host: str) -> None:
        """Record that it answered."""
        self._failed.pop(host, None)

    def failed(self, host: str) -> None:
        """Record that it did not answer, after all tries."""
        self._failed[host] = time.monotonic()


def host_of(url: str) -> str:
    """The host that an address names."""
    return str(urlsplit(url).hostname)
