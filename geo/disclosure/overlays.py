"""Overlays: between which bounds counts must lie where two hierarchies overlap, as buurten and hexagons do.

Each count is a sum of parts: what buurt and hexagon have in common. Which parts give counts within their bounds is a
linear programme over all that hangs together; nothing is cut out of it to save time. Its relations are those of a
network (a totally unimodular matrix, as long as there are two hierarchies), so its corners are whole numbers and its
bounds those of counts. Of three, as buurten and hexagons of two sizes, they are not: there whole numbers are asked for,
or a corner of halves would show counts that cannot be.

It is solved few times. Any solution shows one value that each count can have, so of a count of which solutions show
values far enough apart it is known, without asking, that many stay possible. One solution that keeps away from all
bounds shows that of most: in it a part is changed by one, and what makes up for that elsewhere, until the count has
moved far enough; each is a solution of everything. Then corners in directions that are drawn, and opposite ones; what
is left is asked one by one, and those bounds are exact.

Measured on Testland, 692 buurten and 10,043 hexagons of two sizes with 25,809 parts in common, 35,248 of all of them
small: all at once 3 programmes of whole numbers, 30 CPU s; without changes from one solution 151 and 200.
Rejected: two programmes for every count; halves of the counts up and the others down, which took more of them; whole
numbers declared as such where corners are, as slow again; and going round all sums until no bound changes, which leaves
bounds wider than an attacker can compute.

Sources: M. Fischetti and J.J. Salazar-Gonzalez (2001), Solving the cell suppression problem on tabular data with linear
constraints, Management Science 47(7), 1008-1027, doi:10.1287/mnsc.47.7.1008.9805; A. Schrijver (1986), Theory of linear
and integer programming, section 19.3, on laminar families; Q. Huangfu and J.A.J. Hall (2018), Parallelizing the dual
revised simplex method, Mathematical Programming Computation 10(1), 119-142, doi:10.1007/s12532-017-0130-5 (HiGHS).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds as Range
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csc_array, csr_array, eye_array, hstack, sparray, vstack
from scipy.sparse.csgraph import connected_components

from geo.disclosure.intervals import Bounds, Floats, Positions
from geo.errors import DisclosureError, MeasureError

MOST_PARTS, MOST_NODES = 40_000, 10_000
"""Parts of a whole, and nodes of one programme, beyond which whole numbers are not asked for: of 40,000 a corner takes
some 5 CPU s, and where one solution shows too little some 60 are asked. All that was tried took one node.
"""
OUT_OF_NODES = 1
"""What scipy says of a programme that ended at its limit; what it found by then is possible, and may be no corner."""
TOGETHER = 500
"""Parts of small wholes that are asked in one programme: of each there are as few as of the one that needs most."""
SEED = 0
"""Of the directions in which is looked; whatever they are, what is found is possible."""
TRIED = 200
"""Parts that are tried to make up for another."""
FEW_NODES = 100
"""Nodes in which a solution in the middle is looked for; without one all is asked as corners."""
ROUGHLY = 0.1
"""Share of the most room that a solution in the middle may lack: any helps, and the last tenth takes longest."""


def narrowest(bounds: Bounds, parts: sparray, asked: Positions, least: int, *, whole: bool = False) -> Bounds:
    """The bounds of those of some counts of which fewer than `least` stay possible; of the others two values that they
    can have, which lie at least so far apart.

    Args:
        bounds: of every count by itself; none is infinite.
        parts: a row a count, a column a part that is 0 or more: 1 where the count has that part. Of two
            hierarchies, or one; of more where `whole`.
        asked: which counts.
        least: how many counts must stay possible for the bounds of a count not to matter.
        whole: whether parts are asked to be whole numbers.

    Raises MeasureError where no counts keep to the bounds, DisclosureError where whole numbers are too much to ask.

    >>> known = Bounds(np.array([10.0, 0.0, 0.0]), np.array([10.0, 4.0, 9.0]))
    >>> narrowest(known, csr_array(np.array([[1, 1], [1, 0], [0, 1]])), np.array([1, 2]), 9)
    Bounds(lowest=array([1., 6.]), highest=array([4., 9.]))
    """
    matrix = csr_array(parts)
    lowest, highest = bounds.lowest.copy(), bounds.highest.copy()
    for rows, columns in _hanging_together(matrix):
        here = np.flatnonzero(np.isin(rows, asked))
        if len(here):
            if whole and len(columns) > MOST_PARTS:
                raise _too_much(len(columns))
            solved = _Programme(matrix[rows][:, columns], bounds.lowest[rows], bounds.highest[rows], whole)
            solved.ask(here, least)
            lowest[rows], highest[rows] = solved.least, solved.most
    return Bounds(lowest[asked], highest[asked])


def _hanging_together(matrix: csr_array) -> Iterator[tuple[Positions, Positions]]:
    """The counts and parts of each whole that shares nothing with others, small ones taken together."""
    of_parts = connected_components(abs(matrix).T @ abs(matrix), directed=False)[1]
    of_parts = (np.cumsum(np.bincount(of_parts)) // TOGETHER)[of_parts]
    of_counts = of_parts[matrix.indices[matrix.indptr[:-1]]]
    for one in np.unique(of_counts):
        yield np.flatnonzero(of_counts == one), np.flatnonzero(of_parts == one)


def _too_much(parts: int) -> DisclosureError:
    return DisclosureError(
        "hexagons of two sizes and the areas that they overlap have {parts:,} parts in common, and what these tell of "
        "one another all at once is too much to find out; publish areas, or hexagons of one size, and not both",
        parts=parts,
    )  # fmt: skip


@dataclass(slots=True)
class _Programme:
    """The counts of one whole, and the least and most of each that any solution had."""

    parts: csr_array
    lowest: Floats
    highest: Floats
    whole: bool
    least: Floats = field(init=False)
    most: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.least, self.most = np.full(len(self.lowest), np.inf), np.full(len(self.lowest), -np.inf)

    def ask(self, counts: Positions, enough: int) -> None:
        """Solve until every one of these counts is known, or has `enough` values."""
        self._move(counts, enough - 1)
        left, before, draws = self._narrow(counts, enough), len(counts) + 2, np.random.default_rng(SEED)
        while before - len(left) > 1:  # else it is as cheap to ask one by one
            before, direction = len(left), self.parts[left].T @ draws.normal(size=len(left))
            self._solve(direction)
            self._solve(-direction)
            left = self._narrow(left, enough)
        for one in left:
            for sign in (1.0, -1.0):
                self._solve(sign * self.parts[[one]].toarray()[0])

    def _narrow(self, counts: Positions, enough: int) -> Positions:
        """Those of which no solution showed values so far apart."""
        return counts[self.most[counts] - self.least[counts] + 1 < enough]

    def _move(self, counts: Positions, steps: int) -> None:
        """What each of these counts can be, up to so many `steps` up and down, by a few changes in parts.

        All are made in one solution in whole numbers that keeps so far from all bounds where it can: so each of these
        is a solution too, of everything, and what it shows is possible.
        """
        if (middle := self._in_the_middle(steps)) is None:
            return
        solution = _Solution(middle, self.parts @ middle, self.parts, csc_array(self.parts), self.lowest, self.highest)
        for count in counts:
            here = solution.sums[count]
            self.least[count] = min(self.least[count], here - solution.moved(count, -1, steps))
            self.most[count] = max(self.most[count], here + solution.moved(count, 1, steps))

    def _in_the_middle(self, steps: int) -> Floats | None:
        """The parts of such a solution; None where none is found, or parts count otherwise than once."""
        count, bounded = self.parts.shape[1], np.flatnonzero(np.isfinite(self.highest))
        inside, away = self.parts[bounded], eye_array(len(bounded))
        kept = LinearConstraint(
            vstack([hstack([inside, -away]), hstack([inside, away])]),
            np.append(self.lowest[bounded], np.full(len(bounded), -np.inf)),
            np.append(np.full(len(bounded), np.inf), self.highest[bounded]),
        )
        found = milp(
            np.append(np.zeros(count), np.full(len(bounded), -1.0)),
            integrality=np.append(np.ones(count), np.zeros(len(bounded))),
            bounds=Range(0, np.append(np.full(count, np.inf), np.full(len(bounded), float(steps)))),
            constraints=kept, options={"node_limit": FEW_NODES, "mip_rel_gap": ROUGHLY},
        )  # fmt: skip
        if found.x is None or (self.parts.data != 1).any():
            return None
        parts = np.rint(found.x[:count])
        sums = self.parts @ parts
        return parts if ((self.lowest <= sums) & (sums <= self.highest)).all() else None

    def _solve(self, objective: Floats) -> None:
        """Find the corner where this is least, and remember what counts it gives."""
        kept, options = LinearConstraint(self.parts, self.lowest, self.highest), {"node_limit": MOST_NODES}
        found = milp(objective, integrality=self.whole, bounds=Range(0, np.inf), constraints=kept, options=options)
        if found.x is None and found.status == OUT_OF_NODES:
            raise _too_much(self.parts.shape[1])
        if found.x is None:
            raise MeasureError("bounds of counts contradict one another: no counts add up to what is published")
        counts = self.parts @ np.rint(found.x)
        self.least, self.most = np.minimum(self.least, counts), np.maximum(self.most, counts)


@dataclass(frozen=True, slots=True)
class _Solution:
    """Whole numbers for all parts, and what they add up to; both between bounds."""

    middle: Floats
    sums: Floats
    parts: csr_array
    counts: csc_array
    lowest: Floats
    highest: Floats

    def moved(self, count: int, sign: int, most: int) -> int:
        """How many steps up or down, `most` at most, a count can be moved: one of its parts changes by one, and where
        that is too much for other counts that this part is in, other parts of these change back.
        """
        done, changed, shift = 0, Counter[int](), Counter[int]()
        for part in self._parts(count):
            while done < most and (step := self._step(count, int(part), sign, changed, shift)) is not None:
                changed, shift = step
                done += 1
        return done

    def _step(
        self, count: int, part: int, sign: int, changed: Counter[int], shift: Counter[int]
    ) -> tuple[Counter[int], Counter[int]] | None:
        """What has changed of parts and counts after one step more; None where no way is found."""
        changed, shift = changed.copy(), shift.copy()
        tight = self._change(part, sign, changed, shift)
        if tight is None or count in tight:
            return None
        for row in tight:
            if self._fits(row, shift[row]):
                continue  # what made up for another count made up for this one
            if (found := self._made_up(count, row, -sign, (changed, shift), tight)) is None:
                return None
            changed, shift = found
        return (changed, shift) if all(self._fits(row, shift[row]) for row in tight) else None

    def _made_up(
        self, count: int, row: int, by: int, now: tuple[Counter[int], Counter[int]], tight: list[int]
    ) -> tuple[Counter[int], Counter[int]] | None:
        """The same with a change in another part of a count, which is too much for none but those that are tight."""
        others = set(tight) - {row}
        for other in self._parts(row)[:TRIED]:
            if count in self._counts(other):
                continue
            tried, after = now[0].copy(), now[1].copy()
            worse = self._change(int(other), by, tried, after)
            if worse is not None and others.issuperset(worse):
                return tried, after
        return None

    def _change(self, part: int, by: int, changed: Counter[int], shift: Counter[int]) -> list[int] | None:
        """The counts for which it is too much that this part changes; None where it cannot."""
        changed[part] += by
        rows = self._counts(part)
        shift.update(dict.fromkeys(rows, by))
        if self.middle[part] + changed[part] < 0:
            return None
        return [row for row in rows if not self._fits(row, shift[row])]

    def _fits(self, row: int, by: int) -> bool:
        return bool(self.lowest[row] <= self.sums[row] + by <= self.highest[row])

    def _parts(self, count: int) -> Positions:
        mine: Positions = self.parts.indices[self.parts.indptr[count] : self.parts.indptr[count + 1]]
        return mine

    def _counts(self, part: int) -> list[int]:
        mine: list[int] = self.counts.indices[self.counts.indptr[part] : self.counts.indptr[part + 1]].tolist()
        return mine
