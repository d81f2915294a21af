"""Orders of areas: those of the map beside the plain ones that it must be held against."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.areas import AreaFrame
from geo.forecasts import per_unit, smoothed
from geo.neighbors import Neighbors

BANDWIDTH = 500.0
"""Metres of the kernel: within a few streets."""
REACH = 3.0
"""Bandwidths beyond which a kernel is nothing."""
SQUARE_METRES = 1e6
"""Of a square kilometre."""


def surface(areas: AreaFrame) -> pd.Series:
    """How large each area is, in km²."""
    return pd.Series(areas.table.geometry.area / SQUARE_METRES, areas.ids)


def kernel_density(events: pd.Series, areas: AreaFrame) -> pd.Series:
    """The density of events in the middle of each area, where all of an area's lie in its centre (Gaussian kernel)."""
    points = shapely.get_coordinates(shapely.centroid(areas.table.geometry.to_numpy()))
    tree = cKDTree(points)
    near = tree.sparse_distance_matrix(tree, REACH * BANDWIDTH, output_type="coo_matrix").tocsr()
    near.data = np.exp(-((near.data / BANDWIDTH) ** 2) / 2)
    counts: NDArray[np.float64] = events.fillna(0.0).to_numpy(dtype=float)
    return pd.Series(near @ counts + counts, areas.ids)


def plain_orders(
    years: Sequence[pd.Series], cost: pd.Series, areas: AreaFrame, neighbors: Neighbors, *, of_surface: bool
) -> Mapping[str, pd.Series]:
    """What anyone can make of the counts of the last years (the last one first), and our forecast per unit of cost."""
    last, forecast = years[0], smoothed(years)
    orders = {
        "forecast_per_unit": per_unit(forecast, cost, neighbors if of_surface else None),
        "count_per_unit": per_unit(last, cost),
        "count": last,
        "kde": kernel_density(last, areas),
    }
    if len(years) > 1:
        mean = pd.DataFrame(dict(enumerate(years))).mean(axis=1).where(last.notna())
        orders["mean_per_unit"] = per_unit(mean, cost)
    return orders
