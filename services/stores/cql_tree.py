"""The tree of a CQL2 filter to SQL: each operator of the standard that a collection can answer; others by name refused.

Answered: comparison, BETWEEN, LIKE, IN, IS NULL, AND, OR, NOT, arithmetic, CASEI, ACCENTI, lower, upper, the spatial
predicates between the geometry and a literal or a box, and the temporal predicates. What a collection has of time is a
year, from its first day to its last; moments count as their day (UTC), so that all are on one scale.

All else raises QueryError with the way out, so that a filter is never half applied. LIKE is case sensitive, with the
wildcards of the standard (`%`, `_`, escaped by a backslash); SQLite's LIKE ignores case, so it becomes GLOB. A boolean
may be compared with 0 or 1, as GDAL writes it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.messages import Message, message
from services.sql import Value, quoted
from services.stores import periods, systems
from services.stores.dialects import Condition, Letters
from services.stores.functions import ARITHMETIC, TEXTS
from services.stores.queries import NEVER, Described, QueryError, related, sound

type Kind = Literal["string", "number", "boolean", "geometry", "shape", "period", "predicate", "AND", "OR"]

KINDS: Mapping[str, Kind] = {"string": "string", "boolean": "boolean", "integer": "number", "number": "number"}
VALUES: tuple[Kind, ...] = ("string", "number", "boolean")
TRUTHS: tuple[Kind, ...] = ("predicate", "AND", "OR", "boolean")
NUMBERS: tuple[Kind, ...] = ("number",)
TEXT: tuple[Kind, ...] = ("string",)
NEEDED = {VALUES: message("string or number or boolean"), TRUTHS: "predicate", NUMBERS: "number", TEXT: "string"}
"""What an operator asks for, in words."""

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
SPATIAL = ("intersects", "disjoint", "within", "contains", "touches", "overlaps", "crosses", "equals")
INVERSE = {"contains": "within", "within": "contains"}
DEEPEST = 100
"""How deep a filter may nest as it is written: brackets in text, operators in JSON, where each of a chain nests too."""

DEEPEST_IN_SQL = 20
"""How deep operators may nest, a chain of AND or OR as one; SQLite's parser gives up at some forty brackets."""

MOST_VALUES = 10_000
"""How many values a filter may hold; SQLite refuses more than 32,766."""


@dataclass(frozen=True, slots=True)
class Part:
    """A translated part of a filter: what it is, its SQL, the values bound, how deep it nests, and a literal shape.

    Of a period `sql` is its first day and `end` its last, both as numbers; a literal of it binds no values.
    """

    kind: Kind
    sql: str = ""
    values: tuple[Value, ...] = ()
    depth: int = 0
    shape: BaseGeometry | None = None
    end: str = ""


