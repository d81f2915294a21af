"""What is calibrated: the p-values of zicht and its peers, and the ways to search for clusters."""

import warnings
from functools import cache

import numba
import numpy as np
import pandas as pd

from geo.residuals import residuals
from geo.statistics.getis_ord import getis_ord
from geo.statistics.local_moran import local_moran, quadrants
from geo.statistics.scan import scan
from geo.statistics.scan_windows import Windows
from geo.statistics.standardised import standardised
from tests.benchmarks.calibration.maps import board

PERMUTATIONS, SCAN_DRAWS = 999, 199
MAX_Q = 0.05

P_VALUES = {
    "zicht": ("zicht", 1),
    "esda_greater": ("esda greater", 1),
    "geoda_hot": ("GeoDa warm", 1),
    "esda": ("esda standaard", 2),
    "geoda": ("GeoDa standaard", 2),
}
"""Title, and how many tails p is the smaller of: of two tails p may be at most alpha twice as often."""

SEARCHES = {
    "gi": "Gi*",
    "gi_own": "Gi* en zelf hoog",
    "gi_ar": "Gi* (A&R) en zelf hoog",
    "gi_residual": "Gi* (residuen) en zelf hoog",
    "moran": "lokale Moran hoog-hoog",
    "scan": "scan",
    "both": "Gi* (residuen) én scan",
    "either": "Gi* (residuen) óf scan",
}
"""Gi* and Moran look at the deviations of zicht; A&R at rates standardised by Assunção and Reis, residuals at those of
geo.residuals. What zicht does is "gi_residual" (layers.method.build)."""


def without_compiling():
    """Import esda as plain Python: compiling it takes longer than the few maps of a quick run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before, numba.config.DISABLE_JIT = numba.config.DISABLE_JIT, True
        from esda import crand  # noqa: PLC0415  # seconds

        crand.boolean = bool  # a type of numba, called as a function
        numba.config.DISABLE_JIT = before


def p_zicht(values, on):
    return getis_ord(_series(values, on), on.neighbors, alternative="greater").p.to_numpy()


def p_esda(values, on, seed, alternative):
    """Gi* with binary weights; "directed" is what esda does when nothing is said about the alternative."""
    from esda.getisord import G_Local  # noqa: PLC0415  # seconds, and compiles on first use

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # islands, self-weights
        found = G_Local(
            np.asarray(values, dtype=float), _graph(on.name), transform="B", star=True,
            permutations=PERMUTATIONS, seed=seed, alternative=alternative, n_jobs=1,
        )  # fmt: skip
    return np.asarray(found.p_sim, dtype=float)


def p_geoda(values, on, seed):
    """GeoDa's p of the smaller tail, and that of the areas whose own Gi* is above the mean (else 1)."""
    import pygeoda  # noqa: PLC0415  # a peer: only where it is asked for

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = pygeoda.local_gstar(
            _weights(on.name), pd.Series(np.asarray(values, dtype=float)), permutations=PERMUTATIONS, seed=seed,
            cpu_threads=1, permutation_method="lookup-table",
        )  # fmt: skip
    p, statistic = np.array(found.lisa_pvalues()), np.array(found.lisa_values())
    return p, np.where(statistic > 1 / len(on), p, 1.0)


def searched(planted, seed):
    """Which areas each of `SEARCHES` flags."""
    on, values = planted.board, planted.deviations
    hot = (getis_ord(values, on.neighbors, alternative="greater").q <= MAX_Q).to_numpy()
    own = hot & (values > 0).to_numpy()
    residual = standardised(planted.measure)
    standard = (getis_ord(residual, on.neighbors, alternative="greater").q <= MAX_Q) & (residual > 0)
    ours = _residual(planted)
    moran = (local_moran(values, on.neighbors, alternative="greater").q <= MAX_Q).to_numpy()
    high = (quadrants(values, on.neighbors) == "HH").to_numpy()
    scanned = _scanned(planted, seed)
    return {
        "gi": hot,
        "gi_own": own,
        "gi_ar": standard.to_numpy(),
        "gi_residual": ours,
        "moran": moran & high,
        "scan": scanned,
        "both": ours & scanned,
        "either": ours | scanned,
    }


def _residual(planted):
    """The search of zicht: neighbours with surprising events, around an area that is itself above the national rate."""
    found = getis_ord(residuals(planted.measure), planted.board.neighbors, alternative="greater")
    return ((found.q <= MAX_Q) & (planted.deviations > 0)).to_numpy()


def _scanned(planted, seed):
    """The areas in clusters that the scan finds at `MAX_Q`: no area is tested, so p needs no correction."""
    on, measure = planted.board, planted.measure
    found = scan(measure.events, measure.exposure, on.points, windows=Windows(), draws=SCAN_DRAWS, seed=seed)
    inside = [area for cluster in found.clusters if cluster.p <= MAX_Q for area in cluster.areas]
    return on.areas.ids.isin(inside)


def _series(values, on):
    return pd.Series(np.asarray(values, dtype=float), index=on.areas.ids)


@cache
def _graph(name):
    return board(name).neighbors.graph()


@cache
def _weights(name):
    """GeoDa's own queen neighbours; they are the same as ours."""
    import pygeoda  # noqa: PLC0415  # as above

    return pygeoda.queen_weights(pygeoda.open(board(name).areas.table[["name", "geometry"]].reset_index()))
