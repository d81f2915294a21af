"""The nodes of measures: the events and exposure of an indicator at a level, perturbed where they are confidential, and
the counts that leave with a layer.
"""

from dataclasses import dataclass
from itertools import product

import pandas as pd

from geo.areas import AreaLevel
from geo.measures import Measure
from layers.declarations.indicators import Indicator, qualified
from layers.declarations.periods import Period
from layers.declarations.sources import SourceDeclaration, fill
from layers.declarations.themes import Theme
from layers.method import indicator_measures, withholding
from layers.method.area_plan import AreaPlan
from layers.method.deciding import columns_only, has_columns_of, without_weight
from layers.method.figure_plan import FigurePlan
from layers.method.keys import check_protectable
from layers.method.overlay import leaving_of_cells
from layers.method.plan import Node
from layers.method.protection import Leaving, leaving, protected
from layers.method.selections import selected

SIDES = ("events", "exposure")
"""Of a measure."""
SHOWN = "shown"
"""The kind of node of a measure without the amounts that are withheld."""


@dataclass(frozen=True, slots=True)
class MeasurePlan:
    """The measures of all indicators."""

    areas: AreaPlan
    figures: FigurePlan

    def sources(self, theme: Theme, indicator: Indicator) -> list[SourceDeclaration]:
        """The sources that an indicator of a theme reads."""
        return [one for one in self.figures.sources(theme) if has_columns_of(indicator, one)]

    def measure_node(self, indicator: Indicator, theme: Theme, level: AreaLevel, period: int) -> Node[Measure]:
        """Counted at the level itself where there are points, else summed or divided from the finest areas; what is
        confidential is perturbed as it is counted or summed, and before it is divided.
        """
        sources = self.sources(theme, indicator)
        settings = {"indicator": columns_only(indicator), "period": period}
        name = (indicator.id, level, str(period))
        if level.resolution is not None:
            countable = {one.id: self.figures.counted_per_cell(one, period) for one in sources}
            names = {qualified(source, column) for source, columns in countable.items() for column in columns}
            if set(indicator.columns) <= names:
                cells = self.areas.areas_node(level)
                figures = [self.figures.cells_node(one, cells, period) for one in sources if countable[one.id]]
                counted = Node("measure", name, indicator_measures.measured, (cells, *figures), settings)
                return self.protected_node(counted, indicator, period)
        boundaries, of_finest = self.areas.boundaries_node(), self.finest_measure_node(indicator, theme, period)
        if level is AreaLevel.BUURT:
            return self.protected_node(of_finest, indicator, period)
        if level.resolution is None:
            parts = (of_finest, boundaries, self.areas.areas_node(level))
            return self.protected_node(Node("measure", name, indicator_measures.summed, parts), indicator, period)
        crosswalk = self.figures.crosswalk_node(level, theme.dasymetric)
        inputs = (self.protected_node(of_finest, indicator, period), boundaries, crosswalk)
        settings = {"share": indicator.share, "floor": self.floor(theme, indicator)}
        return Node("measure", name, indicator_measures.divided, inputs, settings)

    def finest_measure_node(self, indicator: Indicator, theme: Theme, period: int) -> Node[Measure]:
        """The measure of the finest areas, and of others of which there are figures."""
        sources = self.sources(theme, indicator)
        inputs = (self.areas.finest_node(), *(self.figures.figures_node(one, period) for one in sources))
        settings = {"indicator": columns_only(indicator), "period": period}
        measure = Node("measure", (indicator.id, "finest", str(period)), indicator_measures.measured, inputs, settings)
        counts = [one for one in sources if one.id == indicator.value.partition(".")[0]]
        if indicator.per is None or [one.native for one in counts] != [AreaLevel.PC4]:
            return measure
        floor = {"min_exposure": self.floor(theme, indicator)}
        return self.figures.shrunk_node(measure, counts[0], period, without_weight(indicator).model_copy(update=floor))

    def protected_node(self, counted: Node[Measure], indicator: Indicator, period: int) -> Node[Measure]:
        """The measure with perturbed counts, where a source of it is confidential, and without the amounts that are
        withheld; else as it is.

        Raises SourceError for a column that noise does not protect.
        """
        if not (amounts := self._amounts(indicator)):
            return self._perturbed_node(counted, indicator)
        sides = {"sides": tuple(amounts)}
        exact = Node("amounts", counted.name, withholding.without_keys, (counted,), sides)
        tables = (self.figures.amounts_node(one, period) for one in amounts.values())
        return Node(SHOWN, counted.name, withholding.shown, (self._perturbed_node(exact, indicator), *tables), sides)

    def _perturbed_node(self, counted: Node[Measure], indicator: Indicator) -> Node[Measure]:
        if not (sources := self._confidential(indicator)):
            return counted
        for source, name in sources.values():
            check_protectable(source, name)
        noise = {side: sources[side][0].protection.noise if side in sources else None for side in SIDES}
        return Node("protected", counted.name, protected, (counted,), {**noise, "part": indicator.share})

    def _confidential(self, indicator: Indicator) -> dict[str, tuple[SourceDeclaration, str]]:
        """The confidential source, and its column, of the events and of the exposure of an indicator, if any."""
        columns = dict(zip(SIDES, (indicator.value, indicator.per or indicator.mean_weight), strict=True))
        named = {side: column.partition(".") for side, column in columns.items() if column is not None}
        sources = {side: (self.figures.catalog.sources[one[0]], one[2]) for side, one in named.items()}
        return {
            side: (source, name)
            for side, (source, name) in sources.items()
            if source.confidential and name not in source.amounts
        }

    def _amounts(self, indicator: Indicator) -> dict[str, SourceDeclaration]:
        """The source of the events and of the exposure of an indicator, where that is an amount."""
        columns = dict(zip(SIDES, (indicator.value, indicator.per), strict=True))
        named = {side: column.partition(".") for side, column in columns.items() if column is not None}
        sources = {side: (self.figures.catalog.sources[one[0]], one[2]) for side, one in named.items()}
        return {side: source for side, (source, name) in sources.items() if name in source.amounts}

    def leaving_node(self, theme: Theme, level: AreaLevel, period: int) -> Node[pd.DataFrame | None]:
        """The confidential counts that a layer follows from, perturbed, at the levels at which they are; and what is
        shown of the amounts, at all levels.
        """
        measures, about = [], []
        for one in theme.indicator:
            sources = self._confidential(one)
            for (at, node), (side, (source, name)) in product(
                self._perturbed(one, theme, level, period), sources.items()
            ):
                count = f"{_said(source, name, period)} / {one.per if side == 'events' else one.value}"
                noise, least = source.protection.noise, theme.privacy.min_count
                records = selected(source, name, period, one)
                about.append(Leaving(side, count, at, self.areas.vintage.year, noise, least, records))
                measures.append(_with_all_amounts(node))
        key, settings = (theme.id, level, str(period)), {"about": tuple(about)}
        if any(one.level.resolution is not None for one in about):
            inputs = (self.areas.finest_node(), self.areas.areas_node(level), *measures)
            counts = Node("leaving", key, leaving_of_cells, inputs, settings)
        else:
            counts = Node("leaving", key, leaving, tuple(measures), settings)
        return self._with_amounts(counts, theme, period)

    def _with_amounts(self, counts: Node[pd.DataFrame | None], theme: Theme, period: int) -> Node[pd.DataFrame | None]:
        """The same with what is shown of the amounts of a theme."""
        sources = {one.id: one for indicator in theme.indicator for one in self._amounts(indicator).values()}
        if not sources:
            return counts
        said = (withholding.said(one, period) for one in sources.values())
        nodes = (counts, *(self.figures.amounts_node(one, period) for one in sources.values()))
        settings = {"amounts": tuple(said), "vintage": self.areas.vintage.year}
        return Node("leaving", (*counts.name, "amounts"), withholding.leaving, nodes, settings)

    def _perturbed(
        self, indicator: Indicator, theme: Theme, level: AreaLevel, period: int
    ) -> list[tuple[AreaLevel, Node[Measure]]]:
        """The measures that a layer is computed from, with the level of each: of larger areas that are compared with
        what the finest make expected, these too; of hexagons that are divided from them, these only.
        """
        node = self.measure_node(indicator, theme, level, period)
        of_finest = self.protected_node(self.finest_measure_node(indicator, theme, period), indicator, period)
        finest = (self.areas.vintage.finest, of_finest)
        if any(one.key == of_finest.key for one in node.inputs):
            return [finest]
        compared = any(section is not None for section in (theme.expected, theme.peers))
        if compared and level.resolution is None and node.key != of_finest.key:
            return [(level, node), finest]
        return [(level, node)]

    def floor(self, theme: Theme, indicator: Indicator) -> float:
        """Least exposure for an indicator to have a value; of exposure that is confidential, least count too."""
        column = indicator.per or ""
        source = self.figures.catalog.sources.get(column.partition(".")[0])
        floor = theme.floor(indicator)
        return max(floor, theme.privacy.min_count) if source is not None and source.confidential else floor


def _with_all_amounts(node: Node[Measure]) -> Node[Measure]:
    """The measure before amounts are withheld: what is counted beside these makes up the counts of larger areas too."""
    return node.inputs[0] if node.kind == SHOWN else node


def _said(source: SourceDeclaration, name: str, period: int) -> str:
    """What a column of a source counts in a year: the same text for the same columns, under whatever name."""
    parts = Period(period).parts(source.periods[0].kind)
    return f"{source.id}: " + " + ".join(fill(source.columns[name].formula, one) for one in parts)
