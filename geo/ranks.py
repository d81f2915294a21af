"""Ranks: at which place a figure stands among all that are known, or among those of areas that are alike."""

import numpy as np
import pandas as pd


def ranked(values: pd.Series, groups: pd.Series | None = None) -> tuple[pd.Series, pd.Series]:
    """The place of each value, 1 the highest, and among how many; NaN where it, or its group, is unknown.

    Equal values share the better place.

    >>> place, of = ranked(pd.Series([3.0, 1.0, 3.0, float("nan")]))
    >>> place.tolist(), of.tolist()
    ([1.0, 3.0, 1.0, nan], [3.0, 3.0, 3.0, nan])
    """
    if groups is None:
        groups = pd.Series(0.0, values.index)
    known = values.notna() & groups.notna()
    place, of = (pd.Series(np.nan, values.index) for _ in range(2))
    if known.any():
        within = values[known].groupby(groups[known])
        place[known], of[known] = within.rank(method="min", ascending=False), within.transform("size")
    return place, of
