"""The seams of the build: what it asks of the world outside. Adapters stand in services.registry by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from boundaries.dasymetric import Weights
from boundaries.vintages import Vintage
from geo.areas import AreaFrame
from geo.messages import Message
from layers.declarations.sources import SourceDeclaration
from layers.publication.layer import Receipt


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a source gave for a vintage: a row an area, indexed by code; and what its receipt says.

    `rows` counts what was read, `sha256` is of the bytes that were read; `notes` say what was left out, counted
    (points in no area, cells without a value). `fetched` is when a service sent it, "" where it was a file.
    """

    table: pd.DataFrame
    where: str
    rows: int
    sha256: str
    notes: tuple[Message | str, ...] = ()
    fetched: str = ""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The weights by which figures are interpolated, and what their receipt says: see `Delivered`."""

    weights: Weights
    where: str
    rows: int
    sha256: str
    notes: tuple[Message | str, ...] = ()
    fetched: str = ""


class Source(Protocol):
    """Where areas and raw tables come from: a folder of files, a service, Testland."""

    made_up: bool
    """Whether its figures are invented; then every output says so."""

    def areas(self, vintage: Vintage) -> AreaFrame:
        """The finest areas there are of a year: buurten, or wijken where there are only these."""
        ...

    def is_national(self, vintage: Vintage) -> bool:
        """Whether these are all of the country, and not of a gemeente or region only."""
        ...

    def tolerance(self, vintage: Vintage) -> float:
        """Metres that the borders of neighbours may lie apart in these boundaries."""
        ...

    def table(self, declaration: SourceDeclaration) -> pd.DataFrame:
        """The raw table of a source, a row a buurt, as it was delivered."""
        ...

    def table_of_cells(self, declaration: SourceDeclaration, cells: AreaFrame) -> pd.DataFrame | None:
        """The same columns counted per H3 cell from points, indexed by cell; None where there are no points."""
        ...

    def receipts_of(
        self, vintage: Vintage, tables: Sequence[SourceDeclaration], points: Sequence[SourceDeclaration]
    ) -> Sequence[Receipt]:
        """Those of the areas of a year and of what these sources gave as a table or counted per cell, and of nothing
        else that was read.
        """
        ...
