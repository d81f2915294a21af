"""CQL2, as pygeofilter parses it, to a `Condition` on a served collection.

Understood: comparison, BETWEEN, LIKE, IN, IS NULL, AND, OR, NOT and the spatial predicates between the geometry and a
literal. All else raises QueryError with the way out, so that a filter is never half applied. LIKE is case sensitive,
with the wildcards of the standard (`%`, `_`, escaped by a backslash); SQLite's LIKE ignores case and pygeofilter's
says `.` for one letter, so it becomes GLOB, which is case sensitive too.

A box (`BBOX`, `ENVELOPE`, `{"bbox": ...}`) is refused: pygeoapi leaves it out of `filter-crs`, so it could mean
another place than was meant, and pygeofilter 0.4 swaps its corners in JSON.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, NoReturn

import numpy as np
import shapely
from pygeofilter import ast, values
from pygeofilter.backends.evaluator import Evaluator, get_all_subclasses, handle
from shapely.geometry.base import BaseGeometry

from geo.messages import Message, message
from services.stores.queries import Condition, Described, QueryError, Value, quoted, related, sound

type Operand = Literal["string", "number", "boolean", "geometry", "shape", "predicate", "AND", "OR"]

KINDS: dict[str, Operand] = {"string": "string", "boolean": "boolean", "integer": "number", "number": "number"}
VALUES: tuple[Operand, ...] = ("string", "number", "boolean")
TRUTHS: tuple[Operand, ...] = ("predicate", "AND", "OR")
TEXT: tuple[Operand, ...] = ("string",)
NEEDED = {VALUES: message("string or number or boolean"), TRUTHS: "predicate", TEXT: "string"}
"""What an operator asks for, in words."""

DEEPEST = 20
"""How deep AND, OR and NOT may nest; SQLite's parser gives up at some forty."""

MOST_VALUES = 10_000
"""How many values a filter may hold; SQLite refuses more than 32,766."""


@dataclass(frozen=True, slots=True)
class Part:
    """A translated part of a filter: what it is, its SQL, the values bound, and how deep it nests."""

    kind: Operand
    sql: str = ""
    values: tuple[Value, ...] = ()
    depth: int = 0
    shape: BaseGeometry | None = None


def condition(collection: Described, tree: object) -> Condition:
    """The condition that a parsed filter sets; raises QueryError for what cannot be answered."""
    whole = _must_be(_Translator(collection).evaluate(tree), TRUTHS, message("a filter"))
    if len(whole.values) > MOST_VALUES:
        raise QueryError(
            "the filter holds {count} values, at most {most} are allowed; split it",
            count=len(whole.values), most=MOST_VALUES,
        )  # fmt: skip
    return Condition(whole.sql, whole.values)


def _must_be(part: Part, kinds: tuple[Operand, ...], where: Message | str) -> Part:
    """The part itself, if it is of one of these kinds; `where` names what needs it, for the error."""
    if part.kind not in kinds:
        needed = NEEDED[kinds]
        raise QueryError(
            "{where} needs a {needed}, found a {kind}",
            where=where, needed=needed, kind="predicate" if part.kind in TRUTHS else part.kind,
        )  # fmt: skip
    return part


def _comparable(where: str, *parts: Part) -> None:
    for part in parts:
        _must_be(part, VALUES, where)
    if len(kinds := sorted({part.kind for part in parts})) > 1:
        found = message("{first} and {second}", first=kinds[:-1], second=kinds[-1])
        raise QueryError("{where} needs values of one type, found {kinds}", where=where, kinds=found)


def _joined(sql: str, *parts: Part) -> Part:
    return Part("predicate", sql, tuple(value for part in parts for value in part.values))


def _glob(pattern: str) -> str:
    """The GLOB pattern that means the same as a LIKE pattern of the standard."""
    parts = []
    for escaped, letter in re.findall(r"\\(.)|(.)", pattern, re.DOTALL):
        wild = {"%": "*", "_": "?"}.get(letter)
        plain = escaped or letter
        parts.append(wild or (f"[{plain}]" if plain in "*?[" else plain))
    return "".join(parts)


def _handles[F: Callable[..., Part]](*kinds: type) -> Callable[[F], F]:
    """Pygeofilter's `handle`, with types."""
    marked: Callable[[F], F] = handle(*kinds)
    return marked


