"""Crosswalk: counts and measures from one set of areas to another, with what goes nowhere counted.

Areas are joined by code (here), by surface (here), by where people live (boundaries.dasymetric), or from one vintage to
another (boundaries.changes). The table with all shares stays visible; sums go through it as a sparse matrix.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from boundaries.codes import parents
from boundaries.counts import Counts
from boundaries.overlaps import overlaps
from geo.alignment import check_aligned
from geo.areas import AreaFrame, AreaLevel, Areas
from geo.errors import AlignmentError, first_few
from geo.measures import Measure
from geo.messages import Message
from geo.polygons import Floats, Whole
from geo.unknown import Unknown

LEAST_KNOWN = 0.9
"""Share of a target's exposure that must be known for it to have a value."""

ROUNDING = 1e-9
"""How far the shares of a source may add up to more than 1."""


class Method(StrEnum):
    """By what a share was found, from the surest to the least sure."""

    WHOLE = "whole"
    WEIGHTS = "weights"
    SURFACE = "surface"


METHODS = pd.CategoricalDtype(list(Method), ordered=True)
"""The column of methods: of millions of shares, a byte each."""

Positions = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """Which share of each source area goes to which target: columns `source` and `target`, where these stand among the
    areas (`of_codes` takes their codes, `codes` has them), `share` (above 0) and `method`.

    The shares of a source add up to 1 at most; what is missing is `lost`. `notes` say what else to know.

    Rejected: the codes themselves as categories, which pandas makes an object of each to see that none is there twice.
    """

    sources: pd.Index
    targets: pd.Index
    table: pd.DataFrame
    notes: tuple[Message, ...] = ()

    def __post_init__(self) -> None:
        for side, ids in zip(self.at, (self.sources, self.targets), strict=True):
            if side.dtype.kind != "i" or (len(side) and not 0 <= side.min() <= side.max() < len(ids)):
                raise TypeError("a crosswalk takes where areas stand among the others, and of_codes their codes")
        if not (self.table["share"] > 0).all() or (self.given > 1 + ROUNDING).any():
            raise AlignmentError("crosswalk: shares must be above 0 and add up to 1 at most for every source area")

    @classmethod
    def of_codes(
        cls, sources: pd.Index, targets: pd.Index, table: pd.DataFrame, notes: tuple[Message, ...] = ()
    ) -> Self:
        """From a table of which `source` and `target` are codes. Raises AlignmentError for those of no area."""
        sides = {"source": sources, "target": targets}
        placed = {side: _placed(table[side], ids, side) for side, ids in sides.items()}
        return cls(sources, targets, table.assign(**placed, method=table["method"].astype(METHODS)), notes)

    @property
    def codes(self) -> pd.DataFrame:
        """The table with the codes of the areas."""
        source, target = self.at
        return self.table.assign(source=self.sources.take(source), target=self.targets.take(target))

    @property
    def at(self) -> tuple[Positions, Positions]:
        """Where the source and the target of each share stand among the areas."""
        return self.table["source"].to_numpy(), self.table["target"].to_numpy()

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
        """The sources of which something was interpolated by surface, since nothing better is known of them."""
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
        of_events, of_exposure = (
            None if margin is None else self._sum(margin.where(both, 0.0)).fillna(0.0)
            for margin in (measure.margin, measure.exposure_margin)
        )
        shrunk = None if measure.shrunk_events is None else self._sum(measure.shrunk_events.where(both, 0.0))
        apportioned = Measure.of(
            measure.id, events.mask(partly), known.mask(partly), reason, shrunk=measure.shrunk,
            margins=(of_events, of_exposure),
        )  # fmt: skip
        interpolated = measure.interpolated or not self.exact
        return replace(apportioned, interpolated=interpolated, shrunk_events=shrunk, counted=measure.counted)

    def then(self, other: Self) -> Self:
        """This crosswalk and the next in one: from the sources of this to the targets of the other."""
        check_aligned("crosswalk", self.targets, other.sources)
        first = self.table.rename(columns={"target": "via"})
        pairs = first.merge(other.table.rename(columns={"source": "via"}), on="via", suffixes=("", "_next"))
        least_sure = np.maximum(pairs["method"].cat.codes, pairs["method_next"].cat.codes)
        pairs = pairs.assign(share=pairs["share"] * pairs["share_next"], method=least_sure)
        joined = pairs.groupby(["source", "target"], as_index=False).agg({"share": "sum", "method": "max"})
        joined["method"] = pd.Categorical.from_codes(joined["method"], dtype=METHODS)
        return type(self)(self.sources, other.targets, joined, (*self.notes, *other.notes))

    def reversed(self, counts: Counts) -> Self:
        """The crosswalk back, by these counts: of each target, the share that came from each source.

        What `sum` made of these counts goes back to where it came from. Targets that got nothing are not in it.
        """
        _check_counts(counts)
        check_aligned("crosswalk", self.sources, counts.figures.index)
        if counts.figures.isna().any():
            unknown = first_few(counts.figures.index[counts.figures.isna()])
            raise AlignmentError("crosswalk: not reversed by counts that are unknown: {areas}", areas=unknown)
        parts = self.table["share"].to_numpy() * counts.figures.to_numpy()[self.at[0]]
        sums = np.bincount(self.at[1], parts, len(self.targets))[self.at[1]]
        table = self.table.rename(columns={"source": "target", "target": "source"})
        some = parts > 0
        method = table["method"].where(table["method"] != Method.WHOLE, Method.WEIGHTS)
        method = method.where(parts < sums, Method.WHOLE)
        table = table.assign(share=parts / np.where(some, sums, 1.0), method=method)[some]
        return type(self)(self.targets, self.sources, table.reset_index(drop=True), self.notes)

    def _sum(self, figures: pd.Series) -> pd.Series:
        """What each target gets, added up in the order of the sources; NaN where a source of it is unknown."""
        source, target = self.at
        share = self.table["share"].to_numpy()
        if (np.diff(source) < 0).any():
            order = np.argsort(source, kind="stable")
            source, target, share = source[order], target[order], share[order]
        known, count = figures.notna().to_numpy(), len(self.targets)
        summed = np.bincount(target, share * np.where(known, figures.to_numpy(), 0.0)[source], count)
        incomplete = np.bincount(target, minlength=count) == 0
        incomplete[target[~known[source]]] = True
        return pd.Series(np.where(incomplete, np.nan, summed), index=self.targets)


