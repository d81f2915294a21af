"""Suppression: an amount, such as turnover, of which few or one have nearly all in some areas, and when it is withheld.

Noise protects counts; an amount that must add up is withheld where it is sensitive (geo.disclosure.contributions).
"""

from functools import cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import Field

from geo.disclosure.contributions import SensitivityRules
from layers.declarations.indicators import Declared, Id, Number, Text
from layers.declarations.reading import read

Percent = Annotated[Number, Field(gt=0, lt=100)]


class Contributions(Declared):
    """Which columns of the same source say how many contribute to an amount, and what the largest two contribute."""

    units: Id
    largest: Id
    second: Id


class Dominance(Declared):
    """The largest one or two contributors have more than so many percent."""

    largest: Literal[1, 2]
    percent: Percent


class Rules(Declared):
    """A set of rules (suppression.toml), with where it comes from."""

    min_units: int | None = None
    dominance: tuple[Dominance, ...] = ()
    percent: Percent | None = None
    source: Text


class Suppression(Declared):
    """When an amount is withheld: by the rules of that name, and by those that are declared in the place of its own.

    `min_units` is the least number of contributors, `dominance` how much of the amount one or two may have, `percent`
    how near the second largest may come to the largest. Of what has too few contributors bounds stay `margin` percent
    away. With `zero_range` it is also withheld where there is nothing, and so much must stay possible there.
    """

    rules: Literal["essnet", "handbook"] = "essnet"
    min_units: Annotated[int, Field(ge=2)] | None = None
    dominance: tuple[Dominance, ...] | None = None
    percent: Percent | None = None
    margin: Percent = 20.0
    zero_range: Annotated[Number, Field(ge=0)] = 0.0

    @property
    def sensitivity(self) -> SensitivityRules:
        """The same for the sums."""
        named = known_rules()[self.rules]
        dominance = named.dominance if self.dominance is None else self.dominance
        return SensitivityRules(
            self.min_units or named.min_units, tuple((one.largest, one.percent) for one in dominance),
            self.percent or named.percent, self.margin, self.zero_range,
        )  # fmt: skip


class _Known(Declared):
    essnet: Rules
    handbook: Rules


@cache
def known_rules() -> dict[str, Rules]:
    """The rules that have a name."""
    known = read(resources.files("layers.declarations").joinpath("suppression.toml"), _Known)
    return {name: getattr(known, name) for name in type(known).model_fields}
