"""What orders of the areas of a whole country catch, in all of it and within each gemeente by itself.

An order is that of the country: no gemeente is ordered by its own figures alone, and what lies across its border counts
in what spreads (kernel density, neighbours). Within a gemeente its areas are taken in that order, until they hold a
part of what the gemeente has. What is said of the country is mostly said of its cities, where most happens; within each
gemeente all count alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.evaluation.hits import PARTS, Hits, hits

LEAST_AREAS = 10
"""Areas with a truth that a gemeente must have: of fewer, a tenth is less than one area."""

type Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Held:
    """Orders that are held against what happened, at one cost: `units` of each area, the events `after` and `last`."""

    cost: str
    units: pd.Series
    orders: Mapping[str, pd.Series]
    after: pd.Series
    last: pd.Series

    def hits(self) -> list[Hits]:
        """What each order caught, and what chance would."""
        by_chance = [Hits("random", self.cost, part, part, 1.0, float("nan"), 1.0) for part in PARTS]
        return hits(self.orders, (self.cost, self.units), self.after, self.last) + by_chance

    def of(self, rows: Rows) -> "Held":
        """The same of some of the areas."""
        orders = {name: one.iloc[rows] for name, one in self.orders.items()}
        units, after, last = (one.iloc[rows] for one in (self.units, self.after, self.last))
        return Held(self.cost, units, orders, after, last)


@dataclass(frozen=True, slots=True)
class Within:
    """Work for an engine: what orders caught within some of the areas. Nothing of it is drawn."""

    held: Sequence[Held]

    def __call__(self, rows: Rows, _: int) -> tuple[Hits, ...]:
        """What each order caught within these areas, at each cost."""
        return tuple(one for each in self.held for one in each.of(rows).hits())


def large_enough(gemeenten: pd.Series, after: pd.Series) -> Iterator[tuple[str, Rows]]:
    """The code and the areas of each gemeente that has enough of them with a truth, and anything that happened."""
    known = after.notna().groupby(gemeenten).sum()
    events = after.groupby(gemeenten).sum()
    codes = gemeenten.to_numpy()
    for code in sorted(known.index[(known >= LEAST_AREAS) & (events > 0)]):
        yield str(code), np.flatnonzero(codes == code)
