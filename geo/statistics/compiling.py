"""A first run compiles, and logs so; later runs read what was compiled from disk."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from numba.core import event

from geo.messages import message

_log = logging.getLogger(__name__)


@contextmanager
def log_compilation() -> Iterator[None]:
    """Log once, if a function of geo is compiled within the block, that this takes a while and only this time."""
    with event.install_listener("numba:compile", _Once()):
        yield


class _Once(event.Listener):
    def __init__(self) -> None:
        self.logged = False

    def on_start(self, event_: event.Event) -> None:
        if not self.logged and event_.data["dispatcher"].py_func.__module__.startswith("geo."):
            self.logged = True
            _log.warning(message("compiling the statistics: some seconds, this first time only"))

    def on_end(self, event_: event.Event) -> None:
        """Nothing more to log."""