@dataclass(frozen=True, slots=True)
class Translator:
    """Translates trees for one collection, with literal coordinates in the system of this URI."""

    collection: Described
    system: str

    def predicate(self, tree: object) -> Condition:
        """The condition that a whole tree sets."""
        whole = _must_be(self.part(tree), TRUTHS, message("a filter"))
        return Condition(whole.sql, whole.values)

    def part(self, tree: object, level: int = 0) -> Part:
        """A part of any kind; `level` is within how many operators it stands."""
        match tree:
            case {"op": str(), "args": list()} if level > DEEPEST:
                raise too_deep()
            case {"op": str(name), "args": list(arguments)}:
                return self._operation(name.lower(), arguments, level + 1)
            case {"property": "geometry"}:
                return Part("geometry")
            case {"property": str(name)}:
                field = self.collection.field(name)
                return Part(KINDS[field.type], quoted(field.name))
            case dict():
                return self._literal(tree)
        return _value(tree)

    def _literal(self, tree: dict[str, object]) -> Part:
        match tree:
            case {"date": _} | {"timestamp": _} | {"interval": _}:
                first, last = periods.days(tree)
                return Part("period", str(first), end=str(last))
            case {"bbox": [{"property": _}, *_]}:
                raise QueryError("a box is a geometry; write S_INTERSECTS(geometry, BBOX(...))")
            case {"bbox": list(numbers)} if all(isinstance(one, int | float) for one in numbers):
                return Part("shape", shape=systems.box(numbers, self.system))
            case {"type": _}:
                return Part("shape", shape=systems.shape(_shape(tree), self.system))
        raise _strange(tree)

    def _operation(self, name: str, arguments: list[object], level: int) -> Part:
        if name == "in" and len(arguments) == 2 and isinstance(arguments[1], list):
            arguments = [arguments[0], *arguments[1]]
        if name == "like":
            return self._like(arguments, level)
        if (operator := OPERATORS.get(name)) is None:
            raise QueryError(
                "{operator} is not supported in a filter; supported are comparison, BETWEEN, LIKE, IN, IS NULL, AND, "
                "OR, NOT, arithmetic, CASEI, ACCENTI, lower, upper, S_INTERSECTS and the like with a geometry, and "
                "T_INTERSECTS and the like with a date",
                operator=name.upper(),
            )
        least, most, translate = operator
        if name == "in" and len(arguments) > most:
            raise QueryError(
                "the filter holds {count} values, at most {most} are allowed; split it",
                count=len(arguments) - 1, most=MOST_VALUES,
            )  # fmt: skip
        if not least <= len(arguments) <= most:
            raise QueryError(
                "{operator} takes {least} parts, found {count}",
                operator=name.upper(),
                least=least,
                count=len(arguments),
            )
        return translate(self, name, [self.part(one, level) for one in arguments])

    def _like(self, arguments: list[object], level: int) -> Part:
        if len(arguments) != 2:
            raise QueryError(
                "{operator} takes {least} parts, found {count}", operator="LIKE", least=2, count=len(arguments)
            )
        value, pattern = _must_be(self.part(arguments[0], level), TEXT, "LIKE"), arguments[1]
        folds: list[str] = []
        while isinstance(pattern, dict) and isinstance(pattern.get("args"), list) and len(pattern["args"]) == 1:
            folds.append(str(pattern.get("op")).lower())
            pattern = pattern["args"][0]
        if not isinstance(pattern, str) or any(one not in {*TEXTS, "ilike"} for one in folds):
            raise QueryError("LIKE needs a pattern in quotes")
        if "ilike" in folds:
            value = _text("casei", value)
        for one in reversed(folds):
            pattern = TEXTS["casei" if one == "ilike" else one](pattern)
        dialect = self.collection.dialect
        wanted = sound(dialect.pattern(_letters(pattern)))
        return _joined(dialect.like.format(value=value.sql), value, Part("string", "?", (wanted,)))

    def related(self, name: str, left: Part, right: Part) -> Part:
        """Whether the geometry and a literal stand in this relation."""
        shape = left.shape or right.shape
        if shape is None or "geometry" not in (left.kind, right.kind):
            raise QueryError("{predicate} needs the property geometry and a literal geometry", predicate=name.upper())
        predicate = name.removeprefix("s_")
        if left.kind == "shape":
            predicate = INVERSE.get(predicate, predicate)
        touching = related(self.collection, "intersects" if predicate == "disjoint" else predicate, shape)
        return Part("predicate", f"NOT {touching.sql}" if predicate == "disjoint" else touching.sql, touching.values)

    def during(self, name: str, left: Part, right: Part) -> Part:
        """Whether two periods stand in this relation."""
        first, second = (self._as_period(name, one) for one in (left, right))
        return Part("AND", periods.relation(name.removeprefix("t_"), (first.sql, first.end), (second.sql, second.end)))

    def _as_period(self, name: str, part: Part) -> Part:
        year = self.collection.time_field
        if part.kind == "period":
            return part
        if year is None or part.sql != quoted(year):
            raise QueryError(
                "{predicate} needs a date, timestamp or interval, or the property of time of {collection}: {name}",
                predicate=name.upper(), collection=self.collection.id, name=year or message("none"),
            )  # fmt: skip
        first, last = periods.of_year(part.sql)
        return Part("period", first, end=last)


def _value(tree: object) -> Part:
    match tree:
        case bool():
            return Part("boolean", "?", (tree,))
        case int() | float():
            return Part("number", "?", (sound(tree),))
        case str():
            return Part("string", "?", (sound(tree),))
        case None:
            raise QueryError("a filter compares with no null; write IS NULL")
    raise _strange(tree)


def too_deep() -> QueryError:
    """What is said of a filter that nests deeper than `DEEPEST`, in text or JSON."""
    return QueryError(
        "the filter nests brackets or operators deeper than {deepest}; write a chain as one list, or flatter",
        deepest=DEEPEST,
    )


def _strange(tree: object) -> QueryError:
    return QueryError(
        "the filter holds {found:.60}, which is no operator, property, value or geometry", found=repr(tree)
    )


def _shape(tree: object) -> BaseGeometry:
    try:
        shape = shapely.geometry.shape(tree)  # type: ignore[arg-type]  # what else it may be is caught
    except (shapely.errors.ShapelyError, ValueError, TypeError, LookupError, AttributeError) as fault:
        raise QueryError("the filter holds a geometry that cannot be read: {fault}", fault=str(fault)) from fault
    if shape.is_empty or not (shape.is_valid and np.isfinite(shape.bounds).all()):
        why = message("it is empty") if shape.is_empty else shapely.is_valid_reason(shape)
        raise QueryError("the filter holds an unusable geometry: {why}", why=why)
    return shape


def _compare(_: Translator, name: str, parts: Sequence[Part]) -> Part:
    left, right = _comparable(name, parts)
    return _joined(f"{left.sql} {name} {right.sql}", left, right)


def _between(_: Translator, _name: str, parts: Sequence[Part]) -> Part:
    value, low, high = _comparable("BETWEEN", parts)
    return _joined(f"{value.sql} BETWEEN {low.sql} AND {high.sql}", value, low, high)


def _among(_: Translator, _name: str, parts: Sequence[Part]) -> Part:
    value, *options = _comparable("IN", parts)
    return _joined(f"{value.sql} IN ({', '.join(one.sql for one in options)})", value, *options)


