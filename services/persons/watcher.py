"""Persons in a municipality's own records: found by what columns are called and by what stands in them, and refused.

Columns are searched, not cells: of each batch some thousands of cells that are filled, spread evenly, tell what a
column holds. So one name in a remark may pass; a remark is never read, counted or shown.

- Numbers of persons by the eleven-test (services.persons.bsn).
- People's names by how they are written and by names that are common here (services.persons.names).
- Dates of birth: dates by the day from before 1965 and from after 1985, as many people have and few files else. Left
  out are the column that the source declares as its period and those that are called after things (bouwdatum).
- Addresses of e-mail, mobile numbers, bank accounts. Not the plates of cars: codes of six signs look like them.
- Nationalities and countries of origin.
- What cannot be searched is not taken on trust (services.persons.opaque).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.errors import SourceError
from layers.declarations.persons import persons
from services.formats import cells
from services.persons import bsn, names
from services.persons.opaque import closed, opaque

LOOKED_AT = 4096
"""Filled cells of a column that are looked at in a batch."""
MOST = 100_000
"""Different numbers of a column that are kept to be tested."""
FEW = 3
NAMED, LIKELY_NAMED = 0.2, 0.05
"""Share of the cells of a column that must be people's names; and where its own name leads one to expect them."""
OLD, YOUNG, TENTH = 1965, 1985, 0.1
DATED, ENOUGH_DATES = 0.8, 20
FROM_HERE_OR_THERE, FROM_THERE = 0.5, 0.05
"""Share of cells that must tell an origin; and, for countries, one outside the Netherlands: addresses have some too."""

MONTH = r"(?:jan|feb|mrt|maart|apr|mei|may|jun|jul|aug|sep|okt|oct|nov|dec)[a-z]*\.?"
DAY = (
    r"(?i)^(?:(?P<first>(?:18|19|20)\d{2})-?(?:0\d|1[0-2])-?[0-3]\d"
    r"|[0-3]?\d[-/.][01]?\d[-/.](?P<last>(?:18|19|20)\d{2})"
    rf"|[0-3]?\d[. -]+{MONTH}[, -]+(?P<named>(?:18|19|20)\d{{2}})"
    r"|[0-3]?\d[-/](?:0?[1-9]|1[0-2])[-/](?P<short>\d{2}))(?:[ T].*)?$"
)
CENTURY = 30
"""Years of two digits up to this one are after 2000."""
MOBILE = (
    r"(?:\+|\b00)31[ ()0-]*6(?:[ -]?\d){8}\b"  # +31 (0)6 12345678
    r"|(?:^|[^\d./-])06(?:-| ?- ?| )\d(?:[ -]?\d){7}\b"  # 06-12345678, 06 12 34 56 78
    r"|[a-z]\W{1,3}06\d{8}\b"  # bel 0612345678
)
REACHES = (
    ("addresses of e-mail", r"[\w.+-]+@[\w-]+\.[a-z]{2,}", 0.0),
    ("mobile numbers", MOBILE, 0.0),
    ("mobile numbers", r"(?:^|[^\d./-])06\d{8}\b", 0.2),
    ("bank accounts", r"\bnl\d{2} ?[a-z]{4} ?\d(?: ?\d){9}\b", 0.0),
)
"""What leads to a person, how it is written, and the share of cells above which it is no chance."""


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
        self._seen = {
            one: _Column(persons().may_name(one), dated=one != self.period and not persons().dates_things(one))
            for one in self.columns
        }

    def see(self, batch: pa.RecordBatch) -> None:
        """Look at a batch with these columns."""
        for name, column in self._seen.items():
            cells = batch.column(name)
            cells = cells.storage if isinstance(cells, pa.ExtensionArray) else cells
            if opaque(cells):
                column.closed = column.closed or closed(cells)
            else:
                column.see(_some(cells))

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
    """What was seen of one column.

    Attributes:
        likely: whether names of persons are to be expected.
        dated: whether its dates could be dates of birth.
    """

    likely: bool
    dated: bool
    closed: str | None = None
    cells: int = 0
    reaches: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(REACHES), dtype=np.int64))
    names: int = 0
    different: set[str] = field(default_factory=set)
    origins: Counter[str] = field(default_factory=Counter)
    years: list[NDArray[np.int64]] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)

    def see(self, cells: pa.Array) -> None:
        """Look at filled cells, as text."""
        self.cells += len(cells)
        counted = pc.value_counts(cells)
        found, counts = counted.field("values"), counted.field("counts")
        self.reaches += [
            _sum(counts, pc.match_substring_regex(found, pattern, ignore_case=True)) for _, pattern, _ in REACHES
        ]
        named = names.named(found, expected=self.likely)
        self.names += _sum(counts, named)
        if len(self.different) < FEW:
            self.different.update(found.filter(named).to_pylist())
        self.origins.update(_origins(found, counts))
        if len(self.numbers) < MOST:
            self.numbers.update(bsn.numbers(found).to_pylist())
        if self.dated:
            self.years.append(_years(found, counts))

    def told(self) -> str | None:
        """What the column holds that may not come in; None where nothing was found."""
        looked = f"of {self.cells} cells that were looked at"
        if self.closed:
            return self.closed
        if passing := bsn.passing(self.numbers):
            return f"{passing} of {len(self.numbers)} numbers in it pass the eleven-test of the BSN (UAVG art. 46)"
        for count, (what, _, least) in zip(self.reaches.tolist(), REACHES, strict=True):
            if count >= FEW and count > least * self.cells:
                return f"{what}: {count} {looked}"
        least = LIKELY_NAMED if self.likely else NAMED
        if len(self.different) >= FEW and self.names > least * self.cells:
            return f"names of persons: {self.names} {looked}"
        if self._of_origin():
            return f"origin or nationality: {sum(self.origins.values())} {looked}"
        return "dates of birth, by the years they lie in" if self._birthdays() else None

    def _of_origin(self) -> bool:
        """Whether most cells tell where people come from."""
        origin = persons().origin
        abroad = {one: count for one, count in self.origins.items() if one not in origin.dutch}
        if sum(self.origins.values()) <= FROM_HERE_OR_THERE * self.cells:
            return False
        peoples = abroad.keys() - set(origin.countries)
        return len(peoples) >= FEW or (len(abroad) >= FEW and sum(abroad.values()) > FROM_THERE * self.cells)

    def _birthdays(self) -> bool:
        years = np.concatenate(self.years) if self.years else np.zeros(0, dtype=np.int64)
        if len(years) < max(ENOUGH_DATES, DATED * self.cells):
            return False
        old, young = np.quantile(years, [TENTH, 1 - TENTH])
        return bool(old <= OLD and young >= YOUNG)


