"""LocalResult: what every local statistic gives, and how it was found."""

from dataclasses import dataclass, replace
from typing import Literal, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.errors import StatisticError
from geo.measures import Unknown, check_aligned
from geo.neighbors import Neighbors
from geo.statistics.significance import benjamini_hochberg

Alternative = Literal["greater", "less", "two-sided"]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class How:
    """How p was found.

    `exact`: computed, no noise. `certified`: computed on a lattice; the true p lies between `lower` and `p`.
    `permutation`: the share of `draws` draws with `seed`. `simulation`: likewise, of maps under the null. `normal`: by
    that approximation. `none`: not searched. `floor` is the least p it can give; `over` what is held against.
    """

    kind: Literal["exact", "certified", "permutation", "simulation", "normal", "none"]
    floor: float
    draws: int = 0
    seed: int | None = None
    over: str = "conditional permutation"

    def __str__(self) -> str:
        if self.kind in {"permutation", "simulation"}:
            drawn = self.over if self.kind == "permutation" else "simulation under the null"
            return f"{drawn}, {self.draws} draws, seed {self.seed}"
        return {
            "exact": f"exact {self.over}",
            "certified": f"exact {self.over}, certified from above",
            "normal": f"normal approximation of {self.over}",
            "none": "not searched",
        }[self.kind]


@dataclass(frozen=True, slots=True)
class LocalResult:
    """One test per area, NaN for areas that were not tested; `reason` says there why not.

    Args:
        statistic: the statistic, as a z-value where the method has one.
        p: its p-value, the upper end where only a bracket is known.
        lower: the lower end of that bracket; p itself where it is exact.
        q: p after correction for testing all areas.
        alternative: which side was tested.
        how: how p was found.
        reason: an `Unknown` exactly where an area was not tested.
    """

    statistic: pd.Series
    p: pd.Series
    lower: pd.Series
    q: pd.Series
    alternative: Alternative
    how: How
    reason: pd.Series

    def __post_init__(self) -> None:
        parts = (self.p, self.lower, self.q, self.reason)
        check_aligned("local result", self.statistic.index, *(part.index for part in parts))
        tested = self.p.notna()
        p, lower, q = self.p[tested], self.lower[tested], self.q[tested]
        if not (p.between(0, 1, inclusive="right").all() and (lower <= p).all() and (q >= p).all()):
            raise StatisticError("local result: p must lie in (0, 1], lower not above it and q not below it")
        if not (tested == self.q.notna()).all() or not (tested == self.reason.isna()).all():
            raise StatisticError("local result: q must be known, and no reason given, exactly where p is known")

    @classmethod
    def of(
        cls,
        every: pd.Index,
        known: NDArray[np.bool_],
        among: Neighbors,
        tests: tuple[Floats, Floats, Floats],
        alternative: Alternative,
        how: How,
    ) -> Self:
        """The result for `every` area from tests of some.

        Args:
            every: all areas.
            known: which of them had a value.
            among: those, and who of them border one another.
            tests: statistic, p and its lower end for each of those.
            alternative: which side was tested.
            how: how p was found.
        """
        where = np.flatnonzero(known)
        alone = among.count == 0
        columns = np.full((4, len(every)), np.nan)
        for at, found in enumerate((*tests, benjamini_hochberg(np.where(alone, np.nan, tests[1])))):
            columns[at, where] = np.where(alone, np.nan, found)
        reason = np.full(len(every), Unknown.ABSENT, dtype=object)
        reason[where] = None
        reason[where[alone]] = Unknown.ISLAND
        statistic, p, lower, q = (pd.Series(column, index=every) for column in columns)
        return cls(statistic, p, lower, q, alternative, how, pd.Series(reason, index=every, dtype=object))

    @classmethod
    def none(cls, every: pd.Index, why: Unknown) -> Self:
        """A result in which nothing was tested, and why."""
        nothing = pd.Series(np.nan, index=every)
        reason = pd.Series(why, index=every, dtype=object)
        return cls(nothing, nothing, nothing, nothing, "greater", How("none", 1.0), reason)

    def where(self, shown: "pd.Series[bool]", otherwise: Unknown) -> Self:
        """The result with what may not be shown left out, and why."""
        return replace(
            self,
            statistic=self.statistic.where(shown),
            p=self.p.where(shown),
            lower=self.lower.where(shown),
            q=self.q.where(shown),
            reason=self.reason.mask(~shown & self.reason.isna(), otherwise),
        )

    @property
    def tested(self) -> int:
        """Number of areas that were tested."""
        return int(self.p.notna().sum())


class LocalStatistic(Protocol):
    """A test of every area against its neighbours. Areas with NaN drop out of the reference set and stay NaN."""

    def __call__(self, values: pd.Series, neighbors: Neighbors, *, alternative: Alternative) -> LocalResult:
        """Test `values` (one per area, in the order of `neighbors`)."""
        ...
