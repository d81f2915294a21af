"""What to be warned of in rows: present twice, many on one place, places that were rounded or lie just beside an area.

None of these is a fault by itself, and each makes a map that is not what it seems: of a file exported twice all counts
are double, and what is registered at the town hall makes it a hot spot. The first million rows are looked at, whatever
parts they come in.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.areas import AreaFrame
from geo.messages import Message, message
from services.sources.records.row_numbers import row_numbers

LOOKED_AT = 1_000_000
ONE_PLACE, AT_LEAST = 0.03, 20
"""Share of the rows that lie on one place, and how many, for it to be said."""
ROUNDED = 0.9
"""Share of places that are rounded, for it to be said."""
METRES = (1_000, 100)
BESIDE = 100.0
"""Metres from an area, where a row lies in none: a gap in a generalised map, or its shore."""

METRES_UP, NO_PLACE = 10**7, -1
"""A place as one number: metres east times the first, and metres north; and where there is none."""

Floats = NDArray[np.float64]


@dataclass(slots=True)
class Warnings:
    """What was seen of the first rows.

    Attributes:
        before: how many rows come before these, or more: so many fewer are looked at.
        hashed: how many rows there are, and `rows` a number for each of the first that is the same for rows that are.
        located: how many were placed, or not, and `places` where each of the first lies, in whole metres as one number.
        nowhere: of the first that are in no area, which row each is, and where.
    """

    before: int = 0
    hashed: int = 0
    rows: list[NDArray[np.uint64]] = field(default_factory=list)
    located: int = 0
    places: list[NDArray[np.int64]] = field(default_factory=list)
    nowhere: list[Floats] = field(default_factory=list)

    def look_at_rows(self, batch: pa.RecordBatch) -> None:
        """Look at whole rows, all columns that can be read as text."""
        if (left := LOOKED_AT - self.before - self.hashed) > 0:
            self.rows.append(row_numbers(batch.slice(0, left)))
        self.hashed += batch.num_rows

    def look_at_places(self, x: Floats, y: Floats, nowhere: NDArray[np.bool_]) -> None:
        """Look at where rows lie, in RD New, and which of them are in no area."""
        if (left := LOOKED_AT - self.before - self.located) > 0:
            east, north = np.rint(x[:left]), np.rint(y[:left])
            at = np.full(len(east), NO_PLACE)
            placed = np.isfinite(east)
            at[placed] = east[placed].astype(np.int64) * METRES_UP + north[placed].astype(np.int64)
            self.places.append(at)
            which = np.flatnonzero(nowhere[:left])
            self.nowhere.append(np.column_stack([self.located + which, x[which], y[which]]))
        self.located += len(x)

    def merge(self, later: "Warnings") -> None:
        """Add what was seen of the rows after these."""
        rows, places = (max(LOOKED_AT - count, 0) for count in (self.hashed, self.located))
        self.rows.append(_together(later.rows, np.uint64)[:rows])
        self.places.append(_together(later.places, np.int64)[:places])
        self.nowhere += [one[one[:, 0] < places] + (self.located, 0, 0) for one in later.nowhere]
        self.hashed, self.located = self.hashed + later.hashed, self.located + later.located

    def notes(self, areas: AreaFrame) -> Iterator[Message]:
        """What to be warned of."""
        if beside := self._beside(areas):
            lie = message(
                "{count} rows in no area lie within {metres:.0f} m of one: a map of areas that was simplified has gaps "
                "there; use boundaries that were not, as of PDOK",
                count=beside, metres=BESIDE,
            )  # fmt: skip
            yield _of_the_first(self.located, lie)
        rows = _together(self.rows, np.uint64)
        if twice := len(rows) - len(np.unique(rows)):
            more = message(
                "{count} rows are there more than once, the same in every column; are they exported twice?", count=twice
            )
            yield _of_the_first(self.hashed, more)
        yield from self._of_places()

    def _of_places(self) -> Iterator[Message]:
        """Many rows on one place; rounded places."""
        places = _together(self.places, np.int64)
        where, counts = np.unique(places[places != NO_PLACE], return_counts=True)
        if not len(where):
            return
        if counts.max() >= max(AT_LEAST, ONE_PLACE * counts.sum()) and len(where) > 1:
            x, y = divmod(int(where[counts.argmax()]), METRES_UP)
            one = message(
                "{count} of {whole} rows lie on one place, ({x}, {y}); is that where they were registered and not "
                "where it happened?",
                count=int(counts.max()), whole=int(counts.sum()), x=x, y=y,
            )  # fmt: skip
            yield _of_the_first(self.located, one)
        right, up = np.divmod(where, METRES_UP)
        for step in METRES:
            if len(where) >= AT_LEAST and np.mean((right % step == 0) & (up % step == 0)) > ROUNDED:
                yield message("places are rounded to {step} m: counts of small areas are those of others", step=step)
                return

    def _beside(self, areas: AreaFrame) -> int:
        """How many rows in no area lie just beside one."""
        if not sum(map(len, self.nowhere)):
            return 0
        tree = shapely.STRtree(areas.table.geometry.to_numpy())
        points = shapely.points(np.concatenate(self.nowhere)[:, 1:])
        beside, _ = tree.query(points, predicate="dwithin", distance=BESIDE)
        return len(np.unique(beside))


def _of_the_first(rows: int, what: Message) -> Message:
    """What was counted, and among how many where these are not all."""
    if rows <= LOOKED_AT:
        return what
    return message("of the first {looked_at:,} that were looked at: {what}", looked_at=LOOKED_AT, what=what)


def _together[Kind: np.generic](parts: list[NDArray[Kind]], kind: type[Kind]) -> NDArray[Kind]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)
