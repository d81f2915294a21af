"""Where the next page starts: after which feature, of which release, of which question.

A link to the next page holds a cursor, `<release>.<question>.<filter>.<id of the last feature>`. A release never
changes and the last feature is found by its id, so that a crawl sees each feature once. Where another release is served
by then the answer is 410: rejected was to go on in the old one, which may be withdrawn for what it shows. A filter too
long for a link stays here, under its digest; where it is not here any more, the crawl starts again as well.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from services.ogc.parameters import Given
from services.ogc.problems import Problem
from services.ogc.question import digest

LONGEST = 1_000
"""How many characters of a filter go into a link."""

MOST_KEPT = 64 * 2**20
"""How many characters of filters are kept."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the answer to one question to one release: after the feature `after`."""

    release: str
    question: str
    filter: str
    after: str

    def __str__(self) -> str:
        return f"{self.release}.{self.question}.{self.filter}.{self.after}"


def read(text: str, release: str, start: str) -> Cursor:
    """The cursor that a link holds; raises Problem where it is none, or of another release. `start` is the way out."""
    parts = text.split(".", 3)
    if len(parts) < 4 or not all((parts[0], parts[1], parts[3])):
        raise Problem(400, f"cursor {text[:80]!r} cannot be read; take it from a link to the next page")
    cursor = Cursor(*parts)
    if cursor.release != release:
        raise Problem(
            410, f"this page is of release {cursor.release[:80]!r}, which is served no more; start again at {start}"
        )
    return cursor


class Filters:
    """Filters too long for a link, by their digest, the newest; with their language and system."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, dict[str, str]] = OrderedDict()
        self._size = 0

    def linked(self, given: Given) -> tuple[dict[str, str], str]:
        """What of the parameters goes into a link, and the digest of the filter where that stays here."""
        if len(given.get("filter", "")) <= LONGEST:
            return dict(given), ""
        held = {name: value for name, value in given.items() if name.startswith("filter")}
        name = hashlib.sha256(repr(sorted(held.items())).encode()).hexdigest()[:16]
        if name not in self._kept:
            self._kept[name] = held
            self._size += len(held["filter"])
        self._kept.move_to_end(name)
        while self._size > MOST_KEPT:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest["filter"])
        return {name: value for name, value in given.items() if name not in held}, name

    def whole(self, given: Given, cursor: Cursor, start: str) -> Given:
        """The parameters with the filter that the cursor names; raises Problem where they are of another question."""
        if cursor.filter:
            if cursor.filter not in self._kept:
                raise Problem(410, f"the filter of this page is kept no more; send it again, to {start}")
            given = {**given, **self._kept[cursor.filter]}
        if digest(given) != cursor.question:
            raise Problem(400, "the cursor belongs to other parameters; follow the link to the next page as it is")
        return given
