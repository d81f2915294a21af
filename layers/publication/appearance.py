"""How a collection is drawn, whatever draws it: by the classes of its score, or by an outline.

The score has fixed classes (layers.publication.legend), so that a style is known without a row.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from layers.publication.fields import SCORE, Field
from layers.publication.legend import Legend, legend_for

BASIS = "basis"
"""What stands in the column `lens` without one: layers.declarations.lenses, that loads all that people declare."""

OUTLINES = {"zoekgebieden": ("#b35806", 0.8), "stapeling": ("#542788", 0.8)}
"""Colour and width in mm of the outline of what is drawn without classes, by how its id begins."""

PLAIN, THIN = ("#737373", 0.2), ("#737373", 0.1)
OPACITY = 0.8
"""Of areas that are filled, so that the background shows."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """The outline of each feature, and its fill by the classes of a column; without a legend it has none."""

    line: str
    width: float
    column: str = ""
    legend: Legend | None = None


def appearance(id_: str, fields: Iterable[Field]) -> Appearance:
    """How the collection of this id, or address, and these columns is drawn."""
    by = next((field for field in fields if field.name == SCORE.name), None)
    if by is None or not id_.startswith("indicatoren"):
        line, width = OUTLINES.get(id_.replace("-", "_").split("_", maxsplit=1)[0], PLAIN)
        return Appearance(line, width)
    return Appearance(*THIN, by.name, legend_for(by, np.empty(0)))


def bounds(legend: Legend) -> Iterator[tuple[float | None, float | None]]:
    """From where up to where each class runs; the outer two have no end."""
    return zip((None, *legend.breaks), (*legend.breaks, None), strict=True)
