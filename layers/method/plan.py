"""The plan of a build: what is made from what. A node is a function of others, its key says all that decides its value.

    boundaries ─► areas ─► neighbors ───────────────┐
                    └────┐                          ▼
    table ────────► figures ─► measure ─► values ─► search ─► analysis ─► layer

The key is a digest of the method (layers.method.versions), of the parameters that the function is given and of the keys
of what it is made from. What is not in the key never reaches the function, so nothing can be forgotten in it: a
declaration goes in without its texts (`numbers_of`), and a changed `why` remakes what shows it and nothing else. Only
what is read from outside is keyed by what it holds: its bytes (ports.Source.identity).

Another theme, lens, level or period is more nodes, not another run: nodes with the same key are one. A node keeps
nothing and knows no cache: `Results` makes each of them once.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from typing import Any, cast

from pydantic import BaseModel

from layers.method.ports import About, Cache
from layers.method.versions import version_of

TEXTS = frozenset(
    {
        "title",
        "question",
        "why",
        "role",
        "unit",
        "text",
        "reference",
        "publisher",
        "license",
        "url",
        "attribution",
        "phrase",
    }
)
"""Fields of declarations that people read and no figure depends on."""


@dataclass(frozen=True, slots=True, eq=False)
class Node[Value]:
    """One value of the build, not made yet.

    Attributes:
        kind: what it is, such as "figures".
        name: of what: source or indicator, level, period.
        make: gives the value from those of `inputs`, in order, and the parameters by name.
        inputs: what it is made from.
        parameters: what else decides its value.
        declarations: which declarations it rests on, such as `themes/misdrijven`.
        stored: whether it is worth remembering, since it takes longer to make than to read.
        method: the version of the code behind it, where that is not the one of `make`.
        reads: of what is read from outside: what identifies its bytes; None where only reading tells, "" for the rest.
        confidential: whether what it reads is confidential.
        receipt: a digest of what else decides the receipts of what it reads: language, titles.
        key: a digest of all that decides its value.
    """

    kind: str
    name: tuple[str, ...]
    make: Callable[..., Value]
    inputs: "tuple[Node[Any], ...]" = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    declarations: tuple[str, ...] = ()
    stored: bool = False
    method: str = ""
    reads: str | None = ""
    confidential: bool = False
    receipt: str = ""
    key: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "method", self.method or version_of(self.make))
        read = list(self.name) if self.reads is None else self.reads
        decides = [self.kind, self.method, read, self.settings, [one.key for one in self.inputs]]
        object.__setattr__(self, "key", digest(decides))

    @property
    def settings(self) -> dict[str, str]:
        """The parameters as text, the same for what means the same."""
        return {name: json.dumps(canonical(value)) for name, value in self.parameters.items()}

    @property
    def title(self) -> str:
        """Kind and name in one, such as `figures/kerncijfers/2024`."""
        return "/".join((self.kind, *self.name))

    @property
    def about(self) -> About:
        """What a cache remembers beside the value, to say later why it is made again."""
        made_from = lineage(self)
        near = list(_unremembered(self))
        inputs = {one.title: one.key for node in near for one in node.inputs if one.stored}
        settings = {f"{one.title}/{name}": digest(text) for one in near for name, text in one.settings.items()}
        return About(
            self.kind, self.name, {one.title: one.reads or "" for one in near if one.reads != ""},
            {one.title: one.method for one in near}, settings, inputs,
            tuple(sorted(made_from.declarations)), made_from.confidential,
        )  # fmt: skip


def _unremembered(node: Node[Any]) -> Iterator[Node[Any]]:
    """The node, and what is made on the way to it from what is remembered."""
    yield node
    for one in node.inputs:
        if not one.stored:
            yield from _unremembered(one)


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a value comes from: what was read for it, which declarations it rests on, and how it is to be treated.

    Attributes:
        read: the nodes that read from outside, each once, in a fixed order.
        declarations: such as `themes/misdrijven`.
        confidential: whether any of what was read is.
        known: whether the bytes of all that is read are known without reading it.
    """

    read: tuple[Node[Any], ...]
    declarations: frozenset[str]
    confidential: bool
    known: bool


