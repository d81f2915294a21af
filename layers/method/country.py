"""Country: a source with its areas, neighbors and measures, each made once and shared by every layer built from it.

The whole country is always there, also when one gemeente is asked for: national means and the neighbours across its
border go with it.
"""

from collections.abc import Callable, Hashable, Sequence
from functools import reduce
from typing import Any

import pandas as pd

from boundaries import cbs
from boundaries.codes import parents
from boundaries.crosswalk import Crosswalk, by_code, by_surface
from boundaries.dasymetric import by_weights
from boundaries.hexagons import hexagons
from boundaries.vintages import Vintage
from geo import neighbors
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError, UnknownNameError
from geo.measures import Measure
from geo.neighbors import Neighbors
from layers.declarations.catalog import Catalog
from layers.declarations.indicators import Indicator
from layers.declarations.sources import SourceDeclaration, columns_of
from layers.declarations.themes import Dasymetric, Theme
from layers.method.figures import Figures, evaluate, from_table, measure
from layers.method.ports import Delivered, Source, Weighed
from layers.publication.layer import Receipt

Own = Callable[[SourceDeclaration, AreaFrame], Delivered]
"""Counts, or takes from a raster or squares, what a source of the municipality's own has in every area."""
Weigh = Callable[[SourceDeclaration, str], Weighed]
"""Reads a column of the squares of a source, to spread figures by."""

LEVELS = (AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.GEMEENTE, *(one for one in AreaLevel if one.resolution))
"""The levels that can be built."""


