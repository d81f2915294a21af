"""Lens: local expertise. It weighs what its theme declares; it adds no figures and relaxes no protection."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from geo.messages import message
from layers.declarations.baselines import Baseline
from layers.declarations.faults import GEMEENTE_PATTERN, RuleError
from layers.declarations.indicators import MOST_WEIGHT, Declared, Id, Number, Text
from layers.declarations.themes import Theme

BASIS = "basis"
"""The name of the map without a lens."""


class Change(Declared):
    """The weight that one indicator gets under a lens, and why."""

    indicator: Id
    weight: Annotated[Number, Field(ge=0, le=MOST_WEIGHT)]
    why: Text


class Where(Declared):
    """Where a lens searches: where a level of the theme, as it is shown, lies between these bounds; and why."""

    indicator: Id
    at_least: Number | None = None
    at_most: Number | None = None
    why: Text

    @model_validator(mode="after")
    def _bounds_something(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise RuleError("where: bounds nothing: give at_least or at_most")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise RuleError("where: at_least {least:g} is more than at_most {most:g}", least=self.at_least,
                            most=self.at_most)  # fmt: skip
        return self


class Lens(Declared):
    """Other weights for the indicators of a theme. `others` says what happens to those it does not name.

    With a `gemeente`, the map is of that gemeente only; it is computed with the whole country beside it all the same.
    `reference` is what is searched by where that is not what the theme says: [expected] or [peers] of the theme.
    `where` bounds the areas that are searched in; all of them hold.
    """

    unknown = message(
        "no field of a lens. A lens weighs what its theme has; it adds no figures, and changes no search or "
        "protection. Check the name, or make a theme of your own"
    )
    id: Id
    title: Text
    theme: Id
    gemeente: Annotated[str, StringConstraints(pattern=GEMEENTE_PATTERN)] | None = None
    others: Literal["keep", "drop"] = "keep"
    reference: Baseline | None = None
    change: tuple[Change, ...] = ()
    where: tuple[Where, ...] = ()

    @model_validator(mode="after")
    def _is_not_the_basis_and_changes_once(self) -> Self:
        named = [change.indicator for change in self.change]
        if doubles := sorted({name for name in named if named.count(name) > 1}):
            raise RuleError("indicators changed more than once: {doubles}", doubles=doubles)
        if not named and self.reference is None and not self.where:
            raise RuleError("changes nothing: add a [[change]], a [[where]], or a reference")
        if self.id == BASIS:
            raise RuleError("{basis!r} is the name of the map without a lens; choose another id", basis=BASIS)
        return self

    def weights(self, theme: Theme) -> dict[str, float]:
        """The weight of each indicator of the theme under this lens."""
        changed = {change.indicator: change.weight for change in self.change}
        others = theme.weights if self.others == "keep" else dict.fromkeys(theme.weights, 0.0)
        return others | changed
