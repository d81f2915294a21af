"""The plan of one layer: which nodes it is made from, down to what is read, and the layer itself."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from layers.declarations.lenses import Lens
from layers.declarations.themes import Theme
from layers.messages import language, speaking
from layers.method.build import Analysis, reference_of
from layers.method.country import Country
from layers.method.indicator_values import IndicatorValues
from layers.method.places import Boundaries, StudyArea, tolerance_of
from layers.method.plan import Node, lineage
from layers.method.provenance import interpolation_of, method_of, protection_of, rounding_of
from layers.method.published import published_layer
from layers.method.receipt_plan import receipt_nodes
from layers.method.search_plan import analysis_node, beside_node, found_node, searching
from layers.publication.corrections import Corrected
from layers.publication.layer import Layer, LayerKey, Provenance, Receipt


@dataclass(frozen=True, slots=True)
class LayerPlan:
    """Which layer, and its nodes in the order in which they are made; `leaving` are the counts that it follows from.

    `runs` are the other searches that say how firm it is, where that is asked for (layers.evaluation.robust_plan).
    """

    key: LayerKey
    study: Node[StudyArea]
    indicators: tuple[Node[IndicatorValues], ...]
    analysis: Node[Analysis]
    layer: Node[Layer]
    leaving: Node[pd.DataFrame | None]
    runs: tuple[Node[Any], ...] = ()


def layer_plan(country: Country, key: LayerKey, theme: Theme, lens: Lens | None, version: str) -> LayerPlan:
    """What the layer of a theme under a lens is made from, in the language that is spoken; `version` is that of zicht.

    A weight changes the search, a period the figures and what follows, a text the layer alone.
    """
    what = searching(country, key, theme, lens)
    analysed = analysis_node(what, found_node(what), beside_node(what))
    sources, digests = country.sources(theme), country.catalog.digests_of(theme, lens)
    beside = country.catalog.compared_by(theme) if reference_of(theme, lens) != "national" else []
    statuses = {one.id: one.status for one in (*sources, *beside)}
    figures = (*rounding_of(sources), *interpolation_of(sources), *protection_of(sources))
    provenance = Provenance(
        (), digests, country.vintage.year, version, figures, country.source.made_up,
        country.catalog.meanings_of(theme, lens), sources=statuses,
    )  # fmt: skip
    settings = {"key": key, "declared": (theme, lens), "provenance": provenance, "language": language()}
    among = country.indicator_plan.among_peers(analysed, theme, key.level, key.period)
    beside_them = (country.area_plan.boundaries_node(), country.figure_plan.corrections_node(analysed))
    inputs = (among, *beside_them, *receipt_nodes(among))
    made = Node("layer", what.name, layer, inputs, settings, what.declared)
    leaving = country.measure_plan.leaving_node(theme, key.level, key.period)
    return LayerPlan(key, what.study, tuple(what.indicators.values()), analysed, made, leaving)


def layer(
    analysed: Analysis,
    boundaries: Boundaries,
    *read: tuple[Receipt | Corrected, ...],
    key: LayerKey,
    declared: tuple[Theme, Lens | None],
    provenance: Provenance,
    language: str,
) -> Layer:
    """The layer of an analysis, with the receipts of all that was read for it and what was corrected, in a language.

    `provenance` has what else it was made from.
    """
    theme, lens = declared
    with speaking(language):
        every = [one for some in read for one in some]
        by_id = {one.id: one for one in every if isinstance(one, Receipt)}
        method = (*method_of(analysed, theme, boundaries), *provenance.method)
        shown = tuple(one.shown(theme.privacy.min_count) for one in every if isinstance(one, Corrected))
        made_from = replace(provenance, receipts=tuple(by_id.values()), method=method, corrections=shown)
        tolerance = tolerance_of(key.level, boundaries)
        return published_layer(analysed, key, theme, lens, made_from, tolerance)


def with_key(of: Layer, node: Node[Layer]) -> Layer:
    """The layer that says from which node it was made; "" where only reading tells what it was made from."""
    plan = node.key if lineage(node).known else ""
    return replace(of, provenance=replace(of.provenance, plan=plan))
