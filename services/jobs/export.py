"""export: the release that is published now, as a file of another kind."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import folium

from geo.messages import message
from layers.publication.collections import collections
from layers.publication.layer import Layer
from services.pages.map import build_map
from services.registry import EXPORTERS, adapter
from services.releases import release


def export(kind: str, home: Path, path: Path) -> None:
    """Write the release to `path`, whole or not at all. Raises StoreError where nothing is published."""
    adapter(message("exporter"), EXPORTERS, kind)(release.collections(release.current(home)), path)


def map_of(layers: Sequence[Layer]) -> folium.Map:
    """The map of layers that were built and are not published, to look at or to add to."""
    return build_map(collections(layers))


def published(home: Path) -> dict[str, Any]:
    """What the release says of itself. Raises StoreError where nothing is published."""
    return release.manifest(release.current(home))
