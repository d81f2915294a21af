"""Routes: by which crosswalk the counts of each year come to the areas of one vintage, and why by that one.

From the surest to the least sure: the year's own vintage; a table that says which code became which; year by year, by
what CBS says has changed; by where areas lie. The last is taken where the boundary files do not say enough, and the
route says so. To hexagons counts go straight from their own vintage: by way of another one they would be interpolated
twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import pandas as pd

from boundaries import cbs
from boundaries.changes import by_change, by_overlap, by_pairs
from boundaries.crosswalk import Crosswalk, Method, by_code, by_surface
from boundaries.dasymetric import Weights, by_weights
from boundaries.hexagons import packed_hexagons
from boundaries.route_kinds import RouteKind
from geo.areas import AreaFrame, AreaLevel, Areas
from geo.errors import AreaError, SourceError
from geo.messages import Message, message

NAMES = {
    AreaLevel.BUURT: message("buurten"), AreaLevel.WIJK: message("wijken"), AreaLevel.GEMEENTE: message("gemeenten"),
}  # fmt: skip


class Boundaries(Protocol):
    """Where the areas of a year come from."""

    def has(self, year: int) -> bool:
        """Whether there is a boundary file of that year."""
        ...

    def areas(self, year: int) -> AreaFrame:
        """The areas of that year: buurten, or wijken where there are only these."""
        ...

    def notes(self, year: int) -> Sequence[Message]:
        """What was done to that file."""
        ...


@dataclass(frozen=True, slots=True)
class Route:
    """The crosswalk of one year, and why it is this one. `unweighted` is the same by surface, next to weights."""

    crosswalk: Crosswalk
    kind: RouteKind
    why: Message
    unweighted: Crosswalk | None = None


@dataclass(slots=True)
class Routes:
    """The routes to one level of one year's vintage.

    Attributes:
        boundaries: the areas of every year.
        to: the vintage that all lead to.
        level: what its areas are.
        weights: what counts are interpolated by where they must be; None is by surface.
        pairs: for some years, what each old code became in `to`.
    """

    boundaries: Boundaries
    to: int
    level: AreaLevel = AreaLevel.BUURT
    weights: Weights | None = None
    pairs: Mapping[int, pd.Series] = field(default_factory=dict)
    _target: Areas | None = None
    _steps: dict[tuple[int, bool], Crosswalk] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.pairs and self.level.resolution is not None:
            raise SourceError(
                "pairs of codes of {year}: of no use to {level}, where counts go straight from their own vintage; "
                "leave them out",
                year=min(self.pairs), level=self.level,
            )  # fmt: skip
        if self.to in self.pairs:
            raise SourceError("pairs of codes of {year}: counts of that year are on its vintage already", year=self.to)

    @property
    def target(self) -> Areas:
        """The areas that all routes lead to. Raises SourceError for buurten where there are only wijken."""
        if self._target is None:
            self._target = self._at_level(self.boundaries.areas(self.to))
        return self._target

    def of(self, year: int) -> Route:
        """The route from the areas of a year."""
        kind, why = self._choice(year)
        crosswalk = self._crosswalk(year, kind, self.weights)
        unweighted = None if self.weights is None else self._crosswalk(year, kind, None)
        return Route(crosswalk, kind, why, unweighted)

    def _at_level(self, areas: AreaFrame) -> Areas:
        if self.level is areas.level:
            return areas
        if self.level is AreaLevel.BUURT:
            raise SourceError(
                "{year}: there are areas of level {finest} only; give a boundary file of buurten and figures of these, "
                "or ask for --level {finest}",
                year=self.to, finest=areas.level.value,
            )  # fmt: skip
        joining = {AreaLevel.WIJK: cbs.wijken, AreaLevel.GEMEENTE: cbs.gemeenten}
        return joining[self.level](areas) if self.level in joining else packed_hexagons(areas, self.level)

    def _choice(self, year: int) -> tuple[RouteKind, Message]:
        if self.level.resolution is not None:
            return RouteKind.STRAIGHT, message("to hexagons counts go straight, without another vintage between")
        if year == self.to:
            level = self.boundaries.areas(year).level
            return RouteKind.OWN, message("these are the {areas} of {year} themselves", areas=NAMES[level], year=year)
        if year in self.pairs:
            return RouteKind.PAIRS, message(
                "a table says what codes of {year} became in {to}; the rest is apportioned", year=year, to=self.to
            )
        if year > self.to:
            return RouteKind.OVERLAP, message(
                "the boundary files say what changed since earlier years, not the other way round"
            )
        return self._year_by_year(year)

    def _year_by_year(self, year: int) -> tuple[RouteKind, Message]:
        """By what changed in every year since, or by overlap where that is not known of one."""
        for step in range(year + 1, self.to + 1):
            if (obstacle := self._obstacle(step)) is not None:
                return RouteKind.OVERLAP, obstacle
        if self.to == year + 1:
            return RouteKind.YEARLY, message("the boundary file of {to} says what changed", to=self.to)
        return RouteKind.YEARLY, message(
            "the boundary files of {first} up to and including {to} say what changed", first=year + 1, to=self.to
        )

    def _obstacle(self, year: int) -> Message | None:
        """Why there is no crosswalk from the year before by what changed; None where there is."""
        for needed in (year - 1, year):
            if not self.boundaries.has(needed):
                return message("the boundary file of {year} is missing", year=needed)
        before, areas = self.boundaries.areas(year - 1), self.boundaries.areas(year)
        if before.level is not areas.level:
            return message(
                "there are boundaries of {level} of {before}, and of {other} of {year}", level=before.level,
                before=year - 1, other=areas.level, year=year,
            )  # fmt: skip
        change = areas.table.get("change")
        if change is None or change.isna().all():
            return message(
                "the boundary file of {year} does not say what changed since {before}", year=year, before=year - 1
            )
        try:
            self._step(year, self.weights)
        except AreaError as fault:
            return message(
                "the boundary files of {before} and {year} do not belong together ({fault})",
                before=year - 1, year=year, fault=fault.message,
            )  # fmt: skip
        return None

    def _crosswalk(self, year: int, kind: RouteKind, weights: Weights | None) -> Crosswalk:
        old = self.boundaries.areas(year)
        if kind is RouteKind.STRAIGHT:
            return by_surface(old, self.target) if weights is None else by_weights(old, self.target, weights)
        new = self.boundaries.areas(self.to)
        if kind is not RouteKind.OWN:
            new = cbs.no_finer_than(new, old.level)  # not through its buurten: that would part what is whole
        crosswalk = self._to_same_level(old, new, kind, weights)
        if self.target.level is new.level:
            return crosswalk
        upward = crosswalk.then(by_code(new, self.target))
        _, reached = crosswalk.at
        bare = crosswalk.targets[np.bincount(reached, minlength=len(crosswalk.targets)) == 0]
        if not len(bare):
            return upward
        # Of new land nobody is missing; of a gemeente that joined and is not in the old file, everybody is.
        note = message(
            "{areas} of {to} to which nothing of {year} goes, counted as empty in their {level}: {count}, among which "
            "{code}",
            areas=NAMES[new.level], to=self.to, year=year, level=self.level, count=len(bare), code=bare[0],
        )  # fmt: skip
        return replace(upward, notes=(*upward.notes, note))

    def _to_same_level(self, old: AreaFrame, new: AreaFrame, kind: RouteKind, weights: Weights | None) -> Crosswalk:
        if kind is RouteKind.OWN:
            same = {"source": old.ids, "target": old.ids, "share": 1.0, "method": Method.WHOLE}
            return Crosswalk.of_codes(old.ids, old.ids, pd.DataFrame(same))
        if kind is RouteKind.PAIRS:
            return by_pairs(old, new, self.pairs[old.vintage], weights)
        if kind is RouteKind.OVERLAP:
            return by_overlap(old, new, weights)
        crosswalk = self._step(old.vintage + 1, weights)
        for step in range(old.vintage + 2, self.to + 1):
            crosswalk = crosswalk.then(self._step(step, weights))
        return crosswalk

    def _step(self, year: int, weights: Weights | None) -> Crosswalk:
        """From the year before, made once for all the years that pass here."""
        at = (year, weights is not None)
        if at not in self._steps:
            self._steps[at] = by_change(self.boundaries.areas(year - 1), self.boundaries.areas(year), weights)
        return self._steps[at]
