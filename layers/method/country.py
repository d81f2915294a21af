"""Country: a source with its areas, neighbors and measures, each made once and shared by every layer built from it.

The whole country is there, also when one gemeente is asked for: national means and the neighbours across its border go
with it. Where there are boundaries of a gemeente or region only, figures of the rest of the country still are, if the
source has them: rates, deviations and scores are then the same as with all boundaries. A search needs neighbours, and
is one among the areas that there are.
"""

from collections.abc import Callable, Hashable, Sequence
from functools import reduce
from typing import Any

import pandas as pd

from boundaries import cbs
from boundaries.codes import parents
from boundaries.crosswalk import Crosswalk, by_parent, by_surface
from boundaries.dasymetric import by_weights
from boundaries.hexagons import hexagons
from boundaries.vintages import Vintage
from geo import neighbors
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError, UnknownNameError
from geo.measures import Measure
from geo.messages import Message, message
from geo.neighbors import Neighbors
from layers.declarations.catalog import Catalog
from layers.declarations.indicators import Indicator
from layers.declarations.sources import SourceDeclaration, columns_of
from layers.declarations.themes import Dasymetric, Theme
from layers.messages import say
from layers.method.build import StudyArea, within
from layers.method.figures import Figures, evaluate, from_table, measure
from layers.method.ports import Delivered, Source, Weighed
from layers.publication.layer import Receipt

Own = Callable[[SourceDeclaration, AreaFrame], Delivered]
"""Counts, or takes from a raster or squares, what a source of the municipality's own has in every area."""
Weigh = Callable[[SourceDeclaration, str], Weighed]
"""Reads a column of the squares of a source, to interpolate figures by."""

LEVELS = (AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.GEMEENTE, *(one for one in AreaLevel if one.resolution))
"""The levels that can be built."""


