"""Whether what is served is what was published. It is read whole for that, which takes longer than to start: so once
for each release, and each time that its files were made again, after the first answer from it.
"""

import logging
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from threading import Lock, Thread

from geo.messages import Message
from layers.messages import say
from services.ogc.origin import Release

LOGGER = logging.getLogger(__name__)

type Check = Callable[[Path], Sequence[Message]]
"""Takes the folder of a release and returns what is wrong with its files."""


class Checked:
    """The check in the background of the release that is served; `faults` is what it found, as far as it is."""

    def __init__(self, check: Check | None) -> None:
        self._check, self._lock = check, Lock()
        self._begun: Hashable = None
        self.faults: Sequence[str] = ()

    def begin(self, release: Release) -> None:
        """Begin, the first time that this is called with these files."""
        files = (release.published, release.state.key)
        if self._check is None or files == self._begun:
            return
        with self._lock:
            if files == self._begun:
                return
            self._begun, self.faults = files, ()
        Thread(target=self._run, args=(self._check, files), name="check of the release", daemon=True).start()

    def _run(self, check: Check, files: tuple[Path, Hashable]) -> None:
        found = [say(fault) for fault in check(files[0])]
        with self._lock:
            if files != self._begun:  # another is served by now
                return
            self.faults = found
        for fault in found:
            LOGGER.error("%s", fault)
