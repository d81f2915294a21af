"""One part of records to what is found in it: searched for persons, placed and counted, such that all of it adds up.

What is decided is decided on all parts together (services.sources.records.tally), so that it does not depend on how
rows are parted. Only where there is one part it is searched, and refused, before its first row is counted.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from geo.areas import AreaFrame
from geo.disclosure.cell_keys import Keys
from geo.errors import SourceError
from geo.messages import Message, message
from layers.declarations.records import Records
from services.formats import cells, reader
from services.formats.rows import Rows
from services.geocoder import Addresses
from services.persons.scan import PersonScan
from services.ports import Part
from services.sources.parts import Unreadable, or_left_out
from services.sources.records.counts import Counts
from services.sources.records.places import Placer
from services.sources.records.reasons import NOWHERE, code_of, packed
from services.sources.records.seen import Seen
from services.sources.records.sums import Sums
from services.sources.records.warnings import Warnings


@dataclass(slots=True)
class State:
    """What was found in a part, or in several that follow one another.

    Attributes:
        rows: how many there are.
        scan: what the search for persons found.
        warnings: what was seen of the first rows.
        seen: what was seen of where rows lie.
        counts: what was counted.
        fallen: why rows were not counted, packed a batch, of each part; empty where no list of them is wanted.
        sha256: of the bytes of each part, where it is a file.
        notes: what to know of the parts.
    """

    rows: int
    scan: PersonScan
    warnings: Warnings
    seen: Seen
    counts: Counts
    fallen: list[list[bytes]]
    sha256: list[str]
    notes: tuple[Message, ...]

    def merge(self, later: "State") -> None:
        """Add what was found in the parts after these."""
        for name in ("scan", "warnings", "seen", "counts"):
            getattr(self, name).merge(getattr(later, name))
        self.rows += later.rows
        self.fallen += later.fallen
        self.sha256 += later.sha256
        self.notes += tuple(one for one in later.notes if one not in self.notes)


@dataclass(slots=True)
class PartTally:
    """Searches and counts parts; goes whole to whoever does it.

    Attributes:
        records: what is counted, and how it is written.
        areas: in which areas.
        root: the folder that paths are below.
        database: the URI of a PostGIS database, "" where there is none.
        alone: whether there is one part, so that persons in it are refused before its rows are counted.
        listed: whether rows that are not counted are listed.
        addresses: knows where addresses lie; None where they may not be asked for.
        key_of: gives the keys of records; None for none.
        on_rows: called with how many rows have been counted.
    """

    records: Records
    areas: AreaFrame
    root: Path
    database: str = ""
    alone: bool = True
    listed: bool = False
    addresses: Addresses | None = None
    key_of: Callable[[Iterable[str]], Keys] | None = None
    on_rows: Callable[[int], None] | None = None
    _sums: Sums | None = field(init=False, default=None)

    def __call__(self, part: Part) -> State | Unreadable:
        """What is found in a part. Where its rows cannot be read, or not as they are declared, that as a value where
        the declaration leaves such parts out; else raises SourceError. So does a service that does not answer for
        addresses: what is left out may not depend on it.
        """
        if self.alone or self.addresses is not None or self.records.unreadable == "stop":
            return self._found(part)
        return or_left_out(lambda: self._found(part), part.where, self.root)

    def _found(self, part: Part) -> State:
        records = self.records.model_copy(update={"path": part.where}) if part.where else self.records
        with reader.reading(records, self.root, self.database) as rows, reading(rows.where):
            warnings, scan = searched(rows, records, part.before)
            if self.alone:
                scan.check()
            return self._counted(rows, records, part, (warnings, scan))

    def _counted(self, rows: Rows, records: Records, part: Part, looked: tuple[Warnings, PersonScan]) -> State:
        self._sums = sums = self._sums or Sums.of(self.records, self.areas, self.key_of)
        placer = Placer(rows.where, records.place, rows.crs, records.format.decimal, self.addresses)
        (warnings, scan), counts, fallen, count = looked, sums.none(), list[bytes](), 0
        for batch in rows.batches(records.columns):
            cells.check(rows.where, batch, records.place.geometry)
            placed = placer.of(batch)
            why = sums.add(counts, batch, placed.x, placed.y, placed.why)
            warnings.look_at_places(placed.x, placed.y, why == code_of(NOWHERE))
            placer.seen.spread += placed.spread(sums.find)
            if self.listed:
                fallen.append(packed(why))
            count += batch.num_rows
            if self.on_rows is not None:
                self.on_rows(part.before + count)
        notes = (*rows.notes, *unread(rows.headers, records))
        return State(count, scan, warnings, placer.seen, counts, [fallen], [rows.sha256], notes)


@contextmanager
def reading(where: str) -> Iterator[None]:
    """Cells that Arrow cannot make sense of, as a fault of their file."""
    try:
        yield
    except pa.ArrowException as fault:
        raise SourceError(
            "{where}: cells that cannot be read: {fault}; write them as text, numbers or dates",
            where=where,
            fault=fault,
        ) from None


def search_for_persons(rows: Rows, records: Records) -> tuple[Message, ...]:
    """Refuse a file with columns that identify persons, declared or not; gives which came in unread or exempted."""
    _, scan = searched(rows, records)
    scan.check()
    return (*unread(rows.headers, records), *scan.notes())


def searched(rows: Rows, records: Records, before: int = 0) -> tuple[Warnings, PersonScan]:
    """What is seen of whole rows, and what the search for persons finds in them; of a table only what is declared is
    read. At least so many rows come before them.
    """
    warnings = Warnings(before)
    headers = [name for name in rows.headers if name not in records.drop]
    names = [name for name in (records.columns if records.postgis else headers) if name != records.place.geometry]
    period = records.period.column if records.period else None
    scan = PersonScan(rows.where, headers, names, period, records.exempt, before)
    if names:
        for batch in rows.batches(names):
            scan.search(batch)
            warnings.look_at_rows(batch)
    scan.finish()
    return warnings, scan


def unread(headers: Iterable[str], records: Records) -> Iterator[Message]:
    """Which columns were dropped."""
    if dropped := [name for name in headers if name in records.drop]:
        yield message("columns dropped unread: {columns}", columns=", ".join(dropped))
