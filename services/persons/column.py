"""One column of records: what its sampled cells are, counted batch by batch, and whether that may come in.

What is searched for, and the shares above which it is no chance, stand here and in the modules for each kind.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.messages import Message, message
from layers.declarations.persons import PersonalData, persons
from services.persons import births, bsn, contacts, names, nested, plates

SAMPLE = 4096
"""Filled cells of a column that are looked at in a batch."""
TOGETHER, LARGE = 16_384, 4 << 20
"""Cells that are searched at a time, and bytes of them at which fewer are: so most of them are there more than once."""
LETTER = r"[A-Za-z\x{80}-\x{10FFFF}]"
"""A letter, or a sign that may be one."""
MOST_NUMBERS = 100_000
"""Different numbers of a column that are collected for the elfproef."""
FEW = 3
"""What a column holds fewer of may be chance."""
SHAPED = 0.3
"""Share of cells that must have the shape of a name below a role."""
REMARKED, PLATED = 0.05, 0.5
"""Share of cells that must be remarks that name someone; and that must be plates without dashes."""
MOST_VALUES = 40
"""Different values of a column that are remembered, to see whether they show that it is something else."""
UNKNOWN_WORDS = frozenset({"onbekend", "overig", "anders", "nvt", "n.v.t.", "-", "?"})
NAMED, NAMED_WHERE_EXPECTED = 0.2, 0.05
"""Share of the cells of a column that must be people's names; and where its own name leads one to expect them."""
ORIGINS, ABROAD = 0.5, 0.05
"""Share of cells that must name an origin; and, for countries, one outside the Netherlands: addresses have some too."""


class Announced(NamedTuple):
    """What must be seen for cells to be people, where the header of their column says who people are.

    Attributes:
        names: different names that are common here.
        shapes: different cells of whatever words that have the shape of a name.
        share: of these, the share that must be different ones: no categories.
    """

    names: int
    shapes: int
    share: float


ROLE, AGENT = Announced(1, 2, 0.2), Announced(FEW, FEW, 0.5)
"""Below eigenaar, huurder; and below what may be firms that work for many: aannemer."""


