"""Profiles: characteristics of objects (homes, premises; never persons) that cases have more often than the rest.

Cases are objects where something was found, such as homes where a growing room was cleared. A profile is one
characteristic, or a few together, that is over-represented among them. A combination is one only if each of its
characteristics adds to the others: among pre-war homes cases are rented more often than the rest, and among rented
homes cases are pre-war more often. Else any chance characteristic beside a true one would be found as well.

All combinations are tried, so chance finds some. Against that objects are divided in two at random. The first half
names at most ten candidates; the second, in which nothing was searched, tests these once more, by Holm's method: the
chance that any profile is false is 5 % at most. Lift and odds ratio are those of the second half: where was searched
they would be too favourable. With random cases 3 of 200 searches found one.

Rejected: the false discovery rate over all that was tried in the first half as the way to be a candidate. The second
half guards against chance by itself, and of 60 cases with an odds ratio of 16 it then lost one profile in three where
this loses one in fourteen.

Rejected: pysubgroup 0.9, which asks for numpy below 2 and for matplotlib, says of itself that it is a prototype, tests
a combination against the whole only and corrects for nothing. What is left of it is counting, which bits do at once.

Source: G.I. Webb (2007), Discovering significant patterns, Machine Learning 68(1), 1-33 (productive rules, hold-out).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import hypergeom
from scipy.stats.contingency import odds_ratio

from geo.errors import StatisticError
from geo.statistics.significance import holm

Bits = NDArray[np.uint8]
LEAST_CASES = 30
"""Below it no profile is sought. A combination that one in 33 objects has and that makes a case 16 times as likely is
found of 30 cases in 38 of 60 searches, one of 8 times in 11; of 120 cases in 60 and 55.
"""


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """One characteristic: the value of a column."""

    column: str
    value: str


Combination = tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class ProfileSearch:
    """How profiles are sought.

    Attributes:
        largest: most characteristics in one profile.
        min_objects: fewest objects of the first half that a profile may fit.
        min_cases: fewest cases of all that may fit it: fewer are not shown.
        candidates: most that the first half names, each with p of `max_p` at most there.
        max_p: the chance that any profile is false.
        seed: divides the objects.
    """

    largest: int = 2
    min_objects: int = 20
    min_cases: int = 5
    candidates: int = 10
    max_p: float = 0.05
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """Objects of which all columns of a profile are known, those that fit it, and the cases among both."""

    objects: int
    cases: int
    fitting: int
    fitting_cases: int

    @property
    def lift(self) -> float:
        """How many times as often cases fit as objects do; NaN where nothing fits or is a case."""
        expected = self.fitting * self.cases
        return self.fitting_cases * self.objects / expected if expected else np.nan


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile that held in the second half; all but `whole` is measured there.

    Attributes:
        conditions: its characteristics.
        table: what was counted in the second half; `whole` in all objects.
        odds_ratio: conditional maximum likelihood, between `low` and `high` (exact, 95 %).
        p: the largest of adding each condition to the others, after Holm's correction.
    """

    conditions: Combination
    table: Table
    whole: Table
    odds_ratio: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Profiles:
    """What was found, the surest odds ratio first; of how many combinations, and how many passed the first half."""

    found: tuple[Profile, ...]
    tried: int
    candidates: int
    objects: int
    cases: int


def profiles(
    objects: pd.DataFrame,
    cases: "pd.Series[bool]",
    search: ProfileSearch = ProfileSearch(),  # frozen
) -> Profiles:
    """The profiles of the cases among objects.

    Args:
        objects: a row an object, a column a characteristic, of text; missing is unknown, and fits nothing.
        cases: which of them are cases.
        search: how they are sought.

    Raises StatisticError for fewer than 30 cases, or as few objects beside them.
    """
    count = int(cases.sum())
    if min(count, len(cases) - count) < LEAST_CASES:
        raise StatisticError(
            "{cases} cases among {objects} objects: fewer than {least} tell no profile from chance, nor do fewer than "
            "{least} other objects; take more years or a larger area together",
            cases=count, objects=len(cases), least=LEAST_CASES,
        )  # fmt: skip
    half = _first_half(cases.to_numpy(dtype=bool), search.seed)
    first, second, whole = (_Packed.of(objects[at], cases[at]) for at in (half, ~half, np.ones(len(half), dtype=bool)))
    tried = list(_combinations(first, search))
    passed = _candidates(tried, first, search)
    found = [
        _profile(one, second, whole, p)
        for one, p in zip(passed, holm(_chances(second, passed)).tolist(), strict=True)
        if p <= search.max_p and whole.table(one).fitting_cases >= search.min_cases
    ]
    return Profiles(tuple(sorted(found, key=lambda one: -one.low)), len(tried), len(passed), len(cases), count)


