"""Workspace: the layers that were built and may leave the house, waiting to be published.

A folder a layer, `layers/<theme>/<level>/<period>/<lens>/<gemeente>` (NL is the whole country); building it again
replaces it. Only protected tables are ever written: what is suppressed is on no disk.

`layer.json` names the tables that go with it and is replaced in one step, so a process that dies leaves the old layer
or the new one. What saves holds a lock alone and what reads shares it, so no reader meets half of a build. The polygons
of areas stand beside all layers, once (`shapes`).

Two parts of the country of one theme, level, period and lens are stored apart and not published together. Rejected:
their rows in one collection. Each has a zoekgebied of rank 1, and a zoekgebied on the border of two gemeenten is in
both.
"""

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from geo.areas import AreaLevel
from geo.errors import DisclosureError, SourceError, StoreError, UnknownNameError, first_few
from geo.messages import message
from layers.declarations.catalog import Catalog
from layers.declarations.lenses import Lens
from layers.declarations.levels import check_level
from layers.declarations.reading import differences
from layers.declarations.themes import Theme
from layers.messages import language
from layers.publication.corrections import Corrected
from layers.publication.layer import LayerKey, Provenance, Receipt
from layers.publication.protected import Protected, check_protected
from services.files import disk_errors, locked, private_folder, read_formatted, readable_folder, whole_file
from services.workspace import consistency, tables
from services.workspace.commands import by_folder, command
from services.workspace.shapes import Shapes

FORMAT = 3
"""The format of a built layer: its folder, tables, shapes and layer.json. Up to 2 each table has its own geometry."""

OLDEST = 1
"""The oldest format that is read; in it the digests of declarations are those of the bytes of their files."""

LAYER = "layer.json"
LOCK, TURN = ".lock", ".turn"
"""The lock of all layers, and of who is next to get it."""


@dataclass(frozen=True, slots=True)
class BuiltLayer:
    """A layer that was built: which, of which vintage, by what plan ("" where that is not known, or a file of it is
    damaged), in what language, and whether it says how firm its zoekgebieden are.
    """

    key: LayerKey
    vintage: int
    plan: str
    language: str
    robust: bool = False


def save(layers: Sequence[Protected], home: Path) -> list[Path]:
    """Write layers, each replacing the one of the same theme, level, period, lens and gemeente. Returns their folders.

    Waits for another process that saves or reads them.
    """
    check_protected(layers)
    root = home / "layers"
    with disk_errors(root):
        readable_folder(home)
        private_folder(root)  # with layers lie counts that are too small to show
        with _held(root, fcntl.LOCK_EX):
            shapes = Shapes(root)
            folders = [_write(layer, home, shapes) for layer in layers]
            with suppress(StoreError):  # of a layer that another zicht wrote it is not known which shapes it has
                shapes.keep({str(_about(home, folder).get("shapes")) for folder in _folders(home)})
            return folders


def _write(layer: Protected, home: Path, shapes: Shapes) -> Path:
    folder = folder_of(home, layer.key)
    folder.mkdir(parents=True, exist_ok=True)
    files = tables.write(layer, folder)
    about = {"format": FORMAT, "language": language(), "tables": files, "shapes": shapes.write(layer.table.geometry)}
    about |= {"key": asdict(layer.key), "provenance": asdict(layer.provenance), "summary": dict(layer.summary)}
    with whole_file(folder / LAYER) as unfinished:
        unfinished.write_text(json.dumps(about, indent=1, sort_keys=True), encoding="utf-8")
    for file in folder.iterdir():
        if file.name not in {LAYER, *files.values()}:
            file.unlink()
    return folder


def folder_of(home: Path, key: LayerKey) -> Path:
    """Where a layer lies in a home."""
    part = key.gemeente or consistency.WHOLE_COUNTRY
    return home / "layers" / key.theme / key.level / str(key.period) / key.lens / part


@dataclass(frozen=True, slots=True)
class Built:
    """What waits in a home to be published: its layers in a fixed order, and the one language that they are in."""

    layers: tuple[Protected, ...]
    language: str


def load(home: Path, catalog: Catalog) -> list[Protected]:
    """All built layers, in a fixed order: those of `read`."""
    return list(read(home, catalog).layers)


def read(home: Path, catalog: Catalog) -> Built:
    """All built layers with their language, read in one step. Waits for a process that saves.

    Raises StoreError where there are none, where a declaration has changed since a layer was built from it, where a
    layer is of another format or not protected, where two of them do not go together (see consistency), or where they
    were built in several languages: one release would speak both.
    """
    root = home / "layers"
    layers: dict[Path, Protected] = {}
    languages: dict[str, Path] = {}
    if root.is_dir():
        with _held(root, fcntl.LOCK_SH):
            shapes = Shapes(root)
            for folder in _folders(home):
                about = _about(home, folder)
                languages[str(about.get("language", "nl"))] = folder  # where it does not say there was no other
                layers[folder] = _read(folder, about, catalog, shapes)
    if not layers:
        raise StoreError("{home}: no layers have been built; run `zicht build THEME` first", home=home)
    consistency.check(layers)
    return Built(tuple(layers.values()), _only(languages, home))


def built(home: Path, key: LayerKey, plan: str, catalog: Catalog) -> Protected | None:
    """The layer of that key, if it was built by that plan and is whole; else None."""
    folder, root = folder_of(home, key), home / "layers"
    if not plan or not (folder / LAYER).is_file():
        return None
    with suppress(StoreError), _held(root, fcntl.LOCK_SH):
        about, shapes = _about(home, folder), Shapes(root)
        if about["format"] == FORMAT and about["provenance"].get("plan") == plan and _whole(folder, about, shapes):
            return _read(folder, about, catalog, shapes)
    return None


