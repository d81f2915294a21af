"""What became of zoekgebieden: which of one map are those of another, which came, went, rose and fell.

Two are the same where they share at least half of the areas of the smaller one, those that share most first, each with
one other at most. Rejected: the same id, which is another as soon as one area joins; and the share of their union, by
which a place that loses its edge is a new one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

SHARED = 0.5
"""Of the areas of the smaller of two zoekgebieden, how many both hold at least to be the same."""


class Move(StrEnum):
    """What became of one zoekgebied."""

    CAME = "came"
    ROSE = "rose"
    SAME = "same"
    FELL = "fell"
    WENT = "went"


@dataclass(frozen=True, slots=True)
class Moved:
    """A zoekgebied by its rank on either map, counted from 1; None where it is not on it."""

    before: int | None
    after: int | None

    @property
    def move(self) -> Move:
        """What became of it."""
        if self.before is None or self.after is None:
            return Move.CAME if self.before is None else Move.WENT
        if self.before == self.after:
            return Move.SAME
        return Move.ROSE if self.after < self.before else Move.FELL


def moves(before: Sequence[frozenset[str]], after: Sequence[frozenset[str]]) -> list[Moved]:
    """What became of each zoekgebied, as the areas of each in order of rank: those of `after` first, by rank, then
    those that went.

    >>> [one.move.value for one in moves([frozenset("ab"), frozenset("c")], [frozenset("d"), frozenset("abe")])]
    ['came', 'fell', 'went']
    """
    pairs = sorted(
        (-len(old & new), was, now)
        for was, old in enumerate(before, start=1)
        for now, new in enumerate(after, start=1)
        if old & new and len(old & new) >= SHARED * min(len(old), len(new))
    )
    of_after: dict[int, int] = {}
    for _, was, now in pairs:
        if now not in of_after and was not in of_after.values():
            of_after[now] = was
    there = [Moved(of_after.get(now), now) for now in range(1, len(after) + 1)]
    gone = sorted(set(range(1, len(before) + 1)) - set(of_after.values()))
    return [*there, *(Moved(was, None) for was in gone)]
