"""Gi with weights that differ: what lies near weighs more than what lies far, a long border more than a short one."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from geo.alignment import check_aligned
from geo.errors import StatisticError
from geo.neighbors import weights_of
from geo.statistics.getis_ord_i import z_without
from geo.statistics.permutations import p_drawn
from geo.statistics.reference import reference
from geo.statistics.result import Alternative, How, LocalResult
from geo.statistics.significance import benjamini_hochberg
from geo.unknown import Unknown

if TYPE_CHECKING:
    from libpysal.graph import Graph


def getis_ord_weighted(
    values: pd.Series,
    weights: "csr_array | Graph",
    *,
    alternative: Alternative = "greater",
    draws: int,
    seed: int,
) -> LocalResult:
    """Gi of Ord and Getis with any weights; p by conditional permutation, so never below 1 / (1 + draws).

    Over a whole country that floor is too high for a false discovery rate to let anything through unless draws is many
    times the number of areas: take equal weights and `getis_ord_i` where the question allows.

    Args:
        values: one per area; areas with NaN drop out and are not drawn.
        weights: of the area of the column for that of the row, in the order of `values`, with an empty diagonal; or a
            libpysal Graph with the index of `values` for ids, of which self-weights are left out.
        alternative: which side is tested; by default sums that are high.
        draws: number of permutations.
        seed: where they start; the same seed gives the same p.

    Source: J.K. Ord and A. Getis (1995), Local spatial autocorrelation statistics, Geographical Analysis 27(4),
    286-306.
    """
    matrix = _matrix(weights, values.index)
    has_value, figures = reference("getis_ord_weighted", values)
    known = np.flatnonzero(has_value)
    among = csr_array(matrix[known][:, known])
    p = p_drawn(figures, among, alternative, draws=draws, seed=seed)
    alone = np.isnan(p)
    columns = np.full((3, len(values)), np.nan)
    columns[:, known] = (np.where(alone, np.nan, z_without(figures, among)), p, benjamini_hochberg(p))
    reason = np.full(len(values), Unknown.ABSENT, dtype=object)
    reason[known] = None
    reason[known[alone]] = Unknown.ISLAND
    statistic, p_all, q = (pd.Series(column, index=values.index) for column in columns)
    how = How("permutation", 1 / (1 + draws), draws, seed)
    why = pd.Series(reason, index=values.index, dtype=object)
    return LocalResult(statistic, p_all, p_all, q, alternative, how, why)


def _matrix(weights: "csr_array | Graph", index: pd.Index) -> csr_array:
    """The weights as a matrix in the order of `index`."""
    if not isinstance(weights, csr_array):
        check_aligned("getis_ord_weighted", index, pd.Index(weights.unique_ids))
        return weights_of(weights)
    if weights.shape != (len(index), len(index)):
        rows, columns = weights.shape
        raise StatisticError(
            "getis_ord_weighted: weights of ({rows}, {columns}) for {count} areas",
            rows=rows,
            columns=columns,
            count=len(index),
        )
    return weights
