"""Persons in a municipality's own records: found by the names of columns and by their cells, and refused.

Columns are searched, not cells: a sample of some thousands of filled cells of each batch, evenly spaced, decides what a
column holds. So one name in a remark may pass; a remark is never read, counted or shown.

- Numbers of persons by the elfproef (services.persons.bsn).
- People's names by how they are written and by names that are common here (services.persons.names).
- Dates of birth: dates by the day from before 1965 and from after 1985, as many people have and few files else. Left
  out are the column that the source declares as its period and those that are called after things (bouwdatum).
- Addresses of e-mail and of computers, mobile numbers, bank accounts, profiles, plates (services.persons.plates).
- Where a header announces people (eigenaar, wie), cells with the shape of names, of whatever words; remarks that name
  someone, in more than a twentieth of the cells.
- Nationalities and countries of origin.
- What cannot be searched is not taken on trust (services.persons.opaque).

A source may exempt a column that is refused wrongly, and say why; numbers that pass the elfproef never (UAVG art. 46).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.errors import SourceError
from geo.messages import Message, joined, message, plural
from layers.declarations.persons import PersonalData, persons
from services.formats import cells
from services.formats.mixed import is_mixed
from services.persons import bsn, names, nested, plates
from services.persons.opaque import is_opaque, refusal

SAMPLE = 4096
"""Filled cells of a column that are looked at in a batch."""
MOST_NUMBERS = 100_000
"""Different numbers of a column that are collected for the elfproef."""
MOST_PARTS = 500
"""Columns, and parts of what is nested in them, that are searched."""
FEW = 3
"""What a column holds fewer of may be chance."""
SHAPED, DIFFERENT = 0.3, 0.2
"""Share of cells that must have the shape of a name below a role, and of different ones among them: no categories."""
REMARKED, PLATED = 0.05, 0.5
"""Share of cells that must be remarks that name someone; and that must be plates without dashes."""
MOST_VALUES = 40
"""Different values of a column that are remembered, to see whether they show that it is something else."""
UNKNOWN_WORDS = frozenset({"onbekend", "overig", "anders", "nvt", "n.v.t.", "-", "?"})
NAMED, NAMED_WHERE_EXPECTED = 0.2, 0.05
"""Share of the cells of a column that must be people's names; and where its own name leads one to expect them."""
OLD, YOUNG, TENTH = 1965, 1985, 0.1
"""Dates of birth: a tenth lies in or before the one year, and a tenth in or after the other."""
DATED, ENOUGH_DATES = 0.8, 20
"""Share of the cells of a column that must be dates by the day, and how many at least."""
ORIGINS, ABROAD = 0.5, 0.05
"""Share of cells that must name an origin; and, for countries, one outside the Netherlands: addresses have some too."""

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
OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
IP = (
    rf"(?:^|[^\d.])(?:{OCTET}\.){{3}}{OCTET}(?:$|[^\d.])|\b(?:[0-9a-f]{{1,4}}:){{7}}[0-9a-f]{{1,4}}\b"
    r"|\b[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){1,6}::[0-9a-f]{1,4}\b"
)
PROFILE = (
    r"\b(?:facebook|instagram|tiktok|twitter|snapchat|x)\.com/[\w.@/-]{2,}|\blinkedin\.com/in/[\w-]+"
    r"|\bt\.me/\w{3,}|\bwa\.me/\d{6,}"
)
CONTACTS = (
    (message("addresses of e-mail"), r"[\w.+-]+@[\w-]+\.[a-z]{2,}", 0.0),
    (message("mobile numbers"), MOBILE, 0.0),
    (message("mobile numbers"), r"(?:^|[^\d./-])06\d{8}\b", 0.2),
    (message("addresses of computers"), IP, 0.2),
    (message("profiles on social media"), PROFILE, 0.0),
    (message("plates of cars"), plates.DASHED, 0.05),
    (message("bank accounts"), r"\bnl\d{2} ?[a-z]{4} ?\d(?: ?\d){9}\b", 0.0),
)
"""Ways to reach a person: what, how it is written, and the share of cells above which it is no chance."""