class _Translator(Evaluator):  # type: ignore[misc]  # pygeofilter has no types
    """Translates the tree from its leaves up; each handler gets a node and the translated parts below it."""

    def __init__(self, collection: Described) -> None:
        self.collection = collection

    def adopt(self, node: object, *_parts: Part) -> NoReturn:
        raise QueryError(
            "{operator} is not supported in a filter; use comparison, BETWEEN, LIKE, IN, IS NULL, AND, OR, "
            "NOT and S_INTERSECTS and the like with a geometry in WKT or GeoJSON",
            operator=type(node).__name__,
        )

    @_handles(ast.Attribute)
    def attribute(self, node: ast.Attribute) -> Part:
        if node.name == "geometry":
            return Part("geometry")
        field = self.collection.field(node.name)
        return Part(KINDS[field.type], quoted(field.name))

    @_handles(str)
    def text(self, value: str) -> Part:
        return Part("string", "?", (sound(value),))

    @_handles(int, float)
    def number(self, value: float) -> Part:
        return Part("number", "?", (sound(value),))

    @_handles(bool)
    def truth(self, value: bool) -> Part:  # noqa: FBT001  # a literal of the filter
        return Part("boolean", "?", (int(value),))

    @_handles(values.Geometry)
    def literal(self, value: values.Geometry) -> Part:
        try:
            shape = shapely.geometry.shape(value)
        except (shapely.errors.ShapelyError, ValueError, TypeError, LookupError, AttributeError) as fault:
            raise QueryError("the filter holds a geometry that cannot be read: {fault}", fault=str(fault)) from fault
        if not (shape.is_valid and np.isfinite(shape.bounds).all()):
            why = message("it is empty") if shape.is_empty else shapely.is_valid_reason(shape)
            raise QueryError("the filter holds an unusable geometry: {why}", why=why)
        return Part("shape", shape=shape)

    @_handles(*get_all_subclasses(ast.Comparison))
    def comparison(self, node: Any, left: Part, right: Part) -> Part:
        _comparable(node.op.value, left, right)
        return _joined(f"{left.sql} {node.op.value} {right.sql}", left, right)

    @_handles(ast.Between)
    def between(self, node: Any, value: Part, low: Part, high: Part) -> Part:
        _comparable("BETWEEN", value, low, high)
        return _joined(f"{value.sql} {_not(node)}BETWEEN {low.sql} AND {high.sql}", value, low, high)

    @_handles(ast.In)
    def among(self, node: Any, value: Part, *options: Part) -> Part:
        _comparable("IN", value, *options)
        listed = ", ".join(option.sql for option in options)
        return _joined(f"{value.sql} {_not(node)}IN ({listed})", value, *options)

    @_handles(ast.Like)
    def like(self, node: Any, value: Part) -> Part:
        _must_be(value, TEXT, "LIKE")
        if not isinstance(node.pattern, str):
            raise QueryError("LIKE needs a pattern in quotes")
        return _joined(f"{value.sql} {_not(node)}GLOB ?", value, Part("string", "?", (sound(_glob(node.pattern)),)))

    @_handles(ast.IsNull)
    def unknown(self, node: Any, value: Part) -> Part:
        _must_be(value, VALUES, "IS NULL")
        return _joined(f"{value.sql} IS {_not(node)}NULL", value)

    @_handles(ast.Not)
    def opposite(self, _node: Any, inner: Part) -> Part:
        _must_be(inner, TRUTHS, "NOT")
        return replace(_deeper(inner), kind="predicate", sql=f"NOT ({inner.sql})")

    @_handles(ast.And, ast.Or)
    def combined(self, node: Any, left: Part, right: Part) -> Part:
        # A chain of one operator stays flat, so that a long list of alternatives does not nest.
        word: Operand = node.op.value
        parts = [_must_be(part, TRUTHS, word) for part in (left, right)]
        parts = [part if part.kind in ("predicate", word) else _deeper(part, f"({part.sql})") for part in parts]
        sql = f" {word} ".join(part.sql for part in parts)
        return replace(_joined(sql, *parts), kind=word, depth=max(part.depth for part in parts))

    @_handles(*get_all_subclasses(ast.SpatialComparisonPredicate))
    def spatial(self, node: Any, left: Part, right: Part) -> Part:
        name = node.op.value.lower()
        shape = left.shape or right.shape
        if shape is None or "geometry" not in (left.kind, right.kind):
            raise QueryError(
                "S_{predicate} needs the property geometry and a literal geometry", predicate=node.op.value
            )
        if left.kind == "shape":
            name = {"contains": "within", "within": "contains"}.get(name, name)
        touching = related(self.collection, "intersects" if name == "disjoint" else name, shape)
        return Part("predicate", f"NOT {touching.sql}" if name == "disjoint" else touching.sql, touching.values)


def _not(node: Any) -> str:
    return "NOT " if node.not_ else ""


def _deeper(part: Part, sql: str | None = None) -> Part:
    if part.depth >= DEEPEST:
        raise QueryError("the filter nests deeper than {deepest}; write it flatter", deepest=DEEPEST)
    return replace(part, sql=sql or part.sql, depth=part.depth + 1)
