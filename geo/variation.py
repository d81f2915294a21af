"""Does it vary? What floating point makes of equal figures is no difference, and an offset takes none away.

33.3 times a weight, over that weight, is 33.3 but for its last digits; 0.1 + 0.2 is not 0.3. Taken for differences
these become standard deviations, ranks and hot spots. Whole numbers are exact, however large: they have no such noise.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NOISE = 1e-12
"""Figures that differ by no more than this part of the largest are equal: sums of a whole country leave less."""
EXACT = 2.0**53
"""Below it whole numbers are exact."""
DIGIT = float(np.finfo(float).eps)


def differs(values: Floats) -> bool:
    """Whether any two of these finite values differ by more than rounding.

    >>> differs(np.array([0.3, 0.1 + 0.2])), differs(np.array([2.0**53 - 1, 2.0**53 - 2])), differs(np.array([]))
    (False, True, False)
    """
    if not len(values):
        return False
    largest = 0.0 if are_whole(values) else float(np.abs(values).max())
    return bool(np.ptp(values) > NOISE * largest)


def are_whole(values: Floats) -> bool:
    """Whether all are whole numbers that are exact."""
    return bool((np.abs(values) < EXACT).all() and (values == np.rint(values)).all())


def noise(values: Floats) -> float:
    """What rounding may have made of the difference of two of these values, at least."""
    largest = np.ptp(values) if are_whole(values) else np.abs(values).max(initial=0.0)
    return 4 * DIGIT * float(largest)


def from_mean(values: Floats) -> Floats:
    """Distances from the mean, as precise whatever all values have in common: 2^53 more of each changes nothing.

    >>> from_mean(np.array([2.0**53 - 4, 2.0**53 - 2])).tolist()
    [-1.0, 1.0]
    """
    above = values - values.min()
    return np.asarray(above - above.mean())


def same(values: pd.Series, other: float) -> "pd.Series[bool]":
    """Where values are the other number but for rounding."""
    least = NOISE * np.maximum(values.abs(), abs(other))
    equal: pd.Series[bool] = np.isfinite(values) & ((values - other).abs() <= least)
    return equal
