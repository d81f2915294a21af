"""Reading: the nodes where bytes from outside become values, each with the receipts of what was read.

They alone have an input that is no node, the world; their keys say what it held when the build was planned. Bytes that
are others by the time they are read are refused, or they would be remembered as the old ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Self

import pandas as pd

from boundaries.dasymetric import Weights
from boundaries.vintages import Vintage
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError
from geo.messages import message
from layers.declarations.sources import SourceDeclaration
from layers.messages import said, speaking
from layers.method.keys import AREA_KEY
from layers.method.places import Boundaries
from layers.method.plan import Node, digest, numbers_of
from layers.method.ports import Delivered, Identity, Keyring, Read, Source, Weighed
from layers.method.protection import protected_receipt
from layers.method.versions import version_of_module
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
        about = _About("boundaries", name, {"vintage": of}, type(self.source).__module__)
        return self._node(about, read, identify)

    def table(self, declaration: SourceDeclaration) -> Node[Read[pd.DataFrame]]:
        """The raw table of a source, as it was delivered."""

        def read() -> Read[pd.DataFrame]:
            table = self.source.table(declaration)
            read_for = self._receipts_of_source([declaration], [])
            return Read(self._with_keys(table, declaration), tuple(self._leaving(one, declaration) for one in read_for))

        identify = partial(self.source.identity, self.vintage, declaration)
        about = _About.of("table", declaration, (), type(self.source).__module__, self._fingerprint(declaration))
        return self._node(about, read, identify)

    def points(self, declaration: SourceDeclaration, cells: Node[AreaFrame]) -> Node[Read[pd.DataFrame]]:
        """What a source counts in every cell, from points."""

        def read(areas: AreaFrame) -> Read[pd.DataFrame]:
            table = self.source.table_of_cells(declaration, areas)
            if table is None:
                raise TypeError(f"source {declaration.id}: says that it counts columns per cell, and has no points")
            return Read(table, self._receipts_of_source([], [declaration]))

        identify = partial(self.source.identity, self.vintage, declaration)
        about = _About.of("points", declaration, cells.name, type(self.source).__module__)
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
        about = _About.of("counted", declaration, areas.name, self.own.module(declaration), fingerprint)
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

        about = _About.of("weights", declaration, (column,), self.own.module(declaration))
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
        about: "_About",
        read: Callable[..., Read[Value]],
        identify: Callable[[], Identity],
        *inputs: Node[AreaFrame],
    ) -> Node[Read[Value]]:
        what = (about.kind, *about.name, *(one.key for one in inputs))
        if what not in self._planned:
            self._planned[what] = self._read(about, read, identify, inputs)
        return self._planned[what]

    def _read[Value](
        self,
        about: "_About",
        read: Callable[..., Read[Value]],
        identify: Callable[[], Identity],
        inputs: tuple[Node[AreaFrame], ...],
    ) -> Node[Read[Value]]:
        planned = identify()

        def make(*values: AreaFrame, **_: object) -> Read[Value]:
            with speaking(self.language):
                result = read(*values)
            if identify().content != planned.content:
                raise SourceError(
                    "{what}: its files changed since this build began; build it again", what="/".join(about.name)
                )
            return result

        return Node(
            about.kind, about.name, make, inputs, about.parameters, about.declarations,
            method=version_of_module(about.module), reads=planned.content, confidential=about.confidential,
            receipt=digest([self.language, planned.receipt, about.texts]),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _About:
    """Which node that reads, by what settings, with which module; `texts` are what its receipts say and no more."""

    kind: str
    name: tuple[str, ...]
    parameters: Mapping[str, object]
    module: str
    declarations: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    confidential: bool = False

    @classmethod
    def of(
        cls, kind: str, declaration: SourceDeclaration, name: tuple[str, ...], module: str, fingerprint: str = ""
    ) -> Self:
        """Of a source; `fingerprint` is that of the secret of its keys."""
        settings: dict[str, object] = {"source": _as_read(declaration)}
        settings |= {"keys": fingerprint} if fingerprint else {}
        declared = (f"sources/{declaration.id}",)
        one = declaration
        texts = (one.title, one.publisher, one.license, one.url, one.attribution)
        return cls(kind, (one.id, *name), settings, module, declared, texts, one.confidential)


def _as_read(declaration: SourceDeclaration) -> SourceDeclaration:
    """A source as far as reading depends on it: not on which figures are made of its columns, for which periods."""
    return numbers_of(declaration).model_copy(update={"columns": {}, "periods": (), "statline": None})


def value_node[Value](read: Node[Read[Value]], kind: str) -> Node[Value]:
    """What a node reads, by itself, worth remembering."""
    return Node(kind, read.name, _value, (read,), stored=True)


def _value[Value](read: Read[Value]) -> Value:
    return read.value


def _receipt(id_: str, source: SourceDeclaration, delivered: Delivered | Weighed) -> Receipt:
    return Receipt(
        id_, source.title, delivered.where, delivered.sha256, delivered.rows, source.license, source.attribution,
        tuple(said(note) for note in delivered.notes), delivered.fetched,
    )  # fmt: skip
