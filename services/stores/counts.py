"""How many rows there are under conditions: counted once for all who read a release, since that never changes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

MOST = 2_000
"""How many counts are kept: those that were asked for last."""


class Counts:
    """Counts by what was counted; shared between threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._lock = most, Lock()
        self._counted: OrderedDict[Hashable, int] = OrderedDict()

    def of(self, key: Hashable, count: Callable[[], int]) -> int:
        """The count under this key, counted now if it was not."""
        with self._lock:
            if key in self._counted:
                self._counted.move_to_end(key)
                return self._counted[key]
        counted = count()
        with self._lock:
            self._counted[key] = counted
            while len(self._counted) > self._most:
                self._counted.popitem(last=False)
        return counted


COUNTS = Counts()
"""Those of this process, of every release that it reads."""
