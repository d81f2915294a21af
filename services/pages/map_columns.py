"""Columns of the map: each stored once, texts that repeat once, and figures as precise as a pop-up shows them."""

import math
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd

from layers.publication.collection import texts
from layers.publication.fields import Field

MOST_FIGURES = 15
POWERS = np.array([float(f"1e{figures}") for figures in range(MOST_FIGURES + 1)])
UNSURE = 1e-6
"""Figures after the point by which a number is rounded at most, and how near a tie it is rounded by itself."""

Packed = dict[str, Any]


class Columns:
    """Columns stored once each, however many layers use them; a layer keeps the number that `add` gives."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._made: dict[Hashable, int] = {}

    def add(self, column: object) -> int:
        """The number of this column: that of an equal one, or the next."""
        return self._numbers.setdefault(orjson.dumps(column), len(self._numbers))

    def add_once(self, made_from: Hashable, make: Callable[[], object]) -> int:
        """The number of the column that `make` makes; made once, though many lenses have what it is made from."""
        if made_from not in self._made:
            self._made[made_from] = self.add(make())
        return self._made[made_from]

    def add_figures(self, values: npt.NDArray[np.float64]) -> int:
        """The number of the column of these figures as they are read."""
        return self.add_once(("figures", values.tobytes()), lambda: figures_as_read(values))

    def content(self) -> list[Any]:
        """What all columns hold, in order of their numbers."""
        return [orjson.loads(column) for column in self._numbers]

    def stored(self) -> list[orjson.Fragment]:
        """All columns in order of their numbers."""
        return [orjson.Fragment(column) for column in self._numbers]


def labelled(texts: "pd.Series[str]") -> Packed | None:
    """Texts that repeat, each once: `index` points into `labels`, -1 where there is none."""
    index, labels = pd.factorize(texts.replace("", None))
    return {"labels": labels.tolist(), "index": index.tolist()} if len(labels) else None


def figures_as_read(values: "pd.Series[Any] | npt.NDArray[np.float64]") -> list[float | None]:
    """Values as precise as a pop-up shows them: four figures, and no fewer than whole numbers; None if unknown.

    Of nearly all it is known which decimal is nearest; ties are decided by the decimals themselves, as Python rounds.
    """
    numbers = np.asarray(values, float)
    known = np.isfinite(numbers)
    exponents = np.log10(np.abs(numbers), where=known & (numbers != 0), out=np.zeros(len(numbers)))
    figures = np.clip(3 - np.floor(exponents), 0, MOST_FIGURES).astype(np.int64)
    shifted = np.where(known, numbers, 0.0) * POWERS[figures]
    rounded = np.rint(shifted) / POWERS[figures]
    readable: list[float | None] = rounded.tolist()
    for at in np.flatnonzero(rounded == np.rint(rounded)).tolist():
        readable[at] = int(rounded[at])
    close = (np.abs(shifted % 1 - 0.5) < UNSURE) | (np.abs(exponents - np.rint(exponents)) < UNSURE)
    for at in np.flatnonzero(known & (close | (figures == MOST_FIGURES))).tolist():
        readable[at] = _four_figures(float(numbers[at]))
    for at in np.flatnonzero(~known).tolist():
        readable[at] = None
    return readable


def _four_figures(value: float) -> float:
    figures = 3 - math.floor(math.log10(abs(value))) if value else 0
    rounded = round(value, max(figures, 0))
    return int(rounded) if rounded.is_integer() else rounded


def texts_of(table: pd.DataFrame, field: Field) -> list[str | None]:
    """The texts of a column, None where there is none."""
    held: list[str | None] = texts(column_of(table, field)).tolist()
    return held


def column_of(table: pd.DataFrame, field: Field) -> "pd.Series[Any]":
    """A column that releases of before it was there do not have: empty in these."""
    return table.reindex(columns=[field.name])[field.name]


def each_once(column: "pd.Series[Any]", said: Callable[[Any], str]) -> "pd.Series[Any]":
    """What each value is called, asked once; nothing of what is unknown."""
    index, values = pd.factorize(column)
    called = np.array([*map(said, values), None], dtype=object)
    return pd.Series(called[index], column.index)
