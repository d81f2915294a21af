"""A first run compiles, and says so: later runs find what was compiled on disk."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from numba.core import event

_log = logging.getLogger(__name__)


@contextmanager
def told() -> Iterator[None]:
    """Say once, if anything of ours is compiled in the block, that this takes a while and only this time."""
    with event.install_listener("numba:compile", _Once()):
        yield


class _Once(event.Listener):
    def __init__(self) -> None:
        self.said = False

    def on_start(self, event_: event.Event) -> None:
        if not self.said and event_.data["dispatcher"].py_func.__module__.startswith("geo."):
            self.said = True
            _log.warning("compiling the statistics: some seconds, this first time only")

    def on_end(self, event_: event.Event) -> None:
        """Nothing more to say."""
