"""The plan of a layer that says how firm its zoekgebieden are: the layer, and the searches that it is held against.

Each search is a node of the plan, remembered by what decides it, and shared with the layers that have it as their own.
What is published follows from the counts of all of them, so all of these are audited.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from boundaries.crosswalk import Crosswalk, by_code, by_surface
from geo.errors import StatisticError
from geo.statistics.places.result import PlaceResult
from geo.statistics.result import LocalResult
from geo.unknown import Unknown
from layers.declarations.baselines import Baseline
from layers.declarations.lenses import Lens
from layers.declarations.themes import Theme
from layers.evaluation.bias_plan import with_bias
from layers.evaluation.choices import Choice, choices
from layers.evaluation.robust_words import how_firm
from layers.evaluation.robustness import Run, firmness, of_areas
from layers.messages import language, said, speaking
from layers.method.beside import nothing_beside
from layers.method.build import Analysis, reference_of, search
from layers.method.country import Country
from layers.method.indicator_values import IndicatorValues
from layers.method.layer_plan import LayerPlan
from layers.method.places import StudyArea
from layers.method.plan import Node
from layers.method.receipt_plan import receipt_nodes
from layers.method.search_plan import analysis_node, found_node
from layers.publication.layer import Layer

type Codes = tuple[tuple[str, ...], tuple[str, ...]]
"""The areas on the map, and those that were searched."""

DECIMALS = 2
NOTHING_BESIDE = Node("beside", ("nothing",), nothing_beside)


def robust_plan(country: Country, plan: LayerPlan, theme: Theme, lens: Lens | None) -> LayerPlan:
    """The plan of a layer that says how firm its zoekgebieden are."""
    others = choices(country, plan.key, theme, lens)
    runs = tuple(_run_node(country, plan, reference_of(theme, lens), one) for one in others)
    receipts = receipt_nodes(*runs) if runs else []
    settings = {
        "titles": tuple((one.id, said(one.title)) for one in others),
        "statuses": _statuses(country, theme, others),
        "language": language(),
    }
    inputs = (plan.layer, *runs, *receipts)
    robust = Node("layer", plan.layer.name, firm_layer, inputs, settings, plan.layer.declarations)
    counts = [
        country.measure_plan.leaving_node(one.what.theme, one.what.key.level, one.what.key.period) for one in others
    ]
    each = {one.key: one for one in (plan.leaving, *counts)}
    leaving = Node("leaving", plan.leaving.name, all_leaving, tuple(each.values()))
    firm = replace(plan, layer=robust, leaving=leaving, runs=runs)
    pairs = zip(others, runs, strict=True)
    return with_bias(country, firm, {(one.id, said(one.title)): node for one, node in pairs if one.leaves_out})


def _statuses(country: Country, theme: Theme, others: Sequence[Choice]) -> dict[str, str]:
    """The status of each source that is read; what is confidential says nothing of what is expected, and is not."""
    read = {source.id: source for one in others for source in country.catalog.sources_of(one.what.theme)}
    open_to_all = {one.id: one for one in country.catalog.compared_by(theme) if not one.confidential}
    return {name: source.status for name, source in (read | open_to_all).items()}


def _run_node(country: Country, plan: LayerPlan, own: Baseline, choice: Choice) -> Node[Codes]:
    """What a choice finds, in the areas of the layer."""
    found = found_node(choice.what, search_again)
    analysed = analysis_node(choice.what, found, NOTHING_BESIDE)
    level, other = plan.key.level, choice.what.key.level
    inputs: tuple[Node[Any], ...] = (analysed,)
    if other is not level:
        areas = (country.area_plan.areas_node(level), country.area_plan.areas_node(other))
        make = by_surface if other.resolution is not None else by_code
        inputs += (Node("crosswalk", (level, other), make, areas, stored=True),)
    reference = choice.what.theme.search.reference
    settings = {"needs_baseline": reference not in {"national", own}, "high": choice.high}
    return Node("run", choice.what.name, run, inputs, settings, choice.what.declared, stored=True)


def search_again(study: StudyArea, *indicators: IndicatorValues, **how: Any) -> LocalResult | PlaceResult:
    """A search that finds nothing to search in where what is left does not differ: the layer itself says that it is."""
    try:
        return search(study, *indicators, **how)
    except StatisticError:
        return LocalResult.none(study.areas.ids, Unknown.FEW_INDICATORS)


def run(analysed: Analysis, to_others: Crosswalk | None = None, *, needs_baseline: bool, high: str | None) -> Codes:
    """The areas on the map of a search and those that it searched, of which the score may be shown.

    None where what it was to be compared with is not known: it is then the search of the whole country again. Of a
    search that has an indicator in which areas must be `high` themselves, only those.
    """
    if needs_baseline and (not analysed.baselines or any(one.missing for one in analysed.baselines.values())):
        return (), ()
    found = pd.Index([area for one in analysed.zoekgebieden for area in one.areas], dtype=object)
    found = found if high is None else found[analysed.deviations[high].loc[found] > 0]
    searched = analysed.reason.index[analysed.reason.isna()]
    made = of_areas(found, searched, to_others) if to_others else Run(frozenset(found), frozenset(searched))
    return tuple(sorted(made.found)), tuple(sorted(made.searched))


def firm_layer(
    layer: Layer, *parts: Any, titles: tuple[tuple[str, str], ...], statuses: dict[str, str], language: str
) -> Layer:
    """The layer that says how firm its zoekgebieden are, and what it was held against.

    Args:
        layer: as it is without.
        parts: what each search found, in the order of `titles`; then the receipts of what was read for them.
        titles: the code and the name of each search.
        statuses: of the sources that they read.
        language: of its texts.
    """
    runs = [Run(frozenset(found), frozenset(searched)) for found, searched in parts[: len(titles)]]
    every = [firmness(codes.split(","), runs) for codes in layer.zoekgebieden["gebiedscodes"]]
    names = [title for _, title in titles]
    with speaking(language):
        words = [how_firm(one, names) for one in every]
    table = layer.zoekgebieden.assign(
        standvastig=[round(one.share, DECIMALS) for one in every],
        zekerheid=[" ".join(filter(None, pair)) for pair in zip(layer.zoekgebieden["zekerheid"], words, strict=True)],
    ).astype({"standvastig": float, "zekerheid": object})
    receipts = {one.id: one for some in parts[len(titles) :] for one in some}
    made_from = layer.provenance
    provenance = replace(
        made_from,
        receipts=tuple(({one.id: one for one in made_from.receipts} | receipts).values()),
        sources=statuses | dict(made_from.sources),
    )
    robustness = [
        {"id": code, "title": title, "says": sum(one is not None for one in held), "stands": held.count(True)}
        for (code, title), held in zip(titles, _held(table, runs), strict=True)
    ]
    summary = {**layer.summary, "robustness": robustness}
    return replace(layer, zoekgebieden=table, provenance=provenance, summary=summary)


def _held(table: pd.DataFrame, runs: Sequence[Run]) -> list[list[bool | None]]:
    return [[run.holds(codes.split(",")) for codes in table["gebiedscodes"]] for run in runs]


def all_leaving(*counts: pd.DataFrame | None) -> pd.DataFrame | None:
    """The confidential counts that a layer and the searches follow from, each once; None where there are none."""
    known = [one for one in counts if one is not None]
    return pd.concat(known, ignore_index=True).drop_duplicates(ignore_index=True) if known else None
