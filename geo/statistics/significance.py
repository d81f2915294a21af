"""Significance: from one p-value per area to what remains after testing every area."""

import pandas as pd
from scipy.stats import false_discovery_control


def benjamini_hochberg(p: pd.Series) -> pd.Series:
    """q-values: the least false discovery rate at which each area would be flagged. NaN in, NaN out, not counted.

    Source: Y. Benjamini and Y. Hochberg (1995), Controlling the false discovery rate, JRSS B 57(1), 289-300.
    """
    known = p.dropna()
    adjusted = pd.Series(false_discovery_control(known.to_numpy(), method="bh"), index=known.index) if len(known) else p
    return adjusted.reindex(p.index)
