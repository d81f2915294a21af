"""Roads: by which way the counts of each year come to one division, and why that way.

From the surest to the least sure: the year's own division; a table that says which code became which; year by year, by
what CBS says has changed; by where areas lie. The last is taken where the maps do not say enough, and that is told. To
hexagons counts go straight from their own division: by way of another one they would be spread twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

import numpy as np
import pandas as pd

from boundaries import cbs
from boundaries.changes import by_change, by_overlap, by_pairs
from boundaries.crosswalk import Crosswalk, Method, by_code, by_surface
from boundaries.dasymetric import Weights, by_weights
from boundaries.hexagons import hexagons
from geo.areas import AreaFrame, AreaLevel
from geo.errors import AreaError, SourceError


class RouteKind(StrEnum):
    """How the counts of a year came to the division of the series, as it is published."""

    OWN = "eigen indeling"
    PAIRS = "tabel van codes"
    YEARLY = "jaar op jaar"
    OVERLAP = "naar ligging"
    STRAIGHT = "rechtstreeks"


class Maps(Protocol):
    """Where the division of a year comes from."""

    def has(self, year: int) -> bool:
        """Whether there is a map of that year."""
        ...

    def buurten(self, year: int) -> AreaFrame:
        """The areas of that year."""
        ...

    def notes(self, year: int) -> Sequence[str]:
        """What was done to that map."""
        ...


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one year; `why` says in Dutch why it was taken. `beside` is the same by surface, next to weights."""

    crosswalk: Crosswalk
    kind: RouteKind
    why: str
    unweighted: Crosswalk | None = None


@dataclass(slots=True)
class Routes:
    """The ways to one level of one year's division.

    Attributes:
        maps: the divisions.
        to: the year of the division that all lead to.
        level: what its areas are.
        weights: what counts are spread by where they must be; None is by surface.
        pairs: for some years, what each old code became in `to`.
    """

    maps: Maps
    to: int
    level: AreaLevel = AreaLevel.BUURT
    weights: Weights | None = None
    pairs: Mapping[int, pd.Series] = field(default_factory=dict)
    _target: AreaFrame | None = None
    _steps: dict[tuple[int, bool], Crosswalk] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.pairs and self.level.resolution is not None:
            raise SourceError(
                f"pairs of codes of {min(self.pairs)}: of no use to {self.level}, where counts go straight from their "
                "own division; leave them out"
            )
        if self.to in self.pairs:
            raise SourceError(f"pairs of codes of {self.to}: counts of that year are on its division already")

    @property
    def target(self) -> AreaFrame:
        """The areas that all ways lead to."""
        if self._target is None:
            buurten = self.maps.buurten(self.to)
            by_level = {AreaLevel.BUURT: lambda: buurten, AreaLevel.WIJK: lambda: cbs.wijken(buurten),
                        AreaLevel.GEMEENTE: lambda: cbs.gemeenten(buurten)}  # fmt: skip
            self._target = by_level.get(self.level, lambda: hexagons(buurten, self.level))()
        return self._target

    def of(self, year: int) -> Route:
        """The way from the buurten of a year."""
        kind, why = self._choice(year)
        crosswalk = self._crosswalk(year, kind, self.weights)
        unweighted = None if self.weights is None else self._crosswalk(year, kind, None)
        return Route(crosswalk, kind, why, unweighted)

    def _choice(self, year: int) -> tuple[RouteKind, str]:
        if self.level.resolution is not None:
            return RouteKind.STRAIGHT, "naar zeshoeken gaan tellingen rechtstreeks, zonder andere indeling ertussen"
        if year == self.to:
            return RouteKind.OWN, f"dit zijn de buurten van {year} zelf"
        if year in self.pairs:
            return RouteKind.PAIRS, f"een tabel zegt wat codes van {year} in {self.to} werden; de rest is verdeeld"
        if year > self.to:
            return RouteKind.OVERLAP, "de kaarten zeggen wat er sinds eerdere jaren veranderde, niet de weg terug"
        for step in range(year + 1, self.to + 1):
            if obstacle := self._obstacle(step):
                return RouteKind.OVERLAP, obstacle
        told = (
            f"kaart van {self.to} zegt"
            if self.to == year + 1
            else f"kaarten van {year + 1} tot en met {self.to} zeggen"
        )
        return RouteKind.YEARLY, f"de {told} wat er veranderde"

    def _obstacle(self, year: int) -> str:
        """Why there is no way from the year before by what changed; empty where there is."""
        if not self.maps.has(year - 1) or not self.maps.has(year):
            return f"de kaart van {year if self.maps.has(year - 1) else year - 1} ontbreekt"
        told = self.maps.buurten(year).table.get("change")
        if told is None or told.isna().all():
            return f"de kaart van {year} zegt niet wat er sinds {year - 1} veranderde"
        try:
            self._step(year, self.weights)
        except AreaError as fault:
            return f"de kaarten van {year - 1} en {year} horen niet bij elkaar ({fault})"
        return ""

    def _crosswalk(self, year: int, kind: RouteKind, weights: Weights | None) -> Crosswalk:
        old = self.maps.buurten(year)
        if kind is RouteKind.STRAIGHT:
            return by_surface(old, self.target) if weights is None else by_weights(old, self.target, weights)
        crosswalk = self._to_buurten(year, kind, weights)
        if self.level is AreaLevel.BUURT:
            return crosswalk
        joined = crosswalk.then(by_code(self.maps.buurten(self.to), self.target))
        _, reached = crosswalk.at
        bare = crosswalk.targets[np.bincount(reached, minlength=len(crosswalk.targets)) == 0]
        if not len(bare):
            return joined
        # Of new land nobody is missing; of a gemeente that joined and is not on the old map, everybody is.
        note = (
            f"buurten van {self.to} waar niets van {year} heen gaat, in hun {self.level} als leeg geteld: {len(bare)}"
        )
        return replace(joined, notes=(*joined.notes, f"{note}, waaronder {bare[0]}"))

    def _to_buurten(self, year: int, kind: RouteKind, weights: Weights | None) -> Crosswalk:
        old, new = self.maps.buurten(year), self.maps.buurten(self.to)
        if kind is RouteKind.OWN:
            same = {"source": old.ids, "target": old.ids, "share": 1.0, "method": Method.WHOLE}
            return Crosswalk(old.ids, old.ids, pd.DataFrame(same))
        if kind is RouteKind.PAIRS:
            return by_pairs(old, new, self.pairs[year], weights)
        if kind is RouteKind.OVERLAP:
            return by_overlap(old, new, weights)
        crosswalk = self._step(year + 1, weights)
        for step in range(year + 2, self.to + 1):
            crosswalk = crosswalk.then(self._step(step, weights))
        return crosswalk

    def _step(self, year: int, weights: Weights | None) -> Crosswalk:
        """From the year before, made once for all the years that pass here."""
        at = (year, weights is not None)
        if at not in self._steps:
            self._steps[at] = by_change(self.maps.buurten(year - 1), self.maps.buurten(year), weights)
        return self._steps[at]
