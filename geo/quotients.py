"""Quotients: a share beside that of the country, a level beside an earlier one or beside that of the group around it.

Neither is shrunk or tested here: they say in other words what rates and levels are.
"""

import pandas as pd

LEAST = 5
"""Fewest known areas in a group, for its mean: of fewer each is held against itself for the most part."""


def location_quotient(shares: pd.Series, national: float) -> pd.Series:
    """How many times the national share that of each area is; unknown everywhere where the national one is 0.

    1 is as in the country. Weighed by the exposure of the shares, the mean of all areas is 1.

    Source: P. Haggett (1965), Locational analysis in human geography, on the location quotient.

    >>> location_quotient(pd.Series([0.2, 0.1, 0.0]), 0.1).tolist()
    [2.0, 1.0, 0.0]
    """
    return shares / (national if national > 0 else float("nan"))


def growth(now: pd.Series, before: pd.Series) -> pd.Series:
    """What became of each level, as a factor: 1.05 is five percent more. Unknown where there was nothing before.

    >>> growth(pd.Series([210.0, 90.0, 4.0]), pd.Series([200.0, 100.0, 0.0])).tolist()
    [1.05, 0.9, nan]
    """
    return now / before.where(before > 0)


def within_groups(levels: pd.Series, weights: pd.Series, groups: pd.Series) -> pd.Series:
    """How many times the mean of its group, weighed, each level is; unknown where fewer than `LEAST` of it are known.

    Weighed by the same weights the mean of every group is 1, so that a group that is high as a whole has nothing high.

    >>> within_groups(pd.Series([1.0, 1, 1, 1, 6]), pd.Series(1.0, range(5)), pd.Series("GM1", range(5))).tolist()
    [0.5, 0.5, 0.5, 0.5, 3.0]
    """
    known = levels.notna() & (weights > 0)
    parts = pd.DataFrame({"sum": levels * weights, "weight": weights, "count": 1.0})[known]
    of_group = parts.groupby(groups[known]).sum()
    mean = (of_group["sum"] / of_group["weight"]).where((of_group["count"] >= LEAST) & (of_group["sum"] > 0))
    return (levels / groups.map(mean).astype(float)).where(known)
