"""What a scan gives: clusters, and the same as one test per area."""

from dataclasses import asdict, dataclass, fields

import numpy as np
import pandas as pd

from geo.errors import StatisticError
from geo.statistics.result import SIGNIFICANT, Alternative, How, LocalResult


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
        clusters: the windows that stand out.
        reason: for every area, why it dropped out: an `Unknown`, else None.
        how: how p was drawn.
        alternative: which side was tested; only excess is.

    >>> cluster = Cluster(("a", "b"), "a", 500.0, 12, 4.0, 3.4, 5.2, 0.001)
    >>> ScanResult((cluster,), pd.Series([None] * 3, index=["a", "b", "c"]), How("simulation", 0.001, 999, 1))
    <ScanResult: 3 of 3 areas, 1 clusters, smallest p 0.001, 1 with p <= 0.05 (simulation of one rate ...)>
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

    def __repr__(self) -> str:
        known = int(self.reason.isna().sum())
        clusters = f"{known} of {len(self.reason)} areas, {len(self.clusters)} clusters"
        if p := [cluster.p for cluster in self.clusters]:
            significant = sum(chance <= SIGNIFICANT for chance in p)
            clusters += f", smallest p {min(p):.3g}, {significant} with p <= {SIGNIFICANT}"
        return f"<ScanResult: {clusters} ({self.how})>"

    def to_frame(self) -> pd.DataFrame:
        """A row per cluster, strongest first, with the fields of `Cluster` for columns; per area see `local`."""
        return pd.DataFrame(
            [asdict(cluster) for cluster in self.clusters], columns=[field.name for field in fields(Cluster)]
        )

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
        statistic, p = (pd.Series(np.where(known, outside, np.nan), index=self.reason.index) for outside in (0.0, 1.0))
        for cluster in self.clusters:
            statistic[list(cluster.areas)], p[list(cluster.areas)] = cluster.llr, cluster.p
        return LocalResult(statistic, p, p, p, self.alternative, self.how, self.reason)
