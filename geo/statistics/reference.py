"""The reference set: the areas from which conditional permutation draws values."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.errors import StatisticError, first_few
from geo.measures import check_aligned
from geo.variation import differs

REACH = 200
"""Powers of two up to which sums of squares of a whole country are numbers, neither infinite nor 0."""


def reference(where: str, values: pd.Series, *indexes: pd.Index) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which areas have a value, and the values of those; NaN drops out.

    Values so large or small that their squares are no numbers any more are all made that many powers of two smaller or
    larger, which changes no digit of them: no statistic depends on the unit.

    Raises AlignmentError unless all `indexes` are those of the values, and StatisticError, naming `where`, for values
    that are infinite or do not differ by more than rounding.
    """
    check_aligned(where, values.index, *indexes)
    known = values.notna().to_numpy()
    figures = values[known].to_numpy(dtype=float)
    if (infinite := np.isinf(figures)).any():
        areas = first_few(values.index[known][infinite])
        raise StatisticError("{where}: values must be finite, not so in {areas}", where=where, areas=areas)
    if not differs(figures):
        raise StatisticError(
            "{where}: the values of {count} areas do not differ: nothing to test", where=where, count=len(figures)
        )
    return known, _within_reach(figures)


def _within_reach(figures: NDArray[np.float64]) -> NDArray[np.float64]:
    _, power = np.frexp(np.abs(figures).max())
    return np.ldexp(figures, -power) if abs(power) > REACH else figures
