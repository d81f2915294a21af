"""Theme: what is looked for, by which indicators, when an area stands out and what is suppressed."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from geo.areas import AreaLevel
from layers.declarations.baselines import Baseline, Expected, Peers
from layers.declarations.dasymetric import Dasymetric
from layers.declarations.faults import RuleError
from layers.declarations.indicators import OF_FORMATS, RESERVED, SUFFIXES, Declared, Id, Indicator, Number, Text


class Search(Declared):
    """When an area joins a kansrijk zoekgebied: its q, after correction for all that was tested, is `max_q` at most.

    `largest` is how many areas a zoekgebied of a place scan holds at most; more is half a city, and helps nobody to
    choose. `reference` is what events are compared with: the national rate, what is to be expected given what is there
    ([expected]), or areas that are alike ([peers]). `second` is a test per area of the same figures, of which the map
    says where it agrees.
    """

    statistic: Text
    neighbors: Literal["queen"] = "queen"
    max_q: Annotated[Number, Field(gt=0, lt=1)]
    largest: Annotated[int, Field(ge=3, le=64)] = 12
    reference: Baseline = "national"
    second: Text | None = None


class Privacy(Declared):
    """Floors under which a figure is not shown: fewer events than `min_count`, less exposure than `min_exposure`."""

    min_count: Annotated[Number, Field(ge=0)]
    min_exposure: Annotated[Number, Field(ge=0)]


class Visitors(Declared):
    """Where many more people come than live: by the rate of an indicator that is at least so many `times` the national
    one, where a level (of addresses in the surroundings) is at least so much. From `anywhere` times on it is so
    wherever it lies, also where that level is not known. `why` says how these were chosen.
    """

    rate: Id
    times: Annotated[Number, Field(gt=0)]
    surroundings: Id
    least: Annotated[Number, Field(ge=0)]
    anywhere: Annotated[Number, Field(gt=0)] | None = None
    why: Text

    @model_validator(mode="after")
    def _more_is_asked_anywhere(self) -> Self:
        if self.anywhere is not None and self.anywhere < self.times:
            raise RuleError(
                "visitors.anywhere: {anywhere:g} is less than `times`, {times:g}, so that `surroundings` would never "
                "matter; give a larger one, or leave it out",
                anywhere=self.anywhere, times=self.times,
            )  # fmt: skip
        return self


class Theme(Declared):
    """One topic, whole in one file. Indicators stand in the order in which they matter.

    Without `dasymetric`, figures that are only known per buurt go to hexagons by surface. `audience` is for whom it is
    published; where nothing is said for everyone (`publiek`) if all its sources are open, else for colleagues
    (`intern`). `max_change` is by which share the number of areas, the mean of an indicator or the flags may differ
    from the release that is served, before a person must confirm it.
    """

    id: Id
    title: Text
    question: Text
    level: AreaLevel
    audience: Literal["intern", "publiek"] | None = None
    max_change: Annotated[Number, Field(gt=0)] = 0.5
    search: Search
    privacy: Privacy
    dasymetric: Dasymetric | None = None
    expected: Expected | None = None
    peers: Peers | None = None
    visitors: Visitors | None = None
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

    @model_validator(mode="after")
    def _no_gemeente_is_set_against_itself(self) -> Self:
        within = [one.id for one in self.indicator if one.relative_to is not None]
        if within and self.level is AreaLevel.GEMEENTE:
            raise RuleError(
                "level is gemeente, and {within} is relative to the own gemeente; take level buurt or wijk",
                within=", ".join(within),
            )
        return self

    @model_validator(mode="after")
    def _baselines_are_of_counts(self) -> Self:
        if (wanted := self.search.reference) != "national" and self.baseline(wanted) is None:
            raise RuleError("search.reference = {wanted!r}, and there is no section [{wanted}]", wanted=wanted)
        counted = [one.id for one in self.indicator if one.per is not None and not one.share]
        for name, section in (("expected", self.expected), ("peers", self.peers)):
            if section and (wrong := [one for one in section.indicators if one not in counted]):
                raise RuleError(
                    "[{name}]: {wrong} are no indicators that count events; those that do: {counted}",
                    name=name, wrong=wrong, counted=counted,
                )  # fmt: skip
        return self

    @model_validator(mode="after")
    def _visitors_are_seen_by_its_indicators(self) -> Self:
        if self.visitors is not None:
            rates = [one.id for one in self.indicator if one.per is not None]
            levels = [one.id for one in self.indicator if one.per is None]
            for field, name, known in (
                ("rate", self.visitors.rate, rates), ("surroundings", self.visitors.surroundings, levels),
            ):  # fmt: skip
                if name not in known:
                    raise RuleError(
                        "visitors.{field}: {name!r} is no such indicator of the theme; it has {known}",
                        field=field, name=name, known=known,
                    )  # fmt: skip
        return self

    def baseline(self, reference: Baseline) -> Expected | Peers | None:
        """The section behind a reference; None for the national value, and where it is not there."""
        return {"national": None, "expected": self.expected, "peers": self.peers}[reference]

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each indicator without a lens."""
        return {indicator.id: indicator.weight for indicator in self.indicator}

    def floor(self, indicator: Indicator) -> float:
        """Least exposure for this indicator to have a value; none for a level that nothing weighs."""
        if indicator.per is None and indicator.mean_weight is None:
            return 0.0
        return self.privacy.min_exposure if indicator.min_exposure is None else indicator.min_exposure
