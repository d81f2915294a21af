"""Searches that an engine makes: what they are made from goes out once, and what each finds comes back to the results.

Only searches go: they take most of the time, and what they find is small. All that is read is read here, and what a
search is made from (areas with their neighbors, values per area) is sent to who makes it, confidential values as well:
a cluster is to be trusted with them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layers.method.plan import Node, Results, everything
from services.ports import Engine


@dataclass(frozen=True, slots=True)
class _Call:
    """A node without the nodes before it: what makes it, the keys of what it is made from, and its parameters."""

    make: Callable[..., Any]
    inputs: tuple[str, ...]
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Making:
    """Makes values of nodes, in whatever process, of the values of others by their keys."""

    values: Mapping[str, Any]

    def __call__(self, call: _Call, _: int) -> Any:
        """The value of a node. Its random numbers follow from its parameters, as in a build by one process, and not
        from its place among those that are still to be made.
        """
        return call.make(*(self.values[key] for key in call.inputs), **call.parameters)


def searches(results: Results, nodes: Sequence[Node[Any]]) -> list[Node[Any]]:
    """The searches behind these nodes that are still to be made."""
    todo = [node for node in nodes if not results.has(node)]
    return [one for one in everything(*todo) if one.kind == "search" and not results.has(one)]


def carried(results: Results, todo: Sequence[Node[Any]], engine: Engine) -> Iterator[Node[Any]]:
    """Make these nodes by an engine, and give each when it is made; what they are made from is made here before."""
    values = {one.key: results.of(one) for node in todo for one in node.inputs}
    calls = [_Call(node.make, tuple(one.key for one in node.inputs), node.parameters) for node in todo]
    for node, value in zip(todo, engine.map(_Making(values), calls, seed=0), strict=True):
        results.take(node, value)
        yield node
