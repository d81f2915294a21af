"""Theme: what is looked for, by which indicators, when an area stands out and what is suppressed."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from geo.areas import AreaLevel
from layers.declarations.faults import RuleError
from layers.declarations.indicators import OF_FORMATS, RESERVED, SUFFIXES, Declared, Id, Indicator, Number, Text


class Search(Declared):
    """When an area joins a kansrijk zoekgebied: its q, after correction for all that was tested, is `max_q` at most.

    `largest` is how many areas a zoekgebied of a place scan holds at most; more is half a city, and helps nobody to
    choose.
    """

    statistic: Text
    neighbors: Literal["queen"] = "queen"
    max_q: Annotated[Number, Field(gt=0, lt=1)]
    largest: Annotated[int, Field(ge=3, le=64)] = 12


class Privacy(Declared):
    """Floors under which a figure is not shown: fewer events than `min_count`, less exposure than `min_exposure`."""

    min_count: Annotated[Number, Field(ge=0)]
    min_exposure: Annotated[Number, Field(ge=0)]


class Dasymetric(Declared):
    """Dasymetric interpolation of figures per buurt to hexagons: by a count of the squares of 100 m of a source.

    `source` has a section [squares], `column` is one of its columns there.
    """

    source: Id
    column: Id


class Theme(Declared):
    """One topic, whole in one file. Indicators stand in the order in which they matter.

    Without `dasymetric`, figures that are only known per buurt go to hexagons by surface. `audience` is for whom it is
    published; where nothing is said for everyone (`publiek`) if all its sources are open, else for colleagues
    (`intern`).
    """

    id: Id
    title: Text
    question: Text
    level: AreaLevel
    audience: Literal["intern", "publiek"] | None = None
    search: Search
    privacy: Privacy
    dasymetric: Dasymetric | None = None
    indicator: tuple[Indicator, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _indicators_are_distinct_and_weigh(self) -> Self:
        ids = [indicator.id for indicator in self.indicator]
        if doubles := sorted({name for name in ids if ids.count(name) > 1}):
            raise RuleError("indicators declared more than once: {doubles}", doubles=doubles)
        names = [*RESERVED, *OF_FORMATS, *(f"{name}{suffix}" for name in ids for suffix in SUFFIXES)]
        if doubles := sorted({name for name in names if names.count(name) > 1}):
            raise RuleError("ids of indicators give columns that the layer has already: {doubles}", doubles=doubles)
        if not any(indicator.weight for indicator in self.indicator):
            raise RuleError("every indicator has weight 0; give at least one a weight")
        return self

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each indicator without a lens."""
        return {indicator.id: indicator.weight for indicator in self.indicator}

    def floor(self, indicator: Indicator) -> float:
        """Least exposure for this indicator to have a value; none for a level that nothing weighs."""
        if indicator.per is None and indicator.mean_weight is None:
            return 0.0
        return self.privacy.min_exposure if indicator.min_exposure is None else indicator.min_exposure
