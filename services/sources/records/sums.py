"""Sums: batches of rows that have a place are counted, for each count, year and area."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import h3ronpy
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from boundaries.points import Locator, cells
from geo.areas import AreaFrame
from geo.disclosure.cell_keys import Keys, summed
from geo.errors import SourceError, first_few
from layers.declarations.records import WHOLE_COUNTRY, Count, Records
from services.formats import moments, numbers
from services.formats.cells import lacking, matches, text
from services.formats.encodings import LOST
from services.sources.records.counts import Counts
from services.sources.records.reasons import (
    NO_YEAR,
    NOT_COVERED,
    NOWHERE,
    OTHER_YEAR,
    UNDECODED,
    Codes,
    code_of,
)  # fmt: skip

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]


@dataclass(slots=True)
class Sums:
    """What is counted of batches, and in which areas.

    Attributes:
        records: what is counted.
        find: the position of the area that each point lies in, -1 where there is none.
        covered: which areas the source covers.
        years: those that are counted; only 0 where the source has none.
        key_of: gives the keys of records by what identifies them; None where they are open.
    """

    records: Records
    find: Callable[[Floats, Floats], Positions]
    covered: NDArray[np.bool_]
    years: NDArray[np.int64]
    key_of: Callable[[Iterable[str]], Keys] | None = None

    @classmethod
    def of(cls, records: Records, areas: AreaFrame, key_of: Callable[[Iterable[str]], Keys] | None = None) -> "Sums":
        """Prepared once for these areas. Raises SourceError where a gemeente that is covered is not among them."""
        years = np.array(records.years or (0,), dtype=np.int64)
        return cls(records, _finder(areas), covered(records, areas), years, key_of)

    def none(self) -> Counts:
        """Nothing counted yet."""
        shape = len(self.records.count), len(self.years), len(self.covered)
        return Counts.none(shape, keyed=self.key_of is not None)

    def add(self, counts: Counts, batch: pa.RecordBatch, x: Floats, y: Floats, why: Codes) -> Codes:
        """Count a batch of rows; gives why each was not counted, 0 where it was."""
        why, area, year = why.copy(), np.full(len(x), -1), self._years(batch)
        placed = np.isfinite(x)
        area[placed] = self.find(x[placed], y[placed])
        order = np.argsort(self.years)
        which = order[np.minimum(np.searchsorted(self.years[order], year), len(order) - 1)]
        why[self._undecoded(batch)] = code_of(UNDECODED)
        for reason, rejected in (
            (NOWHERE, area < 0),
            (NOT_COVERED, ~self.covered[area]),
            (NO_YEAR, year == moments.NO_YEAR),
            (OTHER_YEAR, self.years[which] != year),
        ):
            why[(why == 0) & rejected] = code_of(reason)
        good: NDArray[np.bool_] = why == 0
        counts.add_reasons(why)
        counts.of_year += np.bincount(which[good], minlength=len(self.years))
        keys = np.zeros(0, dtype=np.uint64)
        if self.key_of is not None:
            keys = np.zeros(len(x), dtype=np.uint64)
            keys[good] = self.key_of(self._identities(batch, x, y, good))
        self._count(counts, batch, good, which * len(self.covered) + area, keys)
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            counts.lacking.update({(name, reason): count for reason, count in lacking(column).items()})
        return why

    def _undecoded(self, batch: pa.RecordBatch) -> NDArray[np.bool_]:
        """Rows of which a cell has letters that could not be read."""
        undecoded = np.zeros(batch.num_rows, dtype=bool)
        for column in batch.columns:
            if pa.types.is_string(column.type):
                undecoded |= pc.fill_null(pc.match_substring(column, LOST), False).to_numpy(zero_copy_only=False)
        return undecoded

    def _identities(self, batch: pa.RecordBatch, x: Floats, y: Floats, good: NDArray[np.bool_]) -> Iterator[str]:
        """What identifies each of the good rows: its id, or where there is none its place, to the metre, and date."""
        columns = [self.records.record_id, self.records.period.column if self.records.period else None]
        ids, dates = (
            text(batch.column(name)).filter(pa.array(good)).to_pylist() if name else [None] * int(good.sum())
            for name in columns
        )
        for id_, date, right, up in zip(ids, dates, np.rint(x[good]), np.rint(y[good]), strict=True):
            yield f"id {id_}" if id_ else f"at {right:.0f} {up:.0f} {date or ''}"

    def _count(
        self, counts: Counts, batch: pa.RecordBatch, good: NDArray[np.bool_], cell: Positions, keys: Keys
    ) -> None:
        """Add what is counted of the good rows, and their keys, to the cell, of year and area, of each."""
        shape = counts.whole.shape[1:]
        for at, (name, count) in enumerate(self.records.count.items()):
            mine = good & self._selected(counts, batch, name, count)
            if count.sum:
                amounts = numbers.amounts(batch.column(count.sum), self.records.format.decimal)[mine]
                empty = np.asarray(pc.is_null(text(batch.column(count.sum))))[mine]
                unknown = counts.add_amounts(at, amounts, cell[mine])
                counts.amounts[name] += len(amounts)
                counts.empty[name] += int(empty.sum())
                counts.unread[name] += unknown - int(empty.sum())
            else:
                counts.whole[at] += np.bincount(cell[mine], minlength=shape[0] * shape[1]).reshape(shape)
            if len(keys):
                counts.keys[at] += summed(keys[mine], cell[mine], shape[0] * shape[1]).reshape(shape)

    def _selected(self, counts: Counts, batch: pa.RecordBatch, name: str, count: Count) -> NDArray[np.bool_]:
        """The rows of which a count asks: each column with one of its codes, or a number in its range."""
        mine = np.ones(batch.num_rows, dtype=bool)
        for column, codes in count.where.items():
            mine &= matches(batch.column(column), codes)
            unmet = [code for code in codes if (name, column, code) not in counts.met]
            counts.met.update((name, column, code) for code in unmet if matches(batch.column(column), (code,)).any())
            self._look_for_bare(counts, batch, (name, column), codes)
        for column, between in count.between.items():
            amounts = numbers.amounts(batch.column(column), self.records.format.decimal)
            counts.numberless[name, column] += int(np.isnan(amounts[mine]).sum())
            mine &= numbers.within(amounts, between)
        return mine

    def _look_for_bare(
        self, counts: Counts, batch: pa.RecordBatch, of: tuple[str, str], codes: tuple[str, ...]
    ) -> None:
        """Codes that begin with zeros, as a spreadsheet leaves them: SBI 0147 becomes 147."""
        for code in codes:
            bare = code.lstrip("0").rstrip("*") if code.startswith("0") else ""
            if bare and (*of, code) not in counts.bare:
                cells = text(batch.column(of[1]))
                if pc.any(pc.fill_null(pc.equal(cells, bare), False)).as_py():
                    counts.bare.add((*of, code))

    def _years(self, batch: pa.RecordBatch) -> NDArray[np.int64]:
        period = self.records.period
        if period is None:
            return np.zeros(batch.num_rows, dtype=np.int64)
        return moments.years(batch.column(period.column), period.format, period.zone, batch.schema.metadata)


def covered(records: Records, areas: AreaFrame) -> NDArray[np.bool_]:
    """Which areas a source covers. Raises SourceError for a gemeente that is not there."""
    gemeenten = areas.table["gemeente"]
    if WHOLE_COUNTRY in records.covers:
        return np.ones(len(areas), dtype=bool)
    if strange := sorted(set(records.covers) - set(gemeenten)):
        raise SourceError(
            "covers {first}: no such gemeente in the vintage of {vintage}",
            first=first_few(strange),
            vintage=areas.vintage,
        )
    return np.asarray(gemeenten.isin(records.covers).to_numpy(), dtype=np.bool_)


def _finder(areas: AreaFrame) -> Callable[[Floats, Floats], Positions]:
    """From points to the positions of areas: for hexagons by their numbers, else by a grid."""
    resolution = areas.level.resolution
    if resolution is None:
        locator = Locator.of(areas)
        return lambda x, y: locator.positions(x, y).astype(np.int64)
    indexes = np.asarray(h3ronpy.cells_parse(pa.array(areas.ids.to_list())), dtype=np.uint64)
    order = np.argsort(indexes)

    def find(x: Floats, y: Floats) -> Positions:
        of_points = cells(x, y, resolution)
        at = np.minimum(np.searchsorted(indexes[order], of_points), len(indexes) - 1)
        return np.where(indexes[order][at] == of_points, order[at], -1)

    return find
