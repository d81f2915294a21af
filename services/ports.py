"""The seams: what the pipeline asks of the world outside. Adapters stand in services.registry by name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pandas as pd

from boundaries.vintages import Vintage
from geo.areas import AreaFrame
from layers.collection import Collection
from layers.layer import Receipt
from layers.sources import SourceDeclaration


class Source(Protocol):
    """Where areas and raw tables come from: a folder of files, a service, Testland."""

    made_up: bool
    """Whether its figures are invented; then every output says so."""

    def buurten(self, vintage: Vintage) -> AreaFrame:
        """All buurten of the country."""
        ...

    def gap(self, vintage: Vintage) -> float:
        """Metres that the borders of neighbours may lie apart on this map."""
        ...

    def table(self, declaration: SourceDeclaration) -> pd.DataFrame:
        """The raw table of a source, a row a buurt, as it was delivered."""
        ...

    def table_of_cells(self, declaration: SourceDeclaration, cells: AreaFrame) -> pd.DataFrame | None:
        """The same columns counted per H3 cell from points, indexed by cell; None where there are no points."""
        ...

    @property
    def receipts(self) -> Sequence[Receipt]:
        """What was read so far, in the order of reading."""
        ...


class Exporter(Protocol):
    """Writes collections to one file, atomically: the whole file or nothing."""

    def __call__(self, collections: Sequence[Collection], path: Path) -> None:
        """Write `collections` to `path`. Raises StoreError where that cannot be."""
        ...
