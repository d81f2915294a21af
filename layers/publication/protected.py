"""The gate: a layer that may leave is `Protected`, and what publishes, stores, exports or serves takes nothing else.

What is confidential is perturbed long before (layers.method.protection), and a layer is computed from that. Here it is
held against what it says of itself, whoever made it and wherever it was read from: so no way leads round the gate.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from geo.errors import DisclosureError, first_few
from geo.messages import Message, message
from layers.declarations.indicators import Indicator
from layers.publication.layer import CONFIDENTIAL, Layer
from layers.publication.perturbed import COLUMNS, is_amount

STATUSES = {"open", CONFIDENTIAL}
"""Of a source."""


@dataclass(frozen=True, slots=True)
class Protected(Layer):
    """What may leave the house. `leaving` are the perturbed counts that all of it follows from
    (layers.publication.perturbed), None where it has no confidential figures.

    Raises DisclosureError for a layer that is not protected.
    """

    leaving: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        Layer.__post_init__(self)
        if self.leaving is not None and tuple(self.leaving.columns) != COLUMNS:
            raise ValueError(f"layer {self.key}: columns {list(self.leaving.columns)} are not those of {COLUMNS}")
        if (fault := next(_faults(self, self.leaving), None)) is not None:
            raise DisclosureError(
                "{theme}, {level}: is not protected: {fault}; build it again with this zicht: `zicht build {theme}`",
                theme=self.key.theme, level=self.key.level, fault=fault,
            )  # fmt: skip


def protect(made: Layer, leaving: pd.DataFrame | None) -> Protected:
    """The layer that may leave, with the counts that leave with it. Raises DisclosureError where it may not."""
    own: dict[str, Any] = {one.name: getattr(made, one.name) for one in fields(Layer)}
    return Protected(**own, leaving=leaving)


def check_protected(layers: Sequence[Protected]) -> None:
    """Raise TypeError for a layer that did not pass the gate, where no type checker saw it."""
    if strange := [type(one).__name__ for one in layers if not isinstance(one, Protected)]:
        raise TypeError(f"only what is Protected may leave, and this is {', '.join(strange)}: it did not pass the gate")


def _faults(layer: Layer, leaving: pd.DataFrame | None) -> Iterator[Message]:
    """Why a layer may not leave."""
    sources = layer.provenance.sources
    if unknown := sorted(name for name, status in sources.items() if status not in STATUSES):
        yield message("nobody says whether the figures of {sources} are open", sources=first_few(unknown))
    closed = sorted(name for name, status in sources.items() if status == CONFIDENTIAL)
    if not closed:
        return
    if leaving is None:
        yield message("of its confidential figures ({sources}) it does not say which perturbed counts they follow from",
                      sources=first_few(closed))  # fmt: skip
        return
    sized = [one.id for one in layer.provenance.receipts
             if one.rows is not None and one.id.partition("/")[2] in closed]  # fmt: skip
    if sized:
        yield message("it says how many rows {receipts} has, which is what noise protects", receipts=first_few(sized))
    yield from _faults_of_counts(leaving)
    yield from _shown_without_count(layer, leaving, closed)


def _faults_of_counts(leaving: pd.DataFrame) -> Iterator[Message]:
    """Hexagons that do not say what they overlap, and counts that no noise makes."""
    of_cells = leaving["level"].str.startswith("h3")
    if leaving["overlaps"].isna()[of_cells].any():
        yield message("its hexagons do not say which areas they overlap")
    leaving = leaving[~is_amount(leaving)]
    counts = leaving["published"]
    never = ((counts > 0) & (counts < leaving["smallest"])) | (counts < 0) | (counts % 1 != 0)
    if never.any():
        yield message(
            "no noise gives such counts: {counts}",
            counts=first_few(f"{area} {count:g}" for area, count in zip(leaving["area"][never], counts[never],
                                                                      strict=True)),
        )  # fmt: skip


def _shown_without_count(layer: Layer, leaving: pd.DataFrame, closed: Sequence[str]) -> Iterator[Message]:
    """What is computed from confidential counts, of areas of which no count leaves that may be shown. Hexagons over
    which the figures of areas are divided have no counts, those of one indicator or of all.
    """
    at_level = leaving["level"] == str(layer.key.level)
    mine = leaving[at_level]
    if mine.empty:
        return
    may = mine["published"] >= mine["least"]
    for one in layer.theme.indicator:
        if {column.partition(".")[0] for column in one.columns}.isdisjoint(closed):
            continue
        own = _counts_of(one, leaving)
        if layer.key.level.resolution is not None and own.any() and not (own & at_level).any():
            continue  # divided from what areas show
        amounts = is_amount(mine) & mine["count"].str.startswith(f"{one.value}: ")
        enough = set(mine["area"][may & (amounts if amounts.any() else ~is_amount(mine))])
        shown = layer.table["gebiedscode"][layer.table[one.id].notna()]
        if bare := [area for area in shown if area not in enough]:
            yield message("it shows {indicator} where no count leaves that may be shown: {areas}",
                          indicator=one.title, areas=first_few(bare))  # fmt: skip


def _counts_of(indicator: Indicator, leaving: pd.DataFrame) -> "pd.Series[bool]":
    """Which of the counts that leave are its events or its exposure (layers.method.measure_plan)."""
    sides = ((indicator.value, indicator.per), (indicator.per or indicator.mean_weight or "", indicator.value))
    names = leaving["count"]
    return pd.concat(
        [names.str.startswith(f"{column.partition('.')[0]}: ") & names.str.endswith(f" / {other}")
         for column, other in sides], axis=1,
    ).any(axis=1)  # fmt: skip
