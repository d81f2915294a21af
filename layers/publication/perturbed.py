"""Perturbed: the confidential counts that a layer follows from, as they may leave: perturbed.

All that a layer says of confidential figures is computed from these, so whoever knows them knows it all. They are what
an audit starts from and what a ledger remembers; they go into no release.
"""

import pandas as pd

from geo.areas import AreaLevel
from geo.disclosure.perturbation import Noise

COLUMNS = ("count", "level", "vintage", "area", "published", "max_noise", "variance", "smallest", "least")
"""What was counted, where, which count may leave, by which noise, and the fewest that may be shown."""


def perturbed_counts(
    count: str, level: AreaLevel, vintage: int, published: pd.Series, noise: Noise, least: float
) -> pd.DataFrame:
    """The rows of one count at one level; `published` by area."""
    about = (noise.max_noise, noise.variance, noise.smallest, least)
    rows = {"count": count, "level": str(level), "vintage": vintage, "area": published.index, "published": published}
    return pd.DataFrame(rows | dict(zip(COLUMNS[5:], about, strict=True))).reset_index(drop=True)
