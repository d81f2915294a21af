"""What a release would change of the one that is served, and whether that is too much to go without a person."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import StoreError
from geo.messages import joined
from layers.publication.changes import Change, changes, compared_columns
from layers.publication.collection import Collection
from layers.publication.protected import Protected
from services.releases import release

MOST = 3
"""So many changes are said, the greatest."""


def since_served(home: Path, published: Sequence[Collection]) -> list[Change]:
    """What these collections change of the release that is served; nothing where none is, or it is damaged: then its
    files are made again.
    """
    try:
        folder = release.current(home)
        served = {one["id"]: one["fields"] for one in release.manifest(folder)["collections"]}
        return [change for one in published if one.id in served for change in _since(folder, served[one.id], one)]
    except (StoreError, OSError, ValueError):
        return []


def _since(folder: Path, fields: Sequence[Mapping[str, Any]], now: Collection) -> list[Change]:
    columns = compared_columns(now)
    if not columns:
        return []
    had = [name for name in columns if name in {field["name"] for field in fields}]
    before = pd.read_parquet(folder / f"{now.id}.parquet", columns=had)
    return changes(now.id, before, pd.DataFrame(now.table[columns]))


def check(found: Sequence[Change], layers: Sequence[Protected]) -> None:
    """Raise StoreError where something changes by more than its theme expects (`max_change`)."""
    most = {f"indicatoren_{one.theme.id}_{one.key.level}": one.theme.max_change for one in layers}
    if startling := [one for one in found if one.share > most[one.collection]]:
        raise StoreError(
            "not published, since more changed than `max_change` of the theme expects ({most:.0%}): {changes}; where "
            "that is right, run `zicht publish --confirm`",
            most=most[startling[0].collection], changes=joined("; ", [one.said() for one in startling[:MOST]]),
        )  # fmt: skip
