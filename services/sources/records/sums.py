"""What was counted of records, for each count, year and area; and what was not, by reason."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import h3ronpy
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from boundaries.points import Locator, cells
from geo.areas import AreaFrame
from geo.disclosure.cell_keys import Keys, summed
from geo.errors import SourceError, first_few
from geo.messages import Message, message
from layers.declarations.records import WHOLE_COUNTRY, Count, Records
from layers.method.keys import key_column
from services.formats import moments, numbers
from services.formats.cells import lacking, matches, matching, text
from services.formats.encodings import LOST
from services.formats.mixed import said

NOWHERE, NOT_COVERED = message("lies in no area"), message("lies in a gemeente that the source does not cover")
UNDECODED = message("letters that are not in the encoding of the file")
NO_YEAR, OTHER_YEAR = message("no year"), message("a year that the source does not name")

Positions = NDArray[np.int64]


@dataclass(slots=True)
class Sums:
    """What was counted so far.

    Attributes:
        records: what is counted.
        find: the position of the area that each point lies in, -1 where there is none.
        covered: which areas the source covers.
        years: those that are counted; only 0 where the source has none.
        sums: as [count, year, area].
        key_of: gives the keys of records by what identifies them; None where they are open.
        keys: the sum of the keys of what was counted, as [count, year, area].
        counted: how many rows.
        rejected: how many rows were not counted, by the English of the reason.
        empty: amounts that are not filled, by the name of the count; `unread` those that are no number or that can be
            read in two ways.
        lacking: cells of a column that have no value though they are not blank, by column and why.
        numberless: rows without a number where a count asks for a range, by its name and the column.
        met: name, column and code of what some row has; `bare` likewise, but for zeros in front.
    """

    records: Records
    find: Callable[[NDArray[np.float64], NDArray[np.float64]], Positions]
    covered: NDArray[np.bool_]
    years: NDArray[np.int64]
    sums: NDArray[np.float64]
    key_of: Callable[[Iterable[str]], Keys] | None = None
    keys: Keys = field(init=False)
    counted: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    empty: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    lacking: Counter[tuple[str, str]] = field(default_factory=Counter)
    numberless: Counter[tuple[str, str]] = field(default_factory=Counter)
    met: set[tuple[str, str, str]] = field(default_factory=set)
    bare: set[tuple[str, str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.keys = np.zeros(self.sums.shape if self.key_of else 0, dtype=np.uint64)

    @classmethod
    def of(cls, records: Records, areas: AreaFrame, key_of: Callable[[Iterable[str]], Keys] | None = None) -> "Sums":
        """Nothing counted yet."""
        covered, gemeenten = np.ones(len(areas), dtype=bool), areas.table["gemeente"]
        if WHOLE_COUNTRY not in records.covers:
            covered = gemeenten.isin(records.covers).to_numpy()
            if strange := sorted(set(records.covers) - set(gemeenten)):
                raise SourceError(
                    "covers {first}: no such gemeente in the vintage of {vintage}",
                    first=first_few(strange),
                    vintage=areas.vintage,
                )
        years = np.array(records.years or (0,), dtype=np.int64)
        sums = np.zeros((len(records.count), len(years), len(areas)))
        return cls(records, _finder(areas), covered, years, sums, key_of)

    def add(
        self, batch: pa.RecordBatch, x: NDArray[np.float64], y: NDArray[np.float64], why: NDArray[np.object_]
    ) -> NDArray[np.object_]:
        """Count a batch of rows; gives why each was not counted: a message, or None where it was."""
        why, area, year = why.copy(), np.full(len(x), -1), self._years(batch)
        placed = np.isfinite(x)
        area[placed] = self.find(x[placed], y[placed])
        order = np.argsort(self.years)
        which = order[np.minimum(np.searchsorted(self.years[order], year), len(order) - 1)]
        for reason, rejected in (
            (UNDECODED, self._undecoded(batch)),
            (NOWHERE, area < 0),
            (NOT_COVERED, ~self.covered[area]),
            (NO_YEAR, year == moments.NO_YEAR),
            (OTHER_YEAR, self.years[which] != year),
        ):
            why[(pd.isna(why) | (reason is UNDECODED)) & rejected] = reason
        good: NDArray[np.bool_] = pd.isna(why)
        self.rejected.update(str(reason) for reason in why[~good])
        self.counted += int(good.sum())
        keys = np.zeros(0, dtype=np.uint64)
        if self.key_of is not None:
            keys = np.zeros(len(x), dtype=np.uint64)
            keys[good] = self.key_of(self._identities(batch, x, y, good))
        self._count(batch, good, which * self.sums.shape[2] + area, keys)
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            self.lacking.update({(name, reason): count for reason, count in lacking(column).items()})
        return why

    @property
    def lost(self) -> int:
        """How many rows were not counted though they should: without place or year. Rows of other years, or of
        gemeenten that are not covered, are left out on purpose.
        """
        return self.rejected.total() - sum(self.rejected[str(reason)] for reason in (NOT_COVERED, OTHER_YEAR))

    def _undecoded(self, batch: pa.RecordBatch) -> NDArray[np.bool_]:
        """Rows of which a cell has letters that could not be read."""
        undecoded = np.zeros(batch.num_rows, dtype=bool)
        for column in batch.columns:
            if pa.types.is_string(column.type):
                undecoded |= matching(column, LOST).to_numpy(zero_copy_only=False)
        return undecoded

    def _identities(
        self, batch: pa.RecordBatch, x: NDArray[np.float64], y: NDArray[np.float64], good: NDArray[np.bool_]
    ) -> Iterator[str]:
        """What identifies each of the good rows: its id, or where there is none its place, to the metre, and date."""
        columns = [self.records.record_id, self.records.period.column if self.records.period else None]
        ids, dates = (
            text(batch.column(name)).filter(pa.array(good)).to_pylist() if name else [None] * int(good.sum())
            for name in columns
        )
        for id_, date, right, up in zip(ids, dates, np.rint(x[good]), np.rint(y[good]), strict=True):
            yield f"id {id_}" if id_ else f"at {right:.0f} {up:.0f} {date or ''}"

    def _count(self, batch: pa.RecordBatch, good: NDArray[np.bool_], cell: Positions, keys: Keys) -> None:
        """Add what is counted of the good rows, and their keys, to the cell, of year and area, of each."""
        size, decimal = self.sums.shape[1] * self.sums.shape[2], self.records.format.decimal
        for at, (name, count) in enumerate(self.records.count.items()):
            mine = good & self._selected(batch, name, count)
            amounts = numbers.amounts(batch.column(count.sum), decimal)[mine] if count.sum else None
            if amounts is not None:
                empty = np.asarray(pc.is_null(text(batch.column(count.sum))))[mine]
                self.empty[name] += int(empty.sum())
                self.unread[name] += int((np.isnan(amounts) & ~empty).sum())
            self.sums[at] += np.bincount(cell[mine], amounts, size).reshape(self.sums.shape[1:])
            if len(keys):
                self.keys[at] += summed(keys[mine], cell[mine], size).reshape(self.sums.shape[1:])

    def _selected(self, batch: pa.RecordBatch, name: str, count: Count) -> NDArray[np.bool_]:
        """The rows of which a count asks: each column with one of its codes, or a number in its range."""
        mine = np.ones(batch.num_rows, dtype=bool)
        for column, codes in count.where.items():
            mine &= matches(batch.column(column), codes)
            unmet = [code for code in codes if (name, column, code) not in self.met]
            self.met.update((name, column, code) for code in unmet if matches(batch.column(column), (code,)).any())
            self._look_for_bare(batch, name, column, codes)
        for column, between in count.between.items():
            amounts = numbers.amounts(batch.column(column), self.records.format.decimal)
            self.numberless[name, column] += int(np.isnan(amounts[mine]).sum())
            mine &= numbers.within(amounts, between)
        return mine

    def _look_for_bare(self, batch: pa.RecordBatch, name: str, column: str, codes: tuple[str, ...]) -> None:
        """Codes that begin with zeros, as a spreadsheet leaves them: SBI 0147 becomes 147."""
        for code in codes:
            if (
                code.startswith("0")
                and (bare := code.lstrip("0").rstrip("*"))
                and (name, column, code) not in self.bare
            ):
                cells = text(batch.column(column))
                if pc.any(pc.fill_null(pc.equal(cells, bare), False)).as_py():
                    self.bare.add((name, column, code))

    def _years(self, batch: pa.RecordBatch) -> NDArray[np.int64]:
        period = self.records.period
        if period is None:
            return np.zeros(batch.num_rows, dtype=np.int64)
        return moments.years(batch.column(period.column), period.format, period.zone, batch.schema.metadata)

    def table(self, areas: AreaFrame) -> pd.DataFrame:
        """A row an area, a column a count and year; where there are keys, beside each count of rows theirs."""
        columns: dict[str, NDArray[Any]] = {}
        for (at, (name, count)), (when, year) in product(enumerate(self.records.count.items()), enumerate(self.years)):
            column = f"{name}_{year}" if self.records.years else name
            columns[column] = np.where(self.covered, self.sums[at, when], np.nan)
            if self.key_of is not None and count.sum is None:
                columns[key_column(column)] = self.keys[at, when]
        return pd.DataFrame(columns, index=areas.ids)

    def notes(self) -> tuple[Message, ...]:
        """What was counted and what was not."""
        rejected = [
            message("{count} not counted: {reason}", count=count, reason=Message(reason))
            for reason, count in self.rejected.most_common()
        ]
        unread = [note for name in self.records.count for note in self._of_amounts(name)]
        numberless = [
            message(
                "WARNING: {count} rows have no number in column {column!r} and are not counted in {name}: whether they "
                "belong there is not known",
                count=count, column=column, name=name,
            )
            for (name, column), count in self.numberless.items()
            if count
        ]  # fmt: skip
        unmet = [
            message("{name}: no row has {code!r} in column {column!r}", name=name, code=code, column=column)
            for name, count in self.records.count.items()
            for column, codes in count.where.items()
            for code in codes
            if (name, column, code) not in self.met
        ]
        bare = [
            message(
                "{name}: some rows have {bare!r} in column {column!r} where {code!r} is declared: codes that lost "
                "their zeros in a spreadsheet are not counted; add {bare!r} to the codes, or export the column as text",
                name=name, bare=code.lstrip("0").rstrip("*"), column=column, code=code,
            )
            for name, column, code in sorted(self.bare)
        ]  # fmt: skip
        lacking_ = [
            message(
                "{count} cells of column {column!r} are empty for a reason: {why}",
                count=count,
                column=column,
                why=said(why),
            )
            for (column, why), count in self.lacking.most_common()
        ]
        ground = message("legal ground: {ground}", ground=self.records.legal_ground)
        return (
            message("{count} rows counted", count=self.counted),
            *rejected,
            *unread,
            *numberless,
            *lacking_,
            *unmet,
            *bare,
            ground,
        )

    def _of_amounts(self, name: str) -> Iterator[Message]:
        """How many amounts of a count are not known."""
        if count := self.empty[name]:
            yield message("{count} amounts of {name} empty", count=count, name=name)
        if count := self.unread[name]:
            yield message(
                "{count} amounts of {name} unreadable, or readable in two ways (1.234: declare decimal in "
                "[records.format])",
                count=count, name=name,
            )  # fmt: skip


def _finder(areas: AreaFrame) -> Callable[[NDArray[np.float64], NDArray[np.float64]], Positions]:
    """From points to the positions of areas: for hexagons by their numbers, else by a grid."""
    resolution = areas.level.resolution
    if resolution is None:
        locator = Locator.of(areas)
        return lambda x, y: locator.positions(x, y).astype(np.int64)
    indexes = np.asarray(h3ronpy.cells_parse(pa.array(areas.ids.to_list())), dtype=np.uint64)
    order = np.argsort(indexes)

    def find(x: NDArray[np.float64], y: NDArray[np.float64]) -> Positions:
        of_points = cells(x, y, resolution)
        at = np.minimum(np.searchsorted(indexes[order], of_points), len(indexes) - 1)
        return np.where(indexes[order][at] == of_points, order[at], -1)

    return find
