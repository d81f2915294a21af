"""Deviations: how far from the national mean, on one scale for all indicators.

The scale is standard deviations around the national value, not around the mean of areas: 0 means "as in the country". A
rate is compared on a log scale (twice as much is as far as half as much), a share by its odds, a level by difference.
Deviations are cut off at `LIMIT`, so that one extreme area cannot make a score, its neighbours or a whole zoekgebied
high by itself. Rejected: ranks (lose how much), raw ratios (a railway station with forty inhabitants outweighs a city).

Source: OECD (2008), Handbook on constructing composite indicators, on z-scores and trimming.
"""

import numpy as np
import pandas as pd

from geo.variation import NOISE, same

LIMIT = 3.0
"""Standard deviations at which a deviation is cut off."""


def relative(values: pd.Series, national: float) -> pd.Series:
    """How many times the national value, as a natural logarithm; 0 where they are equal but for rounding, and
    everywhere where the national value is 0.

    >>> relative(pd.Series([2.0, 1.0, 0.5]), 1.0).round(3).tolist()
    [0.693, 0.0, -0.693]
    """
    if national == 0:
        return values * 0.0
    with np.errstate(divide="ignore"):
        return pd.Series(np.log(values / national), index=values.index).mask(same(values, national), 0.0)


def log_odds(shares: pd.Series, national: float) -> pd.Series:
    """How much larger the odds of a share are than the national odds, as a natural logarithm.

    A share cannot be more than 1: on a plain log scale it could fall far below the national one, and hardly rise. All
    zero where the national share is 1: then that of every area is.

    >>> log_odds(pd.Series([0.9, 0.5, 0.1]), 0.5).round(3).tolist()
    [2.197, 0.0, -2.197]
    """
    shares = shares.mask(same(shares, 1.0), 1.0)
    if national >= 1 - NOISE:
        return shares * 0.0
    return relative(shares / (1 - shares), national / (1 - national)).mask(same(shares, national), 0.0)


def absolute(values: pd.Series, national: float) -> pd.Series:
    """How much more than the national value, in the unit of the values; 0 where they are equal but for rounding."""
    return (values - national).mask(same(values, national), 0.0)


def standardise(deviations: pd.Series) -> pd.Series:
    """In standard deviations around the national value (root mean square over known areas), cut off at `LIMIT`.

    >>> standardise(pd.Series([1.0, -1.0, float("inf"), float("nan")])).tolist()
    [1.0, -1.0, 3.0, nan]
    """
    finite = deviations[np.isfinite(deviations)]
    scale = float(np.sqrt((finite**2).mean())) if len(finite) else 0.0
    scaled = deviations / scale if scale > 0 else deviations.replace([np.inf, -np.inf], [LIMIT, -LIMIT])
    return scaled.clip(-LIMIT, LIMIT)
