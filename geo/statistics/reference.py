"""The reference set: the areas whose values are drawn from."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.errors import StatisticError, first_few
from geo.measures import check_aligned


def reference(where: str, values: pd.Series, *indexes: pd.Index) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which areas have a value, and those values; NaN drops out.

    Raises AlignmentError unless all `indexes` are those of the values, and StatisticError, naming `where`, for values
    that are infinite or do not differ.
    """
    check_aligned(where, values.index, *indexes)
    known = values.notna().to_numpy()
    found = values[known].to_numpy(dtype=float)
    if (endless := np.isinf(found)).any():
        raise StatisticError(f"{where}: values must be finite, not so in {first_few(values.index[known][endless])}")
    if len(found) == 0 or found.min() == found.max():
        raise StatisticError(f"{where}: the values of {len(found)} areas do not differ: nothing to test")
    return known, found
