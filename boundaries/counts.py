"""Counts: figures that may be added up, which is all that a crosswalk may carry.

A column of numbers does not say what it is, and the mean of two rates looks like any other number. So what is carried
has a name, and a name that tells a rate is refused. A name can still lie: a rate is carried rightly only as a Measure,
by its events and its exposure (`Crosswalk.carry`). Rejected: to look at the numbers, since 0 to 100 are counts too.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.errors import MeasureError, first_few

RATES = re.compile(
    r"%|\b(per|pct|percent\w*|procent\w*|promille|aandeel|share|fraction|gem|gemiddeld\w*|avg|average|mean|mediaan|median|"
    r"dichtheid|\w+dichtheid|density|ratio|rate|rates|index|score|quote|graad|afstand|distance)\b",
    re.IGNORECASE,
)
HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def rate_in(name: str) -> str | None:
    """The word in a name that tells a rate, whether words are parted by spaces, underscores or capitals."""
    found = RATES.search(HUMPS.sub(" ", name.replace("_", " ")))
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are of something in each area: 0 or more, NaN where unknown.

    Raises MeasureError where the name tells a rate, or figures are negative or infinite.
    """

    of: str
    figures: pd.Series

    def __post_init__(self) -> None:
        if rate := rate_in(self.of):
            raise MeasureError(
                f"counts of {self.of!r}: {rate!r} tells a rate, and rates cannot be added up; carry its events and "
                "its exposure as a Measure, and the rate follows from them"
            )
        wrong = (self.figures < 0) | np.isinf(self.figures)
        if wrong.any():
            found = first_few(f"{area} {self.figures[area]:g}" for area in self.figures.index[wrong])
            raise MeasureError(f"counts of {self.of!r}: must be 0 or more and finite, found {found}")

    @property
    def total(self) -> float:
        """All that is known together."""
        return float(self.figures.sum())
