"""Bivariate local Moran: where does one thing lie among another?

    I_i = z_i lag_i (n - 1) / n,   z_i of the first in standard deviations, lag_i the second's mean over the neighbours

The first stays where it is and the second is permuted over the other areas; the second's own value here leaves with
the area, as nobody can draw it. So p is that of the sum of the second over the neighbours, on the side where the first
lies: see geo.statistics.local_moran. Being high together in one area is not what is tested.
"""

import pandas as pd

from geo.errors import StatisticError
from geo.measures import check_aligned
from geo.neighbors import Neighbors
from geo.statistics.exact import FLOOR
from geo.statistics.local_moran import product_tail, quadrants_of, signs, standard_scores
from geo.statistics.moran import row_standardised
from geo.statistics.result import Alternative, How, LocalResult


def local_moran_among(
    first: pd.Series, second: pd.Series, neighbors: Neighbors, *, alternative: Alternative
) -> LocalResult:
    """Bivariate local Moran's I: `first` here, `second` at the neighbours; p by exact conditional permutation.

    "greater" looks for a high first amid a high second, and low amid low; `quadrants_among` tells which. Areas where
    either is NaN drop out, also as neighbours. Raises StatisticError where either does not differ.

    Source: L. Anselin, I. Syabri and O. Smirnov (2002), Visualizing multivariate spatial correlation with dynamically
    linked windows, in: New tools for spatial data analysis, CSISS, Santa Barbara.
    """
    check_aligned("local_moran_among", first.index, second.index, neighbors.ids)
    known = (first.notna() & second.notna()).to_numpy()
    among = neighbors.among(known)
    here, there = (part[known].to_numpy(dtype=float) for part in (first, second))
    for name, found in (("first", here), ("second", there)):
        if len(found) == 0 or found.min() == found.max():
            raise StatisticError(
                f"local_moran_among: the {name} does not differ over {len(found)} areas where both are known"
            )
    tail = product_tail(signs(here), there, among, alternative)
    statistic = (1 - 1 / len(here)) * standard_scores(here) * (row_standardised(among) @ standard_scores(there))
    how = How("exact" if tail.exact else "certified", FLOOR)
    return LocalResult.of(first.index, known, among, (statistic, tail.upper, tail.lower), alternative, how)


def quadrants_among(first: pd.Series, second: pd.Series, neighbors: Neighbors) -> pd.Series:
    """HH, LL, HL or LH: `first` here, then `second` at the neighbours on average. See local_moran.quadrants."""
    check_aligned("quadrants_among", first.index, second.index, neighbors.ids)
    known = (first.notna() & second.notna()).to_numpy()
    return quadrants_of(first[known], second[known], neighbors.among(known), first.index)