def by_code(smaller: AreaFrame, larger: Areas) -> Crosswalk:
    """Buurten to the wijken or gemeenten, or wijken to the gemeenten, whose code they bear."""
    return by_parent(smaller.ids, larger.ids, larger.level)


def by_parent(codes: pd.Index, larger: pd.Index, level: AreaLevel) -> Crosswalk:
    """The same for codes of which there may be no polygons."""
    parent = parents(codes, level)
    inside = parent.isin(larger)
    pairs = {"source": codes[inside], "target": parent[inside]}
    return Crosswalk.of_codes(codes, larger, pd.DataFrame({**pairs, "share": 1.0, "method": Method.WHOLE}))


def by_surface(source: AreaFrame, target: Areas) -> Crosswalk:
    """Interpolated by the share of the source's surface that each target covers. Where sources overlap (generalised
    boundaries), each keeps its own shares.
    """
    both = overlaps(source.polygons, target.polygons)
    covered = np.bincount(both.left, both.surface, len(source))
    share = both.surface / np.maximum(covered, source.table.geometry.area.to_numpy())[both.left]
    return Crosswalk(source.ids, target.ids, pairs(both.left, both.right, share, Method.SURFACE))


def pairs(source: Whole, target: Whole, share: Floats, method: Method) -> pd.DataFrame:
    """A table of shares, from the positions of the areas."""
    columns = {"source": source.astype(np.int32), "target": target.astype(np.int32), "share": share}
    return pd.DataFrame({**columns, "method": one_method(method, len(share))})


def one_method(method: Method, count: int) -> pd.Categorical:
    """The same for so many shares."""
    return pd.Categorical.from_codes(np.full(count, list(Method).index(method), np.int8), dtype=METHODS)


def _placed(codes: pd.Series, ids: pd.Index, side: str) -> Positions:
    """Where codes stand among the areas. Raises AlignmentError for those that do not."""
    at = ids.get_indexer(pd.Index(codes.astype(object)))
    if (at < 0).any():
        strange = first_few(codes[at < 0].unique())
        raise AlignmentError(
            "crosswalk: shares of a {side} that is not among the areas: {codes}", side=side, codes=strange
        )
    placed: Positions = at.astype(np.int32)
    return placed


def _check_counts(counts: object) -> None:
    if not isinstance(counts, Counts):
        raise TypeError(f"a crosswalk sums Counts, and apportions a Measure, not a {type(counts).__name__}")