@dataclass(slots=True)
class PersonScan:
    """Searches batches of rows, and names at the end the columns that hold persons.

    Attributes:
        where: what to call the records in a message.
        headers: the names of all columns, also those that are not searched.
        columns: those to search.
        period: the column with the date of a row, whose dates are nobody's birthday.
        exempt: why columns come in all the same, by their name.
    """

    where: str
    headers: Sequence[str]
    columns: Sequence[str]
    period: str | None = None
    exempt: Mapping[str, str] = field(default_factory=dict)
    _scans: dict[str, "_ColumnScan"] = field(init=False)

    def __post_init__(self) -> None:
        self._scans = {
            name: _ColumnScan(
                persons().may_name(name),
                dated=name != self.period and not persons().dates_things(name),
                role=persons().is_role(name),
            )
            for name in self.columns
        }

    def search(self, batch: pa.RecordBatch) -> None:
        """Search a batch with these columns."""
        for name in self.columns:
            scan = self._scans[name]
            column = batch.column(name)
            if isinstance(column, pa.ExtensionArray) and not is_mixed(column.type):
                column = column.storage
            if not is_mixed(column.type) and is_opaque(column):
                scan.refusal = scan.refusal or refusal(column)
            else:
                sample = _sample(column)
                scan.search(sample)
                self._search_within(name, sample)

    def _search_within(self, name: str, sample: pa.Array) -> None:
        """Search what is nested in the text of a column, each of its parts as a column of its own."""
        parts, unsearchable = nested.parts(sample)
        for part, values in parts.items():
            inside = f"{name}.{part}"
            if inside not in self._scans and len(self._scans) < MOST_PARTS:
                expected = persons().may_name(part)
                self._scans[inside] = _ColumnScan(expected, dated=not persons().dates_things(part))
                if (kind := persons().kind_of(part)) and len(values) >= (1 if nested.is_structured(sample) else FEW):
                    self._scans[inside].refusal = message("{what}: {why}", what=kind.what, why=kind.why)
            if inside in self._scans:
                self._scans[inside].search(pa.array(values, pa.string()))
        if unsearchable > nested.UNSEARCHABLE * len(sample):
            self._scans[name].refusal = message(
                "nested text that cannot be opened to search it for persons: flatten it or leave it out"
            )

    def check(self) -> None:
        """Raise SourceError for all columns that hold persons, or whose name says so, and are not exempted."""
        refused = [
            Message("{name!r} ({what})", {"name": name, "what": what})
            for name, what in self.findings().items()
            if not self._exempted(name)
        ]
        if refused:
            raise SourceError(
                "{where}: holds {columns}. zicht works with places and never with persons, and what a count does not "
                "need stays outside (AVG art. 5(1)(c) and 9). Deliver the file without these columns, or leave them "
                "unread with drop = [...] in [records]; a column that is refused wrongly can be exempted with the "
                "reason, in [records.exempt]; or count beforehand, a row a buurt with its buurtcode and the counts, "
                "and read that as [table]",
                where=self.where,
                columns=plural(
                    "1 column that may not come in: {columns}", "{count} columns that may not come in: {columns}",
                    count=len(refused), columns=joined("; ", refused),
                ),
            )  # fmt: skip

    def notes(self) -> Iterator[Message]:
        """Which columns came in though they look like persons, and why."""
        for name, what in self.findings().items():
            if why := self._exempted(name):
                yield message(
                    "column {name!r} was exempted from the search for persons ({what}): {why}",
                    name=name, what=what, why=why,
                )  # fmt: skip

    def findings(self) -> dict[str, Message]:
        """What each column that may not come in holds, by its cells or its name."""
        held = {name: scan.finding() for name, scan in self._scans.items()}
        named = {
            name: message("{what}: {why}", what=kind.what, why=kind.why)
            for name in self.headers
            if (kind := persons().kind_of(name)) and not (name in self._scans and self._scans[name].holds_only(kind))
        }
        return {name: what for name, what in {**held, **named}.items() if what}

    def _exempted(self, name: str) -> str | None:
        """Why a column, or what is nested in it, was exempted; None where it was not, or may not be."""
        if name in self._scans and bsn.passing(self._scans[name].numbers):
            return None
        return next((why for one, why in self.exempt.items() if name == one or name.startswith(f"{one}.")), None)


