"""Work that is done on this computer: part after part in this process, or side by side in several.

Several processes pay where there are as many parts or more: a part is never divided. They start afresh (spawn): a copy
of a process with threads, as Arrow and numba have, may hang.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from geo.errors import SourceError
from services.engines.seeds import spawned
from services.ports import Part

AHEAD = 2
"""Parts that are handed out for each process, so that none waits."""

_work: Callable[..., Any] | None = None
"""In a process of `Local`: the work that it does, sent once."""


@dataclass(frozen=True, slots=True)
class Local:
    """This computer, with so many processes; 1 is this one itself."""

    processes: int = 1

    @property
    def streams(self) -> bool:
        """Whether it works in this process, part after part."""
        return self.processes == 1

    def tally[State](self, work: Callable[[Part], State], parts: Iterable[Part]) -> Iterator[State]:
        """See services.ports.Engine."""
        if self.streams:
            return map(work, parts)
        return self._spread(work, ((part,) for part in parts))

    def map[One, Made](self, work: Callable[[One, int], Made], over: Sequence[One], seed: int) -> Iterator[Made]:
        """See services.ports.Engine."""
        seeded = ((one, spawned(seed, at)) for at, one in enumerate(over))
        if self.streams:
            return (work(*one) for one in seeded)
        return self._spread(work, seeded)

    def _spread(self, work: Callable[..., Any], calls: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """In the order of the calls, of which `AHEAD` a process are handed out and not yet taken back. Where it ends
        early, as by Ctrl-C, what is still at work is ended too: a part may take minutes.
        """
        waiting: list[Future[Any]] = []
        whole = False
        with ProcessPoolExecutor(self.processes, get_context("spawn"), _receive, (work,)) as pool:
            try:
                for call in calls:
                    waiting.append(pool.submit(_do, call))
                    if len(waiting) >= AHEAD * self.processes:
                        yield waiting.pop(0).result()
                while waiting:
                    yield waiting.pop(0).result()
                whole = True
            except BrokenProcessPool:
                raise SourceError(
                    "a process that was at work was ended from outside, as where memory runs out; take fewer "
                    "processes, or one"
                ) from None
            finally:
                processes = list((pool._processes or {}).values())  # noqa: SLF001  # of Python 3.14: terminate_workers
                pool.shutdown(wait=False, cancel_futures=True)
                for process in processes if not whole else ():
                    process.terminate()


def _receive(work: Callable[..., Any]) -> None:
    global _work  # noqa: PLW0603  # what a process is started with has no other place
    _work = work


def _do(call: tuple[Any, ...]) -> Any:
    if _work is None:
        raise TypeError("a process is started with its work")
    return _work(*call)
