"""Interpolation: counts and means of areas whose borders follow no others, such as postcodes, in the areas they cross.

A source is divided over the targets in proportion to what of a known count lies in the piece that they share, which is
taken as even within a target (target density weighting); with no such count, in proportion to the surface of the
pieces. What is known of a target is measured by the same weight: it has a figure where at least `LEAST_KNOWN` of its
weight lies in sources of which the figure is known. So a sliver of an unknown source makes no target unknown, and a
target of which only slivers are known gets no figure that they would be. Where a known count is 0, as of inhabitants in
a polder, so is what is divided by it: that is what the weight claims.

Of a part of the country a source may lie across the edge: what lies outside is taken to weigh as much per square metre
as what lies within, and is lost. In the whole country there is nothing outside but sea and other countries.

Sources: J. Schroeder (2007), Target-density weighting interpolation and uncertainty evaluation for temporal analysis
of census data, Geographical Analysis 39(3), 311-335, doi:10.1111/j.1538-4632.2007.00706.x; by surface, M. Goodchild
and N. Lam (1980), Areal interpolation: a variant of the traditional spatial problem, Geo-processing 1, 297-312.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from boundaries.crosswalk import LEAST_KNOWN, Crosswalk, Method, pairs
from boundaries.dasymetric import Weights, by_weights, weight_of
from boundaries.overlaps import Overlaps, overlaps
from geo.alignment import check_aligned
from geo.areas import AreaFrame
from geo.messages import Message, message
from geo.polygons import Floats


@dataclass(frozen=True, slots=True)
class Interpolation:
    """A crosswalk, and what it was weighed by.

    Attributes:
        crosswalk: which share of each source goes to which target.
        weight: of each source, all that it is divided by; 0 where it has no weight, and surface decided.
        whole: of each target, its own weight; NaN where unknown.
    """

    crosswalk: Crosswalk
    weight: pd.Series
    whole: pd.Series

    def __post_init__(self) -> None:
        check_aligned("interpolation (sources)", self.crosswalk.sources, self.weight.index)
        check_aligned("interpolation (targets)", self.crosswalk.targets, self.whole.index)

    @property
    def notes(self) -> tuple[Message, ...]:
        """Those of the crosswalk."""
        return self.crosswalk.notes

    def counts(self, figures: pd.Series) -> pd.Series:
        """Counts per target; NaN where too little of it is known, or nothing is known of what it weighs."""
        check_aligned("interpolation", self.crosswalk.sources, figures.index)
        return self._sum(figures.fillna(0.0)).where(self.known(figures))

    def means(self, figures: pd.Series, of: pd.Series) -> pd.Series:
        """Means or rates per target, weighed by counts `of` the sources; NaN where counts are 0 or too little known."""
        check_aligned("interpolation", self.crosswalk.sources, figures.index, of.index)
        both = figures.where(of.notna())
        parts = of.where(both.notna(), 0.0)
        exposure = self._sum(parts)
        value = self._sum(both.fillna(0.0) * parts) / exposure.where(exposure > 0)
        return value.where(self.known(both))

    def back(self, figures: pd.Series) -> pd.Series:
        """Counts of the targets per source: of each what lies, by weight, in the piece that it shares with the source.
        NaN where the figure of too little of its weight is known, or it has no weight.
        """
        check_aligned("interpolation", self.crosswalk.targets, figures.index)
        each = (figures / self.whole).where(self.whole > 0)
        known = self._back(each.notna()) >= LEAST_KNOWN * self.weight
        return self._back(each.fillna(0.0)).where(known & (self.weight > 0))

    def known(self, figures: pd.Series) -> "pd.Series[bool]":
        """Which targets lie for the greater part, by weight, in sources of which the figure is known. Of one without
        weight all that came to it must be known.
        """
        enough = self._sum(self.weight.where(figures.notna(), 0.0)) >= LEAST_KNOWN * self.whole
        return enough & ((self.whole > 0) | (self._sum(figures.isna()) == 0))

    def _back(self, each: pd.Series) -> pd.Series:
        """Per source what a unit of weight in each target has, times the weight that lies there."""
        per_weight = self.crosswalk.matrix @ each.to_numpy(dtype=float)
        return pd.Series(self.weight.to_numpy() * per_weight, self.crosswalk.sources)

    def _sum(self, figures: pd.Series) -> pd.Series:
        return pd.Series(self.crosswalk.matrix.T @ figures.to_numpy(dtype=float), self.crosswalk.targets)


def by_density(
    source: AreaFrame, target: AreaFrame, counts: pd.Series | None = None, *, national: bool = True
) -> Interpolation:
    """Interpolated by a count of each target, taken as even within it; by surface where none is given, and for a source
    in which nothing is counted.

    Args:
        source: the areas that have figures.
        target: the areas that are to have them.
        counts: of each target; NaN where unknown.
        national: whether the targets are all of the country.
    """
    surface = target.table.geometry.area
    check_aligned("interpolation", target.ids, *([] if counts is None else [counts.index]))
    whole = (surface if counts is None else counts).astype(float).rename(None)
    both = overlaps(source.table.geometry.to_numpy(), target.table.geometry.to_numpy())
    covered = np.bincount(both.left, both.surface, len(source))
    piece = both.surface * (whole / surface).fillna(0.0).to_numpy()[both.right]
    inside = np.bincount(both.left, piece, len(source))
    outward = _outward(source, covered, national=national)
    empty = inside == 0
    by_surface = empty[both.left]
    share = np.divide(piece, (inside * outward)[both.left], out=np.zeros(len(piece)), where=~by_surface)
    share[by_surface] = (both.surface / (covered * outward)[both.left])[by_surface]
    evenly = by_surface | (counts is None)
    crosswalk = _crosswalk(source, target, both, share, evenly)
    if counts is not None:
        crosswalk = _noted(crosswalk, empty & (covered > 0), str(counts.name))
    return Interpolation(crosswalk, pd.Series(inside * outward, source.ids), whole)


def by_points_or_squares(source: AreaFrame, target: AreaFrame, weights: Weights) -> Interpolation:
    """Interpolated by what lies in each piece of points or squares (boundaries.dasymetric)."""
    return Interpolation(by_weights(source, target, weights), weight_of(source, weights), weight_of(target, weights))


def _outward(source: AreaFrame, covered: Floats, *, national: bool) -> Floats:
    """How many times what lies within the targets all of a source is."""
    if national:
        return np.ones(len(source))
    surface = source.table.geometry.area.to_numpy()
    times: Floats = np.divide(surface, covered, out=np.ones(len(source)), where=covered > 0).clip(min=1.0)
    return times


def _crosswalk(
    source: AreaFrame, target: AreaFrame, both: Overlaps, share: Floats, evenly: NDArray[np.bool_]
) -> Crosswalk:
    """The shares above 0; a source that falls whole into one target is said to."""
    some = share > 0
    table = pairs(both.left[some], both.right[some], share[some], Method.WEIGHTS)
    method = table["method"].mask(evenly[some], Method.SURFACE).mask(table["share"] == 1.0, Method.WHOLE)
    return Crosswalk(source.ids, target.ids, table.assign(method=method))


def _noted(crosswalk: Crosswalk, empty: NDArray[np.bool_], of: str) -> Crosswalk:
    if not empty.any():
        return crosswalk
    note = message(
        "without {of}, apportioned by surface: {count}, among which {code}",
        of=of, count=int(empty.sum()), code=crosswalk.sources[empty][0],
    )  # fmt: skip
    return Crosswalk(crosswalk.sources, crosswalk.targets, crosswalk.table, (*crosswalk.notes, note))
