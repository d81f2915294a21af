"""The seams of a release: what it asks of exporters and stores. Adapters stand in services.registry by name.

A module and a line there add one; `tests/contracts` then runs over it. The module of an exporter has `FILE` as well,
the name of the file where none is given.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # what serves needs a name from here, and no tables
    from layers.publication.collection import Collection

SERVED = "zicht.sqlite"
"""The file in the folder of a release that the API reads."""

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
