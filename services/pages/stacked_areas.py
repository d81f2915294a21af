"""The areas that are on the map of several themes, as the map draws them: where each stands among those drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from layers.publication.collection import Collection
from layers.publication.fields import AREA, EXPLANATION, LEVEL


def stacked_areas(collections: Sequence[Collection], codes: Mapping[str, pd.Index]) -> dict[str, list[dict[str, Any]]]:
    """Of each level the areas that stack, with why; `codes` are the areas that are drawn."""
    stacked: dict[str, list[dict[str, Any]]] = {}
    for collection in collections:
        if collection.id.startswith("stapeling_"):
            for level, rows in collection.table.groupby(LEVEL.name, sort=False):
                drawn = codes.get(str(level), pd.Index([]))
                at = drawn.get_indexer(pd.Index(rows[AREA.name]))
                pairs = zip(at.tolist(), rows[EXPLANATION.name].tolist(), strict=True)
                stacked[str(level)] = [{"area": area, "why": why} for area, why in pairs if area >= 0]
    return stacked
