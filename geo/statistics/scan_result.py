"""What a scan gives: clusters, and the same as one test per area."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.errors import StatisticError
from geo.statistics.result import Alternative, How, LocalResult


@dataclass(frozen=True, slots=True)
class Cluster:
    """A window that stands out.

    Args:
        areas: the codes in it, sorted.
        centre: the code of the area it was grown from.
        radius: from the point of that area to the furthest in it, in metres.
        observed: the events in it.
        expected: the events there would be in it if the rate were the same everywhere.
        relative_risk: its rate as a multiple of that outside; infinite where all events are inside.
        llr: the log likelihood ratio.
        p: the share of draws whose strongest window is at least as strong, the events themselves counted as a draw.
    """

    areas: tuple[str, ...]
    centre: str
    radius: float
    observed: int
    expected: float
    relative_risk: float
    llr: float
    p: float


@dataclass(frozen=True, slots=True)
class ScanResult:
    """The clusters, strongest first and without an area in common.

    The first is there whenever any window has more events than expected. Others follow as long as they beat at least
    one draw (p < 1). Their p is that of a first cluster as strong, and so too large rather than too small.

    Args:
        clusters: what was found.
        reason: for every area, why it dropped out: an `Unknown`, else None.
        how: how p was found.
        alternative: what was looked for; only excess is.
    """

    clusters: tuple[Cluster, ...]
    reason: pd.Series
    how: How
    alternative: Alternative = "greater"

    def __post_init__(self) -> None:
        if any(not 0 < cluster.p <= 1 for cluster in self.clusters):
            raise StatisticError("scan result: p must lie in (0, 1]")
        areas = [area for cluster in self.clusters for area in cluster.areas]
        if len(set(areas)) < len(areas):
            raise StatisticError("scan result: an area is in two clusters")

    @property
    def left_out(self) -> pd.Index:
        """The areas that dropped out, for want of events, exposure or both."""
        return self.reason.index[self.reason.notna()]

    @property
    def local(self) -> LocalResult:
        """For every area the ratio and p of the cluster that it is in; 0 and 1 where it is in none.

        The strongest window of the whole map is tested and not each area. So p needs no correction, and q is p.
        """
        known = self.reason.isna()
        statistic, p = (pd.Series(np.where(known, none, np.nan), index=self.reason.index) for none in (0.0, 1.0))
        for cluster in self.clusters:
            statistic[list(cluster.areas)], p[list(cluster.areas)] = cluster.llr, cluster.p
        return LocalResult(statistic, p, p, p, self.alternative, self.how, self.reason)
