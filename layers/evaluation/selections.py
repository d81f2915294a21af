"""Selections: of which smallest groups of records the columns of a source are sums, so that nobody is in two of them.

Of all cases, those of firms and those of the night a record is in any or none: what a column counts is the sum of those
groups that it has all of, and so columns hang together as the counts of areas do. What may be in a column of the
records is a code that is declared, one that begins like it, or another; or a number between two bounds that are
declared. Any is taken to go with any other.

Of what is delivered per area it is known that one is a part of another only where that is declared. Otherwise columns
have nothing in common.
"""

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

from geo.errors import DisclosureError
from layers.publication.perturbed import PART_OF

ANY = "*"
"""At the end of a code, for whatever comes after it."""
AFTER = "\uffff"
"""Comes in no code that is declared."""
ITSELF = "#column"
"""Of a column of which nothing is known: its records are those of no other."""

MOST = 2_000
"""Groups of records of a source: with eleven counts that each ask for something else there are more."""

type Conditions = Mapping[str, Any]


def groups(columns: Iterable[str], told: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Of each column the groups of records that it counts; a group is called after the columns that it is in.

    Args:
        columns: all that there are.
        told: which records columns count (layers.publication.perturbed); of one that is told twice the last counts.

    Raises DisclosureError where there are too many groups.

    >>> sorted(groups(["alle", "hennep"], ['{"alle": {}, "hennep": {"soort": ["hennep*"]}}'])["alle"])
    ['alle', 'alle & hennep']
    """
    known: dict[str, Conditions] = {}
    for text in told:
        known |= json.loads(text)
    every = sorted(set(columns))
    conditions = [_conditions(one, known, ()) for one in every]
    patterns = reduce(_both, (_of_attribute(name, conditions) for name in _attributes(conditions)))
    named = {
        pattern: " & ".join(one for at, one in enumerate(every) if pattern >> at & 1) for pattern in patterns - {0}
    }
    return {one: tuple(sorted(named[it] for it in named if it >> at & 1)) for at, one in enumerate(every)}


def _conditions(column: str, known: Mapping[str, Conditions], seen: tuple[str, ...]) -> Conditions:
    """What the records of a column have, also as a part of others."""
    own = known.get(column)
    if own is None or column in seen:
        return {ITSELF: [column]}
    if PART_OF not in own:
        return own
    return {**_conditions(own[PART_OF], known, (*seen, column)), f"{PART_OF} {column}": [column]}


def _attributes(conditions: Sequence[Conditions]) -> list[str]:
    """All columns of records that conditions are of; one where there are none."""
    return sorted({name for one in conditions for name in one}) or [ITSELF]


def _of_attribute(name: str, conditions: Sequence[Conditions]) -> set[int]:
    """Which columns a record may be in by what it has there, a bit a column: of each value that makes a difference."""
    nothing = [AFTER] if name == ITSELF else None
    declared = [one.get(name, nothing) for one in conditions]
    codes = {_folded(code) for one in declared if isinstance(one, Sequence) for code in one}
    texts = {code.rstrip(ANY) + (AFTER if code.endswith(ANY) else "") for code in codes} | {AFTER}
    ends = {end for one in declared if isinstance(one, Mapping) for end in one.values()}
    numbers = {*ends, min(ends) - 1} if ends else set()
    return {sum(_fits(value, one) << at for at, one in enumerate(declared)) for value in (*texts, *numbers)}


def _fits(value: str | float, condition: Any) -> bool:
    """Whether what a record has is what a column asks for, which may be nothing."""
    if condition is None:
        return True
    if isinstance(condition, Mapping):
        if isinstance(value, str):
            return False  # no number
        return bool(condition.get("least", value) <= value < condition.get("below", value + 1))
    if not isinstance(value, str):
        return False
    codes = map(_folded, condition)
    return any(value.startswith(code[:-1]) if code.endswith(ANY) else value == code for code in codes)


def _folded(code: str) -> str:
    return unicodedata.normalize("NFC", code).lower()


def _both(first: set[int], second: set[int]) -> set[int]:
    found = {one & other for one in first for other in second}
    if len(found) > MOST:
        raise DisclosureError(
            "counts of one source have records in common in {count:,} ways and more, and what they tell of one another "
            "is too much to find out; publish fewer of them, or such as have no records in common",
            count=MOST,
        )  # fmt: skip
    return found
