"""What was counted of records, for each count, year and area; and what fell out, by reason."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import h3ronpy
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from boundaries.points import Locator, cells
from geo.areas import AreaFrame
from geo.errors import SourceError, first_few
from layers.declarations.records import WHOLE_COUNTRY, Records
from services.formats import moments, numbers
from services.formats.cells import matches, text

NOWHERE, ELSEWHERE = "ligt in geen gebied", "ligt in een gemeente die de bron niet dekt"
NO_YEAR, OTHER_YEAR = "geen jaar", "een jaar dat de bron niet noemt"
UNREADABLE = "onleesbaar, of voor twee uitleggen vatbaar (1.234: zeg decimal in [records.format])"

Positions = NDArray[np.int64]


@dataclass(slots=True)
class Sums:
    """What was counted so far, as [count, year, area]; and what fell out, by reason."""

    records: Records
    find: Callable[[NDArray[np.float64], NDArray[np.float64]], Positions]
    covered: NDArray[np.bool_]
    years: NDArray[np.int64]
    sums: NDArray[np.float64]
    counted: int = 0
    fallen: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    met: set[tuple[str, str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, records: Records, areas: AreaFrame) -> "Sums":
        """Nothing counted yet."""
        covered, gemeenten = np.ones(len(areas), dtype=bool), areas.table["gemeente"]
        if WHOLE_COUNTRY not in records.covers:
            covered = gemeenten.isin(records.covers).to_numpy()
            if strange := sorted(set(records.covers) - set(gemeenten)):
                raise SourceError(f"covers {first_few(strange)}: no such gemeente in the division of {areas.vintage}")
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
            (NO_YEAR, year == moments.NO_YEAR),
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
                mine &= matches(batch.column(column), codes)
                unmet = [one for one in codes if (name, column, one) not in self.met]
                self.met.update((name, column, one) for one in unmet if matches(batch.column(column), (one,)).any())
            decimal = self.records.format.decimal
            amounts = numbers.amounts(batch.column(count.sum), decimal)[mine] if count.sum else None
            if amounts is not None:
                empty = np.asarray(pc.is_null(text(batch.column(count.sum))))[mine]
                self.unread[f"{name} leeg"] += int(empty.sum())
                self.unread[f"{name} {UNREADABLE}"] += int((np.isnan(amounts) & ~empty).sum())
            size = self.sums.shape[1] * self.sums.shape[2]
            self.sums[at] += np.bincount(cell[mine], amounts, size).reshape(self.sums.shape[1:])

    def _years(self, batch: pa.RecordBatch) -> NDArray[np.int64]:
        period = self.records.period
        if period is None:
            return np.zeros(batch.num_rows, dtype=np.int64)
        return moments.years(batch.column(period.column), period.format)

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
        unread = [f"{count} bedragen van {what}" for what, count in self.unread.items() if count]
        unmet = [
            f"{name}: geen rij heeft {code!r} in kolom {column!r}"
            for name, count in self.records.count.items()
            for column, codes in count.where.items()
            for code in codes
            if (name, column, code) not in self.met
        ]
        ground = f"grondslag: {self.records.legal_ground}"
        return (f"{self.counted} rijen geteld", *fallen, *unread, *unmet, ground)


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
