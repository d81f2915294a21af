"""Audit: what was found of the cells of releases, and what betrays those of which too much is known."""

from collections.abc import Sequence
from dataclasses import dataclass

ITS_PARTS, ITS_NOISE, OTHER_RELEASE, OVERLAY, INSIDER = "parts", "noise", "releases", "overlay", "insider"
AMOUNT, COLUMNS, AVERAGED = "amount", "columns", "averaged"
"""What betrays a cell where it is not the area that it lies in."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """A cell of which too few counts stay possible, and the relation that betrays it."""

    count: str
    level: str
    area: str
    lowest: float
    highest: float
    relation: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What an attacker computes.

    Attributes:
        cells: of how many cells.
        small: how many of them may be small.
        fewest: counts that stay possible of the worst of those.
        noise: the least part of the variance of its noise that stays of any of those, where all ways in which it is
            known are weighed together.
        exposed: cells of which too few counts stay possible.
        insiders: counts that stay possible of the worst for those who know of a record of their own.
        overlays: how many overlays of hexagons with areas were tried.
        contradicting: how many of these contradict what lies in them, so that nothing can be computed from them: of
            other records.
        amounts: how many of the cells are of amounts, which have no noise.
        withheld: how many of these are withheld.
    """

    cells: int
    small: int
    fewest: int
    noise: float
    exposed: tuple[Exposed, ...]
    insiders: int = 0
    overlays: int = 0
    contradicting: int = 0
    amounts: int = 0
    withheld: int = 0

    @property
    def counts(self) -> int:
        """How many of the cells are perturbed counts."""
        return self.cells - self.amounts

    @property
    def passed(self) -> bool:
        """Whether no cell is exposed."""
        return not self.exposed


def together(parts: Sequence[Audit]) -> Audit:
    """Audits of other cells, or of the same by other relations (then `cells` is 0)."""
    small = [part for part in parts if part.small]
    fewest, noise = min((one.fewest for one in small), default=0), min((one.noise for one in parts), default=1.0)
    insiders = min((one.insiders for one in small), default=0)
    exposed = tuple({(one.count, one.area): one for part in parts for one in part.exposed}.values())
    cells, several = [part for part in parts if part.cells], sum(part.overlays for part in parts)
    return Audit(
        sum(part.cells for part in cells), sum(part.small for part in cells), fewest, noise, exposed, insiders, several,
        sum(part.contradicting for part in parts), sum(part.amounts for part in parts),
        sum(part.withheld for part in parts),
    )  # fmt: skip
