"""StatLine: which table of CBS OData holds the figures of a source, and which of its topics are its columns."""

from typing import Literal, Self

from pydantic import Field, model_validator

from layers.declarations.faults import RuleError
from layers.declarations.indicators import Declared, Id, Text


class Topic(Declared):
    """One topic of the table, by the title it has on StatLine: its key gets another suffix every year.

    `group` names a heading above it, where the title alone occurs more than once. `select` narrows other dimensions
    than place and time to one code each (SoortMisdrijf = "3.1.1"), without the padding that the service wants.
    """

    title: Text
    group: Text | None = None
    select: dict[str, Text] = Field(default_factory=dict)


class StatLine(Declared):
    """A table of CBS OData per vintage, read into columns of that name.

    Where `years` are given, the table has figures of several years (quarters, months) and every column gets them as a
    suffix: `misdrijven_2024`, or `misdrijven_2024_01` where `every` is "month". `service`, where it is not that of CBS
    itself, is what comes before `/ODataApi` and `/ODataFeed` in version 3, before the name of the table in version 4.
    `place` and `time` are what the table calls the dimensions of its areas and periods.
    """

    service: Text | None = None
    version: Literal[3, 4] = 3
    tables: dict[int, Text] = Field(min_length=1)
    years: tuple[int, ...] = ()
    every: Literal["year", "quarter", "month"] = "year"
    place: Text = "WijkenEnBuurten"
    time: Text = "Perioden"
    column: dict[Id, Topic] = Field(min_length=1)

    @model_validator(mode="after")
    def _years_are_named_where_months_are(self) -> Self:
        if self.every != "year" and not self.years:
            raise RuleError(
                "every = {every!r} without years; name the years to read, as in years = [2024, 2025]", every=self.every
            )
        return self
