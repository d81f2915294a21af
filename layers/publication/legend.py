"""Legend: class breaks, colours and labels, shared by map, QGIS style and served style.

Scores and deviations have fixed classes around 0, the mean of the country or of where there are figures, so that one
colour means one thing on every map, in every year. Figures of an indicator have classes of about equally many areas,
cut at numbers that read easily. Rejected: equal intervals (a few extreme areas leave all others one colour) and natural
breaks (other breaks for every year and gemeente, and no sentence that explains them). The colours are ColorBrewer's
PuOr and GnBu (Cynthia Brewer, Apache-2.0), which people who are colour-blind can tell apart; a label stands beside
every colour all the same.
"""

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from layers.messages import number, said, say
from layers.publication.fields import Field

if TYPE_CHECKING:  # a page that is served has numbers, and makes no tables
    import pandas as pd

type Values = npt.NDArray[np.float64] | pd.Series[float]

MISSING = -1
"""The class of a value that is not known."""

DEVIATION_BREAKS = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)
DEVIATION_COLOURS = ("#542788", "#998ec3", "#d8daeb", "#f7f7f7", "#fee0b6", "#f1a340", "#b35806")
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
    missing_label: str = field(default_factory=lambda: say("no data"))

    def __post_init__(self) -> None:
        if any(left >= right for left, right in pairwise(self.breaks)):
            raise ValueError(f"legend {self.title!r}: breaks {self.breaks} do not rise")
        if not len(self.breaks) + 1 == len(self.colours) == len(self.labels):
            raise ValueError(f"legend {self.title!r}: not one colour and one label for each class")


def legend_for(column: Field, values: Values) -> Legend:
    """The legend of a published column: fixed classes for what is in standard deviations, else fifths of `values`."""
    title, unit = said(column.title), said(column.unit)
    if column.is_standardised:
        return Legend(title, unit, DEVIATION_BREAKS, DEVIATION_COLOURS, _deviation_labels(column.average))
    breaks = _fifths(_numbers(values))
    return Legend(title, unit, breaks, SEQUENCES[len(breaks) + 1], _labels(breaks))


def classes(values: Values, legend: Legend) -> npt.NDArray[np.int64]:
    """The class of each value, counted from 0; `MISSING` where there is no finite value."""
    numbers = _numbers(values)
    at = np.searchsorted(np.asarray(legend.breaks), numbers, side="right")
    return np.where(np.isfinite(numbers), at, MISSING).astype(np.int64)


def colours_of(values: Values, legend: Legend) -> list[str]:
    """The colour of each value."""
    of_classes = (*legend.colours, legend.missing_colour)  # MISSING is -1: the last one
    return [of_classes[one] for one in classes(values, legend)]


def _numbers(values: Values) -> npt.NDArray[np.float64]:
    if isinstance(values, np.ndarray):
        return values
    return np.asarray(values.to_numpy(na_value=np.nan), dtype=np.float64)


def _fifths(numbers: npt.NDArray[np.float64]) -> tuple[float, ...]:
    """Cuts between fifths of the areas, as round as their range allows; none below which nothing lies."""
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return ()
    cuts = np.quantile(numbers, QUINTILES, method="lower").tolist()
    decimals = _decimals(cuts[0], cuts[-1])
    readable = np.unique([round(cut, decimals) for cut in cuts])
    return tuple(readable[(readable > numbers.min()) & (readable <= numbers.max())].tolist())


def _decimals(low: float, high: float) -> int:
    """Decimals that leave two figures of the range between `low` and `high`, or of the number if they are equal."""
    extent = high / 2 - low / 2 or abs(high)  # halved first: the difference of two floats may be infinite
    return 1 - math.floor(math.log10(extent)) if extent else 0


def _labels(breaks: tuple[float, ...]) -> tuple[str, ...]:
    if not breaks:
        return (say("all values"),)
    cuts = [number(cut, None) for cut in breaks]
    between = (say("{low} to {high}", low=low, high=high) for low, high in pairwise(cuts))
    return (say("less than {high}", high=cuts[0]), *between, say("{low} or more", low=cuts[-1]))


def _deviation_labels(average: str) -> tuple[str, ...]:
    """A label for each class between DEVIATION_BREAKS."""
    return (
        say("below -2: far less striking"),
        say("-2 to -1: less striking"),
        say("-1 to -0.5: slightly less striking"),
        say("-0.5 to 0.5: as {average}", average=average),
        say("0.5 to 1: slightly more striking"),
        say("1 to 2: more striking"),
        say("2 or more: far more striking"),
    )
