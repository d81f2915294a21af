"""Crosswalk: carry counts from one set of areas to another, losing nothing unsaid.

Areas are joined by code (here), by surface (here), by where people live (boundaries.dasymetric), or from one vintage to
another (boundaries.changes). The table with all shares stays visible; sums go through it as a sparse matrix.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from boundaries.clipping import Whole
from boundaries.codes import parents
from boundaries.counts import Counts
from boundaries.overlaps import overlaps
from geo.areas import AreaFrame
from geo.errors import AlignmentError, first_few
from geo.measures import Measure, Unknown, check_aligned

LEAST_KNOWN = 0.9
"""Share of a target's exposure that must be known for it to have a value."""

ROUNDING = 1e-9
"""How far the shares of a source may add up to more than 1."""


class Method(StrEnum):
    """By what a share was found, from the surest to the least sure."""

    WHOLE = "whole"
    WEIGHTS = "weights"
    SURFACE = "surface"


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """Which share of each source area goes to which target: columns `source`, `target`, `share` (above 0), `way`.

    The shares of a source add up to 1 at most; what is missing is `lost`. `notes` say in Dutch what else to know.
    """

    sources: pd.Index
    targets: pd.Index
    table: pd.DataFrame
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        sides = {"source": self.sources, "target": self.targets}
        table = self.table.assign(**{side: _placed(self.table[side], known, side) for side, known in sides.items()})
        object.__setattr__(self, "table", table)
        if not (self.table["share"] > 0).all() or (self.given > 1 + ROUNDING).any():
            raise AlignmentError("crosswalk: shares must be above 0 and add up to 1 at most for every source area")

    @property
    def at(self) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
        """Where the source and the target of each share stand among the areas."""
        return self.table["source"].cat.codes.to_numpy(), self.table["target"].cat.codes.to_numpy()

    @property
    def exact(self) -> bool:
        """Whether every source falls whole into one target."""
        return bool((self.table["method"] == Method.WHOLE).all())

    @property
    def given(self) -> pd.Series:
        """The share of each source area that goes somewhere."""
        return pd.Series(np.bincount(self.at[0], self.table["share"], len(self.sources)), self.sources, name="share")

    @property
    def lost(self) -> pd.Series:
        """The share of each source area that goes nowhere, of those that lose more than a millionth."""
        rest = 1 - self.given
        return rest[rest > 1e-6]

    @property
    def evenly(self) -> pd.Index:
        """The sources of which something was spread by surface, since nothing better is known of them."""
        return self.sources[np.unique(self.at[0][self.table["method"] == Method.SURFACE])]

    @property
    def matrix(self) -> csr_array:
        """A row a source, a column a target."""
        return csr_array((self.table["share"].to_numpy(), self.at), shape=(len(self.sources), len(self.targets)))

    def sum(self, counts: Counts) -> Counts:
        """Counts per target area; unknown in a target if unknown in any source that contributes, or if none does."""
        _check_counts(counts)
        check_aligned("crosswalk", self.sources, counts.figures.index)
        return Counts(counts.of, self._sum(counts.figures))

    def left(self, counts: Counts) -> Counts:
        """How many of each source area go nowhere."""
        _check_counts(counts)
        check_aligned("crosswalk", self.sources, counts.figures.index)
        return Counts(counts.of, counts.figures * (1 - self.given).clip(lower=0.0))

    def apportion(self, measure: Measure) -> Measure:
        """The measure for the target areas: events and exposure summed over the sources where both are known.

        A target of which less than `LEAST_KNOWN` of the exposure is known has no value (`Unknown.PARTLY`).
        """
        check_aligned("crosswalk", self.sources, measure.events.index)
        both = measure.events.notna() & measure.exposure.notna()
        events = self._sum(measure.events.where(both, 0.0))
        known = self._sum(measure.exposure.where(both, 0.0))
        complete = self._sum(measure.exposure.fillna(0.0))
        unsized = self._sum(measure.exposure.isna().astype(float)) > 0
        partly = (known < LEAST_KNOWN * complete) | unsized
        reason = pd.Series(None, index=self.targets, dtype=object).mask(partly, Unknown.PARTLY)
        apportioned = Measure.of(
            measure.id, events.mask(partly), known.mask(partly), reason, shrunk=measure.shrunk
        )  # fmt: skip
        if self.exact and not measure.interpolated:
            return apportioned
        return Measure(
            apportioned.id,
            apportioned.events,
            apportioned.exposure,
            apportioned.reason,
            apportioned.shrunk,
            interpolated=True,
        )

    def then(self, other: Self) -> Self:
        """This way and the next in one: from the sources of this to the targets of the other."""
        check_aligned("crosswalk", self.targets, other.sources)
        first = self.table.rename(columns={"target": "via"})
        pairs = first.merge(other.table.rename(columns={"source": "via"}), on="via", suffixes=("", "_next"))
        order = list(Method)
        least_sure = np.maximum(pairs["method"].map(order.index), pairs["method_next"].map(order.index))
        pairs = pairs.assign(share=pairs["share"] * pairs["share_next"], method=least_sure)
        joined = pairs.groupby(["source", "target"], as_index=False, observed=True).agg(
            {"share": "sum", "method": "max"}
        )
        joined["method"] = joined["method"].map(dict(enumerate(order)))
        return type(self)(self.sources, other.targets, joined, (*self.notes, *other.notes))

    def back(self, counts: Counts) -> Self:
        """The way back, by what was carried: of each target, the share that came from each source.

        What `sum` made of these counts goes back to where it came from. Targets that got nothing have no way back.
        """
        _check_counts(counts)
        check_aligned("crosswalk", self.sources, counts.figures.index)
        if counts.figures.isna().any():
            unknown = first_few(counts.figures.index[counts.figures.isna()])
            raise AlignmentError(f"crosswalk: no way back by counts that are unknown: {unknown}")
        brought = self.table["share"].to_numpy() * counts.figures.to_numpy()[self.at[0]]
        got = np.bincount(self.at[1], brought, len(self.targets))
        table = self.table.rename(columns={"source": "target", "target": "source"})
        there = brought > 0
        method = table["method"].where(table["method"] != Method.WHOLE, Method.WEIGHTS)
        method = method.where(brought < got[self.at[1]], Method.WHOLE)
        table = table.assign(share=brought / np.where(there, got[self.at[1]], 1.0), method=method)[there]
        return type(self)(self.targets, self.sources, table.reset_index(drop=True), self.notes)

    def _sum(self, figures: pd.Series) -> pd.Series:
        known = figures.notna().to_numpy()
        matrix = self.matrix.T
        summed = matrix @ np.where(known, figures.to_numpy(), 0.0)
        incomplete = (matrix @ (~known).astype(float) > 0) | (np.diff(matrix.tocsr().indptr) == 0)
        return pd.Series(np.where(incomplete, np.nan, summed), index=self.targets)


