"""Baselines: what an area's events are compared with, other than the national value.

`[expected]` is what is to be expected given what is there: its terms say what stands in an area and who comes there,
never who lives in it (layers.declarations.residents). `[peers]` are areas that are alike. A theme says which of them it
is searched by (`reference` of [search]); a lens may say another, so that both maps exist.
"""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from layers.declarations.faults import RuleError
from layers.declarations.indicators import Declared, Id, Number, Reference, Text

type Baseline = Literal["national", "expected", "peers"]
"""What is searched by: events over exposure at the national rate, what is there, or areas that are alike."""


class Term(Declared):
    """Something that is there, and why more or fewer events are to be expected for it.

    Its logarithm counts (of one more, so that 0 is a figure too), or with `scale = "linear"` the figure itself. With
    `square` its effect may bend: from nobody to somebody is another step than from many to more.
    """

    column: Reference
    title: Text
    why: Text
    scale: Literal["log", "linear"] = "log"
    square: bool = False


class Expected(Declared):
    """What the events of some indicators are set against: a negative binomial regression on the terms (geo.expected).

    Terms stand in the order in which they matter: of two that say the same, the first stays.
    """

    indicators: tuple[Id, ...] = Field(min_length=1)
    term: tuple[Term, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _terms_are_distinct(self) -> Self:
        columns = [one.column for one in self.term]
        if doubles := sorted({name for name in columns if columns.count(name) > 1}):
            raise RuleError("columns that are a term more than once: {doubles}", doubles=doubles)
        return self


class Peers(Declared):
    """Areas that are alike: of the same class of one column, or the nearest so many in a few (geo.peers)."""

    indicators: tuple[Id, ...] = Field(min_length=1)
    title: Text
    why: Text
    columns: tuple[Reference, ...] = Field(min_length=1)
    classes: tuple[Number, ...] = ()
    nearest: Annotated[int, Field(ge=20)] | None = None

    @model_validator(mode="after")
    def _one_way_to_be_alike(self) -> Self:
        if bool(self.classes) == (self.nearest is not None):
            raise RuleError("needs either `classes`, the bounds between them, or `nearest`, how many areas are alike")
        if self.classes and len(self.columns) > 1:
            raise RuleError("classes are of one column, and there are {count}; take `nearest`", count=len(self.columns))
        if any(low >= high for low, high in pairwise(self.classes)):
            raise RuleError("the bounds of `classes` must rise, as in [500, 1000, 1500, 2500]")
        return self
