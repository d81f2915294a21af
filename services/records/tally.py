"""tally(): from a municipality's records to counts per area, and a list of every row that could not be counted.

Rows come by in batches and leave nothing behind but their sums: memory does not grow with their number. Before the
first row is counted, all columns of the file are searched for persons (services.records.personal). What is counted has
a place in an area that the source covers and, where there are years, a year among them. Every other row is listed by
its number and the reason, never by its contents.

An area that the source covers and where no row lies has 0; an area it does not cover is unknown. A sum in which an
amount could not be read is unknown too: what is not known is not zero.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import h3ronpy
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from boundaries.points import Locator, cells
from geo.areas import AreaFrame
from geo.errors import SourceError
from layers.records import COUNTRY, Records
from layers.sources import SourceDeclaration
from services.files import written
from services.ports import Delivered
from services.records import values
from services.records.personal import Watcher
from services.records.places import Places
from services.records.reading import Rows, opened
from services.web.client import Client

NOWHERE, ELSEWHERE = "ligt in geen gebied", "ligt in een gemeente die de bron niet dekt"
NO_YEAR, OTHER_YEAR = "geen jaar", "een jaar dat de bron niet noemt"

Seen = Callable[[int], None]
Positions = NDArray[np.int64]


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
    seen: Seen = lambda _: None
    looked_up: Callable[[int, int], None] = lambda _done, _whole: None


def tally(declaration: SourceDeclaration, areas: AreaFrame, door: Door) -> Delivered:
    """The declared counts for every area: `name`, or `name_2024` where there are years; NaN where not covered.

    Raises SourceError where rows cannot be read, hold persons, lie in another system than declared or all fall out.
    """
    records = declaration.records
    if records is None:
        raise SourceError(f"source {declaration.id!r}: declares no [records]")
    rows = opened(records, door.root, door.database)
    _search_for_persons(rows, records)
    sums = _Sums.of(records, areas)
    decimal = records.format.decimal
    places = Places(rows.where, records.place, rows.crs, decimal, door.client, door.looked_up)
    with _list(door.listed) as fall_out:
        first = 1
        for batch in rows.batches(records.columns):
            placed = places.of(batch)
            why = sums.add(batch, placed.x, placed.y, placed.why)
            fall_out(first, why)
            first += batch.num_rows
            door.seen(first - 1)
    if sums.counted == 0:
        told = ", ".join(f"{count} {reason}" for reason, count in sums.fallen.most_common())
        raise SourceError(f"{rows.where}: none of {first - 1} rows could be counted: {told or 'there are none'}")
    notes = (*sums.notes(), *places.notes)
    return Delivered(sums.table(areas), records.path or rows.where, first - 1, rows.sha256, notes)


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
    with written(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as content:
        writer = csv.writer(content)
        writer.writerow(["rij", "reden"])

        def fall_out(first: int, why: NDArray[np.object_]) -> None:
            at = np.flatnonzero(pd.notna(why))
            writer.writerows(zip((first + at).tolist(), why[at].tolist(), strict=True))

        yield fall_out


@dataclass(slots=True)
class _Sums:
    """What was counted so far, as [count, year, area]; and what fell out, by reason."""

    records: Records
    find: Callable[[NDArray[np.float64], NDArray[np.float64]], Positions]
    covered: NDArray[np.bool_]
    years: NDArray[np.int64]
    sums: NDArray[np.float64]
    counted: int = 0
    fallen: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, records: Records, areas: AreaFrame) -> "_Sums":
        """Nothing counted yet."""
        covered = np.ones(len(areas), dtype=bool)
        if COUNTRY not in records.covers:
            covered = areas.table["gemeente"].isin(records.covers).to_numpy()
        years = np.array(records.years or (0,), dtype=np.int64)
        return cls(records, _finder(areas), covered, years, np.zeros((len(records.count), len(years), len(areas))))

    def add(
        self, batch: pa.RecordBatch, x: NDArray[np.float64], y: NDArray[np.float64], why: NDArray[np.object_]
    ) -> NDArray[np.object_]:
        """Count a batch of rows; gives why each was not counted, None where it was."""
        why, area, year = why.copy(), np.full(len(x), -1), self._years(batch)
        there = np.isfinite(x)
        area[there] = self.find(x[there], y[there])
        order = np.argsort(self.years)
        which = order[np.minimum(np.searchsorted(self.years[order], year), len(order) - 1)]
        for reason, fallen in (
            (NOWHERE, area < 0),
            (ELSEWHERE, ~self.covered[area]),
            (NO_YEAR, year == values.NO_YEAR),
            (OTHER_YEAR, self.years[which] != year),
        ):
            why[pd.isna(why) & fallen] = reason
        good: NDArray[np.bool_] = pd.isna(why)
        self.fallen.update(why[~good].tolist())
        self.counted += int(good.sum())
        self._count(batch, good, which * self.sums.shape[2] + area)
        return why

    def _count(self, batch: pa.RecordBatch, good: NDArray[np.bool_], cell: Positions) -> None:
        """Add what is counted of the good rows to the cell, of year and area, of each."""
        for at, (name, count) in enumerate(self.records.count.items()):
            mine = good.copy()
            for column, codes in count.where.items():
                mine &= values.matches(batch.column(column), codes)
            decimal = self.records.format.decimal
            amounts = values.amounts(batch.column(count.sum), decimal)[mine] if count.sum else None
            if amounts is not None:
                self.unread[name] += int(np.isnan(amounts).sum())
            size = self.sums.shape[1] * self.sums.shape[2]
            self.sums[at] += np.bincount(cell[mine], amounts, size).reshape(self.sums.shape[1:])

    def _years(self, batch: pa.RecordBatch) -> NDArray[np.int64]:
        period = self.records.period
        if period is None:
            return np.zeros(batch.num_rows, dtype=np.int64)
        return values.years(batch.column(period.column), period.format)

    def table(self, areas: AreaFrame) -> pd.DataFrame:
        """A row an area, a column a count and year."""
        columns = {
            f"{name}_{year}" if self.records.years else name: np.where(self.covered, self.sums[at, when], np.nan)
            for at, name in enumerate(self.records.count)
            for when, year in enumerate(self.years)
        }
        return pd.DataFrame(columns, index=areas.ids)

    def notes(self) -> tuple[str, ...]:
        """In Dutch, what was counted and what fell out."""
        fallen = [f"{count} niet geteld: {reason}" for reason, count in self.fallen.most_common()]
        unread = [
            f"{count} bedragen van {name} onleesbaar (1.234 kan twee dingen zijn: zeg decimal)"
            for name, count in self.unread.items()
            if count
        ]
        return (f"{self.counted} rijen geteld", *fallen, *unread, f"grondslag: {self.records.legal_ground}")


def _finder(areas: AreaFrame) -> Callable[[NDArray[np.float64], NDArray[np.float64]], Positions]:
    """From points to the positions of areas: for hexagons by their numbers, else by a grid."""
    resolution = areas.level.resolution
    if resolution is None:
        locator = Locator.of(areas)
        return lambda x, y: locator.positions(x, y).astype(np.int64)
    known = np.asarray(h3ronpy.cells_parse(pa.array(areas.ids.to_list())), dtype=np.uint64)
    order = np.argsort(known)

    def find(x: NDArray[np.float64], y: NDArray[np.float64]) -> Positions:
        mine = cells(x, y, resolution)
        at = np.minimum(np.searchsorted(known[order], mine), len(known) - 1)
        return np.where(known[order][at] == mine, order[at], -1)

    return find
