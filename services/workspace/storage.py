"""Workspace: the layers that were built and may leave the house, waiting to be published.

A folder a layer, `layers/<theme>/<level>/<period>/<lens>/<gemeente>` (NL is the whole country); building it again
replaces it. Only protected tables are ever written: what is suppressed is on no disk.

`layer.json` names the tables that go with it and is replaced in one step, so a process that dies leaves the old layer
or the new one. What saves holds a lock alone and what reads shares it, so no reader meets half of a build.

Two parts of the country of one theme, level, period and lens are stored apart and not published together. Rejected:
their rows in one collection. Each has a zoekgebied of rank 1, and a zoekgebied on the border of two gemeenten is in
both.
"""

import fcntl
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas

from geo.areas import AreaLevel
from geo.errors import StoreError
from geo.messages import message
from layers.declarations.catalog import Catalog
from layers.messages import language
from layers.publication.collection import typed
from layers.publication.fields import Field, layer_fields, zoekgebied_fields
from layers.publication.layer import Layer, LayerKey, Provenance, Receipt
from layers.publication.reasons import recoded
from services.files import disk_errors, locked, read_errors, read_formatted, whole_file
from services.workspace import consistency

FORMAT = 1
"""The format of a built layer: its folder, its tables and layer.json."""

LAYER = "layer.json"
LOCK = ".lock"
FIELDS = {"indicatoren": layer_fields, "zoekgebieden": zoekgebied_fields}
"""The tables of a layer."""


def save(layers: Sequence[Layer], home: Path) -> list[Path]:
    """Write layers, each replacing the one of the same theme, level, period, lens and gemeente. Returns their folders.

    Waits for another process that saves or reads them.
    """
    root = home / "layers"
    with disk_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        with locked(root / LOCK, fcntl.LOCK_EX):
            return [_write(layer, home) for layer in layers]


def _write(layer: Layer, home: Path) -> Path:
    folder = _folder(home, layer.key)
    folder.mkdir(parents=True, exist_ok=True)
    contents = {"indicatoren": layer.table, "zoekgebieden": layer.zoekgebieden}
    tables = {
        name: _write_table(folder, name, typed(contents[name], fields(layer.theme.indicator)))
        for name, fields in FIELDS.items()
    }
    about = {"format": FORMAT, "language": language(), "tables": tables}
    about |= {"key": asdict(layer.key), "provenance": asdict(layer.provenance), "summary": dict(layer.summary)}
    with whole_file(folder / LAYER) as unfinished:
        unfinished.write_text(json.dumps(about, indent=1, sort_keys=True), encoding="utf-8")
    for file in folder.iterdir():
        if file.name not in {LAYER, *tables.values()}:
            file.unlink()
    return folder


def _write_table(folder: Path, name: str, table: geopandas.GeoDataFrame) -> str:
    """The name of the file: other content never takes the place of what layer.json still names."""
    content = BytesIO()
    table.to_parquet(content, index=False)
    file = f"{name}-{hashlib.sha256(content.getbuffer()).hexdigest()[:12]}.parquet"
    with whole_file(folder / file) as unfinished:
        unfinished.write_bytes(content.getbuffer())
    return file


def _folder(home: Path, key: LayerKey) -> Path:
    part = key.gemeente or consistency.WHOLE_COUNTRY
    return home / "layers" / key.theme / key.level / str(key.period) / key.lens / part


@dataclass(frozen=True, slots=True)
class Built:
    """What waits in a home to be published: its layers in a fixed order, and the one language that they are in."""

    layers: tuple[Layer, ...]
    language: str


def load(home: Path, catalog: Catalog) -> list[Layer]:
    """All built layers, in a fixed order: those of `read`."""
    return list(read(home, catalog).layers)


def read(home: Path, catalog: Catalog) -> Built:
    """All built layers with their language, read in one step. Waits for a process that saves.

    Raises StoreError where there are none, where a declaration has changed since a layer was built from it, where a
    layer is of another format, where two of them do not go together (see consistency), or where they were built in
    several languages: one release would speak both.
    """
    root = home / "layers"
    layers: dict[Path, Layer] = {}
    languages: dict[str, Path] = {}
    if root.is_dir():
        with locked(root / LOCK, fcntl.LOCK_SH):
            for folder in _folders(home):
                about = _about(home, folder)
                languages[str(about.get("language", "nl"))] = folder  # where it does not say there was no other
                layers[folder] = _read(folder, about, catalog)
    if not layers:
        raise StoreError("{home}: no layers have been built; run `zicht build THEME` first", home=home)
    consistency.check(layers)
    return Built(tuple(layers.values()), _only(languages, home))


def _only(languages: Mapping[str, Path], home: Path) -> str:
    if len(languages) > 1:
        raise StoreError(
            "{home}: its layers were built in several languages ({languages}), and a release has one; build them again "
            "in one (--lang), or remove {folder}",
            home=home, languages=", ".join(sorted(languages)), folder=languages[max(languages)],
        )  # fmt: skip
    return next(iter(languages))


def _folders(home: Path) -> list[Path]:
    return sorted(path.parent for path in (home / "layers").rglob(LAYER))


def _about(home: Path, folder: Path) -> dict[str, Any]:
    again = message("remove {folder} and build its layers again", folder=home / "layers")
    return read_formatted(folder / LAYER, FORMAT, again)


def _read(folder: Path, about: dict[str, Any], catalog: Catalog) -> Layer:
    key = LayerKey(**about["key"] | {"level": AreaLevel(about["key"]["level"])})
    theme = catalog.theme(key.theme)
    lens = catalog.lens(key.lens, theme)
    origin = about["provenance"]
    if origin["digests"] != catalog.digests_of(theme, lens):
        raise StoreError(
            "{folder}: its theme, lens or a source was changed since it was built; build it again", folder=folder
        )
    receipts = tuple(Receipt(**one | {"notes": tuple(one["notes"])}) for one in origin["receipts"])
    provenance = Provenance(**origin | {"receipts": receipts, "method": tuple(origin["method"])})
    with read_errors(folder, message("build it again")):
        table, zoekgebieden = (
            _in_codes(geopandas.read_parquet(folder / about["tables"][name]), fields(theme.indicator))
            for name, fields in FIELDS.items()
        )
    return Layer(key, theme, lens, table, zoekgebieden, provenance, about["summary"])


def _in_codes(table: geopandas.GeoDataFrame, fields: Sequence[Field]) -> geopandas.GeoDataFrame:
    """The table with the types of its fields, and codes for the words that an earlier zicht had in their place."""
    words = {one.name: recoded(table[one.name], one.codes) for one in fields if one.codes}
    return typed(table.assign(**words), fields)
