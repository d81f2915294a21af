"""One year's division: what its columns are called, how many buurten it has, how far its borders may lie apart."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from geo.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class Vintage:
    """A year's division of the country.

    Attributes:
        year: the year.
        path: the national map below the folder of real data.
        detail: better maps of some gemeenten, put in their place.
        least: fewest buurten a complete map has.
        gap: metres; borders closer than this are one (see geo.neighbors).
        spare: codes that occur in figures though the map has no polygon for them.
        names: where the names of `gemeente` and `wijk` stand, if not on the map: path, code and name column.
        aliases: what a column has been called, by our name for it.
    """

    year: int
    path: str
    detail: tuple[str, ...]
    least: int
    gap: float
    spare: frozenset[str]
    names: Mapping[str, Mapping[str, str]]
    aliases: Mapping[str, tuple[str, ...]]

    def column(self, ours: str, found: Iterable[object]) -> str | None:
        """Which of the found columns holds what we call `ours`."""
        present = {str(one).lower(): str(one) for one in found}
        return next((present[alias.lower()] for alias in self.aliases[ours] if alias.lower() in present), None)


@cache
def vintages() -> Mapping[int, Vintage]:
    """All declared divisions, by year."""
    declared = tomllib.loads(resources.files("boundaries").joinpath("vintages.toml").read_text(encoding="utf-8"))
    aliases = {ours: tuple(theirs) for ours, theirs in declared["aliases"].items()}
    return {
        int(year): Vintage(
            int(year), one["path"], tuple(one["detail"]), one["least"], one["gap"], frozenset(one["spare"]),
            one["names"], aliases,
        )
        for year, one in declared["vintage"].items()
    }  # fmt: skip


def vintage(year: int) -> Vintage:
    """The division of `year`. Raises UnknownNameError listing the years there are."""
    known = vintages()
    if year not in known:
        raise UnknownNameError("vintage", year, known)
    return known[year]
