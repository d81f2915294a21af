"""The seams of a release: what it asks of exporters and stores. Adapters stand in services.registry by name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from layers.publication.collection import Collection


class Exporter(Protocol):
    """Writes collections to one file, atomically: the whole file or nothing."""

    def __call__(self, collections: Sequence[Collection], path: Path) -> None:
        """Write `collections` to `path`. Raises StoreError where that cannot be."""
        ...
