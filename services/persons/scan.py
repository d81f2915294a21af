"""Persons in a municipality's own records: found by the names of columns and by their cells, and refused.

Columns are searched, not cells: a sample of filled cells of each batch, evenly spaced, decides what a column holds. So
one name in a remark may pass; a remark is never read, counted or shown.

- Numbers of persons by the elfproef (services.persons.bsn).
- People's names by how they are written and by names that are common here (services.persons.names).
- Dates of birth: dates by the day from before 1965 and from after 1985, as many people have and few files else. Left
  out are the column that the source declares as its period and those that are called after things (bouwdatum).
- Addresses of e-mail and of computers, mobile numbers, bank accounts, profiles, plates (services.persons.plates).
- Where a header announces people (eigenaar, wie), one name that is common here, where it is in more than a twentieth of
  the cells; and cells with the shape of names, of whatever words. Remarks that name someone, in as many cells.
- Nationalities and countries of origin.
- What cannot be searched is not taken on trust (services.persons.opaque).

A source may exempt a column that is refused wrongly, and say why; numbers that pass the elfproef never (UAVG art. 46).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from geo.errors import SourceError
from geo.messages import Message, joined, message, plural
from layers.declarations.persons import persons
from services.formats import cells
from services.formats.mixed import is_mixed
from services.persons import bsn, nested
from services.persons.column import AGENT, FEW, ROLE, SAMPLE, Announced, ColumnScan
from services.persons.opaque import is_opaque, refusal

ENOUGH, SAMPLE_BEYOND = 65_536, 512
"""After so many cells of a column, those of the first million rows, an eighth is looked at of each batch: in the nine
million rows that follow as many again.
"""
FIRST = 1_000_000
"""Rows after which a part of a source is looked at as what comes beyond."""
MOST_PARTS = 500
"""Columns, and parts of what is nested in them, that are searched."""


@dataclass(slots=True)
class PersonScan:
    """Searches batches of rows, and names at the end the columns that hold persons.

    Attributes:
        where: what to call the records in a message.
        headers: the names of all columns, also those that are not searched.
        columns: those to search.
        period: the column with the date of a row, whose dates are nobody's birthday.
        exempt: why columns come in all the same, by their name.
        before: how many rows come before these, or more.
    """

    where: str
    headers: Sequence[str]
    columns: Sequence[str]
    period: str | None = None
    exempt: Mapping[str, str] = field(default_factory=dict)
    before: int = 0
    _scans: dict[str, ColumnScan] = field(init=False)

    def __post_init__(self) -> None:
        self._scans = {
            name: ColumnScan(
                persons().may_name(name),
                dated=name != self.period and not persons().dates_things(name),
                announced=_announced(name),
            )
            for name in self.columns
        }

    def search(self, batch: pa.RecordBatch) -> None:
        """Search a batch with these columns."""
        for name in self.columns:
            scan = self._scans[name]
            column = batch.column(name)
            if isinstance(column, pa.ExtensionArray) and not is_mixed(column.type):
                column = column.storage
            if not is_mixed(column.type) and is_opaque(column):
                scan.refusal = scan.refusal or refusal(column)
            else:
                few = self.before >= FIRST or scan.gathered >= ENOUGH
                sample = _sample(column, SAMPLE_BEYOND if few else SAMPLE)
                self._search(name, scan.gather(sample))

    def finish(self) -> None:
        """Search what still waits."""
        for name in self.columns:
            self._search(name, self._scans[name].rest())

    def merge(self, other: "PersonScan") -> None:
        """Add what was found in other rows, of which nothing waits."""
        self.finish()
        self.headers = tuple(dict.fromkeys((*self.headers, *other.headers)))
        for name, scan in other._scans.items():  # noqa: SLF001  # of its own kind
            if name in self._scans:
                self._scans[name].merge(scan)
            else:
                self._scans[name] = scan

    def _search(self, name: str, sample: pa.Array | None) -> None:
        if sample is not None:
            self._scans[name].search(sample)
            self._search_within(name, sample)

    def _search_within(self, name: str, sample: pa.Array) -> None:
        """Search what is nested in the text of a column, each of its parts as a column of its own."""
        parts, unsearchable = nested.parts(sample)
        self._scans[name].unsearchable += unsearchable
        least = 1 if parts and nested.is_structured(sample) else FEW
        for part, values in parts.items():
            inside = f"{name}.{part}"
            if inside not in self._scans and len(self._scans) < MOST_PARTS:
                expected = persons().may_name(part)
                self._scans[inside] = ColumnScan(expected, dated=not persons().dates_things(part))
                if kind := persons().kind_of(part):
                    self._scans[inside].named = message("{what}: {why}", what=kind.what, why=kind.why)
            if inside in self._scans:
                self._scans[inside].least = min(self._scans[inside].least, least)
                self._scans[inside].search(pa.array(values, pa.string()))

    def check(self) -> None:
        """Raise SourceError for all columns that hold persons, or whose name says so, and are not exempted."""
        refused = [
            Message("{name!r} ({what})", {"name": name, "what": what})
            for name, what in self.findings().items()
            if not self._exempted(name)
        ]
        if refused:
            raise SourceError(
                "{where}: holds {columns}. zicht works with places and never with persons, and what a count does not "
                "need stays outside (AVG art. 5(1)(c) and 9). Deliver the file without these columns, or leave them "
                "unread with drop = [...] in [records]; a column that is refused wrongly can be exempted with the "
                "reason, in [records.exempt]; or count beforehand, a row a buurt with its buurtcode and the counts, "
                "and read that as [table]",
                where=self.where,
                columns=plural(
                    "1 column that may not come in: {columns}", "{count} columns that may not come in: {columns}",
                    count=len(refused), columns=joined("; ", refused),
                ),
            )  # fmt: skip

    def notes(self) -> Iterator[Message]:
        """Which columns came in though they look like persons, and why."""
        for name, what in self.findings().items():
            if why := self._exempted(name):
                kind = what.values.get("what", what)  # without the numbers: those are of a sample, and of how it fell
                yield message(
                    "column {name!r} was exempted from the search for persons ({what}): {why}",
                    name=name, what=kind, why=why,
                )  # fmt: skip

    def findings(self) -> dict[str, Message]:
        """What each column that may not come in holds, by its cells or its name."""
        self.finish()
        held = {name: scan.finding() for name, scan in self._scans.items()}
        named = {
            name: message("{what}: {why}", what=kind.what, why=kind.why)
            for name in self.headers
            if (kind := persons().kind_of(name)) and not (name in self._scans and self._scans[name].holds_only(kind))
        }
        return {name: what for name, what in {**held, **named}.items() if what}

    def _exempted(self, name: str) -> str | None:
        """Why a column, or what is nested in it, was exempted; None where it was not, or may not be."""
        if name in self._scans and bsn.passing(self._scans[name].numbers):
            return None
        return next((why for one, why in self.exempt.items() if name == one or name.startswith(f"{one}.")), None)


def _announced(header: str) -> Announced | None:
    """What must be seen in a column for it to hold people, where its name says who these are; else None."""
    if persons().is_role(header):
        return ROLE
    return AGENT if persons().is_agent(header) else None


def _sample(column: pa.Array, most: int) -> pa.Array:
    """Filled cells as text, no more than `most`, evenly spaced."""
    filled = column.drop_null()
    step = len(filled) // most + 1
    return cells.text(filled.take(pa.array(np.arange(0, len(filled), step)))).drop_null()
