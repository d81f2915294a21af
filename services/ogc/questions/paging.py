"""Where the next page starts: after which feature, of which release, of which question.

A link to the next page holds a cursor, `<release>.<question>.<filter>.<id of the last feature>`. A release never
changes and the last feature is found by its id, so that a crawl sees each feature once. Where another release is served
by then the answer is 410: rejected was to go on in the old one, which may be withdrawn for what it shows. A filter too
long for a link stays here, under its digest; where it is not here any more, the crawl starts again as well.
"""

import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

import orjson

from services.files import UNFINISHED
from services.ogc.questions.parameters import Given
from services.ogc.questions.problems import Problem
from services.ogc.questions.question import digest

LONGEST = 1_000
"""How many characters of a filter go into a link."""

MOST_KEPT = 64 * 2**20
"""How many bytes of filters are kept."""


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
    if len(parts) < 4 or not all((parts[0], parts[1], parts[3])) or "\0" in text:
        raise Problem(400, f"cursor {text[:80]!r} cannot be read; take it from a link to the next page")
    cursor = Cursor(*parts)
    if cursor.release != release:
        way_out = f"send its filter again, to {start}" if cursor.filter else f"start again at {start}"
        raise Problem(410, f"this page is of release {cursor.release[:80]!r}, which is served no more; {way_out}")
    return cursor


class FilterStore(Protocol):
    """What keeps filters, by name."""

    def keep(self, name: str, content: bytes) -> None:
        """Keep what stands under this name."""
        ...

    def kept(self, name: str) -> bytes | None:
        """What was kept under this name, or None."""
        ...


class FilterFolder:
    """The newest filters as files in a folder, so that each worker finds what another was sent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, content: bytes) -> None:
        """Keep it whole or not at all. Raises OSError where it cannot be written."""
        try:
            os.utime(self._folder / name)
        except FileNotFoundError:
            self._folder.mkdir(exist_ok=True)
            with NamedTemporaryFile(prefix=UNFINISHED, dir=self._folder, delete=False) as unfinished:
                unfinished.write(content)
            Path(unfinished.name).replace(self._folder / name)
            self._leave_newest()

    def kept(self, name: str) -> bytes | None:
        """What the file holds."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def _leave_newest(self) -> None:
        found = []
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):  # another worker may have removed it
                about = path.stat()
                found.append((about.st_mtime_ns, about.st_size, path))
        size = 0
        for _, taken, path in sorted(found, reverse=True):
            size += taken
            if size > MOST_KEPT:
                path.unlink(missing_ok=True)


class Filters:
    """Filters too long for a link, by their digest; with their language and system."""

    def __init__(self, store: FilterStore) -> None:
        self._store = store

    def linked(self, given: Given) -> tuple[dict[str, str], str]:
        """What of the parameters goes into a link, and the digest of the filter where that stays here."""
        if len(given.get("filter", "")) <= LONGEST:
            return dict(given), ""
        held = {name: value for name, value in given.items() if name.startswith("filter")}
        content = orjson.dumps(held, option=orjson.OPT_SORT_KEYS)
        name = hashlib.sha256(content).hexdigest()[:16]
        try:
            self._store.keep(name, content)
        except OSError as fault:
            raise Problem(
                500, f"a filter of more than {LONGEST} characters cannot be kept for the next page ({fault.strerror})"
            ) from fault
        return {name: value for name, value in given.items() if name not in held}, name

    def whole(self, given: Given, cursor: Cursor, start: str) -> Given:
        """The parameters with the filter that the cursor names; raises Problem where they are of another question."""
        if cursor.filter:
            given = {**given, **self._kept(cursor.filter, start)}
        if digest(given) != cursor.question:
            raise Problem(400, "the cursor belongs to other parameters; follow the link to the next page as it is")
        return given

    def _kept(self, name: str, start: str) -> dict[str, str]:
        if re.fullmatch(r"[0-9a-f]{16}", name) and (content := self._store.kept(name)):  # no other is a name here
            held: dict[str, str] = orjson.loads(content)
            return held
        raise Problem(410, f"the filter of this page is kept no more; send it again, to {start}")
