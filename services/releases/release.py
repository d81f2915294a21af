"""Release: what is served. Immutable, checked as a whole before it is shown, swapped in with one rename.

`<home>/releases/<id>` holds the record, `release.json` and `<collection>.parquet`, and what is made of it:
`zicht.sqlite` (served), `zicht.gpkg` (download) and `kaart.html` (map). The id is a digest of the values, so equal
values are the same release: publishing them again writes and swaps nothing, and only says so beside it
(`confirmation`).
`<home>/current` points at the one that is served: a crash at any moment leaves it pointing at a whole release.

Where the folder is there but a file was damaged, or was made by another state of zicht or its libraries, its artefacts
are made again and take their places one by one, release.json last. Rejected: removing the folder first, after which a
crash leaves `current` pointing nowhere.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from geo.errors import StoreError
from geo.messages import Message, message
from layers.publication.changes import Change
from layers.publication.collection import Collection
from layers.publication.layer import LayerKey
from layers.publication.protected import Protected
from services.files import UNFINISHED, disk_errors, locked, made_readable, readable_folder
from services.program import program
from services.releases import artefacts, digests
from services.releases.artefacts import GPKG, MAP
from services.releases.confirmation import confirm, confirmed
from services.releases.homes import CURRENT
from services.releases.integrity import faults, faults_of_record
from services.releases.manifest import AGAIN, MANIFEST, current, language_of, manifest
from services.releases.record import collections, recorded
from services.releases.retention import held, serves
from services.settings import Settings

__all__ = ["CURRENT", "GPKG", "MANIFEST", "MAP", "collections", "confirmed", "current", "language_of", "manifest"]


class Outcome(Enum):
    """What a publication did."""

    NEW = "new"
    UNCHANGED = "unchanged"
    REPAIRED = "repaired"
    RENEWED = "renewed"


@dataclass(frozen=True, slots=True)
class Publication:
    """The folder of a release, and what publishing it did; `held` is another one that stays served, if one is held.

    `swapped`: another release is served than before, be it new or one of earlier of which the values came back.
    `changes` is what it changed of the release that was served before; `left_out` are layers that were not to be
    published.
    """

    folder: Path
    outcome: Outcome
    held: Path | None = None
    swapped: bool = False
    changes: tuple[Change, ...] = ()
    left_out: tuple[LayerKey, ...] = ()


def publish(
    home: Path,
    layers: Sequence[Protected],
    published: Sequence[Collection],
    steps: Callable[[Message | str], None],
    before_swap: Callable[[Path], None],
    before_write: Callable[[str], None] = lambda _: None,
) -> Publication:
    """Write a release of these collections, check it and serve it from now on, unless it is there and served already.

    Where a release is held (retention) that one stays served. `before_write` gets the id of the release before any of
    it is written; where it raises, there is no such release. `before_swap` gets the folder that is to be served when
    it is whole; where it raises, it is not served. Raises StoreError, with the previous release still served, where it
    cannot be written or is not what it should be.
    """
    releases = home / "releases"
    with disk_errors(releases):
        readable_folder(releases)
        with alone(home):
            clear(releases)
            record = recorded(layers, published)
            before_write(str(record["id"]))
            folder = releases / str(record["id"])
            outcome = _outcome(folder, record)
            if outcome is not Outcome.UNCHANGED:
                _write(folder, record, published, steps)
            shown = held(home) or folder
            before_swap(shown)
            if swapped := not serves(home, shown):
                steps(message("serve"))
                swap(home, shown)
            confirm(folder, layers)
    return Publication(folder, outcome, shown if shown != folder else None, swapped)


def make_again(folder: Path, steps: Callable[[Message | str], None]) -> None:
    """Make every artefact of a release again, from its record alone and in its folder.

    Raises StoreError where the record is not whole: its values are then to be published again.
    """
    content = manifest(folder)
    if damaged := faults_of_record(folder):
        raise StoreError("{fault}; its record is not whole, so nothing can be made from it; {again}",
                         fault=damaged[0], again=AGAIN)  # fmt: skip
    about = {name: value for name, value in content.items() if name != "artefacts"}
    _write(folder, about | {"program": asdict(program())}, collections(folder), steps)


def write_again(
    folder: Path, record: dict[str, Any], published: Sequence[Collection], steps: Callable[[Message | str], None]
) -> None:
    """Write a release of this record, unless it is there whole."""
    if _outcome(folder, record | {"program": asdict(program())}) is not Outcome.UNCHANGED:
        _write(folder, record | {"program": asdict(program())}, published, steps)


def _outcome(folder: Path, record: dict[str, Any]) -> Outcome:
    """What is to be done for the folder to hold the release whole."""
    if not folder.exists():
        return Outcome.NEW
    if faults(folder):
        return Outcome.REPAIRED
    lacks_tiles = Settings().tiles and not artefacts.has_tiles(folder)
    same = manifest(folder).get("program") == record["program"] and not lacks_tiles
    return Outcome.UNCHANGED if same else Outcome.RENEWED


def _write(
    folder: Path, record: dict[str, Any], published: Sequence[Collection], steps: Callable[[Message | str], None]
) -> None:
    """Make every artefact aside, and put the folder in place: at once where it is new, else file by file."""
    unfinished = folder.parent / f"{UNFINISHED}{os.getpid()}"
    readable_folder(unfinished)
    try:
        record = record | {"created": _created(folder, record)}
        tiles = Settings().tiles or artefacts.has_tiles(folder)
        artefacts.write(unfinished, record, published, steps, tiles=tiles)
        about = record | {"artefacts": digests.described(unfinished)}
        (unfinished / MANIFEST).write_text(json.dumps(about, indent=1, ensure_ascii=False), encoding="utf-8")
        made_readable(unfinished)
        artefacts.to_disk(unfinished)
        if folder.exists():
            _replace(folder, unfinished)
        else:
            unfinished.replace(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _created(folder: Path, record: dict[str, Any]) -> str:
    """When the release was made: artefacts that are made again do not make it another."""
    try:
        return str(manifest(folder)["created"])
    except StoreError:
        return str(record["created"])


def _replace(folder: Path, whole: Path) -> None:
    """Let the files of `whole` take their places in `folder`, release.json last; what does not belong there goes."""
    names = {file.name for file in whole.iterdir()}
    for name in sorted(names, key=lambda name: (name == MANIFEST, name)):
        if (folder / name).is_dir():
            shutil.rmtree(folder / name)
        (whole / name).replace(folder / name)
    for surplus in folder.iterdir():
        if surplus.name not in names:
            shutil.rmtree(surplus) if surplus.is_dir() else surplus.unlink()


def clear(releases: Path) -> None:
    """Remove what a process that died left behind."""
    for abandoned in releases.glob(f"{UNFINISHED}*"):
        shutil.rmtree(abandoned) if abandoned.is_dir() else abandoned.unlink()


def swap(home: Path, folder: Path) -> None:
    """Point `current` at the release in one rename; a reader sees the old one or the new one, never neither."""
    link = home / f"{UNFINISHED}{CURRENT}"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("releases") / folder.name)
    link.replace(home / CURRENT)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """One process at a time changes what is published in a home."""
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(home / ".publishing", fcntl.LOCK_EX | fcntl.LOCK_NB))
        except BlockingIOError:
            raise StoreError("{home}: another publication is going on; wait until it is done", home=home) from None
        yield
