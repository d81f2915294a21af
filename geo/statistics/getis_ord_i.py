"""Gi: is the sum of an area's neighbours, without the area itself, larger than chance makes it?

The area's own value stays where it is in conditional permutation, so that adding it or not moves the observed sum and
all others equally: p is that of Gi*, and only the z-value differs.
"""

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from geo.neighbors import AnyNeighbors, Neighbors
from geo.statistics.getis_ord import tail_of
from geo.statistics.lattice import Floats
from geo.statistics.permutations import TIE
from geo.statistics.reference import reference
from geo.statistics.result import Alternative, LocalResult
from geo.variation import from_mean


def getis_ord_i(values: pd.Series, neighbors: AnyNeighbors, *, alternative: Alternative = "greater") -> LocalResult:
    """Gi of Getis and Ord with equal weights; p by exact conditional permutation, as that of `getis_ord`.

    By default it is tested whether the sum over the neighbours is high; "less" tests whether it is low.

    Source: J.K. Ord and A. Getis (1995), Local spatial autocorrelation statistics, Geographical Analysis 27(4),
    286-306.

    >>> from scipy.sparse import diags_array
    >>> row = Neighbors(pd.RangeIndex(8), diags_array([1.0, 1.0], offsets=[-1, 1], shape=(8, 8)).tocsr())
    >>> values = pd.Series([9.0, 8.0, 9.0, 1.0, 2.0, 1.0, 2.0, 1.0])
    >>> getis_ord_i(values, row).statistic.round(2).tolist()
    [1.41, 2.43, 0.51, 0.4, -1.44, -1.11, -1.44, -0.72]
    """
    borders = Neighbors.of(neighbors)
    known, figures = reference("getis_ord_i", values, borders.ids)
    among = borders.among(known)
    tail = tail_of(figures, among, alternative)
    statistic = z_without(figures, among.matrix.astype(float))
    return LocalResult.of(values.index, known, among, (statistic, tail.upper, tail.lower), alternative, tail.how)


def z_without(values: Floats, weights: csr_array) -> Floats:
    """Gi in standard deviations from its mean under conditional permutation (formula 5); 0 where it cannot vary."""
    others, apart = len(values) - 1, from_mean(values)
    mean = -apart / others
    variance = np.maximum((apart @ apart - apart**2) / others - mean**2, 0.0)
    total, square = weights.sum(axis=1), (weights * weights).sum(axis=1)
    deviation = np.sqrt(variance * np.maximum(others * square - total**2, 0.0) / (others - 1))
    beyond = weights @ apart - total * mean
    varies = deviation > TIE * np.abs(apart).max()
    return np.asarray(np.divide(beyond, deviation, out=np.zeros(len(values)), where=varies), dtype=float)
