"""Stratified random samples, with the chance that each had to be drawn: by it a total can be estimated afterwards.

Each stratum gets its part of the sample, but one at least, so that none is left unseen. Weighing what is found in each
by 1 / chance then gives the total of all without bias (Horvitz-Thompson), however the parts fell.

Source: D.G. Horvitz and D.J. Thompson (1952), A generalization of sampling without replacement from a finite universe,
JASA 47(260), 663-685.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.errors import StatisticError

Whole = NDArray[np.int64]


def stratified_sample(strata: pd.Series, count: int, seed: int) -> pd.Series:
    """So many of an index at random, by stratum: for each that is drawn the chance that it had.

    The same strata, count and seed give the same sample. Raises StatisticError where there are fewer than are asked
    for, or fewer are asked for than there are strata.
    """
    sizes = strata.value_counts().sort_index()
    if not len(sizes) <= count <= len(strata):
        raise StatisticError(
            "a sample of {count} of {whole} areas in {strata} strata: ask for {strata} or more, and {whole} or fewer",
            count=count, whole=len(strata), strata=len(sizes),
        )  # fmt: skip
    rng = np.random.default_rng(seed)
    drawn = []
    whole = np.asarray(sizes, dtype=np.int64)
    for (stratum, size), part in zip(sizes.items(), _parts(whole, count), strict=True):
        members = strata.index[strata == stratum].sort_values()
        chosen = rng.choice(len(members), part, replace=False)
        drawn.append(pd.Series(part / size, index=members[np.sort(chosen)]))
    return pd.concat(drawn)


def _parts(sizes: Whole, count: int) -> Whole:
    """How many of each stratum: one, and each of the rest to the one that has least for its size (Sainte-Laguë)."""
    parts = np.ones(len(sizes), dtype=np.int64)
    for _ in range(count - len(sizes)):
        parts[np.argmax(np.where(parts < sizes, sizes / (2 * parts + 1), -1.0))] += 1
    return parts
