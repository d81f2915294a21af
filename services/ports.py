"""The seams of services: what a release asks of exporters and stores, and large work of an engine. Adapters stand in
services.registry by name.

A module and a line there add one; `tests/contracts` then runs over it. The module of an exporter has `FILE` as well,
the name of the file where none is given.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # what serves needs a name from here, and no tables
    from layers.publication.collection import Collection

SERVED = "zicht.sqlite"
"""The file in the folder of a release that the API reads."""

QGIS = "qgis.zip"
"""The file of a release with projects, layers and styles of QGIS."""

SERVICE = "http://zicht.invalid"
"""Stands in these for the address of the API."""

ENDING = ".pmtiles"
"""How the file of the vector tiles of a collection ends, after its id."""


class Exporter(Protocol):
    """Writes collections to one file, atomically: the whole file or nothing.

    The same collections give the same bytes. Text of the collections is never run by what opens the file: it is no
    markup, formula or SQL there. Collections without rows are no fault.
    """

    def __call__(self, collections: "Sequence[Collection]", path: Path) -> None:
        """Write `collections` to `path`, whose folder is made. Raises StoreError where that cannot be."""
        ...


class Store(Protocol):
    """Writes every collection, with all its rows, to files of its own in the folder of a new release.

    The same collections give the same bytes. Collections without rows are no fault.
    """

    def __call__(self, collections: "Sequence[Collection]", folder: Path) -> None:
        """Write `collections` into `folder`, which is there.

        Raises StoreError, and leaves nothing of this store behind, where that cannot be or its files are there already.
        """
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what is to be counted.

    Attributes:
        number: counted from 0; what is found of parts is put together in this order.
        where: where it lies, for whoever counts it.
        before: how many rows come before it, or more: as many as are known when it is handed out.
    """

    number: int
    where: str
    before: int = 0


class Engine(Protocol):
    """Carries parts of large work to where it is done, and what came of each back.

    Nothing depends on how many do it or who is ready first: what comes back is in the order of what was given. An
    error that the work raises of a part is raised here; where several do, that of the first.
    """

    streams: bool
    """Whether it works in this process, part after part: what is asked of others meanwhile is asked once."""

    def tally[State](self, work: Callable[[Part], State], parts: Iterable[Part]) -> Iterator[State]:
        """What `work` makes of each part. Parts are taken when they can be handed out, and not all before. `work` goes
        once to each who does it; it and what it makes are pickled where that is another process.
        """
        ...

    def map[One, Made](self, work: Callable[[One, int], Made], over: Sequence[One], seed: int) -> Iterator[Made]:
        """What `work` makes of each of a sequence and a seed of its own, spawned from `seed` by its place in it."""
        ...
