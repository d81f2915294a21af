"""Persons in a municipality's own records: found by what columns are called and by what stands in them, and refused.

Columns are searched, not cells: of each batch some thousands of cells that are filled, spread evenly, tell what a
column holds. So one name in a remark may pass; a remark is never read, counted or shown.

- Numbers of persons by the eleven-test that every BSN passes (nine digits, weights 9 to 2 and -1). Of arbitrary numbers
  one in eleven passes, so a column is refused where more pass than chance would have it. RSIN numbers pass too: that of
  a one-man business is the BSN of its owner.
- People's names by how they are written (J. de Vries; Vries, J. de; mevr. Vries) and by names that are common here.
- Dates of birth: dates by the day from before 1965 and from after 1985, as many people have and few files else. The
  column that the source declares as its period is left out.
- Addresses of e-mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.stats import binom

from geo.errors import SourceError
from layers.persons import persons
from services.records import values

LOOKED_AT = 4096
"""Filled cells of a column that are looked at in a batch."""
MOST = 100_000
"""Different numbers of a column that are kept to be tested."""
FEW = 3
BY_CHANCE, RATHER = 1 / 11, 1 / 8
SURE = 1e-6
NAMED, LIKELY_NAMED = 0.2, 0.05
"""Share of the cells of a column that must be people's names; and where its own name leads one to expect them."""
OLD, YOUNG, TENTH = 1965, 1985, 0.1
DATED, ENOUGH_DATES = 0.8, 20

EMAIL = r"[\w.+-]+@[\w-]+\.[a-z]{2,}"
DIGITS = r"^(?:\d{8,9}|\d{4}\.\d{2}\.\d{3})$"
AMONG_TEXT = r"(?:^|[^\d.,/-])(?P<number>\d{9})(?:[^\d.,/-]|[.,/-]\D|[.,/-]?$)"
DAY = (
    r"^(?:(?P<first>(?:18|19|20)\d{2})-?(?:0\d|1[0-2])-?[0-3]\d"
    r"|[0-3]?\d[-/.][01]?\d[-/.](?P<last>(?:18|19|20)\d{2}))(?:[ T].*)?$"
)
PLACES = (
    r"(?i)(\p{L}(straat|laan|weg|plein|kade|gracht|singel|dreef|hof|pad|park|plantsoen|steeg|dijk|markt|buurt|wijk|haven)\b"
    r"|kerk|school|\bb\.?v\b|\bn\.?v\b|\bv\.?o\.?f\b|stichting|vereniging|holding|beheer|gemeente)"
)


@dataclass(slots=True)
class Watcher:
    """Looks at what comes by and says at the end which columns hold persons.

    Attributes:
        where: what to call the records in a message.
        headers: what all columns are called, also those that are not looked at.
        columns: those to look at.
        period: the column with the date of a row, whose dates are nobody's birthday.
    """

    where: str
    headers: Sequence[str]
    columns: Sequence[str]
    period: str | None = None
    _seen: dict[str, "_Column"] = field(init=False)

    def __post_init__(self) -> None:
        self._seen = {one: _Column(likely=persons().may_name(one)) for one in self.columns}

    def see(self, batch: pa.RecordBatch) -> None:
        """Look at a batch with these columns."""
        for name, column in self._seen.items():
            cells = _some(batch.column(name))
            if len(cells):
                column.see(cells, dates=name != self.period)

    def end(self) -> None:
        """Raise SourceError for columns that are called what may not come in or hold it, all of them at once."""
        told = {name: column.told() for name, column in self._seen.items()}
        called = {one: f"{kind.what}: {kind.why}" for one in self.headers if (kind := persons().kind_of(one))}
        found = [f"{name!r} ({what})" for name, what in {**told, **called}.items() if what]
        if found:
            columns = "1 column that" if len(found) == 1 else f"{len(found)} columns that"
            raise SourceError(
                f"{self.where}: holds {columns} may not come in: {'; '.join(found)}. zicht works with places and never "
                "with persons, and what a count does not need stays outside (AVG art. 5(1)(c) and 9). Deliver the file "
                "without these columns; or count beforehand, a row a buurt with its buurtcode and the counts, and read "
                "that as [table]"
            )


