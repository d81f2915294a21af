"""Release: what is served. Immutable, checked as a whole before it is shown, swapped in with one rename.

`<home>/releases/<id>` holds `zicht.sqlite` (served), `<collection>.parquet` (record), `zicht.gpkg` (download),
`kaart.html` (map) and `release.json` (from what it was made). The id is a digest of that content, so the same input is
the same release; only `created` in release.json is of its time, and `language` says in which its texts are.
`<home>/current` points at the one that is served: a crash at any moment leaves it pointing at a whole release.
"""

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import pyarrow.parquet as pq
import pyogrio

from geo.errors import StoreError, first_few
from geo.messages import Message, message
from layers.messages import LANGUAGES, language
from layers.publication.collection import Collection, typed
from layers.publication.fields import Field
from layers.publication.layer import Layer
from services.files import UNFINISHED, digest, disk_errors, locked, read_errors, read_formatted
from services.ports import SERVED
from services.registry import EXPORTERS, STORES, adapter
from services.releases.homes import CURRENT

GPKG, MAP, MANIFEST = "zicht.gpkg", "kaart.html", "release.json"
FORMAT = 1
"""The format of a release: its files and release.json. It goes up with a change that makes older readers wrong."""

AGAIN = message("publish again")

ABOUT = ("id", "title", "description", "keywords", "attribution", "license", "caveat", "time_field")
"""What a manifest holds of a collection besides its fields."""


def publish(
    home: Path,
    layers: Sequence[Layer],
    collections: Sequence[Collection],
    steps: Callable[[Message | str], None],
    before_swap: Callable[[Path], None],
) -> Path:
    """Write a release of these collections, check it and serve it from now on. Returns its folder.

    `before_swap` gets that folder when it is whole and before it is served; where it raises, it is not served. Raises
    StoreError, with the previous release still served, where it cannot be written or is not what it should be.
    """
    releases = home / "releases"
    with disk_errors(releases):
        releases.mkdir(parents=True, exist_ok=True)
        with _alone(home):
            for abandoned in releases.glob(f"{UNFINISHED}*"):
                shutil.rmtree(abandoned)
            unfinished = releases / f"{UNFINISHED}{os.getpid()}"
            unfinished.mkdir()
            try:
                folder = _finish(unfinished, releases, layers, collections, steps)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
            before_swap(folder)
            steps(message("serve"))
            _swap(home, folder)
    return folder


def current(home: Path) -> Path:
    """The folder of the release that is served. Raises StoreError where nothing has been published."""
    link = home / CURRENT
    if not (link / MANIFEST).is_file():
        raise StoreError("{home}: nothing has been published; run `zicht publish` first", home=home)
    return link.resolve()


def manifest(folder: Path) -> dict[str, Any]:
    """What a release says of itself. Raises StoreError where it is of another format than this zicht knows."""
    content = read_formatted(folder / MANIFEST, FORMAT, AGAIN)
    if lacking := [name for name in ("id", "created", "collections", "layers", "files") if name not in content]:
        raise StoreError(
            "{path}: lacks {names}; {again}", path=folder / MANIFEST, names=first_few(lacking), again=AGAIN
        )
    return content


def language_of(folder: Path) -> str:
    """The language that a release is in; Dutch where it does not say, for then there was no other."""
    spoken = manifest(folder).get("language", "nl")
    if spoken not in LANGUAGES:
        raise StoreError(
            "{path}: is in the language {language!r}, unknown to this zicht; {again}",
            path=folder / MANIFEST, language=spoken, again=AGAIN,
        )  # fmt: skip
    return str(spoken)


def _finish(
    unfinished: Path,
    releases: Path,
    layers: Sequence[Layer],
    collections: Sequence[Collection],
    steps: Callable[[Message | str], None],
) -> Path:
    _write(unfinished, collections, steps)
    steps(message("check"))
    _check(unfinished, collections)
    content = _manifest(unfinished, layers, collections)
    folder = releases / str(content["id"])
    if _is_whole(folder, content):
        return folder
    if folder.exists():  # damaged since it was written
        shutil.rmtree(folder)
    (unfinished / MANIFEST).write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    for file in unfinished.iterdir():
        _to_disk(file)
    unfinished.replace(folder)
    return folder


