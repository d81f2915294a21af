"""Periods in a filter: the temporal predicates of CQL2 between spans of whole days.

What a collection has of time is a year: from its first day to its last. A date is that day, a moment its day in UTC, an
interval all days from the first to the last, so that all stand on one scale. Days are numbered as Python's
`date.toordinal` does.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from services.stores.queries import QueryError

RELATIONS: Mapping[str, str] = {
    "after": "{a1} > {b2}",
    "before": "{a2} < {b1}",
    "contains": "{a1} < {b1} AND {a2} > {b2}",
    "disjoint": "({a2} < {b1} OR {a1} > {b2})",
    "during": "{a1} > {b1} AND {a2} < {b2}",
    "equals": "{a1} = {b1} AND {a2} = {b2}",
    "finishedby": "{a1} < {b1} AND {a2} = {b2}",
    "finishes": "{a1} > {b1} AND {a2} = {b2}",
    "intersects": "{a1} <= {b2} AND {a2} >= {b1}",
    "meets": "{a2} = {b1}",
    "metby": "{a1} = {b2}",
    "overlappedby": "{a1} > {b1} AND {a1} < {b2} AND {a2} > {b2}",
    "overlaps": "{a1} < {b1} AND {a2} > {b1} AND {a2} < {b2}",
    "startedby": "{a1} = {b1} AND {a2} > {b2}",
    "starts": "{a1} = {b1} AND {a2} < {b2}",
}
"""The temporal predicates of the standard (its table 8, after Allen) between the days a1..a2 and b1..b2."""


def relation(name: str, left: tuple[str, str], right: tuple[str, str]) -> str:
    """SQL for whether two periods, each the SQL of its first and last day, stand in this relation."""
    return RELATIONS[name].format(a1=left[0], a2=left[1], b1=right[0], b2=right[1])


def of_year(year: str) -> tuple[str, str]:
    """SQL for the first and the last day of a year, itself SQL."""
    return _first_day(year), f"{_first_day(f'({year} + 1)')} - 1"


def _first_day(year: str) -> str:
    """SQL for the number of the first day of a year, as Python's `date.toordinal` counts it."""
    before = f"({year} - 1)"
    return f"({before} * 365 + {before} / 4 - {before} / 100 + {before} / 400 + 1)"


def days(tree: object) -> tuple[int, int]:
    """The first and last day of a date, timestamp or interval of CQL2 JSON, as numbers. Raises QueryError."""
    match tree:
        case {"date": str(text)} | {"timestamp": str(text)}:
            ends = (text, text)
        case {"interval": [str(start), str(end)]}:
            ends = (start, end)
        case {"interval": [_, _]}:
            raise QueryError("an interval in a filter runs between dates, timestamps or '..'")
        case _:
            raise QueryError("a date or timestamp in a filter is a text, and an interval two of them")
    first, last = _day(ends[0], date.min), _day(ends[1], date.max)
    if first > last:
        raise QueryError("the interval {start} .. {end} ends before it begins", start=ends[0], end=ends[1])
    return first, last


def _day(text: str, open_end: date) -> int:
    if text == "..":
        return open_end.toordinal()
    try:
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).toordinal()
    except (ValueError, OverflowError):
        raise QueryError("{text!r} is no date or timestamp such as 2024-05-01", text=text) from None
