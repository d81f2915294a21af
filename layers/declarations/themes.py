"""Theme: what is looked for, by which indicators, when a place stands out and what is withheld."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from geo.areas import AreaLevel
from layers.declarations.indicators import RESERVED, SUFFIXES, Declared, Id, Indicator, Number, Text


class Search(Declared):
    """When an area joins a kansrijk zoekgebied: its q, after correction for testing every area, is `max_q` at most."""

    statistic: Text
    neighbors: Literal["queen"] = "queen"
    max_q: Annotated[Number, Field(gt=0, lt=1)]


class Privacy(Declared):
    """Floors under which a figure is not shown: fewer events than `min_count`, less exposure than `min_exposure`."""

    min_count: Annotated[Number, Field(ge=0)]
    min_exposure: Annotated[Number, Field(ge=0)]


class Dasymetric(Declared):
    """How figures per buurt go to hexagons: by a count of the squares of 100 m of a source, as where people live.

    `source` has a section [squares], `column` is one of its columns there.
    """

    source: Id
    column: Id


class Theme(Declared):
    """One topic, whole in one file. Indicators stand in the order in which they matter.

    Without `spread`, figures that are only known per buurt go to hexagons by surface.
    """

    id: Id
    title: Text
    question: Text
    level: AreaLevel
    search: Search
    privacy: Privacy
    spread: Dasymetric | None = None
    indicator: tuple[Indicator, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _indicators_are_distinct_and_weigh(self) -> Self:
        ids = [one.id for one in self.indicator]
        if doubles := sorted({one for one in ids if ids.count(one) > 1}):
            raise ValueError(f"indicators declared more than once: {doubles}")
        names = [*RESERVED, *(f"{one}{suffix}" for one in ids for suffix in SUFFIXES)]
        if doubles := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"ids of indicators give columns that the layer has already: {doubles}")
        if not any(one.weight for one in self.indicator):
            raise ValueError("every indicator has weight 0; give at least one a weight")
        return self

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each indicator without a lens."""
        return {one.id: one.weight for one in self.indicator}

    def floor(self, indicator: Indicator) -> float:
        """Least exposure for this indicator to have a value; none for a level that nothing weighs."""
        if indicator.per is None and indicator.mean_weight is None:
            return 0.0
        return self.privacy.min_exposure if indicator.min_exposure is None else indicator.min_exposure
