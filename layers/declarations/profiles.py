"""Profile: what the rows of a source are asked, where they are objects of which some are cases (geo.profiles).

    [profile]
    cases           = { kwekerij = ["ja"] }            # rows where something was found; the others are the rest
    characteristics = ["soort", "eigendom", "bouwjaar"]
    largest         = 2                                # most characteristics in one profile
    breaks          = { bouwjaar = [1945, 1975] }      # a number, in classes: below 1945, from 1945 and below 1975, ...

Objects are homes or premises. What says something of who lives, works or owns there is refused by name here, and by
its cells where the file is read.
"""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from layers.declarations.faults import RuleError
from layers.declarations.indicators import Declared, Number, Text
from layers.declarations.persons import origin_in
from layers.declarations.records import Between, Codes
from layers.declarations.traits import traits

Breaks = Annotated[tuple[Number, ...], Field(min_length=1)]


class ProfileDeclaration(Declared):
    """Which rows are cases, and which characteristics may make a profile."""

    cases: Annotated[dict[Text, Codes], Field(min_length=1)]
    characteristics: Annotated[tuple[Text, ...], Field(min_length=1)]
    largest: Annotated[int, Field(ge=1, le=3)] = 2
    breaks: dict[Text, Breaks] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_of_objects(self) -> Self:
        for name in self.characteristics:
            if (trait := next(iter(traits(name)), None)) is not None:
                raise RuleError(
                    "characteristic {name!r} tells of people ({trait}): a profile is of homes or premises; leave it "
                    "out",
                    name=name, trait=trait,
                )  # fmt: skip
        if code := origin_in(code for codes in self.cases.values() for code in codes):
            raise RuleError(
                "{code!r} selects people by their origin, which may not steer where is looked (AVG art. 9)", code=code
            )
        if both := sorted(set(self.cases) & set(self.characteristics)):
            raise RuleError("{both} say which rows are cases, and are no characteristics of them", both=both)
        if strange := sorted(set(self.breaks) - set(self.characteristics)):
            raise RuleError("breaks of {strange}, which are no characteristics", strange=strange)
        if unordered := [name for name, at in self.breaks.items() if list(at) != sorted(set(at))]:
            raise RuleError("breaks of {unordered}: write each once, the smallest first", unordered=unordered)
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the file that are read for it, each once."""
        return tuple(dict.fromkeys((*self.cases, *self.characteristics)))

    def classes(self, name: str) -> tuple[Between, ...]:
        """The classes of a characteristic with breaks, from low to high."""
        at = self.breaks[name]
        between = (Between(least=low, below=high) for low, high in pairwise(at))
        return (Between(below=at[0]), *between, Between(least=at[-1]))
