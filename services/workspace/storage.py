"""Workspace: the layers that were built and may leave the house, waiting to be published.

A folder a layer, `layers/<theme>/<level>/<period>/<lens>`; building it again replaces it. Only protected tables are
ever written: what is suppressed is on no disk.
"""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import geopandas

from geo.areas import AreaLevel
from geo.errors import StoreError
from layers.declarations.catalog import Catalog
from layers.publication.collection import typed
from layers.publication.fields import layer_fields, zoekgebied_fields
from layers.publication.layer import Layer, LayerKey, Provenance, Receipt
from services.files import UNFINISHED, disk_errors


def save(layer: Layer, home: Path) -> Path:
    """Write a layer, replacing the one of the same theme, level, period and lens."""
    key = layer.key
    folder = home / "layers" / key.theme / key.level / str(key.period) / key.lens
    unfinished = folder.with_name(UNFINISHED + folder.name)
    with disk_errors(folder):
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        indicators = layer.theme.indicator
        typed(layer.table, layer_fields(indicators)).to_parquet(unfinished / "indicatoren.parquet", index=False)
        typed(layer.zoekgebieden, zoekgebied_fields(indicators)).to_parquet(
            unfinished / "zoekgebieden.parquet", index=False
        )
        about = {"key": asdict(key), "provenance": asdict(layer.provenance), "summary": dict(layer.summary)}
        (unfinished / "layer.json").write_text(json.dumps(about, indent=1, sort_keys=True), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.replace(folder)
    return folder


def load(home: Path, catalog: Catalog) -> list[Layer]:
    """All built layers, in a fixed order.

    Raises StoreError where there are none, or where a declaration has changed since a layer was built from it.
    """
    folders = sorted(path.parent for path in (home / "layers").glob("*/*/*/*/layer.json"))
    folders = [folder for folder in folders if not folder.name.startswith(UNFINISHED)]
    if not folders:
        raise StoreError("{home}: no layers have been built; run `zicht build THEME` first", home=home)
    return [_read(folder, catalog) for folder in folders]


def _read(folder: Path, catalog: Catalog) -> Layer:
    about = json.loads((folder / "layer.json").read_text(encoding="utf-8"))
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
    table = typed(geopandas.read_parquet(folder / "indicatoren.parquet"), layer_fields(theme.indicator))
    zoekgebieden = typed(geopandas.read_parquet(folder / "zoekgebieden.parquet"), zoekgebied_fields(theme.indicator))
    return Layer(key, theme, lens, table, zoekgebieden, provenance, about["summary"])
