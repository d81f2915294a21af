"""Permutations for a whole country of buurten, beside esda compiled by the same compiler."""

import warnings
from statistics import median
from time import perf_counter

import numba
import numpy as np
import pytest
from scipy.sparse import csr_array, diags_array, eye_array, kron

from geo.statistics.permutations import tails

COLUMNS, ROWS = 121, 120
DRAWS, RUNS = 999, 5


def decay():
    """Six neighbours for each of 14,520 areas as hexagons have, each pair with a weight of its own."""
    east, north = (diags_array([1.0], offsets=[1], shape=(size, size)) for size in (COLUMNS, ROWS))
    onward = kron(eye_array(ROWS), east) + kron(north, eye_array(COLUMNS)) + kron(north, east.T)
    onward = csr_array(onward)
    onward.data = 1 / np.random.default_rng(1).uniform(200, 2_000, onward.nnz)
    weights = csr_array(onward + onward.T)
    weights.sort_indices()
    return weights


def timed(work):
    begun = perf_counter()
    work()
    return perf_counter() - begun


def test_a_country_of_unequal_weights_beside_esda():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from esda import G_Local, Moran_Local, crand  # noqa: PLC0415  # seconds
        from libpysal.graph import Graph  # noqa: PLC0415
    if not hasattr(crand.compute_chunk, "signatures"):
        pytest.skip("esda came uncompiled with the tests that ran before; run this by itself")
    weights = decay()
    values, graph = np.random.default_rng(0).gamma(1, size=weights.shape[0]), Graph.from_sparse(weights)
    options = {"permutations": DRAWS, "seed": 1, "alternative": "greater", "keep_simulations": False}
    work = {"zicht": lambda: tails(values, weights, draws=DRAWS, seed=1)}
    for jobs in (1, -1):
        work[f"esda G_Local, n_jobs={jobs}"] = lambda jobs=jobs: G_Local(
            values, graph, transform="R", star=False, n_jobs=jobs, **options
        )
        work[f"esda Moran_Local, n_jobs={jobs}"] = lambda jobs=jobs: Moran_Local(values, graph, n_jobs=jobs, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first = {name: timed(one) for name, one in work.items()}
        seconds = {name: [] for name in work}
        for _ in range(RUNS):
            for name, one in work.items():
                seconds[name].append(timed(one))
    ours = median(seconds["zicht"])
    print(f"\n{len(values):,} areas, {weights.nnz:,} weights, {DRAWS} draws, {numba.get_num_threads()} threads")
    for name, one in seconds.items():
        print(f"  {name:28} {median(one):7.3f} s   ratio {median(one) / ours:5.1f}   first {first[name]:5.1f} s")
