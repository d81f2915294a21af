"""Quotients: a share beside that of the country, and a level beside an earlier one.

Neither is shrunk or tested here: they say in other words what rates and levels are.
"""

import pandas as pd


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
