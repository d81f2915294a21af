"""The life of releases: which there are, which one is held, and which go.

After a roll-back the release that was gone back to is held (`held.json`): publications still write and confirm
releases, whatever their values, but none is served until the hold is lifted. Rejected: holding back only the values
that were rolled back from; the next night brings others by the same fault.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geo.errors import StoreError, UnknownNameError
from geo.messages import Message, message
from services.files import UNFINISHED, read_formatted, whole_file
from services.releases import digests
from services.releases.confirmation import confirmed, path_of
from services.releases.homes import CURRENT
from services.releases.manifest import manifest

HELD = "held.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Listed:
    """A release that is there. `manifest` is empty, and `fault` says why, where it cannot be read."""

    folder: Path
    served: bool
    size: int
    confirmed: str
    manifest: Mapping[str, Any]
    fault: Message | None = None


def listed(home: Path) -> list[Listed]:
    """The releases of a home, that of which the values were last found to be so first; those without a record last."""
    folders = (home / "releases").glob("*/")
    found = [_listed(home, folder) for folder in folders if not folder.name.startswith(UNFINISHED)]
    return sorted(
        found, key=lambda one: (one.confirmed, one.manifest.get("created", ""), one.folder.name), reverse=True
    )


def _listed(home: Path, folder: Path) -> Listed:
    served, size = serves(home, folder), digests.size(folder)
    try:
        return Listed(folder, served, size, confirmed(folder), manifest(folder))
    except StoreError as fault:
        return Listed(folder, served, size, "", {}, fault.message)


def folder_of(home: Path, name: str | None) -> Path:
    """The release of that id, or of the only id that begins so; without one, that which is served.

    Raises UnknownNameError naming those there are, StoreError where none is served.
    """
    if name is None:
        if not (home / CURRENT).exists():
            raise StoreError("{home}: nothing is served; run `zicht publish` first", home=home)
        return (home / CURRENT).resolve()
    names = [one.folder.name for one in listed(home)]
    meant = [one for one in names if name and one.startswith(name)]
    if len(meant) != 1:
        raise UnknownNameError(message("release"), name, names)
    return home / "releases" / meant[0]


def hold(home: Path, folder: Path) -> None:
    """Let this release be served, whatever is published, until the hold is lifted."""
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    with whole_file(home / "releases" / HELD) as unfinished:
        unfinished.write_text(json.dumps({"format": FORMAT, "held": folder.name, "since": moment}), encoding="utf-8")


def held(home: Path) -> Path | None:
    """The release that is held, if one is."""
    path = home / "releases" / HELD
    if not path.is_file():
        return None
    content = read_formatted(path, FORMAT, message("remove it, and roll back again"))
    folder = home / "releases" / str(content.get("held"))
    return folder if folder.is_dir() else None


def lift(home: Path) -> None:
    """Let publications be served again."""
    (home / "releases" / HELD).unlink(missing_ok=True)


def prune(home: Path, keep: int) -> list[Listed]:
    """Remove all but the `keep` releases that were last confirmed; never the one that is served. Returns those removed.

    A reader that has a file open reads on. A crash leaves no release half.
    """
    surplus = [one for one in listed(home)[keep:] if not one.served and one.folder != held(home)]
    for one in surplus:
        aside = one.folder.with_name(f"{UNFINISHED}{one.folder.name}")
        one.folder.replace(aside)
        path_of(one.folder).unlink(missing_ok=True)
        shutil.rmtree(aside)
    return surplus


def serves(home: Path, folder: Path) -> bool:
    """Whether this is the release that is served."""
    return (home / CURRENT).resolve() == folder.resolve()