def everything(*nodes: Node[Any]) -> Iterator[Node[Any]]:
    """The nodes and all that they are made from, each once; what is made first comes first."""
    seen: set[str] = set()

    def visit(node: Node[Any]) -> Iterator[Node[Any]]:
        if node.key not in seen:
            seen.add(node.key)
            for one in node.inputs:
                yield from visit(one)
            yield node

    for node in nodes:
        yield from visit(node)


def lineage(*nodes: Node[Any]) -> Lineage:
    """What these nodes come from."""
    behind = list(everything(*nodes))
    read = [one for one in behind if one.reads != ""]
    return Lineage(
        tuple(sorted(read, key=lambda one: (one.kind, one.name))),
        frozenset(name for one in behind for name in one.declarations),
        any(one.confidential for one in read),
        all(one.reads is not None for one in read),
    )


class Results:
    """The values of nodes, each made once; what a cache remembers is not made again.

    What comes of bytes that only reading tells is never looked for in a cache, nor put there: it may have changed.

    Attributes:
        cache: where values are kept between runs; None for nowhere.
        made: the nodes that were made here, in order.
    """

    def __init__(self, cache: Cache | None = None) -> None:
        self.cache = cache
        self.made: list[Node[Any]] = []
        self._values: dict[str, Any] = {}

    def of[Value](self, node: Node[Value]) -> Value:
        """The value of a node."""
        if not self.has(node):
            self.take(node, node.make(*(self.of(one) for one in node.inputs), **node.parameters))
        return cast("Value", self._values[node.key])

    def has(self, node: Node[Any]) -> bool:
        """Whether the value of a node is there without making it; what a cache remembers of it is read."""
        if node.key not in self._values and (cache := self._cache(node)):
            value = cache.get(node.key)
            if value is not None:
                self._values[node.key] = value
        return node.key in self._values

    def take[Value](self, node: Node[Value], value: Value) -> None:
        """Keep the value of a node, wherever it was made."""
        self.made.append(node)
        if cache := self._cache(node):
            cache.put(node.key, value, node.about)
        self._values[node.key] = value

    def _cache(self, node: Node[Any]) -> Cache | None:
        return self.cache if node.stored and lineage(node).known else None


def numbers_of[Declared: BaseModel](declared: Declared) -> Declared:
    """A declaration without the texts that people read: what is left decides figures."""
    changed: dict[str, object] = {}
    for name in type(declared).model_fields:
        value = getattr(declared, name)
        changed[name] = "" if name in TEXTS and isinstance(value, str) else _without_texts(value)
    return declared.model_copy(update=changed)


def _without_texts(value: object) -> object:
    if isinstance(value, BaseModel):
        return numbers_of(value)
    if isinstance(value, tuple):
        return tuple(_without_texts(one) for one in value)
    return {name: _without_texts(one) for name, one in value.items()} if isinstance(value, dict) else value


def digest(value: object) -> str:
    """The sha256 of a value that JSON can hold."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def canonical(value: object) -> object:
    """A parameter as JSON can hold it: equal for what means the same. Order counts: sums of floats depend on it.

    >>> canonical({"a": (1, 2.5)}), canonical(frozenset({"b", "a"}))
    ([['a', [1, 2.5]]], ['a', 'b'])
    """
    match value:
        case BaseModel():
            return [type(value).__name__, value.model_dump(mode="json")]
        case None | bool() | int() | float() | str():
            return value.value if isinstance(value, Enum) else value
        case Mapping():
            return [[canonical(name), canonical(one)] for name, one in value.items()]
        case list() | tuple():
            return [canonical(one) for one in value]
        case frozenset():
            return [canonical(one) for one in sorted(value)]
        case _ if is_dataclass(value):
            return [type(value).__name__, {one.name: canonical(getattr(value, one.name)) for one in fields(value)}]
    raise TypeError(f"a {type(value).__name__} decides a value of the build, and has no fixed form to digest")