def by_code(smaller: AreaFrame, larger: AreaFrame) -> Crosswalk:
    """Buurten to the wijken or gemeenten, or wijken to the gemeenten, whose code they bear."""
    parent = parents(smaller.ids, larger.level)
    there = parent.isin(larger.ids)
    pairs = {"source": smaller.ids[there], "target": parent[there]}
    return Crosswalk(smaller.ids, larger.ids, pd.DataFrame({**pairs, "share": 1.0, "method": Method.WHOLE}))


def by_surface(source: AreaFrame, target: AreaFrame) -> Crosswalk:
    """Spread over targets by the share of the source's surface that each covers. Where sources overlap (a generalised
    map), each keeps its own shares.
    """
    polygons = source.table.geometry.to_numpy()
    found = overlaps(polygons, target.table.geometry.to_numpy())
    share = (
        found.surface
        / np.maximum(np.bincount(found.left, found.surface, len(source)), source.table.geometry.area.to_numpy())[
            found.left
        ]
    )
    return Crosswalk(
        source.ids, target.ids, pairs(source.ids, found.left, target.ids, found.right, share, Method.SURFACE)
    )


def pairs(
    sources: pd.Index, source: Whole, targets: pd.Index, target: Whole, share: NDArray[np.float64], method: Method
) -> pd.DataFrame:
    """A table of shares, from the positions of the areas."""
    sides = {"source": (source, sources), "target": (target, targets)}
    columns = {side: pd.Categorical.from_codes(at, known) for side, (at, known) in sides.items()}
    return pd.DataFrame({**columns, "share": share, "method": method})


def _placed(codes: pd.Series, known: pd.Index, side: str) -> pd.Categorical:
    """Codes by where they stand among the areas. Raises AlignmentError for those that do not."""
    if isinstance(codes.dtype, pd.CategoricalDtype) and codes.cat.categories.equals(known):
        return pd.Categorical(codes)
    at = known.get_indexer(pd.Index(codes.astype(object)))
    if (at < 0).any():
        strange = first_few(codes[at < 0].unique())
        raise AlignmentError(f"crosswalk: shares of a {side} that is not among the areas: {strange}")
    return pd.Categorical.from_codes(at, known)


def _check_counts(counts: object) -> None:
    if not isinstance(counts, Counts):
        raise TypeError(f"a crosswalk carries Counts, or a Measure by `carry`, not a {type(counts).__name__}")
