"""The nodes of indicators: what a layer needs of each, and what its events are compared with."""

from dataclasses import dataclass

from geo.areas import AreaLevel
from layers.declarations.baselines import Baseline, Expected, Peers
from layers.declarations.indicators import Indicator
from layers.declarations.sources import SourceDeclaration
from layers.declarations.themes import Theme
from layers.method import baselines
from layers.method.area_plan import AreaPlan
from layers.method.baseline import CONFIDENTIAL, HEXAGONS, NOT_THERE, POSTCODES, BaselineEvents
from layers.method.build import Analysis
from layers.method.deciding import without_weight
from layers.method.figure_plan import FigurePlan
from layers.method.indicator_values import IndicatorValues, indicator_values
from layers.method.measure_plan import MeasurePlan
from layers.method.plan import Node, numbers_of


@dataclass(frozen=True, slots=True)
class IndicatorPlan:
    """The indicators of all themes."""

    areas: AreaPlan
    figures: FigurePlan
    measures: MeasurePlan

    def indicator_nodes(
        self, theme: Theme, level: AreaLevel, period: int, reference: Baseline = "national"
    ) -> dict[str, Node[IndicatorValues]]:
        """For each indicator of a theme what a layer needs of it; the same for every lens that compares with the same
        reference.
        """
        return {one.id: self._indicator_node(one, theme, level, period, reference) for one in theme.indicator}

    def _indicator_node(
        self, indicator: Indicator, theme: Theme, level: AreaLevel, period: int, reference: Baseline
    ) -> Node[IndicatorValues]:
        measure = self.measures.measure_node(indicator, theme, level, period)
        inputs = (measure, *self.baseline_nodes(indicator, theme, level, period, reference))
        settings = {"indicator": without_weight(indicator), "floor": self.measures.floor(theme, indicator)}
        name, declared = (indicator.id, level, str(period)), (f"themes/{theme.id}",)
        return Node("indicator", name, indicator_values, inputs, settings, declared, stored=True)

    def baseline_nodes(
        self, indicator: Indicator, theme: Theme, level: AreaLevel, period: int, reference: Baseline
    ) -> tuple[Node[BaselineEvents], ...]:
        """What the events of an indicator are compared with at a level; nothing where that is the national value."""
        section = theme.baseline(reference)
        if section is None or indicator.id not in section.indicators:
            return ()
        name, declared = (indicator.id, level, str(period), reference), (f"themes/{theme.id}",)
        per_postcode = any(one.native is AreaLevel.PC4 for one in self.measures.sources(theme, indicator))
        if level.resolution is not None or per_postcode:
            nothing = {"reference": reference, "why": POSTCODES if per_postcode else HEXAGONS}
            return (Node("baseline", name, baselines.absent, (), nothing, declared),)
        counted = self.measures.finest_measure_node(indicator, theme, period)
        measure = self.measures.protected_node(counted, indicator, period)
        settings = {"section": numbers_of(section), "floor": self.measures.floor(theme, indicator)}
        sources, left_out = self._compared_with(section, period)
        inputs = (measure, self.areas.finest_node(), *(self.figures.figures_node(one, period) for one in sources))
        make = baselines.expected_events if isinstance(section, Expected) else baselines.peer_events
        finest = (indicator.id, "finest", str(period), reference)
        of_finest = Node(
            "baseline", finest, make, inputs, settings | {"left_out": left_out}, declared, stored=True
        )  # fmt: skip
        if level is AreaLevel.BUURT:
            return (of_finest,)
        larger = (of_finest, measure, self.areas.boundaries_node(), self.areas.areas_node(level))
        return (Node("baseline", name, baselines.summed, larger, {}, declared),)

    def among_peers(self, analysed: Node[Analysis], theme: Theme, level: AreaLevel, period: int) -> Node[Analysis]:
        """The analysis with the class of each area, of which the others are its peers; as it is where the theme has no
        classes, or what they are of is not known of such areas.
        """
        section = theme.peers
        if section is None or not section.classes or level is not self.areas.vintage.finest:
            return analysed
        sources, left_out = self._compared_with(section, period)
        if left_out:
            return analysed
        inputs = (analysed, *(self.figures.figures_node(one, period) for one in sources))
        settings = {"section": numbers_of(section)}
        name = (*analysed.name, "peers")
        return Node("analysis", name, baselines.with_peers, inputs, settings, (f"themes/{theme.id}",))

    def _compared_with(self, section: Expected | Peers, period: int) -> tuple[list[SourceDeclaration], dict[str, str]]:
        """The sources of what is compared with, and the columns that are left out, with why."""
        columns = [one.column for one in section.term] if isinstance(section, Expected) else list(section.columns)
        owners = {column: self.figures.catalog.sources[column.partition(".")[0]] for column in columns}
        left_out = {column: why for column, owner in owners.items() if (why := self.why_not_compared(owner, period))}
        return list({one.id: one for column, one in owners.items() if column not in left_out}.values()), left_out

    def why_not_compared(self, source: SourceDeclaration, period: int) -> str:
        """Why nothing is compared with figures of a source: they are not there for this vintage and period, which is no
        fault, or they are confidential, and would be told by what is expected; "" where nothing is against it.
        """
        if source.confidential:
            return CONFIDENTIAL
        of_vintage = source.vintage == self.areas.vintage.year
        there = source.own or (of_vintage and self.areas.reader.source.has(source))
        return "" if there and period in source.years else NOT_THERE
