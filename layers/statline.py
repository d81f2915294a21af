"""StatLine: which table of CBS OData holds the figures of a source, and which of its topics are its columns."""

from typing import Literal

from pydantic import Field

from layers.indicators import Declared, Id, Text


class Topic(Declared):
    """One topic of the table, by the title it has on StatLine: its key gets another suffix every year.

    `select` narrows other dimensions than place and time to one code each (SoortMisdrijf = "3.1.1").
    """

    title: Text
    select: dict[str, Text] = Field(default_factory=dict)


class StatLine(Declared):
    """A table of CBS OData per vintage of the division, read into columns of that name.

    Where `years` are given, the table has figures of several years (or months) and every column gets them as a suffix:
    `misdrijven_2024`, or `misdrijven_2024_01` where `every` is "month".
    """

    service: Text = "https://opendata.cbs.nl"
    version: Literal[3, 4] = 3
    tables: dict[int, Text] = Field(min_length=1)
    years: tuple[int, ...] = ()
    every: Literal["year", "month"] = "year"
    column: dict[Id, Topic] = Field(min_length=1)
