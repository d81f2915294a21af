"""Which release is served in place of a damaged one: the last that was published before it, and is whole."""

from pathlib import Path

from geo.errors import StoreError
from geo.messages import Message
from services.releases import digests, retention
from services.releases.homes import CURRENT
from services.releases.manifest import current, manifest


def fault_of_size(folder: Path) -> Message | None:
    """What of a release is not there, or has another size than was written; None where nothing is."""
    found = (digests.fault_of_size(folder, name, wanted) for name, wanted in manifest(folder)["artefacts"].items())
    return next((fault for fault in found if fault is not None), None)


def fault_of(home: Path) -> Message | None:
    """What is wrong with the release that a home serves. Raises StoreError where nothing was published."""
    if not (home / CURRENT).is_symlink():
        current(home)
    try:
        return fault_of_size(current(home))
    except StoreError as fault:
        return fault.message


def last_whole(home: Path) -> Path | None:
    """The newest release that was published before the one that is served and is whole; None where there is none.

    Of one that cannot be read it is not known when it was published: then none that a person went back from is meant.
    """
    every = retention.listed(home)
    limit = next((one.manifest.get("created", "") for one in every if one.served), "")
    if not limit and retention.held(home) is not None:
        return None
    others = [one for one in every if not one.served and not one.fault]
    before = [one for one in others if not limit or one.manifest["created"] < limit]
    newest_first = sorted(before, key=lambda one: one.manifest["created"], reverse=True)
    return next((one.folder for one in newest_first if fault_of_size(one.folder) is None), None)