@dataclass(slots=True)
class _Column:
    """What was seen of one column."""

    likely: bool
    cells: int = 0
    emails: int = 0
    names: int = 0
    different: set[str] = field(default_factory=set)
    years: list[NDArray[np.int64]] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)

    def see(self, cells: pa.Array, *, dates: bool) -> None:
        """Look at filled cells, as text."""
        self.cells += len(cells)
        self.emails += _count(pc.match_substring_regex(cells, EMAIL, ignore_case=True))
        named = cells.filter(_named(cells))
        self.names += len(named)
        if len(self.different) < FEW:
            self.different.update(pc.unique(named).to_pylist())
        if len(self.numbers) < MOST:
            self.numbers.update(_numbers(cells).to_pylist())
        if dates:
            self.years.append(_years(cells))

    def told(self) -> str | None:
        """What the column holds that may not come in; None where nothing was found."""
        passing = sum(eleven(one) for one in self.numbers)
        if _more_than_chance(passing, len(self.numbers)):
            return f"{passing} of {len(self.numbers)} numbers in it pass the eleven-test of the BSN (UAVG art. 46)"
        if self.emails >= FEW:
            return f"addresses of e-mail: {self.emails} of {self.cells} cells that were looked at"
        least = LIKELY_NAMED if self.likely else NAMED
        if len(self.different) >= FEW and self.names > least * self.cells:
            return f"names of persons: {self.names} of {self.cells} cells that were looked at"
        if self._birthdays():
            return "dates of birth, by the years they lie in"
        return None

    def _birthdays(self) -> bool:
        years = np.concatenate(self.years) if self.years else np.zeros(0, dtype=np.int64)
        if len(years) < max(ENOUGH_DATES, DATED * self.cells):
            return False
        old, young = np.quantile(years, [TENTH, 1 - TENTH])
        return bool(old <= OLD and young >= YOUNG)


def eleven(number: str) -> bool:
    """The eleven-test of the BSN: digits times 9, 8, ... 2 and -1 add up to a multiple of 11; not all are 0.

    A number of eight digits has lost a zero in front, as numbers do in a spreadsheet.
    """
    digits = [int(one) for one in number.zfill(9)]
    weighed = sum(digit * weight for digit, weight in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
    return any(digits) and weighed % 11 == 0


def _more_than_chance(passing: int, tested: int) -> bool:
    """Whether more numbers pass than one in eleven; of a few, whether all do."""
    if tested < FEW or passing < RATHER * tested:
        return False
    return passing == tested or bool(binom.sf(passing - 1, tested, BY_CHANCE) < SURE)


def _some(column: pa.Array) -> pa.Array:
    """Filled cells as text, no more than `LOOKED_AT`, spread evenly."""
    if isinstance(column, pa.ExtensionArray) or pa.types.is_binary(column.type) or pa.types.is_nested(column.type):
        return pa.array([], pa.string())
    filled = column.drop_null()
    step = len(filled) // LOOKED_AT + 1
    return values.text(filled.take(pa.array(np.arange(0, len(filled), step)))).drop_null()


def _numbers(cells: pa.Array) -> pa.Array:
    """Numbers of eight or nine digits, dates of eight left out, and numbers of nine amid text."""
    plain = pc.match_substring_regex(cells, DIGITS)
    date = pc.match_substring_regex(cells, r"^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$")
    whole = pc.replace_substring(cells.filter(pc.and_(plain, pc.invert(date))), ".", "")
    told = pc.struct_field(pc.extract_regex(cells.filter(pc.invert(plain)), AMONG_TEXT), "number")
    return pa.concat_arrays([whole, told.drop_null().cast(whole.type)])


def _named(cells: pa.Array) -> pa.Array:
    """Which cells are written as people's names are."""
    found = pc.match_substring_regex(cells, PEOPLE)
    return pc.and_(found, pc.invert(pc.match_substring_regex(cells, PLACES)))


def _years(cells: pa.Array) -> NDArray[np.int64]:
    """The years of cells that are dates by the day."""
    found = pc.extract_regex(cells, DAY).drop_null()
    first, last = (pc.struct_field(found, one) for one in ("first", "last"))
    text = pc.if_else(pc.equal(first, ""), last, first)
    return np.asarray(text.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _count(mask: pa.Array) -> int:
    return int(pc.sum(pc.fill_null(mask, False)).as_py() or 0)


def _people() -> str:
    """One pattern for the ways in which people's names are written."""
    names = persons().names
    given, family = "|".join(names.given), "|".join(names.family)
    between = rf"(?:(?i:{'|'.join(names.between)})\s+)*"
    surname = rf"{between}\p{{Lu}}[\p{{L}}'\x{{2019}}-]+"
    return (
        rf"^(?:(?i:dhr|mevr|mw|de heer|mevrouw|mej|drs|mr|ing|ir)\.?\s+(?:\p{{Lu}}\.?\s?)*{surname}"
        rf"|(?:\p{{Lu}}(?:\.\s?|\s))+{surname}"
        rf"|{surname},\s*(?:\p{{Lu}}\.\s?)+.*"
        rf"|(?:{given})(?:[\s-]\p{{Lu}}[\p{{L}}.]*)*(?:\s+{surname})?"
        rf"|{surname},\s*(?:{given})\b.*"
        rf"|{between}(?:{family}))$"
    )


PEOPLE = _people()
