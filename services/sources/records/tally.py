"""tally(): from a municipality's records to counts per area, and a list of every row that could not be counted.

Rows come by in batches and leave nothing behind but their sums: memory does not grow with their number. Before the
first row is counted, all columns of the file are searched for persons (services.persons.watcher). What is counted has
a place in an area that the source covers and, where there are years, a year among them. Every other row is listed by
its number and the reason, never by its contents.

An area that the source covers and where no row lies has 0; an area it does not cover is unknown. A sum in which an
amount could not be read is unknown too: what is not known is not zero.
"""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from geo.areas import AreaFrame
from geo.errors import SourceError
from layers.declarations.records import Records
from layers.declarations.sources import SourceDeclaration
from layers.method.ports import Delivered
from services.files import whole_file
from services.formats import cells
from services.formats.reader import opened
from services.formats.rows import Rows
from services.http.client import Client
from services.persons.watcher import Watcher
from services.sources.records.places import Placer
from services.sources.records.sums import NO_YEAR, Sums

OnRows = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Door:
    """What records come in through.

    Attributes:
        root: the folder that paths are below.
        database: the URI of a PostGIS database, "" where there is none.
        client: asks PDOK where an address lies; None where it may not be asked.
        listed: the file that rows which are not counted are listed in, None for no list.
        seen: who hears how many rows have been read.
        looked_up: who hears how many questions PDOK answered, of how many.
    """

    root: Path
    database: str = ""
    client: Client | None = None
    listed: Path | None = None
    on_progress: OnRows = lambda _: None
    looked_up: Callable[[int, int], None] = lambda _done, _whole: None


def tally(declaration: SourceDeclaration, areas: AreaFrame, door: Door) -> Delivered:
    """The declared counts for every area: `name`, or `name_2024` where there are years; NaN where not covered.

    Raises SourceError where rows cannot be read, hold persons, lie in another system than declared or all fall out.
    """
    records = declaration.records
    if records is None:
        raise SourceError(f"source {declaration.id!r}: declares no [records]")
    rows = opened(records, door.root, door.database)
    with _told(rows.where):
        _search_for_persons(rows, records)
    sums = Sums.of(records, areas)
    decimal = records.format.decimal
    places = Placer(rows.where, records.place, rows.crs, decimal, door.client, door.looked_up)
    first = 1
    with _list(door.listed) as fall_out, _told(rows.where):
        for batch in rows.batches(records.columns):
            cells.check(rows.where, batch, records.place.geometry)
            placed = places.of(batch)
            why = sums.add(batch, placed.x, placed.y, placed.why)
            fall_out(first, why)
            first += batch.num_rows
            door.on_progress(first - 1)
    if sums.counted == 0:
        raise SourceError(f"{rows.where}: none of {first - 1} rows could be counted: {_why_none(sums, places)}")
    notes = (*sums.notes(), *places.notes)
    return Delivered(sums.table(areas), records.path or rows.where, first - 1, rows.sha256, notes)


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Cells that Arrow cannot make sense of, as a fault of their file."""
    try:
        yield
    except pa.ArrowException as fault:
        raise SourceError(
            f"{where}: cells that cannot be read: {fault}; write them as text, numbers or dates"
        ) from None


def _why_none(sums: Sums, places: Placer) -> str:
    """The reasons by number, with what may be wrong with the declaration."""
    told = [f"{count} {reason}" for reason, count in sums.fallen.most_common()]
    if places.stray:
        told.append(f"places outside the country, {places.stray}")
    if sums.fallen[NO_YEAR] and sums.records.period:
        period = sums.records.period
        how = period.format or "year-month-day"
        told.append(f"see column {period.column!r}: dates are read as {how}; say how they are written as format")
    return "; ".join(told) or "there are none"


def _search_for_persons(rows: Rows, records: Records) -> None:
    """Refuse a file with columns that identify persons, declared or not; of a table only what is declared is read."""
    read = records.columns if records.postgis else rows.headers
    searched = [one for one in read if one != records.place.geometry]
    watcher = Watcher(rows.where, rows.headers, searched, records.period.column if records.period else None)
    if searched:
        for batch in rows.batches(searched):
            watcher.see(batch)
    watcher.end()


@contextmanager
def _list(path: Path | None) -> Iterator[Callable[[int, NDArray[np.object_]], None]]:
    """Writes number and reason of every row that falls out, of a batch that starts at a number."""
    if path is None:
        yield lambda _first, _why: None
        return
    with whole_file(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as content:
        writer = csv.writer(content)
        writer.writerow(["rij (zonder kop en lege regels)", "reden"])

        def fall_out(first: int, why: NDArray[np.object_]) -> None:
            at = np.flatnonzero(pd.notna(why))
            writer.writerows(zip((first + at).tolist(), why[at].tolist(), strict=True))

        yield fall_out
