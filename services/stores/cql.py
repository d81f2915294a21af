"""CQL2 as a reader sends it, text or JSON, to a `Condition` on a served collection.

Text is parsed by the package `cql2`, which knows the grammar and precedence of the standard and gives the tree that is
CQL2 JSON; JSON is that tree already. `cql2` goes into recursion for what nests and for each operator of a chain, and
ends the process where the stack ends (5,000 brackets, 20,000 ORs): so both are counted first, outside quotes.

ILIKE is no CQL2, but SQL that many write: `a ILIKE 'x%'` is read as `CASEI(a) LIKE CASEI('x%')`.
"""

import re
from dataclasses import dataclass
from itertools import accumulate

import cql2
import orjson

from services.stores.brackets import SHALLOW, unreadable
from services.stores.cql_tree import DEEPEST, MOST_VALUES, Translator, too_deep
from services.stores.dialects import Condition
from services.stores.queries import Described, QueryError
from services.stores.systems import CRS84

LONGEST = 300_000
"""How many characters a filter may have."""

MOST_OPERATORS = 800
"""How many AND, OR, NOT and arithmetic operators a filter may have; SQLite refuses a chain of a thousand."""

MARKS = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]|[-+*/%^]|[=<>]+|\b(?:and|or|not|div|like|in|is)\b""", re.IGNORECASE
)
COMPARING = re.compile(r"[=<>]+|like|in|is|between", re.IGNORECASE)
SINGLE = ("not", "+", "-", "*", "/", "%", "^", "div")
ILIKE = re.compile(r"('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")|\bilike\b\s*('(?:[^']|'')*')", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter as it was sent.

    `system` is the URI of the system of its coordinates; `language` is cql2-text or cql2-json, where nothing is said
    found from the first letter: no text of CQL2 starts as JSON does.
    """

    text: str
    system: str = CRS84
    language: str = ""


def condition(collection: Described, asked: Filter) -> Condition:
    """The condition that a filter sets; raises QueryError, which says where, for what cannot be answered."""
    whole = Translator(collection, asked.system).predicate(tree(asked))
    if len(whole.values) > MOST_VALUES:
        raise QueryError(
            "the filter holds {count} values, at most {most} are allowed; split it",
            count=len(whole.values), most=MOST_VALUES,
        )  # fmt: skip
    return whole


def tree(asked: Filter) -> object:
    """The tree of a filter, as CQL2 JSON has it. Raises QueryError where it cannot be read."""
    text = asked.text
    if len(text) > LONGEST:
        raise QueryError(
            "the filter has {count} characters, at most {most} are allowed; split it", count=len(text), most=LONGEST
        )
    written = asked.language or ("cql2-json" if text.lstrip().startswith("{") else "cql2-text")
    if written not in LANGUAGES:
        raise QueryError("filter-lang must be one of {known}, found {found!r}", known=[*LANGUAGES], found=written)
    found = LANGUAGES[written](text)
    _check_count(_operators(found))
    return found


def _from_json(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as fault:
        raise QueryError("the filter is no JSON: {fault}", fault=str(fault)) from None


def _from_text(text: str) -> object:
    readable = ILIKE.sub(lambda found: found[1] or f"LIKE ilike({found[2]})", text)
    if _check_bounds(text) > SHALLOW and (at := unreadable(readable, _reads)) is not None:
        raise _not_read(f"{at + 1} ({readable[at : at + 20]!r})")
    try:
        return cql2.parse_text(readable).to_json()
    except cql2.ParseError as fault:
        raise _not_read(_place(readable, str(fault))) from None
    except Exception as fault:  # noqa: BLE001  # cql2 has no class of its own for a geometry that cannot be
        raise QueryError("the filter holds a geometry that cannot be read: {fault}", fault=str(fault)) from None


def _not_read(place: str) -> QueryError:
    return QueryError(
        "the filter cannot be read from {place} on; CQL2 is expected, such as score > 1.5 AND lens = 'basis'",
        place=place,
    )


def _reads(text: str) -> bool:
    try:
        cql2.parse_text(text)
    except Exception:  # noqa: BLE001  # as above
        return False
    return True


LANGUAGES = {"cql2-text": _from_text, "cql2-json": _from_json}


def _check_bounds(text: str) -> int:
    """What cql2 goes into recursion for; comparisons that are not joined by an operator are no filter. Returns how many
    brackets stand in one another.
    """
    marks = [mark for mark in MARKS.findall(text) if mark[0] not in "'\""]
    deepest = max(accumulate((mark == "(") - (mark == ")") for mark in marks), default=0)
    if deepest > DEEPEST:
        raise too_deep()
    comparing = sum(bool(COMPARING.fullmatch(mark)) for mark in marks)
    brackets = sum(mark in "()" for mark in marks)
    _check_count(max(len(marks) - brackets - comparing, comparing // 2))
    return deepest


def _operators(tree: object) -> int:
    """How many operators a tree has, lists of AND and OR by their length."""
    count, left = 0, [tree]
    while left:
        match left.pop():
            case {"op": op, "args": list(arguments)}:
                count += len(arguments) if op in ("and", "or") else op in SINGLE
                left += arguments
            case list(listed):
                left += listed
    return count


def _check_count(count: int) -> None:
    if count > MOST_OPERATORS:
        raise QueryError(
            "the filter holds {count} operators, at most {most} are allowed; write a list as IN (...)",
            count=count, most=MOST_OPERATORS,
        )  # fmt: skip


def _place(text: str, fault: str) -> str:
    """Where the parser stopped: the number of the character, and what stands there."""
    found = re.search(r"(\d+):(\d+)", fault)
    lines = text.splitlines(keepends=True)
    line, column = (int(found[1]) - 1, int(found[2]) - 1) if found else (0, 0)
    at = sum(map(len, lines[:line])) + column
    return f"{at + 1} ({text[at : at + 20]!r})"