@dataclass(slots=True)
class _ColumnScan:
    """Counts of what the sampled cells of one column are.

    Attributes:
        names_expected: whether its header announces names of persons.
        dated: whether its dates could be dates of birth.
        refusal: why it cannot be searched, where it cannot.
        role: whether its header says who people are.
        cells: how many cells were looked at.
        contacts: how many of these are ways to reach a person, by kind.
        names: how many are names of persons; `examples` holds a few different ones.
        origins: how many are nationalities or countries, by which.
        years: those of cells that are dates by the day.
        numbers: different numbers of nine digits.
        shaped: how many cells have the shape of a name, where there is a role; `shapes` holds different ones.
        remarks: how many name someone; `remarked` holds a few different ones.
        plates: how many are plates without dashes, by sidecode.
        values: different cells in small letters, one more than `MOST_VALUES` at most.
    """

    names_expected: bool
    dated: bool
    refusal: Message | None = None
    role: bool = False
    cells: int = 0
    contacts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(CONTACTS), dtype=np.int64))
    names: int = 0
    examples: set[str] = field(default_factory=set)
    origins: Counter[str] = field(default_factory=Counter)
    years: list[NDArray[np.int64]] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    shaped: int = 0
    shapes: set[str] = field(default_factory=set)
    remarks: int = 0
    remarked: set[str] = field(default_factory=set)
    plates: Counter[str] = field(default_factory=Counter)
    values: set[str] = field(default_factory=set)

    def search(self, sample: pa.Array) -> None:
        """Search filled cells, as text."""
        self.cells += len(sample)
        counted = pc.value_counts(sample)
        values, counts = counted.field("values"), counted.field("counts")
        self.contacts += [
            _sum(counts, pc.match_substring_regex(values, pattern, ignore_case=True)) for _, pattern, _ in CONTACTS
        ]
        are_names = names.are_names(values, expected=self.names_expected)
        self.names += _sum(counts, are_names)
        if len(self.examples) < FEW:
            self.examples.update(values.filter(are_names).to_pylist())
        self.origins.update(_origins(values, counts))
        if len(self.numbers) < MOST_NUMBERS:
            self.numbers.update(bsn.numbers(values).to_pylist())
        if self.dated:
            self.years.append(_years(values, counts))
        self._search_for_shapes(values, counts)
        if len(self.values) <= MOST_VALUES:
            self.values.update(pc.utf8_lower(values.slice(0, MOST_VALUES + 1)).to_pylist())

    def _search_for_shapes(self, values: pa.Array, counts: pa.Array) -> None:
        """Names of whatever words below a role, names in remarks, plates."""
        if self.role:
            shaped = names.have_the_shape(values)
            self.shaped += _sum(counts, shaped)
            if len(self.shapes) < SAMPLE:
                self.shapes.update(values.filter(shaped).to_pylist())
        remarks = names.name_someone(values)
        self.remarks += _sum(counts, remarks)
        if len(self.remarked) < FEW:
            self.remarked.update(values.filter(remarks).slice(0, FEW).to_pylist())
        self.plates.update(plates.bare(values, counts))

    def holds_only(self, kind: PersonalData) -> bool:
        """Whether the cells show that the column is not of the kind that its name says: herkomst = app."""
        known = self.values - UNKNOWN_WORDS
        return bool(known) and known <= set(kind.harmless)

    def finding(self) -> Message | None:
        """What the column holds that may not come in; None where nothing was found."""
        if self.refusal:
            return self.refusal
        if passing := bsn.passing(self.numbers):
            return message(
                "{passing} of {numbers} numbers in it pass the elfproef of the BSN (UAVG art. 46)",
                passing=passing, numbers=len(self.numbers),
            )  # fmt: skip
        for count, (what, _, least) in zip(self.contacts.tolist(), CONTACTS, strict=True):
            if count >= FEW and count > least * self.cells:
                return self._counted(what, count)
        if named := self._named():
            return named
        if self._of_origin():
            return self._counted(message("origin or nationality"), sum(self.origins.values()))
        return message("dates of birth, by the years they lie in") if self._birthdays() else None

    def _named(self) -> Message | None:
        """Names of persons and plates of their cars; None for none."""
        least = NAMED_WHERE_EXPECTED if self.names_expected else NAMED
        if len(self.examples) >= FEW and self.names > least * self.cells:
            return self._counted(message("names of persons"), self.names)
        if len(self.shapes) >= max(FEW, min(DIFFERENT * self.shaped, SAMPLE / 2)) and self.shaped > SHAPED * self.cells:
            return self._counted(message("names of persons"), self.shaped)
        if len(self.remarked) >= FEW and self.remarks > REMARKED * self.cells:
            return self._counted(message("remarks that name someone"), self.remarks)
        if len(self.plates) >= plates.WAYS and sum(self.plates.values()) > PLATED * self.cells:
            return self._counted(message("plates of cars"), sum(self.plates.values()))
        return None

    def _counted(self, what: Message, count: int) -> Message:
        return message("{what}: {count} of {cells} cells that were looked at", what=what, count=count, cells=self.cells)

    def _of_origin(self) -> bool:
        """Whether most cells name where people come from."""
        origin = persons().origin
        abroad = {name: count for name, count in self.origins.items() if name not in origin.dutch}
        if sum(self.origins.values()) <= ORIGINS * self.cells:
            return False
        peoples = abroad.keys() - set(origin.countries)
        return len(peoples) >= FEW or (len(abroad) >= FEW and sum(abroad.values()) > ABROAD * self.cells)

    def _birthdays(self) -> bool:
        """Whether most cells are dates, of years as far apart as those in which people are born."""
        years = np.concatenate(self.years) if self.years else np.zeros(0, dtype=np.int64)
        if len(years) < max(ENOUGH_DATES, DATED * self.cells):
            return False
        old, young = np.quantile(years, [TENTH, 1 - TENTH])
        return bool(old <= OLD and young >= YOUNG)


