"""Perturbed: the confidential counts that a layer follows from, as they may leave: perturbed.

All that a layer says of confidential figures is computed from these, so whoever knows them knows it all. They are what
an audit starts from and what a ledger remembers; they go into no release.
"""

import pandas as pd

from geo.areas import AreaLevel
from geo.disclosure.perturbation import Noise

BY_NOISE = ("max_noise", "variance", "smallest", "least")
COLUMNS = ("count", "level", "vintage", "area", "published", *BY_NOISE, "overlaps", "selects")
"""What was counted, where, which count may leave, by which noise, the fewest that may be shown; of a hexagon the codes
of the finest areas that it overlaps, in one text; and which records were counted.
"""

YEAR, RANGE, PART_OF = "#year", "#range", "#part_of"
"""Which records a column counts is JSON: by column what its rows have in each column of the records, one of some codes
({"hennep_2024": {"soort": ["hennep*"], "#year": ["2024"]}}) or a number in a range ({"#range prijs": {"least": 0,
"below": 9}}); none of these where all rows count. Of a column that is delivered per area it is the one that it is a
part of, where that is declared ({"huur": {"#part_of": "woningen"}}).
"""

ELSEWHERE = "+"
"""In that text after the code of an area that also lies in hexagons without a count; by itself where the hexagon also
reaches where no area is. There may be records there too.
"""

REACHES, AND = "/", ","
"""After that: the larger hexagons that the area reaches within this hexagon, of each size of which it reaches fewer
than the hexagon does. `BU00010001/871fa4d54ffffff` lies, as far as it is in this hexagon, in that one alone.
"""


def perturbed_counts(
    count: str, level: AreaLevel, vintage: int, published: pd.Series, noise: Noise, least: float
) -> pd.DataFrame:
    """The rows of one count at one level; `published` by area."""
    about = (noise.max_noise, noise.variance, noise.smallest, least)
    rows = {"count": count, "level": str(level), "vintage": vintage, "area": published.index, "published": published}
    return _told(pd.DataFrame(rows | dict(zip(BY_NOISE, about, strict=True))))


def amounts_that_leave(amount: str, level: AreaLevel, vintage: int, shown: pd.Series) -> pd.DataFrame:
    """The rows of an amount at one level, without noise; what is withheld is NaN in `shown`."""
    about = dict.fromkeys(BY_NOISE, 0)
    rows = {"count": amount, "level": str(level), "vintage": vintage, "area": shown.index, "published": shown, **about}
    return _told(pd.DataFrame(rows))


def _told(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of which nothing is said of hexagons or records yet."""
    nothing = pd.Series(None, range(len(table)), dtype=object)
    return table.reset_index(drop=True).assign(overlaps=nothing, selects=nothing)


def is_amount(leaving: pd.DataFrame) -> "pd.Series[bool]":
    """Which rows are of an amount, which carries no noise."""
    return leaving["max_noise"] == 0
