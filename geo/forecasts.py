"""Forecasts: where next year's events will be, from those of the years before and of the areas around.

The plainest that can be held against a map, and hard to beat: crime stays where it is. Weights of years and neighbours
were chosen on the crimes of 2021 to 2023 in the buurten of the country, to forecast 2024, and checked on 2025.

Source: W. Gorr, A. Olligschlaeger and Y. Thompson (2003), Short-term forecasting of crime, International Journal of
Forecasting 19(4), 579-594, doi:10.1016/S0169-2070(03)00092-X, on exponential smoothing over years.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from geo.alignment import check_aligned
from geo.neighbors import AnyNeighbors, Neighbors

YEARS = (0.5, 0.3, 0.2)
"""What the last year weighs, the one before, and the one before that."""
AROUND = 0.02
"""What the areas around weigh, where they lend strength."""


def smoothed(years: Sequence[pd.Series]) -> pd.Series:
    """Events to be expected next year; `years` are those of the last year first. Unknown where the last year is.

    >>> smoothed([pd.Series([10.0, 10.0]), pd.Series([20.0, float("nan")])]).tolist()
    [13.75, 10.0]
    """
    check_aligned("forecast", *(one.index for one in years))
    weights = [weight * one.notna() for weight, one in zip(YEARS, years, strict=False)]
    total = sum(weight * one.fillna(0.0) for weight, one in zip(weights, years, strict=False))
    return pd.Series(total / sum(weights), years[0].index).where(years[0].notna())


def per_unit(events: pd.Series, unit: pd.Series, neighbors: AnyNeighbors | None = None) -> pd.Series:
    """Events per unit (km², inhabitant), with a little of those around where neighbours are given; NaN without units.

    Around is over the neighbours together: a large quiet one does not count for as much as a small loud one.
    """
    check_aligned("forecast", events.index, unit.index)
    there = events.notna() & (unit > 0)
    own = (events / unit).where(there)
    if neighbors is None:
        return own
    matrix = Neighbors.of(neighbors).matrix
    sums = [matrix @ one.where(there, 0.0).to_numpy(dtype=float) for one in (events, unit)]
    around = pd.Series(np.divide(sums[0], sums[1], out=own.to_numpy().copy(), where=sums[1] > 0), own.index)
    return (1 - AROUND) * own + AROUND * around
