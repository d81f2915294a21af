"""Reading: what a source and the municipality's own files give to a build, each as a node with its receipts."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pandas as pd

from boundaries.dasymetric import Weights
from boundaries.vintages import Vintage
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError
from geo.messages import message
from layers.declarations.sources import SourceDeclaration
from layers.messages import said
from layers.method.keys import AREA_KEY
from layers.method.places import Boundaries
from layers.method.plan import Node
from layers.method.ports import Delivered, Identity, Keyring, Read, Source, Weighed
from layers.method.protection import protected_receipt
from layers.method.read_nodes import ReadFrom, read_node
from layers.publication.layer import Receipt


def _only_told_by_reading(_: SourceDeclaration) -> Identity:
    return Identity(None)


def _here(_: SourceDeclaration) -> str:
    return __name__


@dataclass(frozen=True, slots=True)
class Own:
    """What reads the sources of a municipality's own: records, rasters and squares.

    Attributes:
        deliver: counts, or takes from a raster or squares, what a source has in every area.
        weigh: reads a column of the squares of a source, to interpolate figures by.
        identity: what identifies the bytes that a source is read from.
        module: the name of the module that reads a source.
        keyring: gives the keys by which confidential counts are perturbed; None where there are none to give.
    """

    deliver: Callable[[SourceDeclaration, AreaFrame], Delivered] | None = None
    weigh: Callable[[SourceDeclaration, str], Weighed] | None = None
    identity: Callable[[SourceDeclaration], Identity] = _only_told_by_reading
    module: Callable[[SourceDeclaration], str] = _here
    keyring: Keyring | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes the nodes that read, each once: the digest of a file is of one moment.

    Attributes:
        source: where boundaries and tables come from.
        vintage: the year of the boundaries.
        own: what reads the sources of a municipality's own.
        language: in which receipts say what was done.
    """

    source: Source
    vintage: Vintage
    own: Own
    language: str
    _planned: dict[tuple[str, ...], Node[Any]] = field(default_factory=dict, repr=False)

    def boundaries(self, of: Vintage) -> Node[Read[Boundaries]]:
        """The boundaries of a year, no finer than asked for; or its postcodes."""

        def read() -> Read[Boundaries]:
            areas = self.source.areas(of)
            boundaries = Boundaries(areas, self.source.is_national(of), self.source.tolerance(of))
            return Read(boundaries, tuple(self.source.receipts_of(of, [], [])))

        identify = partial(self.source.identity, of)
        name = (f"pc4-{of.year}" if of.finest is AreaLevel.PC4 else str(of.year),)
        about = ReadFrom("boundaries", name, {"vintage": of}, type(self.source).__module__)
        return self._node(about, read, identify)

    def table(self, declaration: SourceDeclaration) -> Node[Read[pd.DataFrame]]:
        """The raw table of a source, as it was delivered."""

        def read() -> Read[pd.DataFrame]:
            table = self.source.table(declaration)
            read_for = self._receipts_of_source([declaration], [])
            return Read(self._with_keys(table, declaration), tuple(self._leaving(one, declaration) for one in read_for))

        identify = partial(self.source.identity, self.vintage, declaration)
        about = ReadFrom.of("table", declaration, (), type(self.source).__module__, self._fingerprint(declaration))
        return self._node(about, read, identify)

    def points(self, declaration: SourceDeclaration, cells: Node[AreaFrame]) -> Node[Read[pd.DataFrame]]:
        """What a source counts in every cell, from points."""

        def read(areas: AreaFrame) -> Read[pd.DataFrame]:
            table = self.source.table_of_cells(declaration, areas)
            if table is None:
                raise TypeError(f"source {declaration.id}: says that it counts columns per cell, and has no points")
            return Read(table, self._receipts_of_source([], [declaration]))

        identify = partial(self.source.identity, self.vintage, declaration)
        about = ReadFrom.of("points", declaration, cells.name, type(self.source).__module__)
        return self._node(about, read, identify, cells)

    def counted(self, declaration: SourceDeclaration, areas: Node[AreaFrame]) -> Node[Read[pd.DataFrame]]:
        """What a source of the municipality's own has in every area."""

        def read(within: AreaFrame) -> Read[pd.DataFrame]:
            if self.own.deliver is None:
                raise SourceError(
                    "source {id!r}: has records, a raster or squares, which are not read here", id=declaration.id
                )
            delivered = self.own.deliver(declaration, within)
            receipt = _receipt(f"sources/{declaration.id}", declaration, delivered)
            return Read(delivered.table, (self._leaving(receipt, declaration),))

        fingerprint = self._fingerprint(declaration)
        about = ReadFrom.of("counted", declaration, areas.name, self.own.module(declaration), fingerprint)
        return self._node(about, read, partial(self.own.identity, declaration), areas)

    def weights(self, declaration: SourceDeclaration, column: str) -> Node[Read[Weights]]:
        """A column of the squares of a source, to interpolate figures by."""

        def read() -> Read[Weights]:
            if self.own.weigh is None:
                raise SourceError(
                    "source {id!r}: has squares to interpolate figures by, which are not read here", id=declaration.id
                )
            weighed = self.own.weigh(declaration, column)
            note = message("divides figures over smaller areas, by {column} per square of 100 m", column=column)
            receipt = _receipt(f"spread/{declaration.id}", declaration, weighed)
            return Read(weighed.weights, (replace(receipt, notes=(said(note), *receipt.notes)),))

        about = ReadFrom.of("weights", declaration, (column,), self.own.module(declaration))
        return self._node(about, read, partial(self.own.identity, declaration))

    def _fingerprint(self, declaration: SourceDeclaration) -> str:
        """That of the secret by which the counts of a source are perturbed; "" where it is open.

        Raises SourceError where it is confidential and there are no keys.
        """
        if not declaration.confidential:
            return ""
        if self.own.keyring is None:
            raise SourceError(
                'source {id!r}: is confidential, and there are no keys to protect it by here; say status = "open" if '
                "everyone may have its figures",
                id=declaration.id,
            )
        return self.own.keyring.fingerprint

    def _with_keys(self, table: pd.DataFrame, declaration: SourceDeclaration) -> pd.DataFrame:
        """The raw table of a source; with the key of each area, where it is confidential."""
        if not declaration.confidential or self.own.keyring is None or declaration.key not in table:
            return table
        codes = table[declaration.key].astype(str).str.strip()
        return table.assign(**{AREA_KEY: self.own.keyring.keys(declaration.id, codes)})

    def _leaving(self, receipt: Receipt, declaration: SourceDeclaration) -> Receipt:
        """The receipt of a source as it may leave."""
        if not declaration.confidential or self.own.keyring is None:
            return receipt
        return protected_receipt(receipt, declaration, self.own.keyring)

    def _receipts_of_source(
        self, tables: list[SourceDeclaration], points: list[SourceDeclaration]
    ) -> tuple[Receipt, ...]:
        """Those of a source without those of the boundaries, which come first."""
        of_boundaries = self.source.receipts_of(self.vintage, [], [])
        return tuple(self.source.receipts_of(self.vintage, tables, points))[len(of_boundaries) :]

    def _node[Value](
        self,
        about: ReadFrom,
        read: Callable[..., Read[Value]],
        identify: Callable[[], Identity],
        *inputs: Node[AreaFrame],
    ) -> Node[Read[Value]]:
        what = (about.kind, *about.name, *(one.key for one in inputs))
        if what not in self._planned:
            self._planned[what] = read_node(about, read, identify, inputs, self.language)
        return self._planned[what]


def _receipt(id_: str, source: SourceDeclaration, delivered: Delivered | Weighed) -> Receipt:
    return Receipt(
        id_, source.title, delivered.where, delivered.sha256, delivered.rows, source.license, source.attribution,
        tuple(said(note) for note in delivered.notes), delivered.fetched,
    )  # fmt: skip
