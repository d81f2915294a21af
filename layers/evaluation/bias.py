"""Whom a map falls on: which share of the areas is on it, by fifths of what its residents have or are.

No such figure decides anything: it may be no indicator and no expectation. It is held against what was found, since a
map may fall on some more than on others by what goes together with what it counts. What each indicator does to that is
seen where it is left out.

Areas of the same value are in the same fifth, so that fifths differ in size. Areas on a map lie together: a share tells
what the map does, and no test says whether chance would do it too. What lies on the map for cause or by where the
police look is not told apart either.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

FIFTHS = 5
LEAST = 100
"""Fewest areas that were searched and of which the figure is known: in fewer a fifth has under twenty."""


@dataclass(frozen=True, slots=True)
class Fifth:
    """A fifth of the areas, by a figure: between which values, how many were searched, how many are on the map."""

    low: float
    high: float
    areas: int
    flagged: int

    @property
    def share(self) -> float:
        """The share that is on the map."""
        return self.flagged / self.areas


def fifths(figure: pd.Series, found: Collection[str], searched: Collection[str]) -> list[Fifth]:
    """The fifths of the areas that were searched, lowest figure first; none where it is known of fewer than `LEAST`.

    A fifth is left out where all of it has the value of the one before: then there are fewer.
    """
    known = figure.dropna()
    known = known[known.index.isin(searched)]
    if len(known) < LEAST:
        return []
    at = np.ceil(known.rank(method="average") / len(known) * FIFTHS).astype(int)
    on_map = pd.Series(known.index.isin(found), known.index)
    return [
        Fifth(float(part.min()), float(part.max()), len(part), int(on_map[part.index].sum()))
        for _, part in known.groupby(at)
    ]
