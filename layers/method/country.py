"""Country: the seam of the build. A source goes in; the nodes of areas, neighbors and measures come out.

Here, and nowhere else, what the world delivers meets what is declared: a Source (layers.method.ports) gives boundaries
and raw tables, `Own` counts the municipality's own records, rasters and squares, and the catalogue says what their
columns mean. What is made of these is a plan (layers.method.plan), of areas, figures, measures and indicators, each by
itself: nothing is read before a value is asked for, and what layers share is made once.

The whole country is there, also when one gemeente is asked for: national means and the neighbours across its border go
with it. Where there are boundaries of a gemeente or region only, figures of the rest of the country still are, if the
source has them: rates, deviations and scores are then the same as with all boundaries. A search needs neighbours, and
is one among the areas that there are.
"""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from boundaries.cbs import COARSENESS
from boundaries.codes import parents
from boundaries.vintages import Vintage
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError
from geo.measures import Measure
from geo.neighbors import Neighbors
from layers.declarations.catalog import Catalog
from layers.declarations.indicators import Indicator
from layers.declarations.periods import Period
from layers.declarations.sources import SourceDeclaration
from layers.declarations.themes import Theme
from layers.messages import language, speaking
from layers.method.area_plan import AreaPlan
from layers.method.figure_plan import FigurePlan
from layers.method.figures import Figures
from layers.method.indicator_plan import IndicatorPlan
from layers.method.measure_plan import MeasurePlan
from layers.method.plan import Node, Results
from layers.method.ports import Source
from layers.method.reading import Own, Reader
from layers.method.receipt_plan import receipt_nodes
from layers.publication.layer import Receipt

NO_OWN = Own()


class Country:
    """Everything about one vintage of the country that a layer is built from, in the language spoken when it is opened.

    Its nodes are planned without reading anything but what identifies the bytes that they come from.
    """

    def __init__(
        self,
        source: Source,
        vintage: Vintage,
        catalog: Catalog,
        own: Own = NO_OWN,
        results: Results | None = None,
    ) -> None:
        self.source = source
        self.vintage = vintage
        self.catalog = catalog
        self.results = results or Results()
        self.area_plan = AreaPlan(Reader(source, vintage, own, language()), vintage)
        self.figure_plan = FigurePlan(self.area_plan, catalog)
        self.measure_plan = MeasurePlan(self.area_plan, self.figure_plan)
        self.indicator_plan = IndicatorPlan(self.area_plan, self.figure_plan, self.measure_plan)
        self._coarser: dict[AreaLevel, Country] = {}

    def of_theme(self, theme: Theme) -> "Country":
        """The same country with the finest areas of which all sources of a theme have figures, or can sum them.

        Its layers are built in it; what they have in common with others is made once.
        """
        return self._no_finer_than(max((one.finest for one in self.catalog.sources_of(theme)), key=COARSENESS.index))

    def _no_finer_than(self, finest: AreaLevel) -> "Country":
        if finest is self.vintage.finest:
            return self
        if finest not in self._coarser:
            vintage = replace(self.vintage, finest=finest)
            with speaking(self.area_plan.reader.language):
                country = Country(self.source, vintage, self.catalog, self.area_plan.reader.own, self.results)
            self._coarser[finest] = country
        return self._coarser[finest]

    @property
    def finest(self) -> AreaFrame:
        """The finest areas there are: buurten, or wijken where there are only these."""
        return self.results.of(self.area_plan.boundaries_node()).areas

    @property
    def buurten(self) -> AreaFrame:
        """All buurten."""
        return self.areas(AreaLevel.BUURT)

    @property
    def national(self) -> bool:
        """Whether the areas are those of the whole country, and not of a gemeente or region."""
        return self.results.of(self.area_plan.boundaries_node()).national

    def areas(self, level: AreaLevel) -> AreaFrame:
        """All areas of a level. Raises UnknownNameError for one that cannot be built, SourceError for buurten where
        there are only wijken.
        """
        return self.results.of(self.area_plan.areas_node(level))

    def neighbors(self, level: AreaLevel) -> Neighbors:
        """Who borders whom at a level; wijken and gemeenten do where their buurten do."""
        return self.results.of(self.area_plan.neighbors_node(level))

    def sources(self, theme: Theme) -> list[SourceDeclaration]:
        """The sources that a theme reads. Raises SourceError for a table of another vintage."""
        return self.figure_plan.sources(theme)

    def measures(self, theme: Theme, level: AreaLevel, period: int) -> dict[str, Measure]:
        """One measure per indicator of the theme, under the theme's floors of exposure; where there are boundaries of a
        part of the country, of all other areas too of which there are figures.
        """
        nodes = {one.id: self.measure_plan.measure_node(one, theme, level, period) for one in theme.indicator}
        floors = {one.id: self.measure_plan.floor(theme, one) for one in theme.indicator}
        return {name: self.results.of(node).with_floor(floors[name]) for name, node in nodes.items()}

    def receipts(self, theme: Theme, level: AreaLevel, period: int) -> Sequence[Receipt]:
        """From what the measures of a theme are made at a level and period, whatever else was read for others."""
        nodes = self.indicator_plan.indicator_nodes(theme, level, period)
        by_id = {one.id: one for node in receipt_nodes(*nodes.values()) for one in self.results.of(node)}
        return tuple(by_id.values())

    def counts(self, indicator: Indicator, level: AreaLevel, year: int) -> pd.Series | None:
        """What an indicator counts in a year, whatever its exposure: of any year of which its source has the columns;
        None where it has not, of hexagons, and where the source is confidential.
        """
        name, _, column = indicator.value.partition(".")
        source = self.catalog.sources[name]
        if level.resolution is not None or source.confidential:
            return None
        of_year = source.model_copy(update={"columns": {column: source.columns[column]}, "periods": (Period(year),)})
        try:
            figures = self.results.of(self.figure_plan.figures_node(of_year, year))
        except SourceError:
            return None
        counts = figures.values[indicator.value]
        if level is not AreaLevel.BUURT:
            counts = counts.groupby(parents(counts.index, level)).sum(min_count=1)
        return counts.reindex(self.areas(level).ids)

    def held_against(self, source: SourceDeclaration, period: int) -> Node[Figures] | None:
        """The figures of a source that decides nothing; None where they are not there for this vintage and period."""
        of_source = self._no_finer_than(source.finest)
        if of_source is not self:
            return of_source.held_against(source, period)
        if self.indicator_plan.why_not_compared(source, period):
            return None
        return self.figure_plan.figures_node(source, period)
