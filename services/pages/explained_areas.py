"""Areas of collections about several themes, as the map explains them: where each stands among those drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import geopandas
import pandas as pd

from layers.messages import say
from layers.publication.association import AMONG, HIGH
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


def associated_areas(
    collections: Sequence[Collection], titles: Mapping[str, str], codes: Mapping[str, pd.Index]
) -> dict[str, list[dict[str, Any]]]:
    """Of each level the areas that are high in one theme amid another, once each: several themes that lie among one
    another have a row for each pair, of which the texts one after the other are not read.
    """
    merged = [
        replace(one, table=_once_each(one.table, titles)) if one.id.startswith("samenhang_") else one
        for one in collections
    ]
    return explained_areas(merged, "samenhang_", codes)


def _once_each(pairs: geopandas.GeoDataFrame, titles: Mapping[str, str]) -> geopandas.GeoDataFrame:
    """The first row of each area, with in one text what all of its rows say."""
    called = {name: f"'{titles.get(name, name)}'" for name in {*pairs[HIGH.name], *pairs[AMONG.name]}}
    sentences = {
        area: [
            say("Here the score of {first} is high, and in the areas around it that of {others}.",
                first=called[str(high)], others=", ".join(called[str(one)] for one in of_theme[AMONG.name]))
            for high, of_theme in rows.groupby(HIGH.name, sort=False)
        ]
        for area, rows in pairs.groupby(AREA.name, sort=False)
    }  # fmt: skip
    warning = say("That does not say that one leads to the other.")
    once = pairs.drop_duplicates(AREA.name)
    return once.assign(**{EXPLANATION.name: [" ".join([*sentences[one], warning]) for one in once[AREA.name]]})
