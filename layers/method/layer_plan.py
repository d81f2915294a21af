"""The plan of one layer: which nodes it is made from, down to what is read, and the layer itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from layers.declarations.lenses import Lens
from layers.declarations.themes import Theme
from layers.messages import language, speaking
from layers.method.alone import by_indicator, found_alone
from layers.method.build import Analysis, analysis, reference_of, search, weights_of
from layers.method.country import Country
from layers.method.indicator_values import IndicatorValues
from layers.method.places import Boundaries, StudyArea, tolerance_of
from layers.method.plan import Node, lineage, numbers_of
from layers.method.provenance import interpolation_of, method_of, protection_of, rounding_of
from layers.method.published import published_layer
from layers.method.restriction import restricted
from layers.publication.layer import Layer, LayerKey, Provenance, Receipt


@dataclass(frozen=True, slots=True)
class LayerPlan:
    """Which layer, and its nodes in the order in which they are made; `leaving` are the counts that it follows from."""

    key: LayerKey
    study: Node[StudyArea]
    indicators: tuple[Node[IndicatorValues], ...]
    analysis: Node[Analysis]
    layer: Node[Layer]
    leaving: Node[pd.DataFrame | None]


def layer_plan(country: Country, key: LayerKey, theme: Theme, lens: Lens | None, version: str) -> LayerPlan:
    """What the layer of a theme under a lens is made from, in the language that is spoken; `version` is that of zicht.

    A weight changes the search, a period the figures and what follows, a text the layer alone.
    """
    level, period = key.level, key.period
    declared = (f"themes/{theme.id}", *([f"lenses/{lens.id}"] if lens else []))
    study = country.study_node(level)
    reference = reference_of(theme, lens)
    indicators = country.indicator_nodes(theme, level, period, reference)
    weights = weights_of(theme, lens)
    name = (theme.id, key.lens, level, str(period))
    how = {one: getattr(theme.search, one) for one in ("statistic", "max_q", "largest")}
    weighed = {one: indicators[one] for one in weights}
    searched = _restricted(weighed, indicators, theme, lens, declared) if lens and lens.where else weighed
    result = Node(
        "search", name, search, (study, *searched.values()), {"weights": weights} | how, declared, stored=True
    )
    alone = _alone(study, weighed if len(weighed) > 1 else {}, how, declared)
    analysed = Node(
        "analysis", name, analysis, (study, result, alone, *indicators.values()),
        {"theme": numbers_of(theme), "lens": numbers_of(lens) if lens else None, "period": period}, declared,
    )  # fmt: skip
    sources, digests = country.sources(theme), country.catalog.digests_of(theme, lens)
    beside = country.catalog.compared_by(theme) if reference != "national" else []
    statuses = {one.id: one.status for one in (*sources, *beside)}
    figures = (*rounding_of(sources), *interpolation_of(sources), *protection_of(sources))
    provenance = Provenance(
        (), digests, country.vintage.year, version, figures, country.source.made_up,
        country.catalog.meanings_of(theme, lens), sources=statuses,
    )  # fmt: skip
    settings = {"key": key, "declared": (theme, lens), "provenance": provenance, "language": language()}
    inputs = (analysed, country.boundaries_node(), *country.receipt_nodes(analysed))
    made = Node("layer", name, layer, inputs, settings, declared)
    leaving = country.leaving_node(theme, level, period)
    return LayerPlan(key, study, tuple(indicators.values()), analysed, made, leaving)


def _restricted(
    weighed: Mapping[str, Node[IndicatorValues]],
    indicators: Mapping[str, Node[IndicatorValues]],
    theme: Theme,
    lens: Lens,
    declared: tuple[str, ...],
) -> dict[str, Node[IndicatorValues]]:
    """What is searched in, only where the lens searches."""
    scales = {one.id: one.scale for one in theme.indicator}
    levels = [one.indicator for one in lens.where]
    bounds = {"where": numbers_of(lens).where, "scales": tuple(scales[one] for one in levels)}
    made = {}
    for name, node in weighed.items():
        inputs = (node, *(indicators[one] for one in levels))
        made[name] = Node("searched", (*node.name, lens.id), restricted, inputs, bounds, declared)
    return made


def _alone(
    study: Node[StudyArea],
    indicators: Mapping[str, Node[IndicatorValues]],
    how: Mapping[str, object],
    declared: tuple[str, ...],
) -> Node[Mapping[str, tuple[str, ...]]]:
    """What each indicator finds by itself; the same for every lens."""
    searches = [
        Node("search", one.name, found_alone, (study, one), how, declared, stored=True) for one in indicators.values()
    ]
    return Node("alone", study.name, by_indicator, tuple(searches), {"indicators": tuple(indicators)}, declared)


def layer(
    analysed: Analysis,
    boundaries: Boundaries,
    *receipts: tuple[Receipt, ...],
    key: LayerKey,
    declared: tuple[Theme, Lens | None],
    provenance: Provenance,
    language: str,
) -> Layer:
    """The layer of an analysis, with the receipts of all that was read for it, its texts in a language.

    `provenance` has what else it was made from.
    """
    theme, lens = declared
    with speaking(language):
        by_id = {one.id: one for some in receipts for one in some}
        method = (*method_of(analysed, theme, boundaries), *provenance.method)
        made_from = replace(provenance, receipts=tuple(by_id.values()), method=method)
        tolerance = tolerance_of(key.level, boundaries)
        return published_layer(analysed, key, theme, lens, made_from, tolerance)


def with_key(of: Layer, node: Node[Layer]) -> Layer:
    """The layer that says from which node it was made; "" where only reading tells what it was made from."""
    plan = node.key if lineage(node).known else ""
    return replace(of, provenance=replace(of.provenance, plan=plan))
