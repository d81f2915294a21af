"""What a request for items asks: its parameters to conditions and one page of a collection.

Nothing is ignored: a parameter that is neither one of the standard nor a property of the collection is a QueryError.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from shapely.geometry.base import BaseGeometry

from services.ogc.questions.parameters import Given
from services.stores import cql, systems
from services.stores.dialects import Condition
from services.stores.queries import Described, Query, QueryError, equal, related, within_years
from services.stores.systems import CRS84, answered

RESERVED = (
    *("bbox", "bbox-crs", "crs", "cursor", "datetime", "f", "filter", "filter-crs", "filter-lang", "lang", "limit"),
    *("offset", "properties", "resulttype", "skipGeometry", "sortby"),
)
"""Parameters that are not names of properties."""

WHERE_ONLY = ("f", "lang", "limit", "offset", "cursor")
"""Parameters that do not change which features are asked, nor in what order or shape."""

FARTHEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Question:
    """One page: which rows and columns, and in which coordinate reference system. `hits` asks for the number only."""

    query: Query
    system: str
    hits: bool
    limited: bool


def question(collection: Described, given: Given, default: int, most: int) -> Question:
    """What is asked; at most `most` features, `default` where nothing is said. Raises QueryError."""
    hits = _one_of(given, "resulttype", ("results", "hits")) == "hits"
    query = Query(
        tuple(_where(collection, given)),
        sort=tuple(_sort(collection, given["sortby"])) if "sortby" in given else (),
        columns=tuple(_columns(collection, given["properties"])) if "properties" in given else (),
        geometry=_one_of(given, "skipGeometry", ("false", "true")) == "false",
        limit=min(_whole(given, "limit", 1, default), most),
        offset=_whole(given, "offset", 0, 0),
    )
    return Question(query, system(given, "crs", answered([collection])), hits, "limit" in given)


def digest(given: Given) -> str:
    """What the features asked for, their order and shape are told by; the page and the format make no difference."""
    asked = sorted((name, value) for name, value in given.items() if name not in WHERE_ONLY)
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:12]


def conditions(
    collection: Described,
    named: Iterable[tuple[str, str]],
    box: BaseGeometry | None,
    time: str | None,
    asked: cql.Filter | None,
) -> Iterator[Condition]:
    """The conditions that properties by name, a box in CRS84, an RFC 3339 interval and a filter set."""
    for name, value in named:
        yield equal(collection, name, value)
    if box is not None:
        yield related(collection, "intersects", box)
    if time:
        yield within_years(collection, *_years(time))
    if asked is not None:
        yield cql.condition(collection, asked)


def _where(collection: Described, given: Given) -> Iterator[Condition]:
    named = [(name, value) for name, value in given.items() if name not in RESERVED]
    box, known = None, answered([collection])
    if "bbox" in given:
        box = systems.box(_numbers(given["bbox"]), system(given, "bbox-crs", known))
    elif "bbox-crs" in given:
        raise QueryError("{name} needs {other} beside it", name="bbox-crs", other="bbox")
    asked = None
    if "filter" in given:
        asked = cql.Filter(given["filter"], system(given, "filter-crs", known), given.get("filter-lang", ""))
    elif lone := [name for name in ("filter-crs", "filter-lang") if name in given]:
        raise QueryError("{name} needs {other} beside it", name=lone[0], other="filter")
    return conditions(collection, named, box, given.get("datetime"), asked)


def system(given: Given, name: str, known: Sequence[str]) -> str:
    """The system that a parameter names; raises QueryError for one that is not known."""
    uri = given.get(name, CRS84)
    if uri not in known:
        raise QueryError("{name} must be one of {known}, found {found!r}", name=name, known=[*known], found=uri)
    return uri


def _numbers(text: str) -> list[float]:
    try:
        return [float(one) for one in text.split(",")]
    except ValueError:
        raise QueryError("bbox needs four or six numbers, found {numbers}", numbers=text) from None


def _sort(collection: Described, text: str) -> Iterator[tuple[str, bool]]:
    for one in text.split(","):
        # A plus that is not escaped is a space by the time it is read.
        sign, name = (one[0], one[1:]) if one[:1] in ("+", "-", " ") else ("+", one)
        yield collection.field(name).name, sign == "-"


def _columns(collection: Described, text: str) -> list[str]:
    return list(dict.fromkeys(collection.field(one).name for one in text.split(",")))


def _one_of(given: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    value = given.get(name, known[0])
    if value not in known:
        raise QueryError("{name} must be one of {known}, found {found!r}", name=name, known=[*known], found=value)
    return value


def _whole(given: Mapping[str, str], name: str, least: int, default: int) -> int:
    text = given.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,4000}", text, re.ASCII) or int(text) < least:
        raise QueryError(
            "{name} must be a whole number from {least} on, found {found!r}", name=name, least=least, found=text
        )
    return min(int(text), FARTHEST)


def _years(text: str) -> tuple[int | None, int | None]:
    """The first and last year that an RFC 3339 instant or interval touches; None where it is open."""
    start, slash, end = text.partition("/")
    first, last = _year(start), _year(end if slash else start)
    if first is not None and last is not None and first > last:
        raise QueryError("datetime {text!r} ends before it begins", text=text)
    return first, last


def _year(text: str) -> int | None:
    if text in ("", ".."):
        return None
    if re.fullmatch(r"\d{4}(-\d\d)?", text):
        return int(text[:4])
    try:
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).year
    except (ValueError, OverflowError):
        raise QueryError(
            "datetime {text!r} is no year, day or moment such as 2024 or 2024-05-01T00:00:00Z", text=text
        ) from None
