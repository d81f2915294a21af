"""Whether what is served is what was published. It is read whole for that, which takes longer than to start: so once,
after the first answer.
"""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock, Thread

from geo.messages import Message
from layers.messages import say

LOGGER = logging.getLogger(__name__)

type Check = Callable[[Path], Sequence[Message]]
"""Takes the folder of a release and returns what is wrong with its files."""


class Checked:
    """The check of a release in the background; `faults` is what it found, as far as it is."""

    def __init__(self, check: Check | None) -> None:
        self._check, self._lock, self._begun = check, Lock(), check is None
        self.faults: Sequence[str] = ()

    def begin(self, folder: Path) -> None:
        """Begin, the first time that this is called."""
        if self._begun:
            return
        with self._lock:
            begun, self._begun = self._begun, True
        if not begun:
            Thread(target=self._run, args=(folder,), name="check of the release", daemon=True).start()

    def _run(self, folder: Path) -> None:
        if self._check is not None:
            self.faults = [say(fault) for fault in self._check(folder)]
        for fault in self.faults:
            LOGGER.error("%s", fault)
