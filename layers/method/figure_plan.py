"""The nodes of figures: from what a source delivers to a column for every area, and the ways between areas by which it
is divided.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from boundaries.crosswalk import Crosswalk
from boundaries.dasymetric import Weights
from boundaries.interpolation import Interpolation
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError
from geo.measures import Measure
from layers.declarations.catalog import Catalog
from layers.declarations.dasymetric import Dasymetric
from layers.declarations.indicators import Indicator, qualified
from layers.declarations.periods import PeriodKind
from layers.declarations.sources import SourceDeclaration, columns_of
from layers.declarations.themes import Theme
from layers.method import corrections, indicator_measures, places, postcodes, withholding
from layers.method.area_plan import AreaPlan
from layers.method.deciding import of_period
from layers.method.figures import Figures
from layers.method.plan import Node, everything, numbers_of
from layers.method.ports import Read
from layers.publication.corrections import Corrected


@dataclass(frozen=True, slots=True)
class FigurePlan:
    """The figures of all sources of a catalogue, in the areas of a vintage."""

    areas: AreaPlan
    catalog: Catalog

    def sources(self, theme: Theme) -> list[SourceDeclaration]:
        """The sources that a theme reads.

        Raises SourceError for a table of another vintage; what is counted in the areas themselves has none.
        """
        sources = self.catalog.sources_of(theme)
        for source in sources:
            if not source.own and source.vintage != self.areas.vintage.year:
                raise SourceError(
                    "source {id!r}: of vintage {declared}, where boundaries are those of {year}; build it with "
                    "--vintage {declared}, or declare a source of {year}",
                    id=source.id, declared=source.vintage, year=self.areas.vintage.year,
                )  # fmt: skip
        return sources

    def figures_node(self, source: SourceDeclaration, period: int) -> Node[Figures]:
        """The columns of a source, of the finest areas and of others that it has; those per postcode interpolated."""
        read = self._corrected_node(source, period)
        if source.native is AreaLevel.PC4:
            return self._interpolated_node(source, period, read)
        settings = {"source": of_period(source, period), "period": period, "spare": self.areas.vintage.spare}
        inputs = (read, self.areas.boundaries_node())
        return Node("figures", (source.id, str(period)), indicator_measures.figures_per_area, inputs, settings,
                    stored=True)  # fmt: skip

    def amounts_node(self, source: SourceDeclaration, period: int) -> Node[pd.DataFrame]:
        """The amount of a source in all areas and those that they lie in, and which of these may be shown."""
        read = self._corrected_node(source, period)
        settings = {"source": of_period(source, period), "period": period, "spare": self.areas.vintage.spare}
        inputs = (read, self.areas.boundaries_node())
        return Node("amounts", (source.id, str(period)), withholding.amounts, inputs, settings, stored=True)

    def _corrected_node(self, source: SourceDeclaration, period: int) -> Node[Any]:
        """What reads a source, with what is corrected of a period; as it is read where nothing is."""
        read, wanted = self._read(source, None), self.catalog.corrections_of(source.id)
        applying = corrections.applying(wanted, source, period) if wanted else ()
        if not applying:
            return read
        settings = {"source": of_period(source, period), "period": period}
        settings |= {"corrections": tuple(map(numbers_of, applying))}
        inputs = (read, self.areas.boundaries_node())
        return Node("corrected", (source.id, str(period)), corrections.corrected, inputs, settings)

    def _changes_node(self, source: SourceDeclaration, period: int) -> Node[tuple[Corrected, ...]]:
        """What the corrections of a source change in a period, with the reasons."""
        applying = corrections.applying(self.catalog.corrections_of(source.id), source, period)
        settings = {"source": source, "period": period, "corrections": applying}
        inputs = (self._read(source, None), self.areas.boundaries_node())
        return Node("changes", (source.id, str(period)), corrections.changes, inputs, settings, stored=True)

    def corrections_node(self, *nodes: Node[Any]) -> Node[tuple[Corrected, ...]]:
        """What is corrected of what these nodes are made from."""
        behind = [one for one in everything(*nodes) if one.kind == "corrected"]
        changes = [self._changes_node(self.catalog.sources[one.name[0]], int(one.name[1])) for one in behind]
        return Node("corrections", (), corrections.gathered, tuple(changes))

    def counts_in_cells(self, theme: Theme, period: int) -> bool:
        """Whether all indicators of a theme are counted in hexagons themselves, where their points are, so that these
        can be searched.
        """
        counted = {
            qualified(one.id, name) for one in self.sources(theme) for name in self.counted_per_cell(one, period)
        }
        return all(counted.issuperset(one.columns) for one in theme.indicator)

    def _interpolated_node(self, source: SourceDeclaration, period: int, read: Node[Any]) -> Node[Figures]:
        """The columns of a source per postcode, in the finest areas."""
        settings = {"source": of_period(source, period), "period": period}
        inputs = (self.areas.postcodes_node(source), self.interpolation_node(source), read)
        return Node("interpolated", (source.id, str(period)), postcodes.figures_of_postcodes, inputs, settings,
                    stored=True)  # fmt: skip

    def shrunk_node(
        self, measure: Node[Measure], source: SourceDeclaration, period: int, indicator: Indicator
    ) -> Node[Measure]:
        """A measure that a source counts per postcode, with its rates shrunk there."""
        settings = {"source": of_period(source, period), "period": period, "indicator": indicator}
        inputs = (measure, self.interpolation_node(source), self._corrected_node(source, period))
        return Node("measure", measure.name, postcodes.shrunk_per_postcode, inputs, settings)

    def interpolation_node(self, source: SourceDeclaration) -> Node[Interpolation]:
        """From the postcodes of a source to the finest areas: by what its [dasymetric] says, else by surface."""
        inputs: tuple[Node[Any], ...] = (self.areas.boundaries_node(), self.areas.postcodes_node(source))
        by, year = source.dasymetric, str(source.codes_of or source.vintage)
        if by is None:
            return Node("interpolation", (year,), postcodes.by_surface, inputs, stored=True)
        weighing, name = self.catalog.sources[by.source], (year, by.source, by.column)
        if weighing.squares is not None and by.column in weighing.squares.column:
            return Node("interpolation", name, postcodes.by_squares, (*inputs, self._weights_node(by)), stored=True)
        figures = self.figures_node(weighing, max(weighing.years))
        settings = {"column": qualified(by.source, by.column)}
        return Node("interpolation", name, postcodes.by_figures, (*inputs, figures), settings, stored=True)

    def _weights_node(self, by: Dasymetric) -> Node[Read[Weights]]:
        """The squares by which figures are divided."""
        source = self.catalog.sources[by.source]
        return self.areas.reader.weights(source, by.column)

    def cells_node(self, source: SourceDeclaration, cells: Node[AreaFrame], period: int) -> Node[Figures]:
        """The columns of a source that are counted per cell."""
        columns = {
            name: source.columns[name] for name in source.columns if name in self.counted_per_cell(source, period)
        }
        settings = {"source": of_period(source.model_copy(update={"columns": columns}), period), "period": period}
        name = (source.id, *cells.name, str(period))
        return Node("figures", name, indicator_measures.figures_per_cell, (self._read(source, cells), cells), settings,
                    stored=True)  # fmt: skip

    def crosswalk_node(self, level: AreaLevel, by: Dasymetric | None) -> Node[Crosswalk]:
        """From the finest areas to hexagons: by what lies in squares where the theme says so, else by surface."""
        inputs = (self.areas.boundaries_node(), self.areas.areas_node(level))
        if by is None:
            return Node("crosswalk", (level,), places.to_hexagons, inputs, stored=True)
        source = self.catalog.sources[by.source]
        if source.confidential:
            raise SourceError(
                "source {id!r}: is confidential, and figures are not divided by it: how they are divided would tell "
                'what is in it; say status = "open" in it if everyone may have it, or leave out [dasymetric]',
                id=source.id,
            )
        weighed = (*inputs, self._weights_node(by))
        return Node("crosswalk", (level, source.id, by.column), places.to_hexagons_by, weighed, stored=True)

    def counted_per_cell(self, source: SourceDeclaration, period: int) -> frozenset[str]:
        """The columns of a source that can be counted per cell.

        None of a confidential table: the points behind it have no keys, and its counts are perturbed per area.
        """
        if source.confidential and not source.own:
            return frozenset()
        if source.own:
            years = source.periods[0].kind is PeriodKind.YEAR
            return frozenset(name for name, one in source.columns.items() if years or one.kind == "count")
        given = self.areas.reader.source.columns_of_cells(source)
        return frozenset(
            name for name, column in source.columns.items() if set(columns_of(column.formula, period)) <= given
        )

    def _read(self, source: SourceDeclaration, cells: Node[AreaFrame] | None) -> Node[Any]:
        """What reads a source: its table, or what is counted in the finest areas or in cells."""
        if source.own:
            areas = cells or self.areas.finest_node()
            return self.areas.reader.counted(source, areas)
        if cells is not None:
            return self.areas.reader.points(source, cells)
        return self.areas.reader.table(source)
