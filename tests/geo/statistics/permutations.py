"""Conditional permutation the slow way: every subset there is, or very many drawn ones."""

from itertools import combinations

import numpy as np

ROUNDING = 1e-9


def every_subset(values, neighbors, slack=0.0):
    """For each area the share of all ways to choose its neighbours of which the sum is at least theirs, less `slack`.

    NaN for an area without neighbours.
    """
    values = np.asarray(values, dtype=float)
    shares = np.full(len(values), np.nan)
    for at in range(len(values)):
        around = neighbors.matrix[[at]].nonzero()[1]
        if len(around):
            others = np.delete(values, at)
            sums = np.array([sum(chosen) for chosen in combinations(others, len(around))])
            shares[at] = np.mean(sums >= values[around].sum() - slack - ROUNDING)
    return shares


def drawn(values, neighbors, at, draws, rng):
    """The share of random draws, and how many there were: k of all others, those with a double left out."""
    around = neighbors.matrix[[at]].nonzero()[1]
    others = np.delete(np.asarray(values, dtype=float), at)
    chosen = np.sort(rng.integers(0, len(others), (draws, len(around))), axis=1)
    chosen = chosen[(np.diff(chosen, axis=1) > 0).all(axis=1)]
    return np.mean(others[chosen].sum(axis=1) >= values[around].sum() - ROUNDING), len(chosen)
