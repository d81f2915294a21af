"""What a search gets right on a planted map, and the mean of that over many maps."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from layers.evaluation.maps import Flags, Planted


@dataclass(frozen=True, slots=True)
class SearchScore:
    """What one search did on one planted map. Where nothing is flagged, nothing is flagged wrongly.

    Attributes:
        power: the share of planted areas that are flagged; NaN without clusters.
        found: the share of clusters of which any area is flagged; NaN without clusters.
        precision: the share of what is flagged that is planted; NaN where nothing is flagged.
        false: the share of what is flagged that is not in or next to a cluster.
        alarm: 1 where any such area is flagged, else 0.
    """

    power: float
    found: float
    precision: float
    false: float
    alarm: float

    @classmethod
    def of(cls, planted: Planted, flagged: Flags) -> "SearchScore":
        """The score of what a search flagged."""
        count, wrong = int(flagged.sum()), int((flagged & ~planted.near).sum())
        inside = planted.inside
        return cls(
            power=float(flagged[inside].mean()) if planted.clusters else np.nan,
            found=float(np.mean([flagged[cluster].any() for cluster in planted.clusters]))
            if planted.clusters
            else np.nan,
            precision=float(flagged[inside].sum() / count) if count else np.nan,
            false=wrong / max(count, 1),
            alarm=float(wrong > 0),
        )

    def figures(self) -> Mapping[str, float]:
        """The figures by name."""
        return asdict(self)


def mean_and_error(rows: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard error of each column over the rows where it is known.

    The mean is NaN where no row has a figure; the error is NaN where fewer than two have.
    """
    figures = np.asarray(rows, dtype=float)
    count = np.isfinite(figures).sum(axis=0)
    total = np.nansum(figures, axis=0)
    means = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
    squares = np.nansum((figures - means) ** 2, axis=0)
    variance = np.divide(squares, count * (count - 1), out=np.full(len(total), np.nan), where=count > 1)
    return means, np.sqrt(variance)
