"""Seeds of parts: spawned from one, by the place of a part, so that neither their number nor who draws matters."""

import numpy as np


def spawned(seed: int, at: int) -> int:
    """The seed of a part.

    >>> spawned(1, 0) == spawned(1, 0) != spawned(1, 1)
    True
    """
    return int(np.random.SeedSequence(seed, spawn_key=(at,)).generate_state(1, np.uint64)[0])
