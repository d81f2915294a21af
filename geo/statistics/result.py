"""LocalResult: what every local statistic gives, and how it was found."""

from dataclasses import dataclass
from typing import Literal, Protocol

import pandas as pd

from geo.errors import StatisticError
from geo.measures import check_aligned
from geo.neighbors import Neighbors

Alternative = Literal["greater", "less", "two-sided"]


@dataclass(frozen=True, slots=True)
class LocalResult:
    """One test per area: `statistic` as a z-value, `p`, and `q` after correction. NaN for areas that were not tested.

    `how` says in words how p was found; `floor` is the least p this way could give.
    """

    statistic: pd.Series
    p: pd.Series
    q: pd.Series
    alternative: Alternative
    how: str
    floor: float

    def __post_init__(self) -> None:
        check_aligned("local result", self.statistic.index, self.p.index, self.q.index)
        tested = self.p.notna()
        if not (self.p[tested].between(0, 1, inclusive="right").all() and (self.q[tested] >= self.p[tested]).all()):
            raise StatisticError("local result: p must lie in (0, 1] and q must not be below p")
        if not (tested == self.q.notna()).all():
            raise StatisticError("local result: p and q must be known for the same areas")

    @property
    def tested(self) -> int:
        """Number of areas that were tested."""
        return int(self.p.notna().sum())


class LocalStatistic(Protocol):
    """A test of every area against its neighbours. Areas with NaN drop out of the reference set and stay NaN."""

    def __call__(self, values: pd.Series, neighbors: Neighbors, *, alternative: Alternative) -> LocalResult:
        """Test `values` (one per area, in the order of `neighbors`)."""
        ...