@contextmanager
def _held(root: Path, kind: int) -> Iterator[None]:
    """The lock of all layers. Who waits for it is next: a process that saves again and again would else go before a
    reader for ever, since the system keeps no order among those that wait.
    """
    with ExitStack() as stack:
        with locked(root / TURN, fcntl.LOCK_EX):
            stack.enter_context(locked(root / LOCK, kind))
        yield


def _only(languages: Mapping[str, Path], home: Path) -> str:
    if len(languages) > 1:
        raise StoreError(
            "{home}: its layers were built in several languages ({languages}), and a release has one; build them again "
            "in one (--lang), or remove {folder}",
            home=home, languages=", ".join(sorted(languages)), folder=languages[max(languages)],
        )  # fmt: skip
    return next(iter(languages))


def listed(home: Path) -> list[BuiltLayer]:
    """Which layers were built and from what plan, in a fixed order, whether or not their declarations changed since."""
    root = home / "layers"
    if not root.is_dir():
        return []
    with _held(root, fcntl.LOCK_SH):
        shapes = Shapes(root)
        return [_listed(folder, _about(home, folder), shapes) for folder in _folders(home)]


def remove(home: Path, covered: Callable[[str, str], bool]) -> None:
    """Remove the built layers that are covered, by theme and lens."""
    root = home / "layers"
    if root.is_dir():
        with _held(root, fcntl.LOCK_EX):
            for folder in _folders(home):
                key = _key(_about(home, folder))
                if covered(key.theme, key.lens):
                    shutil.rmtree(folder)


def _listed(folder: Path, about: dict[str, Any], shapes: Shapes) -> BuiltLayer:
    origin = about["provenance"]
    robust = "robustness" in about["summary"]
    plan = origin.get("plan", "") if _whole(folder, about, shapes) else ""
    return BuiltLayer(_key(about), origin["vintage"], plan, about.get("language", "nl"), robust)


def _whole(folder: Path, about: dict[str, Any], shapes: Shapes) -> bool:
    """Whether the files of a layer are there as they were written. What no zicht of this format wrote is not asked."""
    if about["format"] != FORMAT:
        return True
    files = [folder / one for one in about["tables"].values()]
    return all(map(tables.is_whole, files)) and shapes.is_whole(about["shapes"])


def _key(about: dict[str, Any]) -> LayerKey:
    return LayerKey(**about["key"] | {"level": AreaLevel(about["key"]["level"])})


def _folders(home: Path) -> list[Path]:
    return sorted(path.parent for path in (home / "layers").rglob(LAYER))


def _about(home: Path, folder: Path) -> dict[str, Any]:
    again = message("remove {folder} and build its layers again", folder=home / "layers")
    return read_formatted(folder / LAYER, FORMAT, again, OLDEST, damaged=by_folder(folder, home / "layers"))


def _read(folder: Path, about: dict[str, Any], catalog: Catalog, shapes: Shapes) -> Protected:
    key = _key(about)
    theme, lens = _declared(folder, key, catalog)
    origin = about["provenance"]
    known = catalog.digests_of(theme, lens) if about["format"] != OLDEST else catalog.files_of(theme, lens)
    if origin["digests"] != known:
        changed = _changed(origin, known, catalog.meanings_of(theme, lens))
        raise StoreError(
            "{folder}: {what} changed since it was built; build it again: `{command}`, or all that is out of date: "
            "`zicht build --stale`",
            folder=folder, what=", ".join(changed), command=command(key),
        )  # fmt: skip
    if about["format"] == OLDEST:  # the files are the same, so this is what they said
        origin |= {"digests": catalog.digests_of(theme, lens), "declarations": catalog.meanings_of(theme, lens)}
    receipts = tuple(Receipt(**one | {"notes": tuple(one["notes"])}) for one in origin["receipts"])
    corrections = tuple(Corrected(**one) for one in origin.get("corrections", ()))
    origin |= {"receipts": receipts, "corrections": corrections, "method": tuple(origin["method"])}
    provenance = Provenance(**origin)
    geometry = shapes.read(about["shapes"]) if "shapes" in about else None
    table, zoekgebieden = tables.read(folder, about["tables"], theme, geometry, command(key))
    leaving = tables.leaving(folder, about["tables"], command(key))
    try:
        return Protected(key, theme, lens, table, zoekgebieden, provenance, about["summary"], leaving)
    except DisclosureError as fault:  # an earlier zicht made it
        raise StoreError(fault.message) from None


def _declared(folder: Path, key: LayerKey, catalog: Catalog) -> tuple[Theme, Lens | None]:
    """The theme and lens of a layer; raises StoreError that says where it lies if either is no longer declared, or not
    at its level.
    """
    try:
        theme = catalog.theme(key.theme)
        check_level(theme, catalog.sources_of(theme), key.level)
        return theme, catalog.lens(key.lens, theme)
    except (UnknownNameError, SourceError) as fault:
        raise StoreError(
            "{folder}: was built of what is no longer declared: {fault}; remove {folder}, or put that declaration back "
            "(ZICHT_LAYERS)",
            folder=folder, fault=fault.message,
        ) from None  # fmt: skip


def _changed(origin: Mapping[str, Any], known: Mapping[str, str], now: Mapping[str, Any]) -> list[str]:
    """What in the declarations is another than when a layer was built: field by field where it says what they were."""
    names = sorted(name for name in {**origin["digests"], **known} if origin["digests"].get(name) != known.get(name))
    before = origin.get("declarations", {})
    fields = {name: differences(before[name], now[name]) for name in names if name in before and name in known}
    return [f"{name} ({first_few(fields[name])})" if fields.get(name) else name for name in names]
