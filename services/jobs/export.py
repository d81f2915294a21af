"""export: the release that is published now, as a file of another kind."""

from pathlib import Path
from typing import Any

from geo.messages import message
from services.registry import EXPORTERS, adapter
from services.releases import release


def export(kind: str, home: Path, path: Path) -> None:
    """Write the release to `path`, whole or not at all. Raises StoreError where nothing is published."""
    adapter(message("exporter"), EXPORTERS, kind)(release.collections(release.current(home)), path)


def published(home: Path) -> dict[str, Any]:
    """What the release says of itself. Raises StoreError where nothing is published."""
    return release.manifest(release.current(home))
