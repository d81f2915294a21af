"""What was counted of records, for each count, year and area; and what was not, by reason. All of it is whole numbers.

So it adds up to the same whatever parts the rows come in and whoever counts them. An amount is added up as its whole
units and its millionths, each exact; a sum of floats differs in its last bit with the order of the rows.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.areas import AreaFrame
from geo.disclosure.cell_keys import Keys
from geo.messages import Message, message
from layers.declarations.records import Records
from layers.method.keys import key_column
from services.formats.mixed import said
from services.sources.records.reasons import NOT_COVERED, OTHER_YEAR, REASONS, Codes

MILLIONTHS = 1_000_000
LARGEST = 1e12
"""An amount of this size or more is none that can be meant, and is not known: so a sum stays exact."""

Whole = NDArray[np.int64]


@dataclass(slots=True)
class Counts:
    """What was counted so far.

    Attributes:
        whole: rows, or whole units of an amount, as [count, year, area]; `millionths` are those beyond whole units.
        unknown: how many amounts are not known, likewise.
        keys: the sum of the keys of what was counted, likewise; empty where records have none.
        counted: how many rows, and `of_year` how many of them of each year.
        fallen: how many rows were not counted, by the code of the reason.
        amounts: how many there are, by the name of the count; `empty` those of them that are not filled, and `unread`
            those that are no number or that can be read in two ways.
        lacking: cells of a column that have no value though they are not blank, by column and why.
        numberless: rows without a number where a count asks for a range, by its name and the column.
        met: name, column and code of what some row has; `bare` likewise, but for zeros in front.
    """

    whole: Whole
    millionths: Whole
    unknown: Whole
    keys: Keys
    of_year: Whole
    counted: int = 0
    fallen: Whole = field(default_factory=lambda: np.zeros(1 + len(REASONS), dtype=np.int64))
    amounts: Counter[str] = field(default_factory=Counter)
    empty: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    lacking: Counter[tuple[str, str]] = field(default_factory=Counter)
    numberless: Counter[tuple[str, str]] = field(default_factory=Counter)
    met: set[tuple[str, str, str]] = field(default_factory=set)
    bare: set[tuple[str, str, str]] = field(default_factory=set)

    @classmethod
    def none(cls, shape: tuple[int, int, int], *, keyed: bool) -> "Counts":
        """Nothing counted yet, of so many counts, years and areas."""
        whole, millionths, unknown = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        keys = np.zeros(shape if keyed else 0, dtype=np.uint64)
        return cls(whole, millionths, unknown, keys, np.zeros(shape[1], dtype=np.int64))

    def merge(self, other: "Counts") -> None:
        """Add what was counted of other rows."""
        for name in ("whole", "millionths", "unknown", "keys", "of_year", "counted", "fallen"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("amounts", "empty", "unread", "lacking", "numberless", "met", "bare"):
            getattr(self, name).update(getattr(other, name))

    def add_reasons(self, codes: Codes) -> None:
        """Count a batch of rows by why they are not counted."""
        self.fallen = self.fallen + np.bincount(codes, minlength=len(self.fallen))
        self.counted = int(self.fallen[0])

    def add_amounts(self, at: int, amounts: NDArray[np.float64], cells: NDArray[np.int64]) -> int:
        """Add amounts of a count to the cell, of year and area, of each; gives how many are not known."""
        known = np.abs(amounts) < LARGEST
        units = np.trunc(amounts[known])
        np.add.at(self.whole[at].reshape(-1), cells[known], units.astype(np.int64))
        rest = np.rint((amounts[known] - units) * MILLIONTHS).astype(np.int64)
        np.add.at(self.millionths[at].reshape(-1), cells[known], rest)
        np.add.at(self.unknown[at].reshape(-1), cells[~known], 1)
        return int((~known).sum())

    @property
    def rejected(self) -> list[tuple[Message, int]]:
        """How many rows were not counted, by the reason: the most first, then as the alphabet has them."""
        found = [(reason, int(count)) for reason, count in zip(REASONS, self.fallen[1:], strict=True) if count]
        return sorted(found, key=lambda one: (-one[1], str(one[0])))

    @property
    def lost(self) -> int:
        """How many rows were not counted though they should: without place or year. Rows of other years, or of
        gemeenten that are not covered, are left out on purpose.
        """
        return sum(count for reason, count in self.rejected if reason not in (NOT_COVERED, OTHER_YEAR))

    def table(self, records: Records, areas: AreaFrame, covered: NDArray[np.bool_]) -> pd.DataFrame:
        """A row an area, a column a count and year; where there are keys, beside each count of rows theirs."""
        columns: dict[str, NDArray[Any]] = {}
        sums = np.where(self.unknown > 0, np.nan, self.whole + self.millionths / MILLIONTHS)
        for (at, (name, count)), (when, year) in product(
            enumerate(records.count.items()), enumerate(records.years or (0,))
        ):
            column = f"{name}_{year}" if records.years else name
            columns[column] = np.where(covered, sums[at, when], np.nan)
            if len(self.keys) and count.sum is None:
                columns[key_column(column)] = self.keys[at, when]
        return pd.DataFrame(columns, index=areas.ids)

    def notes(self, records: Records) -> Iterator[Message]:
        """What was counted and what was not."""
        yield message("{count} rows counted", count=self.counted)
        if absent := [str(year) for year, rows in zip(records.years, self.of_year, strict=False) if not rows]:
            yield message(
                "WARNING: no row is of {years}, which counts as 0 everywhere; leave that year out if its rows are not "
                "in it",
                years=", ".join(absent),
            )
        for reason, count in self.rejected:
            yield message("{count} not counted: {reason}", count=count, reason=reason)
        for name in records.count:
            yield from self._of_amounts(name)
        yield from self._of_ranges(records)
        yield from self._of_cells()
        yield from self._of_codes(records)
        yield message("legal ground: {ground}", ground=records.legal_ground)

    def _of_amounts(self, name: str) -> Iterator[Message]:
        """How many amounts of a count are not known."""
        if count := self.empty[name]:
            yield message("{count} amounts of {name} empty", count=count, name=name)
        if count := self.unread[name]:
            yield message(
                "WARNING: {count} of {whole} amounts of {name} unreadable, or readable in two ways (1.234: declare "
                "decimal in [records.format])",
                count=count, whole=self.amounts[name], name=name,
            )  # fmt: skip

    def _of_ranges(self, records: Records) -> Iterator[Message]:
        """Rows of which it is not known whether they lie in a range."""
        for name, column in ((name, column) for name, count in records.count.items() for column in count.between):
            if count := self.numberless[name, column]:
                yield message(
                    "WARNING: {count} rows have no number in column {column!r} and are not counted in {name}: whether "
                    "they belong there is not known",
                    count=count, column=column, name=name,
                )  # fmt: skip

    def _of_cells(self) -> Iterator[Message]:
        """Cells without a value."""
        for (column, why), count in sorted(self.lacking.items(), key=lambda one: (-one[1], one[0])):
            yield message(
                "{count} cells of column {column!r} are empty for a reason: {why}",
                count=count,
                column=column,
                why=said(why),
            )

    def _of_codes(self, records: Records) -> Iterator[Message]:
        """Codes that no row has, or that lost their zeros."""
        codes = (
            (name, column, code)
            for name, count in records.count.items()
            for column, all_ in count.where.items()
            for code in all_
        )
        for name, column, code in codes:
            if (name, column, code) not in self.met:
                yield message("{name}: no row has {code!r} in column {column!r}", name=name, code=code, column=column)
        for name, column, code in sorted(self.bare):
            yield message(
                "{name}: some rows have {bare!r} in column {column!r} where {code!r} is declared: codes that lost "
                "their zeros in a spreadsheet are not counted; add {bare!r} to the codes, or export the column as text",
                name=name, bare=code.lstrip("0").rstrip("*"), column=column, code=code,
            )  # fmt: skip
