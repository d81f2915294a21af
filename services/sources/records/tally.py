"""tally(): from a municipality's records to counts per area, and a list of every row that could not be counted.

Rows are read in batches and only their sums are kept: memory does not grow with their number. Before the first row is
counted, all columns of the file are searched for persons (services.persons.scan). What is counted has
a place in an area that the source covers and, where there are years, a year among them. Every other row is listed by
its number and the reason, never by its contents.

An area that the source covers and where no row lies has 0; an area it does not cover is unknown. A sum in which an
amount could not be read is unknown too: what is not known is not zero.

Beside a count of confidential rows stands the sum of their keys, by which it is perturbed before it is used.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from geo.areas import AreaFrame
from geo.disclosure.cell_keys import Keys
from geo.errors import SourceError
from geo.messages import Message, joined, message
from layers.declarations.records import Records
from layers.declarations.sources import SourceDeclaration
from layers.messages import say
from layers.method.ports import Delivered
from services.files import whole_file
from services.formats import cells
from services.formats.reader import opened
from services.formats.rows import Rows
from services.http.client import Client
from services.persons.scan import PersonScan
from services.sources.records.places import Placer
from services.sources.records.sums import NO_YEAR, NOWHERE, Sums
from services.sources.records.warnings import Warnings

OnRows = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RecordsInput:
    """Where records are read and rows that are not counted are listed, and what is called meanwhile.

    Attributes:
        root: the folder that paths are below.
        database: the URI of a PostGIS database, "" where there is none.
        client: asks PDOK where an address lies; None where it may not be asked.
        rejects: the file to list the rows in that are not counted; None for no list.
        on_rows: called with how many rows have been read.
        on_lookup: called with how many questions PDOK has answered, of how many.
        key_of: gives the keys of records by what identifies them, to protect their counts by; None for none.
    """

    root: Path
    database: str = ""
    client: Client | None = None
    rejects: Path | None = None
    on_rows: OnRows = lambda _: None
    on_lookup: Callable[[int, int], None] = lambda _done, _whole: None
    key_of: Callable[[Iterable[str]], Keys] | None = None


def tally(declaration: SourceDeclaration, areas: AreaFrame, given: RecordsInput) -> Delivered:
    """The declared counts for every area: `name`, or `name_2024` where there are years; NaN where not covered.

    Raises SourceError where rows cannot be read, hold persons, lie elsewhere than declared or cannot be counted.
    """
    records = declaration.records
    if records is None:
        raise SourceError("source {id!r}: declares no [records]", id=declaration.id)
    rows = opened(records, given.root, given.database)
    with reading(rows.where):
        warnings, spared = search_for_persons(rows, records)
    sums = Sums.of(records, areas, given.key_of)
    decimal = records.format.decimal
    places = Placer(rows.where, records.place, rows.crs, decimal, given.client, given.on_lookup)
    first = 1
    with _list(given.rejects) as reject, reading(rows.where):
        for batch in rows.batches(records.columns):
            cells.check(rows.where, batch, records.place.geometry)
            placed = places.of(batch)
            why = sums.add(batch, placed.x, placed.y, placed.why)
            warnings.look_at_places(placed.x, placed.y)
            warnings.spread += placed.spread(sums.find)
            nowhere = why == NOWHERE
            warnings.look_at_nowhere(placed.x[nowhere], placed.y[nowhere])
            reject(first, why)
            first += batch.num_rows
            given.on_rows(first - 1)
    if sums.counted == 0:
        raise SourceError(
            "{where}: none of {count} rows could be counted: {why}",
            where=rows.where,
            count=first - 1,
            why=_why_none(sums, places),
        )
    _check_lost(rows.where, sums, places, given.rejects)
    seen = (*places.notes, *rows.notes, *spared, *warnings.notes(areas))
    notes = tuple(say(note) for note in (*_lost(sums), *sums.notes(), *seen))
    return Delivered(sums.table(areas), records.path or rows.where, first - 1, rows.sha256, notes)


def _check_lost(where: str, sums: Sums, places: Placer, rejects: Path | None) -> None:
    """Refuse counts from which a larger part of the rows fell out than the source allows."""
    whole = sums.counted + sums.lost
    if sums.lost > sums.records.max_lost * whole:
        raise SourceError(
            "{where}: {lost} of {whole} rows ({share:.1%}) could not be counted, more than the {most:.1%} that may be "
            "lost: {why}{listed}; correct the file or the declaration, or declare max_lost in [records]",
            where=where, lost=sums.lost, whole=whole, share=sums.lost / whole, most=sums.records.max_lost,
            why=_why_none(sums, places), listed=message(" (listed in {file})", file=rejects) if rejects else "",
        )  # fmt: skip


def _lost(sums: Sums) -> Iterator[Message]:
    """What fell out, where that is not too much, in sight."""
    if sums.lost:
        whole = sums.counted + sums.lost
        yield message(
            "WARNING: {lost} of {whole} rows ({share:.1%}) could not be counted", lost=sums.lost, whole=whole,
            share=sums.lost / whole,
        )  # fmt: skip


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


def _why_none(sums: Sums, places: Placer) -> Message:
    """The reasons by number, with what may be wrong with the declaration."""
    reasons = [
        Message("{count} {reason}", {"count": count, "reason": Message(reason)})
        for reason, count in sums.rejected.most_common()
    ]
    if places.outside:
        reasons.append(message("places outside the country, {example}", example=places.outside))
    if sums.rejected[str(NO_YEAR)] and sums.records.period:
        period = sums.records.period
        reasons.append(
            message(
                "see column {column!r}: dates are read as {format}; say how they are written as format",
                column=period.column,
                format=period.format or message("year-month-day"),
            )
        )
    return joined("; ", reasons) if reasons else message("there are none")


def search_for_persons(rows: Rows, records: Records) -> tuple[Warnings, tuple[Message, ...]]:
    """Refuse a file with columns that identify persons, declared or not; of a table only what is declared is read.

    Gives what else was seen of the rows meanwhile, and which columns were dropped unread or exempted.
    """
    warnings = Warnings()
    headers = [name for name in rows.headers if name not in records.drop]
    searched = [name for name in (records.columns if records.postgis else headers) if name != records.place.geometry]
    period = records.period.column if records.period else None
    scan = PersonScan(rows.where, headers, searched, period, records.exempt)
    if searched:
        for batch in rows.batches(searched):
            scan.search(batch)
            warnings.look_at_rows(batch)
    scan.check()
    dropped = [name for name in rows.headers if name in records.drop]
    unread = (message("columns dropped unread: {columns}", columns=", ".join(dropped)),) if dropped else ()
    return warnings, (*unread, *scan.notes())


@contextmanager
def _list(path: Path | None) -> Iterator[Callable[[int, NDArray[np.object_]], None]]:
    """A function that lists every row that is not counted, by number and reason, of a batch and its first number."""
    if path is None:
        yield lambda _first, _why: None
        return
    with whole_file(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as content:
        writer = csv.writer(content)
        writer.writerow([say("row (without header and empty lines)"), say("reason")])

        def reject(first: int, why: NDArray[np.object_]) -> None:
            at = np.flatnonzero(pd.notna(why))
            writer.writerows(zip((first + at).tolist(), map(say, why[at]), strict=True))

        yield reject
