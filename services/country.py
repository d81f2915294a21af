"""Country: a source with its areas, neighbors and measures, each made once and shared by every layer built from it.

The whole country is always there, also when one gemeente is asked for: national means and the neighbours across its
border go with it.
"""

from collections.abc import Callable, Hashable
from functools import reduce
from typing import Any

from boundaries import cbs
from boundaries.codes import parents
from boundaries.crosswalk import Crosswalk, by_code, by_surface
from boundaries.hexagons import hexagons
from boundaries.vintages import Vintage
from geo import neighbors
from geo.areas import AreaFrame, AreaLevel
from geo.errors import UnknownNameError
from geo.measures import Measure
from geo.neighbors import Neighbors
from layers.catalog import Catalog
from layers.figures import Figures, measure
from layers.indicators import Indicator
from layers.sources import SourceDeclaration, columns_of
from layers.themes import Theme
from services.ports import Source
from services.sources.tables import evaluate, figures

LEVELS = (AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.H3_8, AreaLevel.H3_9)
"""The levels that can be built."""


class Country:
    """Everything about one division of the country that a layer is built from."""

    def __init__(self, source: Source, vintage: Vintage, catalog: Catalog) -> None:
        self.source = source
        self.vintage = vintage
        self.catalog = catalog
        self._made: dict[Hashable, Any] = {}

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
        make = cbs.wijken if level is AreaLevel.WIJK else lambda buurten: hexagons(buurten, level)
        return self._once(("areas", level), lambda: make(self.buurten))

    def gap(self, level: AreaLevel) -> float:
        """Metres that borders of neighbours may lie apart at a level."""
        return 0.0 if level.resolution is not None else self.source.gap(self.vintage)

    def neighbors(self, level: AreaLevel) -> Neighbors:
        """Who borders whom at a level; wijken do where their buurten do."""
        return self._once(("neighbors", level), lambda: self._neighbors(level))

    def measures(self, theme: Theme, level: AreaLevel, period: int) -> dict[str, Measure]:
        """One measure per indicator of the theme, under the theme's floors of exposure."""
        return {
            one.id: self._measure(one, theme, level, period).with_floor(theme.floor(one)) for one in theme.indicator
        }

    def _neighbors(self, level: AreaLevel) -> Neighbors:
        if level.resolution is not None:
            return neighbors.ring(self.areas(level))
        buurten = neighbors.queen(self.buurten, self.gap(level))
        return buurten if level is AreaLevel.BUURT else buurten.merged(parents(self.buurten.ids, AreaLevel.WIJK))

    def _measure(self, one: Indicator, theme: Theme, level: AreaLevel, period: int) -> Measure:
        """Counted at the level itself where there are points, else carried from buurten."""
        if level.resolution is not None:
            counted = self._once(("cells", theme.id, level, period), lambda: self._of_cells(theme, level, period))
            if counted is not None and set(one.columns) <= set(counted.values):
                return measure(one, counted)
        known = measure(one, self._once(("figures", theme.id, period), lambda: self._figures(theme, period)))
        if level is AreaLevel.BUURT:
            return known
        return self._once(("crosswalk", level), lambda: self._crosswalk(level)).carry(known)

    def _figures(self, theme: Theme, period: int) -> Figures:
        """The columns of every source, per buurt."""
        read = [
            figures(self.source.table(one), one, period, self.buurten.ids, self.vintage.spare)
            for one in self.catalog.sources_of(theme)
        ]
        return reduce(Figures.joined, read)

    def _of_cells(self, theme: Theme, level: AreaLevel, period: int) -> Figures | None:
        """The columns that can be counted per cell; None where the source has no points."""
        cells, counted = self.areas(level), []
        for one in self.catalog.sources_of(theme):
            table = self.source.table_of_cells(one, cells)
            if table is None:
                return None
            there = {
                name: column
                for name, column in one.columns.items()
                if set(columns_of(column.formula, period)) <= set(table)
            }
            part = one.model_copy(update={"columns": there})
            counted.append(evaluate(table, part, period, cells.ids, f"source {one.id!r} ({level})"))
        return reduce(Figures.joined, counted)

    def _crosswalk(self, level: AreaLevel) -> Crosswalk:
        make = by_code if level is AreaLevel.WIJK else by_surface
        return make(self.buurten, self.areas(level))

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
