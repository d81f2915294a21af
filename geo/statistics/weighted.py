"""Gi with weights that differ: what lies near weighs more than what lies far, a long border more than a short one."""

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from geo.errors import StatisticError
from geo.measures import Unknown
from geo.statistics.getis_ord_i import z_without
from geo.statistics.permutations import p_drawn
from geo.statistics.reference import reference
from geo.statistics.result import Alternative, How, LocalResult
from geo.statistics.significance import benjamini_hochberg


def getis_ord_weighted(
    values: pd.Series, weights: csr_array, *, alternative: Alternative, draws: int, seed: int
) -> LocalResult:
    """Gi of Ord and Getis with any weights; p by conditional permutation, so never below 1 / (1 + draws).

    Over a whole country that floor is too high for a false discovery rate to let anything through unless draws is many
    times the number of areas: take equal weights and `getis_ord_i` where the question allows.

    Args:
        values: one per area; areas with NaN drop out and are not drawn.
        weights: of the area of the column for that of the row, in the order of `values`; the diagonal is empty.
        alternative: which side is tested.
        draws: number of permutations.
        seed: where they start; the same seed gives the same p.

    Source: J.K. Ord and A. Getis (1995), Local spatial autocorrelation statistics, Geographical Analysis 27(4),
    286-306.
    """
    if weights.shape != (len(values), len(values)):
        raise StatisticError(f"getis_ord_weighted: weights of {weights.shape} for {len(values)} areas")
    kept, found = reference("getis_ord_weighted", values)
    known = np.flatnonzero(kept)
    among = csr_array(weights[known][:, known])
    p = p_drawn(found, among, alternative, draws=draws, seed=seed)
    alone = np.isnan(p)
    columns = np.full((3, len(values)), np.nan)
    columns[:, known] = (np.where(alone, np.nan, z_without(found, among)), p, benjamini_hochberg(p))
    reason = np.full(len(values), Unknown.ABSENT, dtype=object)
    reason[known] = None
    reason[known[alone]] = Unknown.ISLAND
    statistic, p_all, q = (pd.Series(column, index=values.index) for column in columns)
    how = How("permutation", 1 / (1 + draws), draws, seed)
    why = pd.Series(reason, index=values.index, dtype=object)
    return LocalResult(statistic, p_all, p_all, q, alternative, how, why)
