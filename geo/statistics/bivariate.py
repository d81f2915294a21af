"""Bivariate local Moran: where does one thing lie among another?

    I_i = z_i lag_i (n - 1) / n,   z_i of the first in standard deviations, lag_i the second's mean over the neighbours

The first stays where it is and the second is permuted over the other areas; the second's value in the area itself is
not drawn. So p is that of the sum of the second over the neighbours, on the side where the first lies: see
geo.statistics.local_moran. Being high together in one area is not what is tested.
"""

import pandas as pd

from geo.alignment import check_aligned
from geo.errors import StatisticError
from geo.neighbors import AnyNeighbors, Neighbors
from geo.statistics.local_moran import product_tail, quadrants_of, signs, standard_scores
from geo.statistics.moran import row_standardised
from geo.statistics.reference import summable
from geo.statistics.result import Alternative, LocalResult
from geo.variation import differs


def local_moran_among(
    first: pd.Series, second: pd.Series, neighbors: AnyNeighbors, *, alternative: Alternative = "two-sided"
) -> LocalResult:
    """Bivariate local Moran's I: `first` in the area, `second` at its neighbours; p by exact conditional permutation.

    "greater" looks for a high first amid a high second, and low amid low; "less" for high amid low, and low amid high;
    by default both: `quadrants_among` says which. Areas where either is NaN drop out, also as neighbours. Raises
    StatisticError where either does not differ.

    Source: L. Anselin, I. Syabri and O. Smirnov (2002), Visualizing multivariate spatial correlation with dynamically
    linked windows, in: New tools for spatial data analysis, CSISS, Santa Barbara.
    """
    borders = Neighbors.of(neighbors)
    check_aligned("local_moran_among", first.index, second.index, borders.ids)
    known = (first.notna() & second.notna()).to_numpy()
    among = borders.among(known)
    own, others = (part[known].to_numpy(dtype=float) for part in (first, second))
    for name, values in (("first", own), ("second", others)):
        if not differs(values):
            raise StatisticError(
                "local_moran_among: the {name} does not differ over {count} areas where both are known",
                name=name,
                count=len(values),
            )
    own, others = (summable("local_moran_among", part, first.index[known]) for part in (own, others))
    tail = product_tail(signs(own), others, among, alternative)
    statistic = (1 - 1 / len(own)) * standard_scores(own) * (row_standardised(among) @ standard_scores(others))
    return LocalResult.of(first.index, known, among, (statistic, tail.upper, tail.lower), alternative, tail.how)


def quadrants_among(first: pd.Series, second: pd.Series, neighbors: AnyNeighbors) -> pd.Series:
    """HH, LL, HL or LH: `first` in the area, then `second` at its neighbours on average. See local_moran.quadrants."""
    borders = Neighbors.of(neighbors)
    check_aligned("quadrants_among", first.index, second.index, borders.ids)
    known = (first.notna() & second.notna()).to_numpy()
    return quadrants_of(first[known], second[known], borders.among(known), first.index)
