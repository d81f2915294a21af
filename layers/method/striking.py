"""How unusual the score of an area is, and that of its surroundings: why it is on the map, and why it is not.

Of each area the share of all areas that have a score as high, the area among them; and the share of which the
neighbours have a mean score as high. In classes, and of scores that may be shown only: so they tell nothing that these
do not. They compare, and do not test: where places are high, so are the surroundings of many areas. Rejected: the exact
p of the neighbours (geo.statistics.getis_ord), which takes as long as the search itself.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.neighbors import Neighbors
from layers.publication.outcomes import SHARES

DECIMALS = 9
"""Of what is compared: means that differ by less came out of the same scores in another order."""


def striking(score: pd.Series, neighbors: Neighbors) -> pd.DataFrame:
    """The classes `own` and `around`: codes of `SHARES`, None without a score, or without a neighbour that has one.

    Args:
        score: of areas that were searched and may be shown; NaN elsewhere.
        neighbors: who borders whom.
    """
    known = score.notna().to_numpy()
    among, values = neighbors.among(known), score.to_numpy(dtype=float)[known]
    sums, count = among.matrix @ values, among.count
    means = np.divide(sums, count, out=np.full(len(sums), np.nan), where=count > 0)
    classes = {"own": _classes(values), "around": _classes(means)}
    table = pd.DataFrame(classes, score.index[known], dtype=object).reindex(score.index)
    return table.where(table.notna(), None)


def _classes(values: NDArray[np.float64]) -> NDArray[Any]:
    """The class of each value among those that are known; None where it is not."""
    compared = values.round(DECIMALS)
    ordered = np.sort(compared[np.isfinite(compared)])
    as_high = len(ordered) - np.searchsorted(ordered, compared, side="left")
    limits = np.array(list(SHARES.values())) * len(ordered)
    codes: NDArray[Any] = np.array([*SHARES, None], dtype=object)
    codes = codes[np.searchsorted(limits, as_high, side="left")]
    codes[~np.isfinite(compared)] = None
    return codes