class Country:
    """Everything about one vintage of the country that a layer is built from."""

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
    def finest(self) -> AreaFrame:
        """The finest areas there are: buurten, or wijken where there are only these."""
        return self._once("finest", lambda: self.source.areas(self.vintage))

    @property
    def buurten(self) -> AreaFrame:
        """All buurten."""
        return self.areas(AreaLevel.BUURT)

    @property
    def national(self) -> bool:
        """Whether the areas are those of the whole country, and not of a gemeente or region."""
        return self.source.is_national(self.vintage)

    def areas(self, level: AreaLevel) -> AreaFrame:
        """All areas of a level. Raises UnknownNameError for one that cannot be built, SourceError for buurten where
        there are only wijken.
        """
        if level not in LEVELS:
            raise UnknownNameError(message("level"), level, LEVELS)
        if level is self.finest.level:
            return self.finest
        if level is AreaLevel.BUURT:
            raise SourceError(
                "{year}: there is a boundary file of wijken only; give one of buurten, or ask for --level wijk",
                year=self.vintage.year,
            )  # fmt: skip
        joining = {AreaLevel.WIJK: cbs.wijken, AreaLevel.GEMEENTE: cbs.gemeenten}
        make = joining.get(level, lambda finest: hexagons(finest, level))
        return self._once(("areas", level), lambda: make(self.finest))

    def study(self, level: AreaLevel) -> StudyArea:
        """The areas of a level and who borders whom."""
        return StudyArea(self.areas(level), self.neighbors(level), None if self.national else self.vintage.gemeenten)

    def tolerance(self, level: AreaLevel) -> float:
        """Metres that borders of neighbours may lie apart at a level."""
        return 0.0 if level.resolution is not None else self.source.tolerance(self.vintage)

    def neighbors(self, level: AreaLevel) -> Neighbors:
        """Who borders whom at a level; wijken and gemeenten do where their buurten do."""
        return self._once(("neighbors", level), lambda: self._neighbors(level))

    def measures(self, theme: Theme, level: AreaLevel, period: int) -> dict[str, Measure]:
        """One measure per indicator of the theme, under the theme's floors of exposure; where there are boundaries of a
        part of the country, of all other areas too of which there are figures.
        """
        return {
            one.id: self._measure(one, theme, level, period).with_floor(theme.floor(one)) for one in theme.indicator
        }

    def _neighbors(self, level: AreaLevel) -> Neighbors:
        if level.resolution is not None:
            return neighbors.ring(self.areas(level))
        finest = neighbors.queen(self.finest, self.tolerance(level))
        return finest if level is self.finest.level else finest.merged(parents(self.finest.ids, level))

    def _measure(self, one: Indicator, theme: Theme, level: AreaLevel, period: int) -> Measure:
        """Counted at the level itself where there are points, else apportioned from the finest areas."""
        if level.resolution is not None:
            counted = self._once(("cells", theme.id, level, period), lambda: self._of_cells(theme, level, period))
            if counted is not None and set(one.columns) <= set(counted.values):
                return measure(one, counted)
        finest = measure(one, self._once(("figures", theme.id, period), lambda: self._figures(theme, period)))
        if level is self.finest.level:
            return finest
        if level.resolution is None:
            return self._upward(finest.events.index, level).apportion(finest)
        crosswalk = self._once(("crosswalk", level, theme.spread), lambda: self._crosswalk(level, theme.spread))
        return crosswalk.apportion(within(finest, self.finest.ids))

    def _upward(self, codes: pd.Index, level: AreaLevel) -> Crosswalk:
        """From the finest areas, and others by their codes, to the larger ones that they lie in."""
        larger, ours = parents(codes, level), self.areas(level).ids
        elsewhere = larger[~larger.isin(ours)].unique().sort_values()
        return by_parent(codes, ours.append(elsewhere) if len(elsewhere) else ours, level)

    def _figures(self, theme: Theme, period: int) -> Figures:
        """The columns of every source, of the finest areas and of others that sources have."""
        ids, spare = self.finest.ids, self.vintage.spare
        read = [
            from_table(self._table(one), one, period, ids, spare, part=not self.national)
            for one in self.catalog.sources_of(theme)
        ]
        elsewhere = reduce(pd.Index.union, (figures.values.index[len(ids) :] for figures in read))
        codes = ids.append(elsewhere) if len(elsewhere) else ids
        return reduce(Figures.joined, (figures.of(codes) for figures in read))

    def _table(self, one: SourceDeclaration) -> pd.DataFrame:
        """The raw table of a source, a row for each of the finest areas. Raises SourceError for one of another
        vintage.
        """
        if one.own:
            return self._own(one, self.finest.level).rename_axis(one.key).reset_index()
        if one.vintage != self.vintage.year:
            raise SourceError(
                "source {id!r}: of vintage {declared}, where boundaries are those of {year}; build it with --vintage "
                "{declared}, or declare a source of {year}",
                id=one.id, declared=one.vintage, year=self.vintage.year,
            )  # fmt: skip
        return self.source.table(one)

    def _own(self, one: SourceDeclaration, level: AreaLevel) -> pd.DataFrame:
        """What a source of the municipality's own has in the areas of a level."""

        def deliver() -> pd.DataFrame:
            if self._deliver is None:
                raise SourceError("source {id!r}: has records, a raster or squares, which are not read here", id=one.id)
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
        """From the finest areas to hexagons."""
        if spread is not None:
            return self._by_squares(level, spread)
        return by_surface(self.finest, self.areas(level))

    def _by_squares(self, level: AreaLevel, spread: Dasymetric) -> Crosswalk:
        """To hexagons by what lies in the squares of each; its receipt says by what, and where there was nothing."""
        one = self.catalog.sources[spread.source]
        if self._weigh is None:
            raise SourceError("source {id!r}: has squares to interpolate by, which are not read here", id=one.id)
        found = self._weigh(one, spread.column)
        crosswalk = by_weights(self.finest, self.areas(level), found.weights)
        use = message(
            "apportions figures of buurten to hexagons, by {column} per square of 100 m", column=spread.column
        )
        self._receive("spread", one, found, (use, *found.notes, *crosswalk.notes))
        return crosswalk

    def _receive(
        self, use: str, one: SourceDeclaration, found: Delivered | Weighed, notes: Sequence[Message | str]
    ) -> None:
        name = f"{use}/{one.id}"
        self._receipts[name] = Receipt(
            name, one.title, found.where, found.sha256, found.rows, one.license, one.attribution,
            tuple(say(note) for note in notes), found.fetched,
        )  # fmt: skip

    def _once[Made](self, what: Hashable, make: Callable[[], Made]) -> Made:
        if what not in self._made:
            self._made[what] = make()
        made: Made = self._made[what]
        return made


def period_of(sources: list[SourceDeclaration], asked: int | None) -> int:
    """The period asked for, or the first that every source has. Raises UnknownNameError for one they do not share."""
    shared = set.intersection(*(set(one.periods) for one in sources))
    if asked is not None and asked not in shared:
        raise UnknownNameError(message("period"), asked, sorted(shared))
    return min(shared) if asked is None else asked
