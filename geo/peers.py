"""Peers: how many events there were to be in an area if it were as areas that are alike.

A hamlet compared with the country is quiet and a city centre is loud; compared with hamlets, or centres, either may
stand out. Peers are the areas of the same class (of address density, as CBS's stedelijkheid), or the nearest in a few
characteristics, each in standard deviations. An area is one of its own peers: else those that stand out most would be
held against a lower rate than any other.

Source: T. Benton, T. Chamberlain, R. Wilson and D. Teeman (2007), The development of the Children's Services
Statistical Neighbour Benchmarking Model, National Foundation for Educational Research.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.alignment import check_aligned
from geo.measures import Measure

LEAST = 20
"""Fewest peers with figures, the area among them, for a rate of their own."""


def classed(values: pd.Series, bounds: Sequence[float]) -> pd.Series:
    """The class of each value: 0 below the first bound, 1 from there on, and so forth; NaN where unknown.

    >>> classed(pd.Series([499, 500, 9000, float("nan")]), [500, 1000]).tolist()
    [0.0, 1.0, 2.0, nan]
    """
    at = np.searchsorted(np.asarray(bounds, dtype=float), values.to_numpy(dtype=float), side="right")
    return pd.Series(at.astype(float), values.index).where(values.notna())


def of_class(measure: Measure, classes: pd.Series) -> pd.Series:
    """The events of each area at the rate of its class; NaN where it has no class or exposure, or too few peers."""
    check_aligned("peers", measure.events.index, classes.index)
    known = measure.known & classes.notna()
    by_class = pd.DataFrame({"events": measure.events[known], "exposure": measure.exposure[known]})
    sums = by_class.groupby(classes[known]).agg("sum")
    counts = classes[known].value_counts()
    rate = (sums["events"] / sums["exposure"]).where(counts.reindex(sums.index) >= LEAST)
    return (measure.exposure * classes.map(rate)).where(known).astype(float)


def of_nearest(measure: Measure, characteristics: pd.DataFrame, count: int) -> pd.Series:
    """The events of each area at the rate of the `count` areas that are most like it; NaN where one is unknown.

    Likeness is distance between logarithms (of one more) of the characteristics, each in standard deviations. Of areas
    as near as one another the earlier is taken.
    """
    check_aligned("peers", measure.events.index, characteristics.index)
    known = measure.known & characteristics.notna().all(axis=1)
    if known.sum() < max(LEAST, count):
        return measure.exposure * np.nan
    nearest = _nearest(np.log1p(characteristics[known].to_numpy(dtype=float)), count)
    events, exposure = (one[known].to_numpy(dtype=float) for one in (measure.events, measure.exposure))
    rate = events[nearest].sum(axis=1) / exposure[nearest].sum(axis=1)
    return pd.Series(exposure * rate, measure.events.index[known]).reindex(measure.events.index)


def _nearest(values: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """Positions of the nearest `count`, the own among them."""
    from scipy.spatial import cKDTree  # noqa: PLC0415  # a third of a second

    spread = values.std(axis=0)
    points = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    _, nearest = cKDTree(points).query(points, k=count)
    return np.asarray(nearest.reshape(len(points), count), dtype=np.intp)
