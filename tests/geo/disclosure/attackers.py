"""The attacker who tries everything, and small hierarchies to try it on."""

from itertools import product

import numpy as np
from hypothesis import strategies as st

MOST = 4


def tried(lowest, highest, matrix):
    """The attacker who tries every whole number of each part, up to `MOST`."""
    totals = np.array(list(product(range(MOST + 1), repeat=matrix.shape[1]))) @ matrix.T
    possible = totals[((totals >= lowest) & (totals <= highest)).all(axis=1)]
    return (possible.min(axis=0), possible.max(axis=0)) if len(possible) else None


@st.composite
def hierarchies(draw):
    """Up to five parts in wijken, these in gemeenten; what is published of each is near what it is."""
    parts = draw(st.integers(1, 5))
    wijk = [draw(st.integers(0, min(2, at))) for at in range(parts)]
    wijken = sorted(set(wijk))
    gemeente = {one: draw(st.integers(0, 1)) for one in wijken}
    gemeenten = sorted(set(gemeente.values()))
    first_wijk, first_gemeente = parts, parts + len(wijken)
    parent = [first_wijk + wijken.index(one) for one in wijk]
    parent += [first_gemeente + gemeenten.index(gemeente[one]) for one in wijken] + [-1] * len(gemeenten)
    matrix = np.zeros((len(parent), parts))
    for part in range(parts):
        at = part
        while at >= 0:
            matrix[at, part] = 1
            at = parent[at]
    true = matrix @ np.array([draw(st.integers(0, MOST)) for _ in range(parts)])
    below = np.array([draw(st.integers(0, 4)) for _ in parent])
    above = np.array([draw(st.integers(0, 4)) for _ in parent])
    lowest, highest = np.maximum(true - below, 0), true + above
    highest[:parts], lowest[:parts] = np.minimum(highest[:parts], MOST), np.minimum(lowest[:parts], MOST)
    return np.array(parent), matrix, lowest, highest