class Country:
    """Everything about one division of the country that a layer is built from."""

    def __init__(
        self, source: Source, vintage: Vintage, catalog: Catalog, own: Own | None = None, weigh: Weigh | None = None
    ) -> None:
        self.source = source
        self.vintage = vintage
        self.catalog = catalog
        self._deliver = own
        self._weigh = weigh
        self._receipts: dict[str, Receipt] = {}
        self._made: dict[Hashable, Any] = {}

    @property
    def receipts(self) -> Sequence[Receipt]:
        """What was read so far, of the source and of the municipality's own."""
        return (*self.source.receipts, *self._receipts.values())

    @property
    def buurten(self) -> AreaFrame:
        """All buurten."""
        return self._once("buurten", lambda: self.source.buurten(self.vintage))

    def areas(self, level: AreaLevel) -> AreaFrame:
        """All areas of a level. Raises UnknownNameError for one that cannot be built."""
        if level not in LEVELS:
            raise UnknownNameError("level", level, LEVELS)
        if level is AreaLevel.BUURT:
            return self.buurten
        by_code = {AreaLevel.WIJK: cbs.wijken, AreaLevel.GEMEENTE: cbs.gemeenten}
        make = by_code.get(level, lambda buurten: hexagons(buurten, level))
        return self._once(("areas", level), lambda: make(self.buurten))

    def tolerance(self, level: AreaLevel) -> float:
        """Metres that borders of neighbours may lie apart at a level."""
        return 0.0 if level.resolution is not None else self.source.tolerance(self.vintage)

    def neighbors(self, level: AreaLevel) -> Neighbors:
        """Who borders whom at a level; wijken and gemeenten do where their buurten do."""
        return self._once(("neighbors", level), lambda: self._neighbors(level))

    def measures(self, theme: Theme, level: AreaLevel, period: int) -> dict[str, Measure]:
        """One measure per indicator of the theme, under the theme's floors of exposure."""
        return {
            one.id: self._measure(one, theme, level, period).with_floor(theme.floor(one)) for one in theme.indicator
        }

    def _neighbors(self, level: AreaLevel) -> Neighbors:
        if level.resolution is not None:
            return neighbors.ring(self.areas(level))
        buurten = neighbors.queen(self.buurten, self.tolerance(level))
        return buurten if level is AreaLevel.BUURT else buurten.merged(parents(self.buurten.ids, level))

    def _measure(self, one: Indicator, theme: Theme, level: AreaLevel, period: int) -> Measure:
        """Counted at the level itself where there are points, else carried from buurten."""
        if level.resolution is not None:
            counted = self._once(("cells", theme.id, level, period), lambda: self._of_cells(theme, level, period))
            if counted is not None and set(one.columns) <= set(counted.values):
                return measure(one, counted)
        known = measure(one, self._once(("figures", theme.id, period), lambda: self._figures(theme, period)))
        if level is AreaLevel.BUURT:
            return known
        spread = theme.dasymetric if level.resolution is not None else None
        return self._once(("crosswalk", level, spread), lambda: self._crosswalk(level, spread)).apportion(known)

    def _figures(self, theme: Theme, period: int) -> Figures:
        """The columns of every source, per buurt."""
        read = [
            from_table(self._table(one), one, period, self.buurten.ids, self.vintage.spare)
            for one in self.catalog.sources_of(theme)
        ]
        return reduce(Figures.joined, read)

    def _table(self, one: SourceDeclaration) -> pd.DataFrame:
        """The raw table of a source per buurt."""
        if one.own:
            return self._own(one, AreaLevel.BUURT).rename_axis(one.key).reset_index()
        return self.source.table(one)

    def _own(self, one: SourceDeclaration, level: AreaLevel) -> pd.DataFrame:
        """What a source of the municipality's own has in the areas of a level."""

        def deliver() -> pd.DataFrame:
            if self._deliver is None:
                raise SourceError(f"source {one.id!r}: has records, a raster or squares, which are not read here")
            found = self._deliver(one, self.areas(level))
            self._receive("sources", one, found, found.notes)
            return found.table

        return self._once(("own", one.id, level), deliver)

    def _of_cells(self, theme: Theme, level: AreaLevel, period: int) -> Figures | None:
        """The columns that can be counted per cell; None where no source has points."""
        cells, counted = self.areas(level), []
        for one in self.catalog.sources_of(theme):
            table = self._own(one, level) if one.own else self.source.table_of_cells(one, cells)
            if table is None:
                continue
            there = {
                name: column
                for name, column in one.columns.items()
                if set(columns_of(column.formula, period)) <= set(table)
            }
            part = one.model_copy(update={"columns": there})
            counted.append(evaluate(table, part, period, cells.ids, f"source {one.id!r} ({level})"))
        return reduce(Figures.joined, counted) if counted else None

    def _crosswalk(self, level: AreaLevel, spread: Dasymetric | None) -> Crosswalk:
        if spread is not None:
            return self._by_squares(level, spread)
        make = by_surface if level.resolution is not None else by_code
        return make(self.buurten, self.areas(level))

    def _by_squares(self, level: AreaLevel, spread: Dasymetric) -> Crosswalk:
        """To hexagons by what lies in the squares of each; its receipt says by what, and where there was nothing."""
        one = self.catalog.sources[spread.source]
        if self._weigh is None:
            raise SourceError(f"source {one.id!r}: has squares to spread figures by, which are not read here")
        found = self._weigh(one, spread.column)
        crosswalk = by_weights(self.buurten, self.areas(level), found.weights)
        told = f"verdeelt cijfers van buurten over zeshoeken, naar {spread.column} per vierkant van 100 m"
        self._receive("spread", one, found, (told, *found.notes, *crosswalk.notes))
        return crosswalk

    def _receive(self, use: str, one: SourceDeclaration, found: Delivered | Weighed, notes: tuple[str, ...]) -> None:
        name = f"{use}/{one.id}"
        self._receipts[name] = Receipt(
            name, one.title, found.where, found.sha256, found.rows, one.license, one.attribution, notes, found.fetched
        )

    def _once[Made](self, what: Hashable, make: Callable[[], Made]) -> Made:
        if what not in self._made:
            self._made[what] = make()
        made: Made = self._made[what]
        return made


def period_of(sources: list[SourceDeclaration], asked: int | None) -> int:
    """The period asked for, or the first that every source has. Raises UnknownNameError for one they do not share."""
    shared = set.intersection(*(set(one.periods) for one in sources))
    if asked is not None and asked not in shared:
        raise UnknownNameError("period", asked, sorted(shared))
    return min(shared) if asked is None else asked
