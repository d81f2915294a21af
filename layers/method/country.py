"""Country: the seam of the build. A source goes in; the nodes of areas, neighbors and measures come out.

Here, and nowhere else, what the world delivers meets what is declared: a Source (layers.method.ports) gives boundaries
and raw tables, `Own` counts the municipality's own records, rasters and squares, and the catalogue says what their
columns mean. What is made of these is a plan (layers.method.plan): nothing is read before a value is asked for, and
what layers share is made once.

The whole country is there, also when one gemeente is asked for: national means and the neighbours across its border go
with it. Where there are boundaries of a gemeente or region only, figures of the rest of the country still are, if the
source has them: rates, deviations and scores are then the same as with all boundaries. A search needs neighbours, and
is one among the areas that there are.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import pandas as pd

from boundaries.cbs import COARSENESS
from boundaries.codes import parents
from boundaries.crosswalk import Crosswalk
from boundaries.dasymetric import Weights
from boundaries.interpolation import Interpolation
from boundaries.vintages import Vintage
from boundaries.vintages import vintage as vintage_of
from geo import neighbors as neighbors_
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError, UnknownNameError
from geo.measures import Measure
from geo.messages import message
from geo.neighbors import Neighbors
from layers.declarations.baselines import Baseline, Expected
from layers.declarations.catalog import Catalog
from layers.declarations.dasymetric import Dasymetric
from layers.declarations.indicators import Indicator, qualified
from layers.declarations.periods import Period, PeriodKind
from layers.declarations.sources import SourceDeclaration, columns_of, fill
from layers.declarations.themes import Theme
from layers.messages import language, speaking
from layers.method import baselines, corrections, indicator_measures, places, postcodes
from layers.method.baseline import CONFIDENTIAL, HEXAGONS, NOT_THERE, BaselineEvents
from layers.method.figures import Figures, check_years
from layers.method.indicator_values import IndicatorValues, indicator_values
from layers.method.keys import check_protectable
from layers.method.places import Boundaries, StudyArea
from layers.method.plan import Node, Results, everything, lineage, numbers_of
from layers.method.ports import Read, Source
from layers.method.protection import Leaving, leaving, protected
from layers.method.reading import Own, Reader, receipts_node, value_node
from layers.publication.corrections import Corrected
from layers.publication.layer import Receipt

LEVELS = (AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.GEMEENTE, *(one for one in AreaLevel if one.resolution))
"""The levels that can be built."""

READ = ("boundaries", "table", "points", "counted", "weights")
"""The kinds of nodes that read, in the order in which a layer names what it was made from."""

NOTED = ("crosswalk", "interpolation", "interpolated")
"""The kinds of nodes that have notes for the receipt of the last that they are made from."""

SIDES = ("events", "exposure")
"""Of a measure."""

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
        self._reader = Reader(source, vintage, own, language())
        self._nodes: dict[Hashable, Node[Any]] = {}
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
            with speaking(self._reader.language):
                country = Country(self.source, vintage, self.catalog, self._reader.own, self.results)
            self._coarser[finest] = country
        return self._coarser[finest]

    @property
    def finest(self) -> AreaFrame:
        """The finest areas there are: buurten, or wijken where there are only these."""
        return self.results.of(self.boundaries_node()).areas

    @property
    def buurten(self) -> AreaFrame:
        """All buurten."""
        return self.areas(AreaLevel.BUURT)

    @property
    def national(self) -> bool:
        """Whether the areas are those of the whole country, and not of a gemeente or region."""
        return self.results.of(self.boundaries_node()).national

    def areas(self, level: AreaLevel) -> AreaFrame:
        """All areas of a level. Raises UnknownNameError for one that cannot be built, SourceError for buurten where
        there are only wijken.
        """
        return self.results.of(self.areas_node(level))

    def neighbors(self, level: AreaLevel) -> Neighbors:
        """Who borders whom at a level; wijken and gemeenten do where their buurten do."""
        return self.results.of(self.neighbors_node(level))

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

    def measures(self, theme: Theme, level: AreaLevel, period: int) -> dict[str, Measure]:
        """One measure per indicator of the theme, under the theme's floors of exposure; where there are boundaries of a
        part of the country, of all other areas too of which there are figures.
        """
        nodes = {one.id: self.measure_node(one, theme, level, period) for one in theme.indicator}
        return {one.id: self.results.of(nodes[one.id]).with_floor(self._floor(theme, one)) for one in theme.indicator}

    def _floor(self, theme: Theme, indicator: Indicator) -> float:
        """Least exposure for an indicator to have a value; of exposure that is confidential, least count too."""
        column = indicator.per or ""
        source = self.catalog.sources.get(column.partition(".")[0])
        floor = theme.floor(indicator)
        return max(floor, theme.privacy.min_count) if source is not None and source.confidential else floor

    def receipts(self, theme: Theme, level: AreaLevel, period: int) -> Sequence[Receipt]:
        """From what the measures of a theme are made at a level and period, whatever else was read for others."""
        nodes = self.indicator_nodes(theme, level, period)
        by_id = {one.id: one for node in self.receipt_nodes(*nodes.values()) for one in self.results.of(node)}
        return tuple(by_id.values())

    def receipt_nodes(self, *nodes: Node[Any]) -> list[Node[tuple[Receipt, ...]]]:
        """The receipts of all that is read for these nodes."""
        behind = list(everything(*nodes))
        read = sorted(lineage(*nodes).read, key=lambda one: (READ.index(one.kind), one.name))
        by = {one.inputs[-1].key: one for one in behind if one.kind in NOTED}
        return [receipts_node(one, by.get(one.key)) for one in read]

    def corrections_node(self, *nodes: Node[Any]) -> Node[tuple[Corrected, ...]]:
        """What is corrected of what these nodes are made from."""
        behind = [one for one in everything(*nodes) if one.kind == "corrected"]
        changes = [self._changes_node(self.catalog.sources[one.name[0]], int(one.name[1])) for one in behind]
        return Node("corrections", (), corrections.gathered, tuple(changes))

    def boundaries_node(self) -> Node[Boundaries]:
        """The finest areas there are, and what is known of them."""
        return self._once("boundaries", lambda: value_node(self._reader.boundaries(self.vintage), "areas"))

    def areas_node(self, level: AreaLevel) -> Node[AreaFrame]:
        """The areas of a level. Raises UnknownNameError for one that cannot be built."""
        if level not in LEVELS:
            raise UnknownNameError(message("level"), level, LEVELS)
        boundaries = self.boundaries_node()
        if level is AreaLevel.BUURT:
            return Node("areas", (level,), places.buurten, (boundaries,))
        return Node("areas", (level,), places.areas_of, (boundaries,), {"level": level}, stored=True)

    def neighbors_node(self, level: AreaLevel) -> Node[Neighbors]:
        """Who borders whom at a level."""
        if level.resolution is not None:
            return Node("neighbors", (level,), neighbors_.ring, (self.areas_node(level),), stored=True)
        boundaries = self.boundaries_node()
        of_finest = Node("neighbors", ("finest",), places.borders, (boundaries,), stored=True)
        if level is AreaLevel.BUURT:
            return of_finest
        return Node(
            "neighbors", (level,), places.merged_borders, (of_finest, boundaries), {"level": level}, stored=True
        )

    def study_node(self, level: AreaLevel) -> Node[StudyArea]:
        """The areas of a level and who borders whom."""
        inputs = (self.boundaries_node(), self.areas_node(level), self.neighbors_node(level))
        return Node("study", (level,), places.study_area, inputs, {"gemeenten": self.vintage.gemeenten})

    def indicator_nodes(
        self, theme: Theme, level: AreaLevel, period: int, reference: Baseline = "national"
    ) -> dict[str, Node[IndicatorValues]]:
        """For each indicator of a theme what a layer needs of it; the same for every lens that compares with the same
        reference.
        """
        return {
            one.id: Node(
                "indicator", (one.id, level, str(period)), indicator_values,
                (self.measure_node(one, theme, level, period), *self._baseline(one, theme, level, period, reference)),
                {"indicator": _without_weight(one), "floor": self._floor(theme, one)},
                (f"themes/{theme.id}",), stored=True,
            )
            for one in theme.indicator
        }  # fmt: skip

    def _baseline(
        self, indicator: Indicator, theme: Theme, level: AreaLevel, period: int, reference: Baseline
    ) -> tuple[Node[BaselineEvents], ...]:
        """What the events of an indicator are compared with at a level; nothing where that is the national value."""
        section = theme.baseline(reference)
        if section is None or indicator.id not in section.indicators:
            return ()
        name, declared = (indicator.id, level, str(period), reference), (f"themes/{theme.id}",)
        if level.resolution is not None:
            nothing = {"reference": reference, "why": HEXAGONS}
            return (Node("baseline", name, baselines.absent, (), nothing, declared),)
        columns = [one.column for one in section.term] if isinstance(section, Expected) else list(section.columns)
        owners = {column: self.catalog.sources[column.partition(".")[0]] for column in columns}
        left_out = {column: why for column, owner in owners.items() if (why := self._why_not(owner, period))}
        sources = {one.id: one for column, one in owners.items() if column not in left_out}
        boundaries = self.boundaries_node()
        measure = self._protected(self._finest_measure_node(indicator, theme, period), indicator)
        make = baselines.expected_events if isinstance(section, Expected) else baselines.peer_events
        settings = {
            "section": numbers_of(section),
            "floor": self._floor(theme, indicator),
            "left_out": left_out,
        }
        inputs = (measure, self._finest_node(), *(self._figures_node(one, period) for one in sources.values()))
        finest = (indicator.id, "finest", str(period), reference)
        of_finest = Node("baseline", finest, make, inputs, settings, declared, stored=True)
        if level is AreaLevel.BUURT:
            return (of_finest,)
        larger = (of_finest, measure, boundaries, self.areas_node(level))
        return (Node("baseline", name, baselines.summed, larger, {}, declared),)

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
            figures = self.results.of(self._figures_node(of_year, year))
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
        return None if self._why_not(source, period) else self._figures_node(source, period)

    def _why_not(self, source: SourceDeclaration, period: int) -> str:
        """Why nothing is compared with figures of a source: they are not there for this vintage and period, which is no
        fault, or they are confidential, and would be told by what is expected; "" where nothing is against it.
        """
        if source.confidential:
            return CONFIDENTIAL
        there = source.own or (source.vintage == self.vintage.year and self.source.has(source))
        return "" if there and period in source.years else NOT_THERE

    def measure_node(self, indicator: Indicator, theme: Theme, level: AreaLevel, period: int) -> Node[Measure]:
        """Counted at the level itself where there are points, else summed or divided from the finest areas; what is
        confidential is perturbed as it is counted or summed, and before it is divided.
        """
        sources = [one for one in self.sources(theme) if _has_columns_of(indicator, one)]
        settings = {"indicator": _columns_only(indicator)}
        name = (indicator.id, level, str(period))
        if level.resolution is not None:
            countable = {one.id: self._counted_per_cell(one, period) for one in sources}
            names = {qualified(source, column) for source, columns in countable.items() for column in columns}
            if set(indicator.columns) <= names:
                cells = self.areas_node(level)
                figures = [self._cells_node(one, cells, period) for one in sources if countable[one.id]]
                counted = Node("measure", name, indicator_measures.measured, (cells, *figures), settings)
                return self._protected(counted, indicator)
        boundaries, of_finest = self.boundaries_node(), self._finest_measure_node(indicator, theme, period)
        if level is AreaLevel.BUURT:
            return self._protected(of_finest, indicator)
        if level.resolution is None:
            parts = (of_finest, boundaries, self.areas_node(level))
            return self._protected(Node("measure", name, indicator_measures.summed, parts), indicator)
        crosswalk = self._crosswalk_node(level, theme.dasymetric)
        inputs = (self._protected(of_finest, indicator), boundaries, crosswalk)
        return Node("measure", name, indicator_measures.divided, inputs)

    def _protected(self, counted: Node[Measure], indicator: Indicator) -> Node[Measure]:
        """The measure with perturbed counts, where a source of it is confidential; else as it is.

        Raises SourceError for a column that noise does not protect.
        """
        sources = self._confidential(indicator)
        if not sources:
            return counted
        for source, name in sources.values():
            check_protectable(source, name)
        noise = {side: sources[side][0].protection.noise if side in sources else None for side in SIDES}
        return Node("protected", counted.name, protected, (counted,), {**noise, "part": indicator.share})

    def _finest_measure_node(self, indicator: Indicator, theme: Theme, period: int) -> Node[Measure]:
        """The measure of the finest areas, and of others of which there are figures."""
        sources = [one for one in self.sources(theme) if _has_columns_of(indicator, one)]
        inputs = (self._finest_node(), *(self._figures_node(one, period) for one in sources))
        settings = {"indicator": _columns_only(indicator)}
        return Node("measure", (indicator.id, "finest", str(period)), indicator_measures.measured, inputs, settings)

    def _confidential(self, indicator: Indicator) -> dict[str, tuple[SourceDeclaration, str]]:
        """The confidential source, and its column, of the events and of the exposure of an indicator, if any."""
        columns = dict(zip(SIDES, (indicator.value, indicator.per or indicator.mean_weight), strict=True))
        named = {side: column.partition(".") for side, column in columns.items() if column is not None}
        sources = {side: (self.catalog.sources[one[0]], one[2]) for side, one in named.items()}
        return {side: one for side, one in sources.items() if one[0].confidential}

    def leaving_node(self, theme: Theme, level: AreaLevel, period: int) -> Node[pd.DataFrame | None]:
        """The confidential counts that a layer follows from, perturbed, at the levels at which they are."""
        measures, about = [], []
        for one in theme.indicator:
            sources = self._confidential(one)
            for (at, node), (side, (source, name)) in product(
                self._perturbed(one, theme, level, period), sources.items()
            ):
                count = f"{_said(source, name, period)} / {one.per if side == 'events' else one.value}"
                noise, least = source.protection.noise, theme.privacy.min_count
                about.append(Leaving(side, count, at, self.vintage.year, noise, least))
                measures.append(node)
        return Node("leaving", (theme.id, level, str(period)), leaving, tuple(measures), {"about": tuple(about)})

    def _perturbed(
        self, indicator: Indicator, theme: Theme, level: AreaLevel, period: int
    ) -> list[tuple[AreaLevel, Node[Measure]]]:
        """The measures that a layer is computed from, with the level of each: of larger areas that are compared with
        what the finest make expected, these too; of hexagons that are divided from them, these only.
        """
        node = self.measure_node(indicator, theme, level, period)
        of_finest = self._protected(self._finest_measure_node(indicator, theme, period), indicator)
        finest = (self.vintage.finest, of_finest)
        if any(one.key == of_finest.key for one in node.inputs):
            return [finest]
        compared = any(section is not None for section in (theme.expected, theme.peers))
        if compared and level.resolution is None and node.key != of_finest.key:
            return [(level, node), finest]
        return [(level, node)]

    def _finest_node(self) -> Node[AreaFrame]:
        return Node("areas", ("finest",), places.finest, (self.boundaries_node(),))

    def _figures_node(self, source: SourceDeclaration, period: int) -> Node[Figures]:
        """The columns of a source, of the finest areas and of others that it has; those per postcode interpolated."""
        read = self._corrected_node(source, period)
        if source.native is AreaLevel.PC4:
            return self._interpolated_node(source, period, read)
        settings = {"source": _of_period(source, period), "period": period, "spare": self.vintage.spare}
        inputs = (read, self.boundaries_node())
        return Node("figures", (source.id, str(period)), indicator_measures.figures_per_area, inputs, settings,
                    stored=True)  # fmt: skip

    def _corrected_node(self, source: SourceDeclaration, period: int) -> Node[Any]:
        """What reads a source, with what is corrected of a period; as it is read where nothing is."""
        read, wanted = self._read(source, None), self.catalog.corrections_of(source.id)
        applying = corrections.applying(wanted, source, period) if wanted else ()
        if not applying:
            return read
        settings = {"source": _of_period(source, period), "period": period}
        settings |= {"corrections": tuple(map(numbers_of, applying))}
        inputs = (read, self.boundaries_node())
        return Node("corrected", (source.id, str(period)), corrections.corrected, inputs, settings)

    def _changes_node(self, source: SourceDeclaration, period: int) -> Node[tuple[Corrected, ...]]:
        """What the corrections of a source change in a period, with the reasons."""
        applying = corrections.applying(self.catalog.corrections_of(source.id), source, period)
        settings = {"source": source, "period": period, "corrections": applying}
        inputs = (self._read(source, None), self.boundaries_node())
        return Node("changes", (source.id, str(period)), corrections.changes, inputs, settings, stored=True)

    def _interpolated_node(self, source: SourceDeclaration, period: int, read: Node[Any]) -> Node[Figures]:
        """The columns of a source per postcode, in the finest areas."""
        settings = {"source": _of_period(source, period), "period": period}
        inputs = (self._postcodes_node(source), self._interpolation_node(source), read)
        return Node("interpolated", (source.id, str(period)), postcodes.figures_of_postcodes, inputs, settings,
                    stored=True)  # fmt: skip

    def _postcodes_node(self, source: SourceDeclaration) -> Node[Boundaries]:
        """The postcodes that a source has figures of."""
        of = replace(vintage_of(source.codes_of or source.vintage), finest=AreaLevel.PC4)
        return self._once(("postcodes", of.year), lambda: value_node(self._reader.boundaries(of), "areas"))

    def _interpolation_node(self, source: SourceDeclaration) -> Node[Interpolation]:
        """From the postcodes of a source to the finest areas: by what its [dasymetric] says, else by surface."""
        inputs: tuple[Node[Any], ...] = (self.boundaries_node(), self._postcodes_node(source))
        by, year = source.dasymetric, str(source.codes_of or source.vintage)
        if by is None:
            return Node("interpolation", (year,), postcodes.by_surface, inputs, stored=True)
        weighing, name = self.catalog.sources[by.source], (year, by.source, by.column)
        if weighing.squares is not None and by.column in weighing.squares.column:
            return Node("interpolation", name, postcodes.by_squares, (*inputs, self._weights_node(by)), stored=True)
        figures = self._figures_node(weighing, max(weighing.years))
        settings = {"column": qualified(by.source, by.column)}
        return Node("interpolation", name, postcodes.by_figures, (*inputs, figures), settings, stored=True)

    def _weights_node(self, by: Dasymetric) -> Node[Read[Weights]]:
        """The squares by which figures are divided."""
        source = self.catalog.sources[by.source]
        return self._once(("weights", by.source, by.column), lambda: self._reader.weights(source, by.column))

    def _cells_node(self, source: SourceDeclaration, cells: Node[AreaFrame], period: int) -> Node[Figures]:
        """The columns of a source that are counted per cell."""
        columns = {
            name: source.columns[name] for name in source.columns if name in self._counted_per_cell(source, period)
        }
        settings = {"source": _of_period(source.model_copy(update={"columns": columns}), period), "period": period}
        name = (source.id, *cells.name, str(period))
        return Node("figures", name, indicator_measures.figures_per_cell, (self._read(source, cells), cells), settings,
                    stored=True)  # fmt: skip

    def _read(self, source: SourceDeclaration, cells: Node[AreaFrame] | None) -> Node[Any]:
        """What reads a source: its table, or what is counted in the finest areas or in cells."""
        if source.own:
            areas = cells or self._finest_node()
            return self._once(("counted", source.id, areas.key), lambda: self._reader.counted(source, areas))
        if cells is not None:
            return self._once(("points", source.id, cells.key), lambda: self._reader.points(source, cells))
        return self._once(("table", source.id), lambda: self._reader.table(source))

    def _counted_per_cell(self, source: SourceDeclaration, period: int) -> frozenset[str]:
        """The columns of a source that can be counted per cell.

        None of a confidential table: the points behind it have no keys, and its counts are perturbed per area.
        """
        if source.confidential and not source.own:
            return frozenset()
        if source.own:
            years = source.periods[0].kind is PeriodKind.YEAR
            return frozenset(name for name, one in source.columns.items() if years or one.kind == "count")
        given = self.source.columns_of_cells(source)
        return frozenset(
            name for name, column in source.columns.items() if set(columns_of(column.formula, period)) <= given
        )

    def counts_in_cells(self, theme: Theme, period: int) -> bool:
        """Whether all indicators of a theme are counted in hexagons themselves, where their points are, so that these
        can be searched.
        """
        counted = {
            qualified(one.id, name) for one in self.sources(theme) for name in self._counted_per_cell(one, period)
        }
        return all(counted.issuperset(one.columns) for one in theme.indicator)

    def _crosswalk_node(self, level: AreaLevel, by: Dasymetric | None) -> Node[Crosswalk]:
        """From the finest areas to hexagons: by what lies in squares where the theme says so, else by surface."""
        inputs = (self.boundaries_node(), self.areas_node(level))
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

    def _once(self, what: Hashable, plan: Callable[[], Node[Any]]) -> Node[Any]:
        """A node that reads, planned once: the digest of a file is of one moment."""
        if what not in self._nodes:
            self._nodes[what] = plan()
        return self._nodes[what]


def _has_columns_of(indicator: Indicator, source: SourceDeclaration) -> bool:
    return any(column.partition(".")[0] == source.id for column in indicator.columns)


def _columns_only(indicator: Indicator) -> Indicator:
    """An indicator as far as its measure depends on it: which columns."""
    return _without_weight(indicator).model_copy(update={"direction": "high", "share": False})


def _said(source: SourceDeclaration, name: str, period: int) -> str:
    """What a column of a source counts in a year: the same text for the same columns, under whatever name."""
    parts = Period(period).parts(source.periods[0].kind)
    return f"{source.id}: " + " + ".join(fill(source.columns[name].formula, one) for one in parts)


def _without_weight(indicator: Indicator) -> Indicator:
    """An indicator as far as its values depend on it: no texts, weight or way of showing; its floor is given beside."""
    return numbers_of(indicator).model_copy(
        update={
            "weight": 1.0,
            "scale": 1.0,
            "quotient": False,
            "min_exposure": None,
            "handvat": None,
            "phrase": None,
            "also_per": (),
        }
    )


def _of_period(source: SourceDeclaration, period: int) -> SourceDeclaration:
    """A source as far as figures of a period depend on it: another period more changes nothing of these.

    One that the source does not have is left to be refused.
    """
    periods = tuple(one for one in source.periods if one in Period(period))
    return numbers_of(source).model_copy(update={"periods": periods or source.periods})


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
