"""Period: a year, quarter or month of which figures are.

Only periods of one kind compare: of a month and the year that it lies in neither is earlier. Months add up to the year
that holds them when all are there, and only counts do: a stock (inhabitants on 1 January) is as large in the year as in
a month, and a rate is in neither the sum.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import total_ordering
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, PlainValidator

from geo.messages import message
from layers.declarations.faults import RuleError

FIRST_YEAR, LAST_YEAR = 1000, 9999
"""Years of four digits, as CBS writes them."""

RULE = message("a year, quarter or month as 2024, 2024-Q1 or 2024-03")


class PeriodKind(StrEnum):
    """How long a period is."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"


PER_YEAR = {PeriodKind.YEAR: 1, PeriodKind.QUARTER: 4, PeriodKind.MONTH: 12}

WORDS = {PeriodKind.YEAR: message("year"), PeriodKind.QUARTER: message("quarter"), PeriodKind.MONTH: message("month")}

WRITTEN = {
    PeriodKind.YEAR: re.compile(r"(\d{4})(?:JJ00)?"),
    PeriodKind.QUARTER: re.compile(r"(\d{4})(?:-?[QK]|KW0)([1-4])"),
    PeriodKind.MONTH: re.compile(r"(\d{4})(?:-|MM)(0[1-9]|1[0-2])"),
}
"""How periods are written: by people (2024, 2024-Q1 or 2024K1, 2024-03) and by CBS (2024JJ00, 2024KW01, 2024MM03)."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """A year, or the `number`th quarter or month of it.

    >>> str(Period.parse("2024KW01")), Period.parse("2024-03") in Period(2024), Period(2024).shifted(-1).suffix
    ('2024-Q1', True, '2023')
    """

    year: int
    kind: PeriodKind = PeriodKind.YEAR
    number: int = 1

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise RuleError("{year} is no year of four digits", year=self.year)
        if not 1 <= self.number <= PER_YEAR[self.kind]:
            raise RuleError("{year} has no {kind} {number}", year=self.year, kind=WORDS[self.kind], number=self.number)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The period that a text is, padded or not. Raises RuleError for what is none."""
        if (period := cls.found(text)) is None:
            raise RuleError("{text!r} is no period; write {rule}", text=text, rule=RULE)
        return period

    @classmethod
    def found(cls, text: str) -> Self | None:
        """The same; None for what is none, such as the weeks and halves that CBS has beside them."""
        for kind, pattern in WRITTEN.items():
            if match := pattern.fullmatch(text.strip()):
                return cls(int(match[1]), kind, int(match[2]) if match.lastindex == 2 else 1)
        return None

    def __str__(self) -> str:
        return {
            PeriodKind.YEAR: f"{self.year}",
            PeriodKind.QUARTER: f"{self.year}-Q{self.number}",
            PeriodKind.MONTH: f"{self.year}-{self.number:02}",
        }[self.kind]

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Period):
            return NotImplemented
        if self.kind is not other.kind:
            raise TypeError(f"a {self.kind} and a {other.kind} do not compare: {self}, {other}")
        return self.ordinal < other.ordinal

    def __contains__(self, other: object) -> bool:
        """Whether another period lies wholly in this one; each lies in itself."""
        if not isinstance(other, Period):
            raise TypeError(f"{other!r} is no period")
        (first, last), (begin, end) = self.months, other.months
        return first <= begin and end <= last

    @property
    def suffix(self) -> str:
        """How it stands in the name of a column: misdrijven_2024, misdrijven_2024_q1, misdrijven_2024_03."""
        return str(self).replace("-", "_").lower()

    def shifted(self, by: int) -> Self:
        """So many periods of its kind later; earlier where `by` is below 0."""
        year, number = divmod(self.ordinal + by, PER_YEAR[self.kind])
        return type(self)(year, self.kind, number + 1)

    def parts(self, kind: PeriodKind) -> tuple[Self, ...]:
        """All periods of a kind that lie in this one; none of a longer kind."""
        all_of_year = (type(self)(self.year, kind, number) for number in range(1, PER_YEAR[kind] + 1))
        return tuple(one for one in all_of_year if one in self)

    @property
    def ordinal(self) -> int:
        """How many periods of its kind came before it, from the year 0."""
        return self.year * PER_YEAR[self.kind] + self.number - 1

    @property
    def months(self) -> tuple[int, int]:
        """Its first and last month, by how many came before."""
        length = PER_YEAR[PeriodKind.MONTH] // PER_YEAR[self.kind]
        first = self.ordinal * length
        return first, first + length - 1


def whole_years(periods: Iterable[Period]) -> tuple[int, ...]:
    """The years of which every period is there, in order."""
    there = set(periods)
    return tuple(year for year in sorted({one.year for one in there}) if not absent_parts(year, there))


def absent_parts(year: int, periods: Iterable[Period]) -> tuple[Period, ...]:
    """The periods of a year that are not among these, which are all of one kind."""
    there = set(periods)
    kinds = {one.kind for one in there} or {PeriodKind.YEAR}
    return tuple(part for kind in kinds for part in Period(year).parts(kind) if part not in there)


def _period(declared: object) -> Period:
    if isinstance(declared, Period):
        return declared
    if isinstance(declared, int) and not isinstance(declared, bool):
        return Period(declared)
    return Period.parse(str(declared))


def _unfolded(declared: object) -> object:
    """A list in which `2024-01/2024-12` stands for all periods from the first to the last."""
    if not isinstance(declared, list | tuple):
        return declared
    periods: list[object] = []
    for one in declared:
        first, slash, last = one.partition("/") if isinstance(one, str) else (one, "", "")
        periods += _between(Period.parse(first), Period.parse(last)) if slash else [one]
    return periods


def _between(first: Period, last: Period) -> list[Period]:
    if first.kind is not last.kind or last < first:
        raise RuleError("{first}/{last} must be two periods of one kind, the earlier first", first=first, last=last)
    years = range(first.year, last.year + 1)
    return [one for year in years for one in Period(year).parts(first.kind) if first <= one <= last]


def _of_one_kind(periods: tuple[Period, ...]) -> tuple[Period, ...]:
    if len({one.kind for one in periods}) > 1:
        raise RuleError("periods of one kind only, found {periods}", periods=[str(one) for one in periods])
    return periods


DeclaredPeriod = Annotated[Period, PlainValidator(_period), PlainSerializer(str)]

Periods = Annotated[
    tuple[DeclaredPeriod, ...], Field(min_length=1), BeforeValidator(_unfolded), AfterValidator(_of_one_kind)
]
"""What a source declares: [2024, 2025], ["2024-01/2025-09"] or ["2024-Q1", "2024-Q2"]."""
