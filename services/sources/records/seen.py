"""What was seen of where rows lie: outside the country, rounded, curved, at several points or in several areas.

It is decided on all rows together, and added up over parts of them in their order: neither batches nor parts matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from boundaries.crs import system_of
from geo.errors import SourceError
from geo.messages import Message, message
from layers.declarations.records import Place

Floats = NDArray[np.float64]

ENOUGH, MOST = 100, 0.9
"""Of so many places outside the country, or more, this share decides that they are in another system."""
AT_LEAST, ROUNDED = 20, 0.9
"""So many places, of which this share is rounded, for it to be said."""
DEGREES = ((2, "1 km"), (3, "100 m"))


@dataclass(slots=True)
class Seen:
    """Where rows lie.

    Attributes:
        placed: how many rows have a place; `abroad` of these outside the country.
        outside: the first `ENOUGH` of those.
        degrees: how many are known in degrees, and how many are rounded to each of `DEGREES`.
        curved: how many places were shapes with curves.
        several: how many rows lie at several points, of which one counts.
        spread: how many are lines or surfaces in several areas.
    """

    placed: int = 0
    abroad: int = 0
    outside: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    degrees: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1 + len(DEGREES), dtype=np.int64))
    curved: int = 0
    several: int = 0
    spread: int = 0

    def look_at_places(self, x: Floats, y: Floats, placed: int) -> None:
        """Places outside the country, as they were written, of so many places."""
        self.placed, self.abroad = self.placed + placed, self.abroad + len(x)
        if len(x) and len(self.outside) < ENOUGH:
            self.outside = np.concatenate([self.outside, np.column_stack([x[:ENOUGH], y[:ENOUGH]])])[:ENOUGH]

    def look_at_degrees(self, longitudes: Floats, latitudes: Floats) -> None:
        """Count those that are rounded."""
        known = np.isfinite(longitudes) & np.isfinite(latitudes)
        degrees = (longitudes[known], latitudes[known])
        for at, (decimals, _) in enumerate(DEGREES, 1):
            first, second = (np.abs(one - one.round(decimals)) < 1e-9 for one in degrees)
            self.degrees[at] += int((first & second).sum())
        self.degrees[0] += int(known.sum())

    def merge(self, later: "Seen") -> None:
        """Add what was seen of the rows after these."""
        self.outside = np.concatenate([self.outside, later.outside])[:ENOUGH]
        self.degrees = self.degrees + later.degrees
        for name in ("placed", "abroad", "curved", "several", "spread"):
            setattr(self, name, getattr(self, name) + getattr(later, name))

    def check(self, where: str, place: Place) -> None:
        """Raise SourceError where most places lie in another system than declared."""
        if self.abroad >= max(ENOUGH, MOST * self.placed):
            raise SourceError(
                "{where}: {outside} of {count} places lie outside the country, {example}; correct [records.place]",
                where=where, outside=self.abroad, count=self.placed, example=self.example(place),
            )  # fmt: skip

    def example(self, place: Place) -> Message | None:
        """What places outside the country look like; None where there are none."""
        if not len(self.outside):
            return None
        x, y = self.outside.T
        system = system_of(x, y)
        looks = message("they lie as places do in {system}", system=system) if system else message("they lie nowhere")
        return message(
            "({x:.6g}, {y:.6g}) for one in columns {columns!r}: {looks}",
            x=float(x[0]), y=float(y[0]), columns=list(place.columns), looks=looks,
        )  # fmt: skip

    def notes(self) -> Iterator[Message]:
        """What to know of how rows were placed."""
        if self.curved:
            yield message("places with curves, which were made straight: {count}", count=self.curved)
        if self.several:
            yield message(
                "rows that lie at several points, and count where one of them lies: {count}", count=self.several
            )
        for count, (decimals, metres) in zip(self.degrees[1:].tolist(), DEGREES, strict=True):
            if self.degrees[0] >= AT_LEAST and count > ROUNDED * self.degrees[0]:
                yield message(
                    "degrees are rounded to {decimals} decimals, about {metres}: counts of small areas are those of "
                    "others",
                    decimals=decimals, metres=metres,
                )  # fmt: skip
                break
        if self.spread:
            yield message(
                "rows of lines or surfaces that lie in several areas, and count where a point on them lies: {count}",
                count=self.spread,
            )
