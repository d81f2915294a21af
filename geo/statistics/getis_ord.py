"""Gi*: is the sum of an area and its neighbours larger than chance makes it?"""

import warnings

import numpy as np
import pandas as pd
from esda.getisord import G_Local
from libpysal.graph import Graph

from geo.errors import StatisticError
from geo.measures import check_aligned
from geo.statistics.result import Alternative, LocalResult
from geo.statistics.significance import benjamini_hochberg

ESDA_ALTERNATIVE = {"greater": "greater", "less": "lesser", "two-sided": "two-sided"}


def getis_ord(
    values: pd.Series, neighbors: Graph, *, alternative: Alternative, permutations: int, seed: int
) -> LocalResult:
    """Gi* of Getis and Ord with binary weights; p by conditional permutation, q by Benjamini-Hochberg.

    The values of the neighbours are drawn without replacement from all other areas, the area's own value stays where
    it is. Areas with NaN and areas without neighbours are not tested: they are left out of the reference set (NaN) or
    kept in it (no neighbours), and come back NaN.

    esda divides by the sum of all values, which for scores around 0 would turn hot into cold; the values are therefore
    shifted above 0 first, which changes no permutation p-value and no z-value.

    Source: J.K. Ord and A. Getis (1995), Local spatial autocorrelation statistics, Geographical Analysis 27(4).
    """
    check_aligned("getis_ord", values.index, neighbors.unique_ids)
    known = values.dropna()
    if len(known) < 2 or known.nunique() < 2:
        raise StatisticError(f"getis_ord: {len(known)} areas have a value and they do not differ: nothing to test")
    among = neighbors.subgraph(known.index.to_numpy())
    shifted = (known - known.min() + (known.max() - known.min())).to_numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # esda warns of isolates and of its own defaults; both are answered here
        found = G_Local(
            shifted, among, transform="B", star=True, permutations=permutations, keep_simulations=False,
            n_jobs=1, seed=seed, alternative=ESDA_ALTERNATIVE[alternative],
        )  # fmt: skip
    alone = known.index.isin(among.isolates)
    p = pd.Series(np.where(alone, np.nan, found.p_sim), index=known.index, dtype=float)
    statistic = pd.Series(np.where(alone, np.nan, found.Zs), index=known.index)
    return LocalResult(
        statistic.reindex(values.index),
        p.reindex(values.index),
        benjamini_hochberg(p).reindex(values.index),
        alternative,
        f"conditional permutation, {permutations} draws, seed {seed}",
        1 / (permutations + 1),
    )
