"""The nodes where bytes from outside become values, each with the receipts of what was read.

They alone have an input that is no node, the world; their keys say what it held when the build was planned. Bytes that
are others by the time they are read are refused, or they would be remembered as the old ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from geo.areas import AreaFrame
from geo.errors import SourceError
from layers.declarations.sources import SourceDeclaration
from layers.messages import speaking
from layers.method.plan import Node, digest, numbers_of
from layers.method.ports import Identity, Read
from layers.method.versions import version_of_module


@dataclass(frozen=True, slots=True)
class ReadFrom:
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


def read_node[Value](
    about: ReadFrom,
    read: Callable[..., Read[Value]],
    identify: Callable[[], Identity],
    inputs: tuple[Node[AreaFrame], ...],
    language: str,
) -> Node[Read[Value]]:
    """The node that reads; `identify` gives what identifies the bytes, now and once they were read.

    Making it raises SourceError where these have become others.
    """
    planned = identify()

    def make(*values: AreaFrame, **_: object) -> Read[Value]:
        with speaking(language):
            result = read(*values)
        if identify().content != planned.content:
            raise SourceError(
                "{what}: its files changed since this build began; build it again", what="/".join(about.name)
            )
        return result

    return Node(
        about.kind, about.name, make, inputs, about.parameters, about.declarations,
        method=version_of_module(about.module), reads=planned.content, confidential=about.confidential,
        receipt=digest([language, planned.receipt, about.texts]),
    )  # fmt: skip


def value_node[Value](read: Node[Read[Value]], kind: str) -> Node[Value]:
    """What a node reads, by itself, worth remembering."""
    return Node(kind, read.name, _value, (read,), stored=True)


def _value[Value](read: Read[Value]) -> Value:
    return read.value


def _as_read(declaration: SourceDeclaration) -> SourceDeclaration:
    """A source as far as reading depends on it: not on which figures are made of its columns, for which periods."""
    return numbers_of(declaration).model_copy(update={"columns": {}, "periods": (), "statline": None})
