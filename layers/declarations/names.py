"""AreaNames: how rows of a table that has names of areas, and no codes, come to the areas of its vintage."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from layers.declarations.faults import RuleError
from layers.declarations.indicators import Declared, Text


class AreaNames(Declared):
    """The key of a table holds names. A name is that of one area, whatever its capitals, hyphens and commas, and with
    or without what CBS adds between brackets to tell two apart; a code stays what it is.

    Attributes:
        left_out: names of larger areas, whose figures are those of the areas in them, and of areas of which the border
            is another in the vintage. `*` at the start stands for anything: "*(PV)".
        merged: the areas of the vintage that several of the table make up, whole, by name: their counts are added up.
    """

    left_out: tuple[Text, ...] = ()
    merged: dict[Text, Annotated[tuple[Text, ...], Field(min_length=2)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _a_name_is_of_one_area(self) -> Self:
        parts = [name for names in self.merged.values() for name in names]
        if doubles := sorted({name for name in parts if parts.count(name) > 1 or name in self.left_out}):
            raise RuleError(
                "{doubles} would be counted twice, or left out and counted: name each once", doubles=doubles
            )
        return self
