"""export: the release that is published now, as a file of another kind."""

from collections.abc import Sequence
from pathlib import Path

import folium

from geo.messages import message
from layers.messages import speaking
from layers.publication.collections import collections
from layers.publication.protected import Protected
from services.pages.map import build_map
from services.ports import Exporter
from services.registry import EXPORTERS, adapter, file_of
from services.releases import release


def export(kind: str, home: Path, path: Path | None = None) -> Path:
    """Write the release to `path`, in its own language, whole or not at all; without one, in the home. Returns where.

    Raises StoreError where nothing is published.
    """
    exporter: Exporter = adapter(message("exporter"), EXPORTERS, kind)
    target = path or home / file_of(kind)
    folder = release.current(home)
    with speaking(release.language_of(folder)):
        exporter(release.collections(folder), target)
    return target


def map_of(layers: Sequence[Protected]) -> folium.Map:
    """The map of layers that were built and are not published, to look at or to add to."""
    return build_map(collections(layers))
