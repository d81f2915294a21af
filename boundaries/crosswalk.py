"""Crosswalk: carry counts from one set of areas to another, losing nothing unsaid."""

from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import pandas as pd

from boundaries.codes import parents
from geo.areas import AreaFrame, AreaLevel
from geo.errors import AlignmentError, first_few
from geo.measures import Measure, Unknown, check_aligned

LEAST_KNOWN = 0.9
"""Share of a target's exposure that must be known for it to have a value."""


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """Which share of each source area goes to which target: columns `source`, `target`, `share` (above 0).

    The shares of a source add up to 1 at most; what is missing is `lost`. `exact` tells whether sources fall whole
    into targets (by code) or are spread over them by surface.
    """

    sources: pd.Index
    targets: pd.Index
    table: pd.DataFrame
    exact: bool

    def __post_init__(self) -> None:
        for side, known in (("source", self.sources), ("target", self.targets)):
            if not self.table[side].isin(known).all():
                strange = first_few(self.table[side][~self.table[side].isin(known)].unique())
                raise AlignmentError(f"crosswalk: shares of a {side} that is not among the areas: {strange}")
        if not (self.table["share"] > 0).all() or (self.given > 1 + 1e-9).any():
            raise AlignmentError("crosswalk: shares must be above 0 and add up to 1 at most for every source area")

    @property
    def given(self) -> pd.Series:
        """The share of each source area that goes somewhere."""
        return self.table.groupby("source")["share"].sum().reindex(self.sources, fill_value=0.0)

    @property
    def lost(self) -> pd.Series:
        """The share of each source area that goes nowhere, of those that lose more than a millionth."""
        rest = 1 - self.given
        return rest[rest > 1e-6]

    def sum(self, counts: pd.Series) -> pd.Series:
        """Counts per target area; a count that is unknown in any contributing source is unknown in the target."""
        check_aligned("crosswalk", self.sources, counts.index)
        carried = counts.reindex(self.table["source"]).to_numpy() * self.table["share"].to_numpy()
        grouped = pd.Series(carried).groupby(self.table["target"].to_numpy())
        return grouped.sum(min_count=1).where(~_any_unknown(grouped)).reindex(self.targets)

    def carry(self, measure: Measure) -> Measure:
        """The measure for the target areas: events and exposure summed over the sources where both are known.

        A target of which less than `LEAST_KNOWN` of the exposure is known has no value (`Unknown.PARTLY`).
        """
        both = measure.events.notna() & measure.exposure.notna()
        events = self.sum(measure.events.where(both, 0.0))
        known = self.sum(measure.exposure.where(both, 0.0))
        complete = self.sum(measure.exposure.fillna(0.0))
        unsized = self.sum(measure.exposure.isna().astype(float)) > 0
        partly = (known < LEAST_KNOWN * complete) | unsized
        reason = pd.Series(None, index=self.targets, dtype=object).mask(partly, Unknown.PARTLY)
        carried = Measure.of(
            measure.id, events.mask(partly), known.mask(partly), reason, shrunk=measure.shrunk
        )  # fmt: skip
        if self.exact:
            return carried
        return Measure(carried.id, carried.events, carried.exposure, carried.reason, carried.shrunk, spread=True)


def by_code(buurten: AreaFrame, wijken: AreaFrame) -> Crosswalk:
    """Buurten to the wijken whose code they bear."""
    table = pd.DataFrame({"source": buurten.ids, "target": parents(buurten.ids, AreaLevel.WIJK), "share": 1.0})
    there = table["target"].isin(wijken.ids)
    return Crosswalk(buurten.ids, wijken.ids, table[there].reset_index(drop=True), exact=True)


def by_surface(source: AreaFrame, target: AreaFrame) -> Crosswalk:
    """Spread over targets by the share of the source's surface that each covers. Where sources overlap (a generalised
    map), each keeps its own shares.
    """
    left = geopandas.GeoDataFrame({"source": source.ids}, geometry=source.table.geometry.to_numpy(), crs=28992)
    right = geopandas.GeoDataFrame({"target": target.ids}, geometry=target.table.geometry.to_numpy(), crs=28992)
    pieces = geopandas.overlay(left, right, how="intersection", keep_geom_type=True)
    surface = pieces.area.groupby([pieces["source"], pieces["target"]]).sum().rename("share").reset_index()
    whole = source.table.geometry.area.reindex(surface["source"]).to_numpy()
    surface["share"] = surface["share"] / whole
    total = surface.groupby("source")["share"].transform("sum")
    surface["share"] /= np.maximum(total, 1.0)
    return Crosswalk(source.ids, target.ids, surface[surface["share"] > 0].reset_index(drop=True), exact=False)


def _any_unknown(grouped: Any) -> pd.Series:
    return pd.Series(grouped.count() < grouped.size())
