"""Workspace: the layers that were built and may leave the house, waiting to be published.

A folder a layer, `layers/<theme>/<level>/<period>/<lens>/<gemeente>` (NL is the whole country); building it again
replaces it. Only protected tables are ever written: what is suppressed is on no disk.

Two parts of the country of one theme, level, period and lens are kept apart but not published together. Rejected: their
rows in one collection. Each has a zoekgebied of rank 1, and a zoekgebied on the border of two gemeenten is in both.
"""

import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas

from geo.areas import AreaLevel
from geo.errors import StoreError
from geo.messages import message
from layers.declarations.catalog import Catalog
from layers.messages import language
from layers.publication.collection import typed
from layers.publication.fields import layer_fields, zoekgebied_fields
from layers.publication.layer import Layer, LayerKey, Provenance, Receipt
from services.files import UNFINISHED, disk_errors, read_errors, read_formatted

FORMAT = 1
"""The format of a built layer: its folder, its tables and layer.json."""

LAYER = "layer.json"
WHOLE_COUNTRY = "NL"


def save(layer: Layer, home: Path) -> Path:
    """Write a layer, replacing the one of the same theme, level, period, lens and gemeente."""
    folder = _folder(home, layer.key)
    unfinished = folder.with_name(UNFINISHED + folder.name)
    with disk_errors(folder):
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        indicators = layer.theme.indicator
        typed(layer.table, layer_fields(indicators)).to_parquet(unfinished / "indicatoren.parquet", index=False)
        typed(layer.zoekgebieden, zoekgebied_fields(indicators)).to_parquet(
            unfinished / "zoekgebieden.parquet", index=False
        )
        about = {"format": FORMAT, "language": language()}
        about |= {"key": asdict(layer.key), "provenance": asdict(layer.provenance)}
        about["summary"] = dict(layer.summary)
        (unfinished / LAYER).write_text(json.dumps(about, indent=1, sort_keys=True), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.replace(folder)
    return folder


def _folder(home: Path, key: LayerKey) -> Path:
    return home / "layers" / key.theme / key.level / str(key.period) / key.lens / (key.gemeente or WHOLE_COUNTRY)


def load(home: Path, catalog: Catalog) -> list[Layer]:
    """All built layers, in a fixed order.

    Raises StoreError where there are none, where a declaration has changed since a layer was built from it, where a
    layer is of another format, or where two are of different parts of the country but else the same.
    """
    folders = _folders(home)
    if not folders:
        raise StoreError("{home}: no layers have been built; run `zicht build THEME` first", home=home)
    layers = [_read(folder, _about(home, folder), catalog) for folder in folders]
    _one_part_each(home, (layer.key for layer in layers))
    return layers


def language_of(home: Path) -> str:
    """The language that the layers of a home were built in; Dutch where they do not say, for then there was no other.

    Raises StoreError where they were built in several: one release would speak both.
    """
    languages = {str(_about(home, folder).get("language", "nl")): folder for folder in _folders(home)}
    if len(languages) > 1:
        raise StoreError(
            "{home}: its layers were built in several languages ({languages}), and a release has one; build them again "
            "in one (--lang), or remove {folder}",
            home=home, languages=", ".join(sorted(languages)), folder=languages[max(languages)],
        )  # fmt: skip
    return next(iter(languages))


def _folders(home: Path) -> list[Path]:
    folders = sorted(path.parent for path in (home / "layers").rglob(LAYER))
    return [folder for folder in folders if not folder.name.startswith(UNFINISHED)]


def _one_part_each(home: Path, keys: Iterable[LayerKey]) -> None:
    """Raises StoreError where one theme, level, period and lens was built for two parts of the country."""
    parts: dict[tuple[str, ...], LayerKey] = {}
    for key in keys:
        other = parts.setdefault((key.theme, key.level, str(key.period), key.lens), key)
        if other is not key:
            raise StoreError(
                "{theme}, {level}, {period}, lens {lens}: built for {first} and for {second}, and a release shows one "
                "part of the country; build one of them in a home of its own (--home), or remove {folder}",
                theme=key.theme, level=str(key.level), period=key.period, lens=key.lens,
                first=other.gemeente or WHOLE_COUNTRY, second=key.gemeente or WHOLE_COUNTRY, folder=_folder(home, key),
            )  # fmt: skip


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
        table = typed(geopandas.read_parquet(folder / "indicatoren.parquet"), layer_fields(theme.indicator))
        zoekgebieden = typed(
            geopandas.read_parquet(folder / "zoekgebieden.parquet"), zoekgebied_fields(theme.indicator)
        )
    return Layer(key, theme, lens, table, zoekgebieden, provenance, about["summary"])