def _is_whole(folder: Path, content: dict[str, Any]) -> bool:
    """Whether the release is there and each file is as it was written."""
    try:
        return manifest(folder)["id"] == content["id"] and all(
            digest(folder / name) == wanted for name, wanted in content["files"].items()
        )
    except (StoreError, OSError):
        return False


def _write(folder: Path, collections: Sequence[Collection], steps: Callable[[Message | str], None]) -> None:
    steps(message("database"))
    adapter(message("store"), STORES, "embedded")(collections, folder)
    steps("GeoParquet")
    adapter(message("store"), STORES, "geoparquet")(collections, folder)
    steps("GeoPackage")
    adapter(message("exporter"), EXPORTERS, "geopackage")(collections, folder / GPKG)
    steps(message("map"))
    adapter(message("exporter"), EXPORTERS, "folium")(collections, folder / MAP)


def _check(folder: Path, collections: Sequence[Collection]) -> None:
    """Every collection must be whole in every file, as counted by other code than wrote it."""
    with closing(sqlite3.connect(f"file:{folder / SERVED}?mode=ro", uri=True)) as database:
        sound = database.execute("PRAGMA integrity_check").fetchone()[0]
    if sound != "ok":
        raise StoreError("{path}: the database is damaged ({fault}); publish again", path=folder / SERVED, fault=sound)
    for collection in collections:
        name, rows = collection.id, len(collection.table)
        counts = {
            f"{name}.parquet": pq.read_metadata(folder / f"{name}.parquet").num_rows,
            GPKG: pyogrio.read_info(folder / GPKG, layer=name, force_feature_count=True)["features"],
        }
        for file, count in counts.items():
            if count != rows:
                raise StoreError(
                    "{file}: {count} of {rows} rows of {name} arrived; publish again",
                    file=file, count=count, rows=rows, name=name,
                )  # fmt: skip


def _manifest(folder: Path, layers: Sequence[Layer], collections: Sequence[Collection]) -> dict[str, Any]:
    files = {file.name: digest(file) for file in sorted(folder.iterdir())}
    content = {
        "format": FORMAT,
        "made_up": any(layer.provenance.made_up for layer in layers),
        "collections": [_about(collection) for collection in collections],
        "layers": [
            {"key": asdict(one.key), "summary": dict(one.summary), "provenance": asdict(one.provenance)}
            for one in layers
        ],
        "files": files,
    }
    identity = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    return {"id": identity, "created": moment, "language": language(), **content}


def _about(collection: Collection) -> dict[str, Any]:
    fields = [asdict(field) for field in collection.fields]
    return {name: getattr(collection, name) for name in ABOUT} | {"fields": fields, "rows": len(collection.table)}


def _swap(home: Path, folder: Path) -> None:
    """Point `current` at the release in one rename; a reader sees the old one or the new one, never neither."""
    link = home / f"{UNFINISHED}{CURRENT}"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("releases") / folder.name)
    link.replace(home / CURRENT)


def _to_disk(file: Path) -> None:
    with file.open("rb") as handle:
        os.fsync(handle.fileno())


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One publication at a time."""
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(home / ".publishing", fcntl.LOCK_EX | fcntl.LOCK_NB))
        except BlockingIOError:
            raise StoreError("{home}: another publication is going on; wait until it is done", home=home) from None
        yield


def collections(folder: Path) -> list[Collection]:
    """The collections of a release, read back from its record."""
    return [_collection(folder, described) for described in manifest(folder)["collections"]]


def _collection(folder: Path, described: dict[str, Any]) -> Collection:
    fields = tuple(Field(**one) for one in described["fields"])
    about = {name: described[name] for name in ABOUT}
    path = folder / f"{about['id']}.parquet"
    with read_errors(path, AGAIN):
        table = typed(geopandas.read_parquet(path), fields)
    return Collection(**about | {"keywords": tuple(about["keywords"])}, fields=fields, table=table)
