"""The nodes of receipts: from what a value is made, in the order in which a layer names it."""

from dataclasses import replace
from typing import Any, Protocol

from geo.messages import Message
from layers.messages import said
from layers.method.plan import Node, everything, lineage
from layers.method.ports import Read
from layers.publication.layer import Receipt

READ = ("boundaries", "table", "points", "counted", "weights")
"""The kinds of nodes that read, in the order in which a layer names what it was made from."""

NOTED = ("crosswalk", "interpolation", "interpolated")
"""The kinds of nodes that have notes for the receipt of the last that they are made from."""


class Noted(Protocol):
    """What has notes of how it was made."""

    @property
    def notes(self) -> tuple[Message, ...]:
        """The notes."""
        ...


def receipt_nodes(*nodes: Node[Any]) -> list[Node[tuple[Receipt, ...]]]:
    """The receipts of all that is read for these nodes."""
    behind = list(everything(*nodes))
    read = sorted(lineage(*nodes).read, key=lambda one: (READ.index(one.kind), one.name))
    by = {one.inputs[-1].key: one for one in behind if one.kind in NOTED}
    return [receipts_node(one, by.get(one.key)) for one in read]


def receipts_node(read: Node[Read[Any]], noted: Node[Noted] | None = None) -> Node[tuple[Receipt, ...]]:
    """The receipts of what a node reads, with the notes of what is made of it: how figures are interpolated by it."""
    inputs = (read,) if noted is None else (read, noted)
    return Node("receipts", (read.kind, *read.name), _receipts, inputs, {"receipt": read.receipt}, stored=True)


def _receipts(read: Read[Any], noted: Noted | None = None, *, receipt: str) -> tuple[Receipt, ...]:  # noqa: ARG001  # it decides what they say
    notes = tuple(said(note) for note in noted.notes) if noted else ()
    return tuple(replace(one, notes=(*one.notes, *notes)) for one in read.receipts)
