"""How firm a zoekgebied is: in which share of the searches that make one choice otherwise it stands as well.

One choice at a time: other neighbours, places of another size, another level, another exposure, another expectation,
another year, without each indicator, and by the second search where a theme has one. It stands in such a search where
at least half of its areas that were searched there are on the map too. Rejected: all of its areas, since those at its
edge come and go with any change and no place would stand; and one of them, since a place as large as a zoekgebied lies
near most areas of a centre. A half is also when two zoekgebieden are the same one (geo.moves), and when an indicator
finds one by itself.

A search that could look at fewer than half of its areas says nothing of it, and does not count: unknown is not fallen.
Each search counts once. It is no probability: the choices are those that somebody could have made, not a sample.

Source: A. Saltelli et al. (2020), Five ways to ensure that models serve society, Nature 582, 482-484,
doi:10.1038/d41586-020-01812-9; on the levels: S. Openshaw (1984), The modifiable areal unit problem, CATMOG 38.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from boundaries.crosswalk import Crosswalk

HALF = 0.5
"""Of its areas that were searched, how many must be on the map; and of its areas, how many must have been searched."""


@dataclass(frozen=True, slots=True)
class Run:
    """Of one search the areas on the map, and those that were searched; of the areas of the zoekgebieden."""

    found: frozenset[str]
    searched: frozenset[str]

    def holds(self, areas: Sequence[str]) -> bool | None:
        """Whether a zoekgebied of these areas stands in it; None where it says nothing of it.

        >>> run = Run(frozenset({"a"}), frozenset({"a", "b"}))
        >>> run.holds(["a", "b"]), run.holds(["b"]), run.holds(["a", "c", "d"])
        (True, False, None)
        """
        searched = self.searched.intersection(areas)
        if len(searched) < HALF * len(areas):
            return None
        return len(self.found.intersection(searched)) >= HALF * len(searched)


@dataclass(frozen=True, slots=True)
class Firmness:
    """In how many of `runs` a zoekgebied stands, and the positions of those in which it does not."""

    stands: int
    runs: int
    falls: tuple[int, ...]

    @property
    def share(self) -> float:
        """The share in which it stands; NaN where no search says anything of it."""
        return self.stands / self.runs if self.runs else float("nan")


def firmness(areas: Sequence[str], runs: Sequence[Run]) -> Firmness:
    """How firm a zoekgebied of these areas is in these searches."""
    held = [run.holds(areas) for run in runs]
    falls = tuple(at for at, one in enumerate(held) if one is False)
    stands = held.count(True)
    return Firmness(stands, stands + len(falls), falls)


def of_areas(found: pd.Index, searched: pd.Index, to_others: Crosswalk) -> Run:
    """A search of other areas, said of ours: an area was searched, or is on the map, where at least half of it was or
    is. `to_others` has the share of each of ours that lies in each of them.
    """
    shares = {
        name: to_others.matrix @ to_others.targets.isin(codes).astype(float)
        for name, codes in (("found", found), ("searched", searched))
    }
    seen = shares["searched"] >= HALF
    on_map = seen & (shares["found"] >= HALF * np.maximum(shares["searched"], HALF))
    ids = to_others.sources
    return Run(frozenset(ids[on_map]), frozenset(ids[seen]))