@dataclass(frozen=True, slots=True)
class _Packed:
    """Objects as bits, eight to a byte: which have each characteristic, of which a column is known, which are cases."""

    holds: Mapping[Condition, Bits]
    known: Mapping[str, Bits]
    cases: Bits

    @classmethod
    def of(cls, objects: pd.DataFrame, cases: "pd.Series[bool]") -> "_Packed":
        holds, known = {}, {}
        for name, column in objects.items():
            known[str(name)] = np.packbits(column.notna().to_numpy(dtype=bool))
            for value in sorted(column.dropna().unique()):
                holds[Condition(str(name), str(value))] = np.packbits(
                    (column == value).to_numpy(dtype=bool, na_value=False)
                )
        return cls(holds, known, np.packbits(cases.to_numpy(dtype=bool)))

    def table(self, conditions: Sequence[Condition], given: Sequence[Condition] = ()) -> Table:
        """What fits the conditions among the objects that fit those given, of which all columns are known."""
        universe = _all(self.known[one.column] for one in (*conditions, *given))
        parent = _all([universe, *(self.holds.get(one, 0 * universe) for one in given)])
        fitting = _all([parent, *(self.holds.get(one, 0 * universe) for one in conditions)])
        return Table(_count(parent), _count(parent & self.cases), _count(fitting), _count(fitting & self.cases))


def _first_half(cases: NDArray[np.bool_], seed: int) -> NDArray[np.bool_]:
    """Half of the cases and half of the rest, at random."""
    rng = np.random.default_rng(seed)
    half = np.zeros(len(cases), dtype=bool)
    for kind in (cases, ~cases):
        members = rng.permutation(np.flatnonzero(kind))
        half[members[: (len(members) + 1) // 2]] = True
    return half


def _combinations(objects: _Packed, search: ProfileSearch) -> Iterator[Combination]:
    """All combinations that enough objects fit, whatever the cases are; no two conditions of one column."""
    single = sorted(objects.holds)
    level: list[tuple[Combination, Bits]] = [((), _all(np.full_like(bits, 255) for bits in [objects.cases]))]
    for _ in range(search.largest):
        level = [
            ((*before, one), bits)
            for before, fitting in level
            for one in single
            if not before or one.column > before[-1].column
            if _count(bits := fitting & objects.holds[one]) >= search.min_objects
        ]
        yield from (conditions for conditions, _ in level)


def _candidates(tried: Sequence[Combination], objects: _Packed, search: ProfileSearch) -> list[Combination]:
    """The combinations with the smallest p in the half that is searched."""
    chances = _chances(objects, tried)
    first = np.argsort(chances, kind="stable")[: search.candidates]
    return [tried[at] for at in first if chances[at] <= search.max_p]


def _chances(objects: _Packed, combinations: Sequence[Combination]) -> NDArray[np.float64]:
    """Of each combination the largest p of adding a condition to the others (Fisher, one-sided): as many cases or more
    that fit it, among the objects that fit the others.
    """
    tables = [
        objects.table([one], [other for other in conditions if other != one])
        for conditions in combinations
        for one in conditions
    ]
    counts = np.array([(one.fitting_cases, one.objects, one.cases, one.fitting) for one in tables]).reshape(-1, 4).T
    owner = [at for at, conditions in enumerate(combinations) for _ in conditions]
    chances = np.zeros(len(combinations))
    np.maximum.at(chances, owner, hypergeom.sf(counts[0] - 1, *counts[1:]))
    return chances


def _profile(conditions: Combination, second: _Packed, whole: _Packed, p: float) -> Profile:
    table = second.table(conditions)
    others, other_cases = table.objects - table.fitting, table.cases - table.fitting_cases
    ratio = odds_ratio(
        [[table.fitting_cases, table.fitting - table.fitting_cases], [other_cases, others - other_cases]]
    )
    interval = ratio.confidence_interval(0.95)
    return Profile(
        conditions, table, whole.table(conditions), float(ratio.statistic), float(interval.low), float(interval.high), p
    )


def _all(bits: Iterable[Bits]) -> Bits:
    return reduce(np.bitwise_and, bits)


def _count(bits: Bits) -> int:
    return int(np.bitwise_count(bits).sum(dtype=np.int64))
