"""LocalResult: what every local statistic gives, and how its p was computed or drawn."""

from dataclasses import dataclass, replace
from typing import Literal, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.alignment import check_aligned
from geo.errors import StatisticError
from geo.messages import Message, message
from geo.neighbors import AnyNeighbors, Neighbors
from geo.statistics.significance import benjamini_hochberg
from geo.unknown import Unknown

Alternative = Literal["greater", "less", "two-sided"]
Floats = NDArray[np.float64]

SIGNIFICANT = 0.05
"""The q up to which the `repr` of a result counts areas; nothing else uses it."""

CONDITIONAL = message("conditional permutation")
SIMULATED = message("simulation of one rate everywhere, so that rates that merely differ give an alarm too")


@dataclass(frozen=True, slots=True)
class How:
    """How p was computed or drawn.

    `exact`: computed, no noise. `certified`: computed on a lattice; the true p lies between `lower` and `p`, but for
    `drawn` areas where these were too far apart and p is the share of `draws` draws.
    `permutation`: the share of `draws` draws with `seed`. `simulation`: likewise, of maps under the null. `normal`: by
    that approximation. `none`: not searched. `floor` is the least p it can give; `over` the null distribution.

    >>> str(How("exact", 1e-12)), str(How("permutation", 0.001, draws=999, seed=1))
    ('exact conditional permutation', 'conditional permutation, 999 draws, seed 1')
    """

    kind: Literal["exact", "certified", "permutation", "simulation", "normal", "none"]
    floor: float
    draws: int = 0
    seed: int | None = None
    over: Message = CONDITIONAL
    drawn: int = 0

    def __str__(self) -> str:
        return str(self.message)

    @property
    def message(self) -> Message:
        """The same in a sentence."""
        if self.kind in {"permutation", "simulation"}:
            over = self.over if self.kind == "permutation" else SIMULATED
            return message("{over}, {draws} draws, seed {seed}", over=over, draws=self.draws, seed=self.seed)
        if self.drawn:
            return message(
                "exact {over}, certified from above; of {drawn} areas where that left p too uncertain, {draws} draws, "
                "seed {seed}",
                over=self.over, drawn=self.drawn, draws=self.draws, seed=self.seed,
            )  # fmt: skip
        return {
            "exact": message("exact {over}", over=self.over),
            "certified": message("exact {over}, certified from above", over=self.over),
            "normal": message("normal approximation of {over}", over=self.over),
            "none": message("not searched"),
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
        how: how p was computed or drawn.
        reason: an `Unknown` exactly where an area was not tested.

    >>> z, p, reason = pd.Series([1.2, 0.3]), pd.Series([0.02, 0.6]), pd.Series([None, None])
    >>> LocalResult(z, p, p, p, "greater", How("exact", 1e-12), reason)
    <LocalResult: 2 of 2 areas tested, smallest p 0.02, 1 with q <= 0.05 (greater; exact conditional permutation)>
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

    def __repr__(self) -> str:
        tests = f"{self.tested} of {len(self.p)} areas tested"
        if self.tested:
            tests += f", smallest p {self.p.min():.3g}, {int((self.q <= SIGNIFICANT).sum())} with q <= {SIGNIFICANT}"
        return f"<LocalResult: {tests} ({self.alternative}; {self.how})>"

    def to_frame(self) -> pd.DataFrame:
        """A row per area, with columns `statistic`, `p`, `lower`, `q` and `reason`: ready to join to a GeoDataFrame."""
        return pd.DataFrame({name: getattr(self, name) for name in ("statistic", "p", "lower", "q", "reason")})

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
            among: the areas with a value, and who of them border one another.
            tests: statistic, p and its lower end for each of those.
            alternative: which side was tested.
            how: how p was computed or drawn.
        """
        where = np.flatnonzero(known)
        alone = among.count == 0
        columns = np.full((4, len(every)), np.nan)
        for at, figures in enumerate((*tests, benjamini_hochberg(np.where(alone, np.nan, tests[1])))):
            columns[at, where] = np.where(alone, np.nan, figures)
        reason = np.full(len(every), Unknown.ABSENT, dtype=object)
        reason[where] = None
        reason[where[alone]] = Unknown.ISLAND
        statistic, p, lower, q = (pd.Series(column, index=every) for column in columns)
        return cls(statistic, p, lower, q, alternative, how, pd.Series(reason, index=every, dtype=object))

    @classmethod
    def none(cls, every: pd.Index, why: Unknown) -> Self:
        """A result in which nothing was tested, and why."""
        unknown = pd.Series(np.nan, index=every)
        reason = pd.Series(why, index=every, dtype=object)
        return cls(unknown, unknown, unknown, unknown, "greater", How("none", 1.0), reason)

    def where(self, keep: "pd.Series[bool]", otherwise: Unknown) -> Self:
        """The result with the areas left out for which `keep` is false, and `otherwise` as the reason why."""
        return replace(
            self,
            statistic=self.statistic.where(keep),
            p=self.p.where(keep),
            lower=self.lower.where(keep),
            q=self.q.where(keep),
            reason=self.reason.mask(~keep & self.reason.isna(), otherwise),
        )

    @property
    def tested(self) -> int:
        """Number of areas that were tested."""
        return int(self.p.notna().sum())


class LocalStatistic(Protocol):
    """A test of every area against its neighbours. Areas with NaN drop out of the reference set and stay NaN."""

    def __call__(self, values: pd.Series, neighbors: AnyNeighbors, *, alternative: Alternative) -> LocalResult:
        """Test `values` (one per area, in the order of `neighbors`)."""
        ...
