"""The seams of the build: what it asks of the world outside. Adapters stand in services.registry by name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from boundaries.dasymetric import Weights
from boundaries.vintages import Vintage
from geo.areas import AreaFrame
from geo.disclosure.cell_keys import Keys
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


@dataclass(frozen=True, slots=True)
class Read[Value]:
    """What was read from outside, and its receipts."""

    value: Value
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """What identifies what is read from outside.

    Attributes:
        content: of the bytes; None where only reading tells: a database, a service that is asked.
        receipt: of what else its receipt says, such as when it was fetched.
    """

    content: str | None
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What is remembered beside a value of the build: of what it is, and all that decided it, in parts.

    Each part is a digest or key by what it is of, kind and name; what lies between the value and what is remembered
    itself, and is not, counts with it.

    Attributes:
        kind: what it is, such as "figures".
        name: of what: source or indicator, level, period.
        reads: the bytes that were read for it.
        methods: the code that made it.
        settings: the parameters.
        inputs: the remembered values that it was made from.
        declarations: which declarations it rests on.
        confidential: whether it comes of a confidential source.
    """

    kind: str
    name: tuple[str, ...]
    reads: Mapping[str, str]
    methods: Mapping[str, str]
    settings: Mapping[str, str]
    inputs: Mapping[str, str]
    declarations: tuple[str, ...]
    confidential: bool


class Keyring(Protocol):
    """Gives the keys by which confidential counts are perturbed (geo.disclosure.cell_keys); the secret stays in it."""

    @property
    def fingerprint(self) -> str:
        """What tells one secret from another, and nothing else of it."""
        ...

    def keys(self, source: str, records: Iterable[str]) -> Keys:
        """The key of each record or area of a source, by what identifies it there."""
        ...


class Cache(Protocol):
    """Remembers values of the build by the key of all that decided them. It may forget: what is lost is made again."""

    def get(self, key: str) -> object | None:
        """The value of that key, whole, as it was put; None where it is not remembered or was damaged."""
        ...

    def has(self, key: str) -> bool:
        """Whether a value of that key is remembered; whether it is whole is seen when it is asked for."""
        ...

    def put(self, key: str, value: object, about: About) -> None:
        """Remember a value."""
        ...

    def latest(self, kind: str, name: tuple[str, ...]) -> About | None:
        """What the last value of that kind and name was made by, whatever its key; None where none is remembered."""
        ...


class Source(Protocol):
    """Where areas and raw tables come from: a folder of files, a service, Testland."""

    made_up: bool
    """Whether its figures are invented; then every output says so."""

    def areas(self, vintage: Vintage) -> AreaFrame:
        """The finest areas there are of a year: buurten, or wijken where there are only these."""
        ...

    def identity(self, vintage: Vintage, declaration: SourceDeclaration | None = None) -> Identity:
        """What identifies the bytes that the areas of a year, or what it has of a declaration, are read from. They are
        not read for it, and where they are not there that is no fault yet.
        """
        ...

    def has(self, declaration: SourceDeclaration) -> bool:
        """Whether it has a table of a source: of one that a theme can do without, it is asked before."""
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

    def columns_of_cells(self, declaration: SourceDeclaration) -> frozenset[str]:
        """The columns that `table_of_cells` counts; empty where there are no points."""
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
