"""What to be warned of in rows: present twice, many on one place, places that were rounded or lie just beside an area.

None of these is a fault by itself, and each makes a map that is not what it seems: of a file exported twice all counts
are double, and what is registered at the town hall makes it a hot spot. The first million rows are looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.areas import AreaFrame
from geo.messages import Message, message
from services.formats.cells import text

LOOKED_AT = 1_000_000
ONE_PLACE, AT_LEAST = 0.03, 20
"""Share of the rows that lie on one place, and how many, for it to be said."""
ROUNDED = 0.9
"""Share of places that are rounded, for it to be said."""
DEGREES = ((2, "1 km"), (3, "100 m"))
METRES = (1_000, 100)
BESIDE = 100.0
"""Metres from an area, where a row lies in none: a gap in a generalised map, or its shore."""

Floats = NDArray[np.float64]


@dataclass(slots=True)
class Warnings:
    """What was seen of the rows so far.

    Attributes:
        rows: a number that is the same for rows that are.
        places: where rows lie, in whole metres, as one number.
        nowhere: where rows lie that are in no area.
        spread: how many rows are lines or surfaces in several areas.
        looked_at: how many rows.
        partly: which of the three lists hold the first `LOOKED_AT` only.
    """

    rows: list[NDArray[np.uint64]] = field(default_factory=list)
    places: list[NDArray[np.int64]] = field(default_factory=list)
    nowhere: list[Floats] = field(default_factory=list)
    spread: int = 0
    looked_at: int = 0
    partly: set[str] = field(default_factory=set)

    def look_at_rows(self, batch: pa.RecordBatch) -> None:
        """Look at whole rows, all columns that can be read as text."""
        if self.looked_at >= LOOKED_AT:
            self.partly.add("rows")
            return
        self.looked_at += batch.num_rows
        numbers = np.zeros(batch.num_rows, dtype=np.uint64)
        for column in batch.columns:
            if isinstance(column, pa.ExtensionArray) and not pa.types.is_struct(column.storage.type):
                column = column.storage  # noqa: PLW2901
            cells = text(column) if not pa.types.is_nested(column.type) else None
            if cells is not None:
                hashed = pd.util.hash_array(cells.fill_null("").to_numpy(zero_copy_only=False), categorize=True)
                numbers = numbers * np.uint64(1_000_003) + hashed
        self.rows.append(numbers)

    def look_at_places(self, x: Floats, y: Floats) -> None:
        """Look at where rows lie, in RD New."""
        placed = np.isfinite(x)
        if sum(map(len, self.places)) >= LOOKED_AT:
            self.partly.add("places")
        else:
            self.places.append(np.rint(x[placed]).astype(np.int64) * 10**7 + np.rint(y[placed]).astype(np.int64))

    def look_at_nowhere(self, x: Floats, y: Floats) -> None:
        """Look at where rows lie that are in no area."""
        if len(x) and sum(map(len, self.nowhere)) >= LOOKED_AT:
            self.partly.add("nowhere")
        elif len(x):
            self.nowhere.append(np.column_stack([x, y]))

    def notes(self, areas: AreaFrame) -> Iterator[Message]:
        """What to be warned of."""
        if self.spread:
            yield message(
                "rows of lines or surfaces that lie in several areas, and count where a point on them lies: {count}",
                count=self.spread,
            )
        if beside := self._beside(areas):
            lie = message(
                "{count} rows in no area lie within {metres:.0f} m of one: a map of areas that was simplified has gaps "
                "there; use boundaries that were not, as of PDOK",
                count=beside, metres=BESIDE,
            )  # fmt: skip
            yield self._of("nowhere", sum(map(len, self.nowhere)), lie)
        rows = np.concatenate(self.rows) if self.rows else np.zeros(0, dtype=np.uint64)
        if twice := len(rows) - len(np.unique(rows)):
            more = message(
                "{count} rows are there more than once, the same in every column; are they exported twice?", count=twice
            )
            yield self._of("rows", len(rows), more)
        places = np.concatenate(self.places) if self.places else np.zeros(0, dtype=np.int64)
        if not len(places):
            return
        where, counts = np.unique(places, return_counts=True)
        if counts.max() >= max(AT_LEAST, ONE_PLACE * len(places)) and len(where) > 1:
            x, y = divmod(int(where[counts.argmax()]), 10**7)
            one = message(
                "{count} of {whole} rows lie on one place, ({x}, {y}); is that where they were registered and not "
                "where it happened?",
                count=int(counts.max()), whole=len(places), x=x, y=y,
            )  # fmt: skip
            yield self._of("places", len(places), one)
        right, up = np.divmod(where, 10**7)
        for step in METRES:
            if len(where) >= AT_LEAST and np.mean((right % step == 0) & (up % step == 0)) > ROUNDED:
                yield message("places are rounded to {step} m: counts of small areas are those of others", step=step)
                return

    def _of(self, part: str, looked_at: int, what: Message) -> Message:
        """What was counted, and among how many where these are not all."""
        if part not in self.partly:
            return what
        return message("of the first {looked_at:,} that were looked at: {what}", looked_at=looked_at, what=what)

    def _beside(self, areas: AreaFrame) -> int:
        """How many rows in no area lie just beside one."""
        if not self.nowhere:
            return 0
        tree = shapely.STRtree(areas.table.geometry.to_numpy())
        beside, _ = tree.query(shapely.points(np.concatenate(self.nowhere)), predicate="dwithin", distance=BESIDE)
        return len(np.unique(beside))


def rounded_degrees(longitudes: Floats, latitudes: Floats) -> Message | None:
    """How far degrees are rounded, where most are; None where they are not."""
    known = np.isfinite(longitudes) & np.isfinite(latitudes)
    if known.sum() < AT_LEAST:
        return None
    for decimals, metres in DEGREES:
        rounded = [np.abs(one[known] - one[known].round(decimals)) < 1e-9 for one in (longitudes, latitudes)]
        if (rounded[0] & rounded[1]).mean() > ROUNDED:
            return message(
                "degrees are rounded to {decimals} decimals, about {metres}: counts of small areas are those of others",
                decimals=decimals, metres=metres,
            )  # fmt: skip
    return None