def _sample(column: pa.Array) -> pa.Array:
    """Filled cells as text, no more than `SAMPLE`, evenly spaced."""
    filled = column.drop_null()
    step = len(filled) // SAMPLE + 1
    return cells.text(filled.take(pa.array(np.arange(0, len(filled), step)))).drop_null()


def _origins(values: pa.Array, counts: pa.Array) -> Counter[str]:
    """How many cells name where people come from, by the name."""
    small = pc.utf8_lower(names.plain(values))
    known = pc.is_in(small, _origin_words())
    origins: Counter[str] = Counter()
    for name, count in zip(small.filter(known).to_pylist(), counts.filter(known).to_pylist(), strict=True):
        origins[name] += count
    return origins


@cache
def _origin_words() -> pa.Array:
    return pa.array([*persons().origin.foreign(), *persons().origin.dutch], pa.string())


def _years(values: pa.Array, counts: pa.Array) -> NDArray[np.int64]:
    """The years of cells that are dates by the day, as often as they occur."""
    dates = pc.extract_regex(values, DAY)
    counts, dates = counts.filter(dates.is_valid()), dates.drop_null()
    whole = pc.binary_join_element_wise(*(pc.struct_field(dates, part) for part in ("first", "last", "named")), "")
    short = pc.struct_field(dates, "short")
    text = pc.if_else(pc.equal(short, ""), whole, short)
    years = np.asarray(text.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)
    years = np.where(years <= CENTURY, years + 2000, np.where(years < 100, years + 1900, years))
    return np.repeat(years, counts.to_numpy(zero_copy_only=False))


def _sum(counts: pa.Array, mask: pa.Array) -> int:
    return int(pc.sum(counts.filter(mask)).as_py() or 0)
