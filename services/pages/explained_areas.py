"""Areas of collections about several themes, as the map explains them: where each stands among those drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from layers.publication.collection import Collection
from layers.publication.fields import AREA, EXPLANATION, LEVEL


def explained_areas(
    collections: Sequence[Collection], kind: str, codes: Mapping[str, pd.Index]
) -> dict[str, list[dict[str, Any]]]:
    """Of each level the areas of the collections whose id begins with `kind`, with why they are there; an area may have
    several rows. `codes` are the areas that are drawn.
    """
    explained: dict[str, list[dict[str, Any]]] = {}
    for collection in collections:
        if collection.id.startswith(kind):
            for level, rows in collection.table.groupby(LEVEL.name, sort=False):
                drawn = codes.get(str(level), pd.Index([]))
                at = drawn.get_indexer(pd.Index(rows[AREA.name]))
                pairs = zip(at.tolist(), rows[EXPLANATION.name].tolist(), strict=True)
                explained[str(level)] = [{"area": area, "why": why} for area, why in pairs if area >= 0]
    return explained
