"""Country: the seam of the build. A source goes in; areas, neighbors and measures come out, made once for all layers.

Here, and nowhere else, what the world delivers meets what is declared: a Source (layers.method.ports) gives boundaries
and raw tables, `deliver` counts the municipality's own records, rasters and squares, `weigh` reads the squares to
interpolate by, and the catalogue says what their columns mean. layers.method.build then takes values only.

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
from layers.messages import said
from layers.method.build import StudyArea, within
from layers.method.figures import Figures, check_years, figures_from_table, figures_of_columns, measure_of
from layers.method.ports import Delivered, Source, Weighed
from layers.publication.layer import Receipt

Deliver = Callable[[SourceDeclaration, AreaFrame], Delivered]
"""Counts, or takes from a raster or squares, what a source of the municipality's own has in every area."""
Weigh = Callable[[SourceDeclaration, str], Weighed]
"""Reads a column of the squares of a source, to interpolate figures by."""

LEVELS = (AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.GEMEENTE, *(one for one in AreaLevel if one.resolution))
"""The levels that can be built."""


class Country:
    """Everything about one vintage of the country that a layer is built from."""

    def __init__(
        self,
        source: Source,
        vintage: Vintage,
        catalog: Catalog,
        deliver: Deliver | None = None,
        weigh: Weigh | None = None,
    ) -> None:
        self.source = source
        self.vintage = vintage
        self.catalog = catalog
        self._deliver = deliver
        self._weigh = weigh
        self._receipts: dict[Hashable, Receipt] = {}
        self._counted_at: dict[tuple[str, AreaLevel, int], set[AreaLevel]] = {}
        self._cache: dict[Hashable, Any] = {}

    def receipts(self, theme: Theme, level: AreaLevel, period: int) -> Sequence[Receipt]:
        """From what the measures of a theme were made at a level and period, whatever else was read for others."""
        counted_at = self._counted_at.get((theme.id, level, period), set())
        sources = self.catalog.sources_of(theme)
        delivered = [one for one in sources if not one.own]
        tables = delivered if self.finest.level in counted_at else []
        points = delivered if level.resolution is not None and level in counted_at else []
        uses: list[Hashable] = [("own", one.id, place) for one in sources if one.own for place in sorted(counted_at)]
        if self.finest.level in counted_at:
            uses.append(("crosswalk", level, theme.dasymetric))
        ours = {self._receipts[use].id: self._receipts[use] for use in uses if use in self._receipts}
        return (*self.source.receipts_of(self.vintage, tables, points), *ours.values())

    @property
    def finest(self) -> AreaFrame:
        """The finest areas there are: buurten, or wijken where there are only these."""
        return self._cached("finest", lambda: self.source.areas(self.vintage))

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
        merged = {AreaLevel.WIJK: cbs.wijken, AreaLevel.GEMEENTE: cbs.gemeenten}
        make = merged.get(level, lambda finest: hexagons(finest, level))
        return self._cached(("areas", level), lambda: make(self.finest))

    def study(self, level: AreaLevel) -> StudyArea:
        """The areas of a level and who borders whom."""
        return StudyArea(self.areas(level), self.neighbors(level), None if self.national else self.vintage.gemeenten)

    def sources(self, theme: Theme) -> list[SourceDeclaration]:
        """The sources that a theme reads.

        Raises SourceError for a table of another vintage; what is counted in the areas themselves has none.
        """
        sources = self.catalog.sources_of(theme)
        for source in sources:
            if not source.own and source.vintage != self.vintage.year:
                raise SourceError(
                    "source {id!r}: of vintage {declared}, where boundaries are those of {year}; build it with "
                    "--vintage {declared}, or declare a source of {year}",
                    id=source.id, declared=source.vintage, year=self.vintage.year,
                )  # fmt: skip
        return sources

    def tolerance(self, level: AreaLevel) -> float:
        """Metres that borders of neighbours may lie apart at a level."""
        return 0.0 if level.resolution is not None else self.source.tolerance(self.vintage)

    def neighbors(self, level: AreaLevel) -> Neighbors:
        """Who borders whom at a level; wijken and gemeenten do where their buurten do."""
        return self._cached(("neighbors", level), lambda: self._neighbors(level))

    def measures(self, theme: Theme, level: AreaLevel, period: int) -> dict[str, Measure]:
        """One measure per indicator of the theme, under the theme's floors of exposure; where there are boundaries of a
        part of the country, of all other areas too of which there are figures.
        """
        return {
            indicator.id: self._measure(indicator, theme, level, period).with_floor(theme.floor(indicator))
            for indicator in theme.indicator
        }

    def _neighbors(self, level: AreaLevel) -> Neighbors:
        if level.resolution is not None:
            return neighbors.ring(self.areas(level))
        finest = neighbors.queen(self.finest, self.tolerance(level))
        return finest if level is self.finest.level else finest.merged(parents(self.finest.ids, level))

    def _measure(self, indicator: Indicator, theme: Theme, level: AreaLevel, period: int) -> Measure:
        """Counted at the level itself where there are points, else apportioned from the finest areas."""
        counted_at = self._counted_at.setdefault((theme.id, level, period), set())
        if level.resolution is not None:
            of_cells = self._cached(("cells", theme.id, level, period), lambda: self._of_cells(theme, level, period))
            if of_cells is not None and set(indicator.columns) <= set(of_cells.values):
                counted_at.add(level)
                return measure_of(indicator, of_cells)
        counted_at.add(self.finest.level)
        figures = self._cached(("figures", theme.id, period), lambda: self._figures(theme, period))
        of_finest = measure_of(indicator, figures)
        if level is self.finest.level:
            return of_finest
        if level.resolution is None:
            return self._upward(of_finest.events.index, level).apportion(of_finest)
        by = theme.dasymetric
        crosswalk = self._cached(("crosswalk", level, by), lambda: self._crosswalk(level, by))
        return crosswalk.apportion(within(of_finest, self.finest.ids))

    def _upward(self, codes: pd.Index, level: AreaLevel) -> Crosswalk:
        """From the finest areas, and others by their codes, to the larger ones that they lie in."""
        larger, ours = parents(codes, level), self.areas(level).ids
        elsewhere = larger[~larger.isin(ours)].unique().sort_values()
        return by_parent(codes, ours.append(elsewhere) if len(elsewhere) else ours, level)

    def _figures(self, theme: Theme, period: int) -> Figures:
        """The columns of every source, of the finest areas and of others that sources have."""
        ids, spare = self.finest.ids, self.vintage.spare
        parts = [
            figures_from_table(self._table(source), source, period, ids, spare, part=not self.national)
            for source in self.sources(theme)
        ]
        elsewhere = reduce(pd.Index.union, (figures.values.index[len(ids) :] for figures in parts))
        codes = ids.append(elsewhere) if len(elsewhere) else ids
        return reduce(Figures.joined, (figures.of(codes) for figures in parts))

    def _table(self, source: SourceDeclaration) -> pd.DataFrame:
        """The raw table of a source, a row for each of the finest areas."""
        if source.own:
            return self._own(source, self.finest.level).rename_axis(source.key).reset_index()
        return self.source.table(source)

    def _own(self, source: SourceDeclaration, level: AreaLevel) -> pd.DataFrame:
        """What a source of the municipality's own has in the areas of a level."""

        def deliver() -> pd.DataFrame:
            if self._deliver is None:
                raise SourceError(
                    "source {id!r}: has records, a raster or squares, which are not read here", id=source.id
                )
            delivered = self._deliver(source, self.areas(level))
            self._receive(("own", source.id, level), f"sources/{source.id}", source, delivered, delivered.notes)
            return delivered.table

        return self._cached(("own", source.id, level), deliver)

    def _of_cells(self, theme: Theme, level: AreaLevel, period: int) -> Figures | None:
        """The columns that can be counted per cell; None where no source has points."""
        cells, parts = self.areas(level), []
        for source in self.sources(theme):
            table = self._own(source, level) if source.own else self.source.table_of_cells(source, cells)
            if table is None:
                continue
            countable = {
                name: column
                for name, column in source.columns.items()
                if set(columns_of(column.formula, period)) <= set(table)
            }
            part = source.model_copy(update={"columns": countable})
            where = message("source {id!r} ({level})", id=source.id, level=level)
            parts.append(figures_of_columns(table, part, period, cells.ids, where))
        return reduce(Figures.joined, parts) if parts else None

    def _crosswalk(self, level: AreaLevel, by: Dasymetric | None) -> Crosswalk:
        """From the finest areas to hexagons."""
        return by_surface(self.finest, self.areas(level)) if by is None else self._by_squares(level, by)

    def _by_squares(self, level: AreaLevel, by: Dasymetric) -> Crosswalk:
        """To hexagons by what lies in the squares of each; its receipt says by what, and where there was nothing."""
        source = self.catalog.sources[by.source]
        if self._weigh is None:
            raise SourceError(
                "source {id!r}: has squares to interpolate figures by, which are not read here", id=source.id
            )
        weighed = self._weigh(source, by.column)
        crosswalk = by_weights(self.finest, self.areas(level), weighed.weights)
        note = message("divides figures of buurten over hexagons, by {column} per square of 100 m", column=by.column)
        notes = (note, *weighed.notes, *crosswalk.notes)
        self._receive(("crosswalk", level, by), f"spread/{source.id}", source, weighed, notes)
        return crosswalk

    def _receive(
        self,
        use: Hashable,
        id_: str,
        source: SourceDeclaration,
        delivered: Delivered | Weighed,
        notes: Sequence[Message | str],
    ) -> None:
        self._receipts[use] = Receipt(
            id_, source.title, delivered.where, delivered.sha256, delivered.rows, source.license,
            source.attribution, tuple(said(note) for note in notes), delivered.fetched,
        )  # fmt: skip

    def _cached[Value](self, what: Hashable, make: Callable[[], Value]) -> Value:
        if what not in self._cache:
            self._cache[what] = make()
        value: Value = self._cache[what]
        return value


def period_of(sources: Sequence[SourceDeclaration], wanted: int | None) -> int:
    """The wanted period, or the newest that every source has.

    Raises UnknownNameError for one that they do not share, SourceError where they share none.
    """
    shared = set.intersection(*(set(source.years) for source in sources))
    if not shared:
        raise SourceError(
            "no period that all sources have: {sources}; add one to their `periods`",
            sources=[f"{source.id} {list(source.years)}" for source in sources],
        )
    if wanted is not None and wanted not in shared:
        check_years(sources, wanted)
        raise UnknownNameError(message("period"), wanted, sorted(shared))
    return max(shared) if wanted is None else wanted
