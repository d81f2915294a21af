"""One year's buurten: how many there are at least, what columns are called, and where their boundaries are."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import pandas as pd

from boundaries.codes import parents
from geo.areas import AreaLevel
from geo.errors import UnknownNameError
from geo.messages import message

FIRST = 1995
"""The first year of which CBS has boundaries of buurten."""
LEAST_GEMEENTEN = 300
"""Fewer gemeenten are not the whole country: it had 342 in 2024, and more in every year before."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """The boundaries of a year in the folder of real data, which are not CBS's own.

    Attributes:
        path: the national file below that folder.
        level: what its areas are.
        detail: better files of some gemeenten, put in their place.
        tolerance: metres; borders closer than this are one (see geo.neighbors).
        spare: codes that occur in figures though the file has no polygon for them.
        names: where the names of `gemeente` and `wijk` stand, if not in the file: path, code and name column.
    """

    path: str
    level: AreaLevel
    detail: tuple[str, ...]
    tolerance: float
    spare: frozenset[str]
    names: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Vintage:
    """The areas of the country as they were on 1 January of a year.

    Attributes:
        year: the year.
        least: fewest buurten of the whole country; 0 where that is not declared.
        service: which of PDOK's services has the boundaries: pages of its API, or a file that its feed names; None
            where neither is declared, and only an own boundary file can be used.
        url: where that service is.
        aliases: what a column has been called, by our name for it.
        shipped: what the folder of real data has of it, if anything.
        gemeenten: fewest gemeenten that figures of the whole country have.
        finest: the finest areas that are wanted, where figures are of no finer ones; PC4 for the postcodes of the year.
        postcodes: the file of the folder of real data with the postcodes of the year, if any.
    """

    year: int
    least: int
    service: Literal["api", "feed"] | None
    url: str
    aliases: Mapping[str, tuple[str, ...]]
    shipped: Shipped | None = None
    gemeenten: int = LEAST_GEMEENTEN
    finest: AreaLevel = AreaLevel.BUURT
    postcodes: str | None = None

    @property
    def spare(self) -> frozenset[str]:
        """Codes that may be among the figures though the shipped file has no polygon for them; CBS's own has."""
        return self.shipped.spare if self.shipped else frozenset()

    def column(self, ours: str, columns: Iterable[object]) -> str | None:
        """Which of the columns holds what we call `ours`."""
        present = {plain(str(name)): str(name) for name in columns}
        return next((present[plain(alias)] for alias in self.aliases[ours] if plain(alias) in present), None)

    def is_national(self, codes: pd.Index) -> bool:
        """Whether areas with these codes lie in so many gemeenten that they are those of the whole country."""
        return parents(codes, AreaLevel.GEMEENTE).nunique() >= self.gemeenten


def plain(column: str) -> str:
    """A column's name without capitals and underscores: services write the same name in snake and camel case."""
    return column.lower().replace("_", "")


@cache
def _declared() -> Mapping[str, Any]:
    content: Mapping[str, Any] = tomllib.loads(
        resources.files("boundaries").joinpath("vintages.toml").read_text(encoding="utf-8")
    )
    return content


@cache
def _aliases() -> Mapping[str, tuple[str, ...]]:
    return {ours: tuple(theirs) for ours, theirs in _declared()["aliases"].items()}


@cache
def _all() -> Mapping[int, Vintage]:
    services = _declared()["service"]
    return {
        int(year): Vintage(
            int(year), about["least"], about.get("service"),
            services.get(about.get("service"), "").format(year=year), _aliases(), _shipped(about.get("shipped")),
            postcodes=about.get("postcodes"),
        )
        for year, about in _declared()["vintage"].items()
    }  # fmt: skip


@cache
def vintages() -> Mapping[int, Vintage]:
    """All vintages of which boundaries can be fetched, by year, as vintages.toml declares them."""
    return {year: one for year, one in _all().items() if one.service is not None}


def vintage(year: int) -> Vintage:
    """The vintage of any year; of one that is not declared only own boundary files can be read.

    Raises UnknownNameError, listing those that are declared, for a year before there were any buurten.
    """
    if year < FIRST:
        raise UnknownNameError(message("vintage"), year, vintages())
    return vintages().get(year) or _all().get(year) or Vintage(year, 0, None, "", _aliases())


def declared_vintage(year: int) -> Vintage:
    """The vintage of a year that can be fetched. Raises UnknownNameError listing those that can."""
    if year not in vintages():
        raise UnknownNameError(message("vintage"), year, vintages())
    return vintages()[year]


def _shipped(about: Mapping[str, Any] | None) -> Shipped | None:
    if about is None:
        return None
    return Shipped(
        about["path"], AreaLevel(about.get("level", "buurt")), tuple(about["detail"]), about["tolerance"],
        frozenset(about["spare"]), about["names"],
    )  # fmt: skip
