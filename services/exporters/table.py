"""A table of zoekgebieden that a Dutch spreadsheet opens as it is: semicolons, decimal commas, UTF-8 with a mark."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from geo.errors import StoreError
from layers.publication.collection import Collection
from services.files import written

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet run a cell; a name from data must not."""


def export(collections: Sequence[Collection], path: Path) -> None:
    """Write all zoekgebieden, with the titles of their fields as headings, what it does not show first."""
    found = [one for one in collections if one.id.startswith("zoekgebieden_")]
    if not found:
        raise StoreError(f"{path}: no zoekgebieden to write; build and publish a theme first")
    tables = [one.table.drop(columns="geometry").rename(columns={f.name: f.title for f in one.fields}) for one in found]
    table = pd.concat(tables, ignore_index=True)
    harmless = table.map(_harmless)
    with written(path) as unfinished, unfinished.open("w", encoding="utf-8-sig", newline="") as file:
        caveats = " ".join(dict.fromkeys(one.caveat for one in found))
        file.write(f"{caveats} Bron: {found[0].attribution}.\r\n".replace(";", ","))
        harmless.to_csv(file, sep=";", decimal=",", index=False, lineterminator="\r\n")


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