def _some(column: pa.Array) -> pa.Array:
    """Filled cells as text, no more than `LOOKED_AT`, spread evenly."""
    filled = column.drop_null()
    step = len(filled) // LOOKED_AT + 1
    return cells.text(filled.take(pa.array(np.arange(0, len(filled), step)))).drop_null()


def _origins(cells: pa.Array, counts: pa.Array) -> Counter[str]:
    """How many cells tell where people come from, by where."""
    small = pc.utf8_lower(names.plain(cells))
    told = pc.is_in(small, _whence())
    found: Counter[str] = Counter()
    for one, count in zip(small.filter(told).to_pylist(), counts.filter(told).to_pylist(), strict=True):
        found[one] += count
    return found


@cache
def _whence() -> pa.Array:
    return pa.array([*persons().origin.foreign(), *persons().origin.dutch], pa.string())


def _years(cells: pa.Array, counts: pa.Array) -> NDArray[np.int64]:
    """The years of cells that are dates by the day."""
    found = pc.extract_regex(cells, DAY)
    counts, found = counts.filter(found.is_valid()), found.drop_null()
    whole = pc.binary_join_element_wise(*(pc.struct_field(found, one) for one in ("first", "last", "named")), "")
    short = pc.struct_field(found, "short")
    text = pc.if_else(pc.equal(short, ""), whole, short)
    years = np.asarray(text.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)
    years = np.where(years <= CENTURY, years + 2000, np.where(years < 100, years + 1900, years))
    return np.repeat(years, counts.to_numpy(zero_copy_only=False))


def _sum(counts: pa.Array, mask: pa.Array) -> int:
    return int(pc.sum(counts.filter(mask)).as_py() or 0)
