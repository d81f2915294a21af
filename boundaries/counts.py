"""Counts: figures that may be added up, which is all that a crosswalk may sum.

A column of numbers does not say what it is, and the mean of two rates looks like any other number. So what is summed
has a name, and the name of a rate is refused, as is that of a class or a code. A name can still lie: a rate goes
through a crosswalk rightly only as a Measure, by its events and its exposure (`Crosswalk.apportion`). Rejected: to look
at the numbers, since 0 to 100 are counts too. A count that is refused for its name can be renamed; a sum of rates that
was let through is on the map, so the names that CBS gives (kwb, StatLine, squares) are refused where they are in doubt.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.errors import MeasureError, first_few

PREFIXES = re.compile(r"(p|g|m|pst|ste|af|av\d+)_", re.IGNORECASE)
"""How CBS begins percentages, averages, medians, postcodes, density, and distances and what lies within them."""

RATES = re.compile(
    r"%|\b(per\d*|pct|perc|percent\w*|\w*percentage|procent\w*|promille|aandeel|share|fraction|gem|gemiddeld\w*|avg|"
    r"average|mean|mediaan|median|dich|\w*dichtheid|density|oad|woz\w*|\w*grootte|\w*verhouding|ratio|rate|rates|index|"
    r"score|quote|graad|afstand|distance|(binnen|within) *\d+ *km|sted|\w*stedelijkheid|\w*code|codering|ind wbi)\b",
    re.IGNORECASE,
)
HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def rate_in(name: str) -> str | None:
    """What in a name is of a rate, class or code, whether words are parted by spaces, underscores or capitals."""
    match = PREFIXES.match(name) or RATES.search(HUMPS.sub(" ", name.replace("_", " ")))
    return match[0] if match else None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are of something in each area: 0 or more, NaN where unknown.

    Raises MeasureError where the name is that of a rate, class or code, or figures are negative or infinite.
    """

    of: str
    figures: pd.Series

    def __post_init__(self) -> None:
        if rate := rate_in(self.of):
            raise MeasureError(
                "counts of {of!r}: {rate!r} tells a rate, a class or a code, which cannot be added up; apportion the "
                "events and the exposure of a rate as a Measure, and it follows from them; rename what does hold "
                "counts",
                of=self.of, rate=rate,
            )  # fmt: skip
        wrong = (self.figures < 0) | np.isinf(self.figures)
        if wrong.any():
            raise MeasureError(
                "counts of {of!r}: must be 0 or more and finite, found {figures}",
                of=self.of, figures=first_few(f"{area} {self.figures[area]:g}" for area in self.figures.index[wrong]),
            )  # fmt: skip

    @property
    def total(self) -> float:
        """All that is known together."""
        return float(self.figures.sum())
