"""One year's division: how many buurten it has at least, what its columns are called, and where its maps are."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from geo.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class Shipped:
    """The maps of a division in the folder of real data, which is not CBS's own map.

    Attributes:
        path: the national map below that folder.
        detail: better maps of some gemeenten, put in their place.
        gap: metres; borders closer than this are one (see geo.neighbors).
        spare: codes that occur in figures though the map has no polygon for them.
        names: where the names of `gemeente` and `wijk` stand, if not on the map: path, code and name column.
    """

    path: str
    detail: tuple[str, ...]
    tolerance: float
    spare: frozenset[str]
    names: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Vintage:
    """A year's division of the country.

    Attributes:
        year: the year.
        least: fewest buurten a complete map has.
        service: which of PDOK's services has the map: pages of its API, or a file that its feed names.
        url: where that service is.
        aliases: what a column has been called, by our name for it.
        shipped: what the folder of real data has of it, if anything.
    """

    year: int
    least: int
    service: Literal["api", "feed"]
    url: str
    aliases: Mapping[str, tuple[str, ...]]
    shipped: Shipped | None = None

    @property
    def spare(self) -> frozenset[str]:
        """Codes that may be among the figures though the shipped map has no polygon for them; CBS's own map has."""
        return self.shipped.spare if self.shipped else frozenset()

    def column(self, ours: str, found: Iterable[object]) -> str | None:
        """Which of the found columns holds what we call `ours`."""
        present = {plain(str(one)): str(one) for one in found}
        return next((present[plain(alias)] for alias in self.aliases[ours] if plain(alias) in present), None)


def plain(column: str) -> str:
    """A column's name without capitals and underscores: services write the same name in snake and camel case."""
    return column.lower().replace("_", "")


@cache
def vintages() -> Mapping[int, Vintage]:
    """All declared divisions, by year."""
    declared = tomllib.loads(resources.files("boundaries").joinpath("vintages.toml").read_text(encoding="utf-8"))
    aliases = {ours: tuple(theirs) for ours, theirs in declared["aliases"].items()}
    return {
        int(year): Vintage(
            int(year), one["least"], one["service"], declared["service"][one["service"]].format(year=year), aliases,
            _shipped(one.get("shipped")),
        )
        for year, one in declared["vintage"].items()
    }  # fmt: skip


def vintage(year: int) -> Vintage:
    """The division of `year`. Raises UnknownNameError listing the years there are."""
    known = vintages()
    if year not in known:
        raise UnknownNameError("vintage", year, known)
    return known[year]


def _shipped(one: Mapping[str, Any] | None) -> Shipped | None:
    if one is None:
        return None
    return Shipped(one["path"], tuple(one["detail"]), one["tolerance"], frozenset(one["spare"]), one["names"])
