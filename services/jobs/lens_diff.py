"""lens diff: what a lens changes of the zoekgebieden that a theme has by its own weights."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from geo.errors import ZichtError
from geo.moves import Move, moves
from layers.declarations.lenses import BASIS, Lens
from layers.declarations.themes import Theme
from layers.method.country import Country
from layers.publication.protected import Protected
from services.jobs.build import LayerRequest, OnStep, build_all


@dataclass(frozen=True, slots=True)
class Moving:
    """A zoekgebied, what became of it, and its rank by the theme's own weights and under the lens; None: not on it."""

    title: str
    gemeenten: str
    move: Move
    own: int | None
    lens: int | None


@dataclass(frozen=True, slots=True)
class LensDiff:
    """What a lens changes, and of what."""

    theme: Theme
    lens: Lens
    period: int
    rows: tuple[Moving, ...]

    @property
    def counts(self) -> Mapping[Move, int]:
        """How many zoekgebieden there are of each move."""
        return {move: sum(one.move is move for one in self.rows) for move in Move}


def lens_diff(country: Country, request: LayerRequest, on_step: OnStep) -> LensDiff:
    """Build the layer of a theme with and without a lens, of the same part of the country, and compare them.

    Raises ZichtError without a lens.
    """
    if request.lens == BASIS:
        raise ZichtError("{basis!r} is the map without a lens; name one: `zicht check` lists them", basis=BASIS)
    theme = country.catalog.theme(request.theme)
    lens = country.catalog.lens(request.lens, theme)
    if lens is None:
        raise TypeError(f"lens {request.lens!r} is none")
    part = request.gemeente or lens.gemeente
    own, through = build_all(
        country, [replace(request, lens=name, gemeente=part) for name in (BASIS, request.lens)], on_step
    )
    return LensDiff(theme, lens, own.key.period, tuple(_moving(own, through)))


def _moving(own: Protected, through: Protected) -> list[Moving]:
    before, after = (one.zoekgebieden.sort_values("rang", ignore_index=True) for one in (own, through))
    return [
        _row(before if one.after is None else after, (one.before if one.after is None else one.after) or 1, one.move,
             (one.before, one.after))
        for one in moves(_areas(before), _areas(after))
    ]  # fmt: skip


def _row(table: pd.DataFrame, rank: int, move: Move, ranks: tuple[int | None, int | None]) -> Moving:
    there = table.iloc[rank - 1]
    return Moving(str(there["titel"]), str(there["gemeenten"]), move, *ranks)


def _areas(table: pd.DataFrame) -> list[frozenset[str]]:
    return [frozenset(str(codes).split(",")) for codes in table["gebiedscodes"]]
