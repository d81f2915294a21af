"""When the values of a release were last found to be so: `<id>.confirmed.json`, beside the release and not in it.

A night in which nothing changed makes no release; it writes this file. It also says which receipts confirmed it, since
those in the release are of the night that it was made.
"""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.messages import message
from services.files import made_readable, read_formatted, whole_file
from services.releases.homes import CONFIRMED
from services.releases.manifest import MANIFEST, manifest

if TYPE_CHECKING:  # what serves reads when values were found again, and no layers
    from layers.publication.protected import Protected

FORMAT = 1


def path_of(folder: Path) -> Path:
    """Where the confirmation of a release stands."""
    return folder.with_name(folder.name + CONFIRMED)


def confirm(folder: Path, layers: "Sequence[Protected]") -> None:
    """Write that the values of a release were found again just now, in these layers."""
    receipts = {one.id: one for layer in layers for one in layer.provenance.receipts}
    sources = {name: {"fetched": one.fetched, "sha256": one.sha256} for name, one in sorted(receipts.items())}
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    with whole_file(path_of(folder)) as unfinished:
        content = {"format": FORMAT, "confirmed": moment, "sources": sources}
        unfinished.write_text(json.dumps(content, indent=1), encoding="utf-8")
        made_readable(unfinished)


def confirmed(folder: Path) -> str:
    """The moment (ISO 8601) at which the values of a release were last found to be so; else when it was made."""
    return str(_content(folder).get("confirmed") or manifest(folder)["created"])


def last_confirmed(folder: Path) -> str:
    """The same, read again only where it was confirmed since: cheap enough to ask at every request."""
    return _confirmed_at(folder, _changed(f"{folder}{CONFIRMED}"), _changed(f"{folder}/{MANIFEST}"))


@lru_cache(maxsize=8)
def _confirmed_at(folder: Path, *_: int) -> str:
    return confirmed(folder)


def _changed(path: str) -> int:
    """When a file was changed; 0 where it is not there."""
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116  # at every request
    except OSError:
        return 0


def fetched(folder: Path) -> dict[str, str]:
    """When each source was last fetched (ISO 8601), of those of which it is known."""
    receipts = [one for layer in manifest(folder)["layers"] for one in layer["provenance"]["receipts"]]
    moments = {one["id"]: one.get("fetched", "") for one in receipts}
    later: Mapping[str, Any] = _content(folder).get("sources", {})
    moments |= {name: one["fetched"] for name, one in later.items() if name in moments}
    return {name: moment for name, moment in sorted(moments.items()) if moment}


def _content(folder: Path) -> dict[str, Any]:
    path = path_of(folder)
    if not path.is_file():
        return {}
    return read_formatted(path, FORMAT, message("remove it: the next publication writes it again"))
