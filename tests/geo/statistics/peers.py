"""What other programs make of the same figures: esda here and now, R's spdep from tests/golden."""

import json
import warnings
from contextlib import contextmanager
from pathlib import Path

import numba
import numpy as np

from tests.country import graph_of

GOLDEN = Path(__file__).parents[2] / "golden"

_compiled, numba.config.DISABLE_JIT = (
    numba.config.DISABLE_JIT,
    True,
)  # half a minute to compile, a second to run as it is
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import esda
    from esda.smoothing import assuncao_rate
numba.config.DISABLE_JIT = _compiled
esda.crand.boolean = bool  # numba's own type means nothing to numpy

__all__ = ["assuncao_rate", "esda_local_joins", "esda_of", "off_by", "spdep"]


@contextmanager
def quiet():
    """Without esda's warnings: of islands, of self-weights that it fills in."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def esda_of(statistic, *figures, neighbors, **options):
    """One of esda's statistics."""
    with quiet():
        return getattr(esda, statistic)(
            *(np.asarray(one, dtype=float) for one in figures), neighbors.graph(), **options
        )


def esda_local_joins(flags, neighbors, draws, seed):
    """esda's local join counts, which want another call."""
    with quiet():
        peer = esda.Join_Counts_Local(
            connectivity=neighbors.graph(), permutations=draws, seed=seed, alternative="greater"
        )
        return peer.fit(np.asarray(flags, dtype=float), permutations=draws)


def off_by(theirs, p, draws):
    """How many standard deviations their shares of so many draws lie from p, the share of all."""
    expected = (p * draws + 1) / (draws + 1)
    return (theirs - expected) / np.sqrt(p * (1 - p) / draws + 1e-9)


def spdep(name):
    """What tests/golden/spdep.R wrote of this set, and its neighbours."""
    golden = json.loads((GOLDEN / f"spdep_{name}.json").read_text())
    count = len(golden["neighbors"])
    around = [one if isinstance(one, list) else [one] for one in golden["neighbors"]]
    pairs = [(at, other - 1) for at, ones in enumerate(around) for other in ones if other > 0]
    return golden, graph_of(pairs, count)
