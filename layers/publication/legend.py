"""Legend: class breaks, colours and Dutch labels, shared by map, QGIS style and served style.

Scores and deviations have fixed classes around 0, the mean of the country or of where there are figures, so that one
colour means one thing on every map, in every year. Figures of an indicator have classes of about equally many areas,
cut at numbers that read easily. Rejected: equal intervals (a few extreme areas leave all others one colour) and natural
breaks (other breaks for every year and gemeente, and no sentence that explains them). The colours are ColorBrewer's
PuOr and GnBu (Cynthia Brewer, Apache-2.0), which people who are colour-blind can tell apart; a label stands beside
every colour all the same.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.publication.fields import SCORE, Field

MISSING = -1
"""The class of a value that is not known."""

DEVIATION_BREAKS = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)
DEVIATION_COLOURS = ("#542788", "#998ec3", "#d8daeb", "#f7f7f7", "#fee0b6", "#f1a340", "#b35806")
DEVIATION_LABELS = (
    "onder -2: veel minder opvallend",
    "-2 tot -1: minder opvallend",
    "-1 tot -0,5: iets minder opvallend",
    "-0,5 tot 0,5: als {average}",
    "0,5 tot 1: iets opvallender",
    "1 tot 2: opvallender",
    "2 of meer: veel opvallender",
)
SEQUENCES = {
    1: ("#7bccc4",),
    2: ("#ccebc5", "#43a2ca"),
    3: ("#e0f3db", "#a8ddb5", "#43a2ca"),
    4: ("#f0f9e8", "#bae4bc", "#7bccc4", "#2b8cbe"),
    5: ("#f0f9e8", "#bae4bc", "#7bccc4", "#43a2ca", "#0868ac"),
}
"""Colours from low to high, by the number of classes."""

QUINTILES = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True, slots=True)
class Legend:
    """How one column is coloured. Class i holds `breaks[i - 1] <= value < breaks[i]`; the outer two have no end."""

    title: str
    unit: str
    breaks: tuple[float, ...]
    colours: tuple[str, ...]
    labels: tuple[str, ...]
    missing_colour: str = "#bdbdbd"
    missing_label: str = "geen gegevens"

    def __post_init__(self) -> None:
        if any(left >= right for left, right in pairwise(self.breaks)):
            raise ValueError(f"legend {self.title!r}: breaks {self.breaks} do not rise")
        if not len(self.breaks) + 1 == len(self.colours) == len(self.labels):
            raise ValueError(f"legend {self.title!r}: not one colour and one label for each class")


def legend_for(field: Field, values: "pd.Series[float]") -> Legend:
    """The legend of a published column: fixed classes for what is in standard deviations, else fifths of `values`."""
    if field.unit == SCORE.unit:
        labels = tuple(one.format(average=field.average) for one in DEVIATION_LABELS)
        return Legend(field.title, field.unit, DEVIATION_BREAKS, DEVIATION_COLOURS, labels)
    breaks = _fifths(_numbers(values))
    return Legend(field.title, field.unit, breaks, SEQUENCES[len(breaks) + 1], _labels(breaks))


def classes(values: "pd.Series[float]", legend: Legend) -> npt.NDArray[np.int64]:
    """The class of each value, counted from 0; `MISSING` where there is no finite value."""
    numbers = _numbers(values)
    found = np.searchsorted(np.asarray(legend.breaks), numbers, side="right")
    return np.where(np.isfinite(numbers), found, MISSING).astype(np.int64)


def classify(values: "pd.Series[float]", legend: Legend) -> "pd.Series[str]":
    """The colour of each value."""
    colours = np.array([*legend.colours, legend.missing_colour])  # MISSING is -1: the last one
    return pd.Series(colours[classes(values, legend)], index=values.index, dtype="str")


def dutch(value: float) -> str:
    """A number as it is written in Dutch.

    >>> dutch(-12345.5)
    '-12.345,5'
    """
    return f"{value:,}".removesuffix(".0").translate(str.maketrans(",.", ".,"))


def _numbers(values: "pd.Series[float]") -> npt.NDArray[np.float64]:
    return np.asarray(values.to_numpy(na_value=np.nan), dtype=np.float64)


def _fifths(numbers: npt.NDArray[np.float64]) -> tuple[float, ...]:
    """Cuts between fifths of the areas, as round as their spread allows; none below which nothing lies."""
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return ()
    cuts = np.quantile(numbers, QUINTILES, method="lower").tolist()
    decimals = _decimals(cuts[0], cuts[-1])
    readable = np.unique([round(cut, decimals) for cut in cuts])
    return tuple(readable[(readable > numbers.min()) & (readable <= numbers.max())].tolist())


def _decimals(low: float, high: float) -> int:
    """Decimals that leave two figures of the spread between `low` and `high`, or of the number if they are equal."""
    spread = high / 2 - low / 2 or abs(high)  # halved first: the difference of two floats may be infinite
    return 1 - math.floor(math.log10(spread)) if spread else 0


def _labels(breaks: tuple[float, ...]) -> tuple[str, ...]:
    if not breaks:
        return ("alle waarden",)
    shown = [dutch(one) for one in breaks]
    between = (f"{low} tot {high}" for low, high in pairwise(shown))
    return (f"minder dan {shown[0]}", *between, f"{shown[-1]} of meer")
