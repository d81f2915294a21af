"""A result as if from a test, for what comes after the test."""

import pandas as pd

from geo.statistics.result import How, LocalResult
from geo.unknown import Unknown


def made(statistic: pd.Series, p: pd.Series, q: pd.Series) -> LocalResult:
    """A result with these figures; where p is unknown, the area is said to be an island."""
    reason = pd.Series(None, index=p.index, dtype=object).mask(p.isna(), Unknown.ISLAND)
    return LocalResult(statistic, p, p, q, "greater", How("exact", 1e-12), reason)
