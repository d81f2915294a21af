"""The plan of a layer that says whom it falls on: the layer, figures of residents, and the searches without each
indicator.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from boundaries.cbs import COARSENESS
from boundaries.codes import parents
from geo.areas import AreaLevel
from layers.declarations.indicators import qualified
from layers.declarations.sources import SourceDeclaration
from layers.evaluation.bias import Fifth, fifths
from layers.method.country import Country
from layers.method.figures import Figures
from layers.method.layer_plan import LayerPlan
from layers.method.plan import Node
from layers.method.receipt_plan import receipt_nodes
from layers.publication.layer import Layer

DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Trait:
    """A column of residents: what it is called, and of which areas it is."""

    column: str
    title: str
    level: AreaLevel


def with_bias(country: Country, plan: LayerPlan, without: Mapping[tuple[str, str], Node[Any]]) -> LayerPlan:
    """The plan of a layer that says whom it falls on; as it is where no figures of its residents are at hand.

    `without` are the searches that leave out an indicator, by code and name.
    """
    level, traits, figures = plan.key.level, [], []
    for source in country.catalog.sources.values():
        node = _figures(country, source, level, plan.key.period)
        if node is not None:
            figures.append(node)
            traits.append(tuple(_traits(source)))
    if not figures:
        return plan
    settings = {"traits": tuple(traits), "without": tuple(without)}
    inputs = (plan.layer, *figures, *without.values(), *receipt_nodes(*figures))
    return replace(plan, layer=Node("layer", plan.layer.name, biased, inputs, settings, plan.layer.declarations))


def _figures(country: Country, source: SourceDeclaration, level: AreaLevel, period: int) -> Node[Figures] | None:
    """Those of a source of these areas, or of larger ones that they lie in."""
    if source.use != "evaluation" or level not in COARSENESS:
        return None
    if COARSENESS.index(source.native) < COARSENESS.index(level):
        return None
    return country.held_against(source, period)


def _traits(source: SourceDeclaration) -> list[Trait]:
    return [Trait(qualified(source.id, name), one.title, source.native) for name, one in source.columns.items()]


def biased(
    layer: Layer, *parts: Any, traits: tuple[tuple[Trait, ...], ...], without: tuple[tuple[str, str], ...]
) -> Layer:
    """The layer that says whom it falls on.

    Args:
        layer: as it is without.
        parts: the figures of each source, in the order of `traits`; what each search of `without` found and searched;
            then the receipts of what was read for them.
        traits: the columns of each source.
        without: the code and the name of each search without an indicator.
    """
    figures, rest = parts[: len(traits)], parts[len(traits) :]
    runs, receipts = rest[: len(without)], rest[len(without) :]
    table = layer.table.set_index("gebiedscode")
    searched = frozenset(table.index[table["reden"].isna()])
    own = (frozenset(table.index[table["kansrijk"]]), searched)
    others = [
        (title, (frozenset(run[0]), frozenset(run[1]) & searched))
        for (_, title), run in zip(without, runs, strict=True)
    ]
    said = [
        row
        for some, of_source in zip(figures, traits, strict=True)
        for trait in of_source
        if (row := _row(trait, _of_areas(some, trait, layer.key.level, table.index), own, others)) is not None
    ]
    made_from = layer.provenance
    every = {one.id: one for one in made_from.receipts} | {one.id: one for some in receipts for one in some}
    return replace(
        layer,
        provenance=replace(made_from, receipts=tuple(every.values())),
        summary={**layer.summary, "bias": said},
    )


type _Found = tuple[Collection[str], Collection[str]]


def _row(
    trait: Trait, figure: pd.Series, own: _Found, others: Sequence[tuple[str, _Found]]
) -> dict[str, object] | None:
    """What the record has of a trait; None where too little is known."""
    mine = fifths(figure, *own)
    if not mine:
        return None
    return {
        "title": trait.title,
        "level": str(trait.level),
        "known": sum(one.areas for one in mine),
        "fifths": [_said(one) for one in mine],
        "without": [{"title": title, "fifths": [_said(one) for one in fifths(figure, *run)]} for title, run in others],
    }


def _said(one: Fifth) -> dict[str, float]:
    return {"low": round(one.low, DECIMALS), "high": round(one.high, DECIMALS), "areas": one.areas,
            "flagged": one.flagged}  # fmt: skip


def _of_areas(figures: Figures, trait: Trait, level: AreaLevel, codes: pd.Index) -> pd.Series:
    """The figure of each area: its own, or that of the larger area in which it lies."""
    at = codes if trait.level is level else parents(codes, trait.level)
    return pd.Series(figures.values[trait.column].reindex(at).to_numpy(), codes)
