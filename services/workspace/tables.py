"""The tables of a built layer as files: areas without their shapes, which stand apart, and zoekgebieden with theirs."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import geopandas
import pandas as pd
from geopandas.array import GeometryArray

from geo.errors import StoreError, first_few
from layers.declarations.themes import Theme
from layers.publication.collection import names, typed
from layers.publication.fields import Field, is_added, layer_fields, zoekgebied_fields
from layers.publication.perturbed import COLUMNS
from layers.publication.protected import Protected
from layers.publication.reasons import recoded
from services.files import read_errors, whole_file
from services.workspace.commands import again
from services.workspace.shapes import GEOMETRY, digest_of

AREAS, ZOEKGEBIEDEN = "indicatoren", "zoekgebieden"
"""What the tables are called."""
LEAVING = "beveiligd"
"""The table of the perturbed counts of a layer with confidential figures; it goes into no release."""


def write(layer: Protected, folder: Path) -> dict[str, str]:
    """The files of the tables by what these are called."""
    areas = typed(layer.table, layer_fields(layer.theme.indicator))
    zoekgebieden = typed(layer.zoekgebieden, zoekgebied_fields(layer.theme.indicator))
    files = {
        AREAS: _write(folder, AREAS, pd.DataFrame(areas.drop(columns=GEOMETRY))),
        ZOEKGEBIEDEN: _write(folder, ZOEKGEBIEDEN, zoekgebieden),
    }
    return files if layer.leaving is None else files | {LEAVING: _write(folder, LEAVING, layer.leaving)}


def is_whole(file: Path) -> bool:
    """Whether a table is there as it was written: it is called after its content."""
    return file.is_file() and file.stem.endswith(f"-{digest_of(file.read_bytes())}")


def leaving(folder: Path, files: Mapping[str, str], command: str) -> pd.DataFrame | None:
    """The perturbed counts of a layer; None of one without confidential figures. What an earlier zicht did not say of
    them is unknown.
    """
    if LEAVING not in files:
        return None
    with read_errors(folder, again(command)):
        table = pd.read_parquet(folder / files[LEAVING])
    return table.assign(**{name: None for name in COLUMNS if name not in table})[list(COLUMNS)]


def _write(folder: Path, name: str, table: pd.DataFrame) -> str:
    """The name of the file: other content never takes the place of what layer.json still names."""
    content = BytesIO()
    table.to_parquet(content, index=False, compression="zstd")
    file = f"{name}-{digest_of(content.getbuffer())}.parquet"
    with whole_file(folder / file) as unfinished:
        unfinished.write_bytes(content.getbuffer())
    return file


def read(
    folder: Path, files: Mapping[str, str], theme: Theme, shapes: GeometryArray | None, command: str
) -> tuple[geopandas.GeoDataFrame, geopandas.GeoDataFrame]:
    """The areas and the zoekgebieden; without `shapes` the areas have their own (up to format 2).

    Raises StoreError where they cannot be read or have other columns than this zicht publishes, with the `command` that
    builds the layer again.
    """
    with read_errors(folder, again(command)):
        areas = _areas(folder / files[AREAS], shapes)
        zoekgebieden = geopandas.read_parquet(folder / files[ZOEKGEBIEDEN])
    given = (
        (AREAS, areas, layer_fields(theme.indicator)),
        (ZOEKGEBIEDEN, zoekgebieden, zoekgebied_fields(theme.indicator)),
    )
    made = [_published(table, fields, folder / files[name], command) for name, table, fields in given]
    return made[0], made[1]


def _areas(path: Path, shapes: GeometryArray | None) -> geopandas.GeoDataFrame:
    """Raises ValueError where there are not as many shapes as rows."""
    if shapes is None:
        return geopandas.read_parquet(path)
    return geopandas.GeoDataFrame(pd.read_parquet(path), geometry=shapes)


def _published(
    table: geopandas.GeoDataFrame, fields: Sequence[Field], path: Path, command: str
) -> geopandas.GeoDataFrame:
    """A table with just the columns of its fields, and codes for the words that an earlier zicht had in their place."""
    table = table.assign(**{one.name: None for one in fields if is_added(one) and one.name not in table})
    if differing := sorted({*names(fields), GEOMETRY} ^ {*table.columns}):
        raise StoreError(
            "{path}: was written by a zicht that has other columns ({names}); build it again: `{command}`",
            path=path, names=first_few(differing), command=command,
        )  # fmt: skip
    words = {one.name: recoded(table[one.name], one.codes) for one in fields if one.codes}
    return typed(table[[*names(fields), GEOMETRY]].assign(**words), fields)