def _unknown(_: Translator, _name: str, parts: Sequence[Part]) -> Part:
    (value,) = parts
    if value.kind == "geometry":
        return Part("predicate", NEVER.sql)  # every feature has one
    _must_be(value, VALUES, "IS NULL")
    return _joined(f"{value.sql} IS NULL", value)


def _opposite(_: Translator, _name: str, parts: Sequence[Part]) -> Part:
    inner = _must_be(parts[0], TRUTHS, "NOT")
    return replace(_deeper(inner), kind="predicate", sql=f"NOT ({inner.sql})")


def _combined(_: Translator, name: str, parts: Sequence[Part]) -> Part:
    # A chain of one operator stays flat, so that a long list of alternatives does not nest.
    word: Kind = "AND" if name == "and" else "OR"
    parts = [_must_be(part, TRUTHS, word) for part in parts]
    flat = [part if part.kind in ("predicate", "boolean", word) else _deeper(part, f"({part.sql})") for part in parts]
    return replace(_joined(f" {word} ".join(part.sql for part in flat), *flat), kind=word)


def _calculated(to: Translator, name: str, parts: Sequence[Part]) -> Part:
    left, right = (_must_be(part, NUMBERS, name) for part in parts)
    function = ARITHMETIC[name][0] if name in ARITHMETIC else to.collection.dialect.arithmetic.get(name)
    sql = f"zicht_{function}({left.sql}, {right.sql})" if function else f"({left.sql} {name} {right.sql})"
    whole = replace(_joined(sql, left, right), kind="number")
    return _deeper(whole)


def _folded(_: Translator, name: str, parts: Sequence[Part]) -> Part:
    return _text(name, _must_be(parts[0], TEXT, name.upper()))


def _text(name: str, part: Part) -> Part:
    return _deeper(replace(part, sql=f"zicht_{name}({part.sql})"))


type Operator = tuple[int, int, Callable[[Translator, str, Sequence[Part]], Part]]
"""The least and the most parts that an operator takes, and what translates it."""

OPERATORS: Mapping[str, Operator] = {
    **dict.fromkeys(COMPARISONS, (2, 2, _compare)),
    **dict.fromkeys(("+", "-", "*", *ARITHMETIC), (2, 2, _calculated)),
    **dict.fromkeys(TEXTS, (1, 1, _folded)),
    **dict.fromkeys((f"s_{one}" for one in SPATIAL), (2, 2, lambda to, name, parts: to.related(name, *parts))),
    **dict.fromkeys((f"t_{one}" for one in periods.RELATIONS), (2, 2, lambda to, name, parts: to.during(name, *parts))),
    "between": (3, 3, _between),
    "in": (2, MOST_VALUES + 1, _among),
    "isnull": (1, 1, _unknown),
    "not": (1, 1, _opposite),
    "and": (2, MOST_VALUES, _combined),
    "or": (2, MOST_VALUES, _combined),
}


def _must_be(part: Part, kinds: tuple[Kind, ...], where: Message | str) -> Part:
    """The part itself, if it is of one of these kinds; `where` names what needs it, for the error."""
    if part.kind not in kinds:
        raise QueryError(
            "{where} needs a {needed}, found a {kind}",
            where=where, needed=NEEDED[kinds], kind="predicate" if part.kind in ("AND", "OR") else part.kind,
        )  # fmt: skip
    return part


def _comparable(where: str, parts: Sequence[Part]) -> Sequence[Part]:
    """The parts, all values of one type; 0 and 1 are booleans beside a boolean."""
    kinds = {_must_be(part, VALUES, where).kind for part in parts}
    if "boolean" in kinds:
        parts = [
            replace(part, kind="boolean", values=(bool(part.values[0]),))
            if part.sql == "?" and part.values[0] in (0, 1)
            else part
            for part in parts
        ]
        kinds = {part.kind for part in parts}
    if len(ordered := sorted(kinds)) > 1:
        found = message("{first} and {second}", first=ordered[:-1], second=ordered[-1])
        raise QueryError("{where} needs values of one type, found {kinds}", where=where, kinds=found)
    return parts


def _joined(sql: str, *parts: Part) -> Part:
    values = tuple(value for part in parts for value in part.values)
    return Part("predicate", sql, values, max(part.depth for part in parts))


def _deeper(part: Part, sql: str | None = None) -> Part:
    if part.depth >= DEEPEST_IN_SQL:
        raise QueryError(
            "the filter nests operators deeper than {deepest}, a chain of AND or OR counted as one; write it flatter",
            deepest=DEEPEST_IN_SQL,
        )
    return replace(part, sql=sql or part.sql, depth=part.depth + 1)


def _letters(pattern: str) -> Letters:
    """The letters of a pattern of LIKE, those that a backslash stands before as themselves."""
    return [
        (escaped or letter, letter in ("%", "_") and not escaped)
        for escaped, letter in re.findall(r"\\(.)|(.)", pattern, re.DOTALL)
    ]