@dataclass(slots=True)
class ColumnScan:
    """Counts of what the sampled cells of one column are.

    Attributes:
        names_expected: whether its header announces names of persons.
        dated: whether its dates could be dates of birth.
        refusal: why it cannot be searched, where it cannot.
        announced: what must be seen where its header says who people are; else None.
        cells: how many cells were looked at.
        contacts: how many of these are ways to reach a person, by kind.
        names: how many are names of persons; `examples` holds a few different ones.
        origins: how many are nationalities or countries, by which.
        years: those of cells that are dates by the day.
        numbers: different numbers of nine digits.
        shaped: how many cells have the shape of a name, where there is a role; `shapes` holds different ones.
        remarks: how many name someone; `remarked` holds a few different ones.
        plates: how many are plates and nothing else, by sidecode.
        values: different cells in small letters, one more than `MOST_VALUES` at most.
        named: why the name of what is nested may not come in, where there are at least `least` of it.
        unsearchable: how many cells are nested and cannot be opened.
        gathered: how many cells were taken, and `waiting` those that are still to be searched.
    """

    names_expected: bool
    dated: bool
    refusal: Message | None = None
    announced: Announced | None = None
    cells: int = 0
    contacts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(contacts.CONTACTS), dtype=np.int64))
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
    named: Message | None = None
    least: int = FEW
    unsearchable: int = 0
    gathered: int = 0
    waiting: list[pa.Array] = field(default_factory=list)

    def gather(self, sample: pa.Array) -> pa.Array | None:
        """Take filled cells, as text; gives those that wait for it where they are enough to be searched together."""
        self.gathered += len(sample)
        self.waiting.append(sample)
        enough = sum(map(len, self.waiting)) >= TOGETHER or sum(one.nbytes for one in self.waiting) >= LARGE
        return self.rest() if enough else None

    def rest(self) -> pa.Array | None:
        """The cells that wait; None for none."""
        cells, self.waiting = self.waiting, []
        return pa.concat_arrays(cells) if cells else None

    def merge(self, other: "ColumnScan") -> None:
        """Add what was found in other cells of the column; none wait."""
        self.refusal, self.named = self.refusal or other.refusal, self.named or other.named
        self.least = min(self.least, other.least)
        for name in ("cells", "contacts", "names", "years", "shaped", "remarks", "unsearchable", "gathered"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("examples", "origins", "numbers", "shapes", "remarked", "plates", "values"):
            mine = getattr(self, name)
            if len(mine) < MOST_NUMBERS:
                mine.update(getattr(other, name))

    def search(self, sample: pa.Array) -> None:
        """Search filled cells, as text. Of cells without a letter only that is searched which can be written so."""
        self.cells += len(sample)
        counted = pc.value_counts(sample)
        values, counts = counted.field("values"), counted.field("counts")
        lettered = pc.match_substring_regex(values, LETTER)
        self._search_words(values.filter(lettered), counts.filter(lettered))
        bare = pc.invert(lettered)
        self.contacts += contacts.counted(values.filter(bare), counts.filter(bare), lettered=False)
        if len(self.numbers) < MOST_NUMBERS:
            self.numbers.update(bsn.numbers(values).to_pylist())
        if self.dated:
            self.years.append(births.years(values, counts))
        if len(self.values) <= MOST_VALUES:
            self.values.update(pc.utf8_lower(values.slice(0, MOST_VALUES + 1)).to_pylist())

    def _search_words(self, values: pa.Array, counts: pa.Array) -> None:
        """Search cells with a letter in them."""
        if not len(values):
            return
        self.contacts += contacts.counted(values, counts, lettered=True)
        are_names = names.are_names(values, expected=self.names_expected)
        self.names += _sum(counts, are_names)
        if len(self.examples) < FEW:
            self.examples.update(values.filter(are_names).to_pylist())
        self.origins.update(_origins(values, counts))
        self._search_for_shapes(values, counts)

    def _search_for_shapes(self, values: pa.Array, counts: pa.Array) -> None:
        """Names of whatever words below a role, names in remarks, plates."""
        if self.announced:
            shaped = names.have_the_shape(values)
            self.shaped += _sum(counts, shaped)
            if len(self.shapes) < SAMPLE:
                self.shapes.update(values.filter(shaped).to_pylist())
        remarks = names.name_someone(values)
        self.remarks += _sum(counts, remarks)
        if len(self.remarked) < FEW:
            self.remarked.update(values.filter(remarks).slice(0, FEW).to_pylist())
        self.plates.update(plates.whole(values, counts))

    def holds_only(self, kind: PersonalData) -> bool:
        """Whether the cells show that the column is not of the kind that its name says: herkomst = app."""
        known = self.values - UNKNOWN_WORDS
        return bool(known) and known <= set(kind.harmless)

    def finding(self) -> Message | None:
        """What the column holds that may not come in; None where nothing was found."""
        if refused := self.refusal or self._nested():
            return refused
        if passing := bsn.passing(self.numbers):
            return message(
                "{passing} of {numbers} numbers in it pass the elfproef of the BSN (UAVG art. 46)",
                passing=passing, numbers=len(self.numbers),
            )  # fmt: skip
        ways = self.contacts - plates.codes(self.plates) * contacts.PLATES
        if contact := contacts.found(ways, self.cells, FEW):
            return self._counted(*contact)
        if named := self._named():
            return named
        if self._of_origin():
            return self._counted(message("origin or nationality"), sum(self.origins.values()))
        return (
            message("dates of birth, by the years they lie in")
            if births.are_birthdays(self.years, self.cells)
            else None
        )

    def _nested(self) -> Message | None:
        """Why what is nested, or what it is nested in, may not come in; None where it may."""
        if self.named and self.cells >= self.least:
            return self.named
        if self.unsearchable > nested.UNSEARCHABLE * self.cells:
            return message("nested text that cannot be opened to search it for persons: flatten it or leave it out")
        return None

    def _named(self) -> Message | None:
        """Names of persons and plates of their cars; None for none."""
        least = NAMED_WHERE_EXPECTED if self.names_expected else NAMED
        few = self.announced.names if self.announced else FEW
        if len(self.examples) >= few and self.names > least * self.cells:
            return self._counted(message("names of persons"), self.names)
        if self._shaped_as_names():
            return self._counted(message("names of persons"), self.shaped)
        if len(self.remarked) >= FEW and self.remarks > REMARKED * self.cells:
            return self._counted(message("remarks that name someone"), self.remarks)
        bare = plates.bare(self.plates)
        if len(bare) >= plates.WAYS and sum(bare.values()) > PLATED * self.cells:
            return self._counted(message("plates of cars"), sum(bare.values()))
        return None

    def _shaped_as_names(self) -> bool:
        """Whether the header says who people are, and the cells have the shape of names, of many people."""
        if self.announced is None or self.shaped <= SHAPED * self.cells:
            return False
        return len(self.shapes) >= max(self.announced.shapes, min(self.announced.share * self.shaped, SAMPLE / 2))

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


def _sum(counts: pa.Array, mask: pa.Array) -> int:
    return int(pc.sum(counts.filter(mask)).as_py() or 0)
