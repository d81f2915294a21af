"""export static: the release that is published now, as files for a CDN or an object store: a map with all that is said
of it, and each table in three formats of which a reader takes what it needs. Nothing of zicht runs there.

Only what is for everyone: who may read files of a CDN is not asked there.
"""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from geo.errors import StoreError
from geo.messages import Message, message
from layers.messages import language, speaking
from layers.publication.collection import Collection
from services.files import disk_errors, made_readable, whole_folder
from services.jobs.publish import in_language
from services.ports import ENDING
from services.registry import PAGES, SITES, STORES, adapter
from services.releases import release

MARK = "index.html"
DEFAULT = "static"
"""The folder in a home, where none is named."""


def export(home: Path, path: Path | None, on_step: Callable[[Message | str], None]) -> Path:
    """Write the folder, whole or not at all, in place of an earlier one. Returns where.

    Raises StoreError where nothing is published, or nothing for everyone; where another folder stands there.
    """
    folder, target = release.current(home), path or home / DEFAULT
    public = [one for one in release.collections(folder) if one.audience == "publiek"]
    if not any(len(one.table) for one in public):
        raise StoreError(
            "{home}: nothing of this release is for everyone, so nothing can be put on a server of files; "
            "publication.toml says for whom a map is",
            home=home,
        )
    step = in_language(language(), on_step)
    with speaking(release.language_of(folder)), whole_folder(target, MARK) as unfinished:
        _write(folder, public, unfinished, step)
        made_readable(unfinished)
    return target


def _write(folder: Path, public: Sequence[Collection], target: Path, step: Callable[[Message | str], None]) -> None:
    for name, title in (("geoparquet", "GeoParquet"), ("flatgeobuf", "FlatGeobuf")):
        step(title)
        adapter(message("store"), STORES, name)(public, target)
    step(message("vector tiles"))
    _tiles(folder, public, target)
    step(message("map"))
    adapter(message("page"), SITES, "static")(public, target)
    adapter(message("page"), PAGES, "method")(_of_public(release.manifest(folder), public), target)


def _tiles(folder: Path, public: Sequence[Collection], target: Path) -> None:
    """Those of the release where it has them, else made."""
    made = [one for one in public if (folder / f"{one.id}{ENDING}").is_file()]
    with disk_errors(target):
        for one in made:
            shutil.copyfile(folder / f"{one.id}{ENDING}", target / f"{one.id}{ENDING}")
    adapter(message("store"), STORES, "tiles")([one for one in public if one not in made], target)


def _of_public(record: dict[str, Any], public: Sequence[Collection]) -> dict[str, Any]:
    """The record of a release without the layers of themes that are not for everyone."""
    ids = {one.id for one in public}
    layers = [one for one in record["layers"] if f"zoekgebieden_{one['key']['theme']}" in ids]
    return {**record, "layers": layers}
