"""A table of zoekgebieden that a Dutch spreadsheet opens as it is: semicolons, decimal commas, UTF-8 with a mark."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from geo.errors import StoreError
from layers.messages import say
from layers.publication.collection import Collection
from services.files import whole_file

FILE = "zoekgebieden.csv"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet run a cell; a name from data must not."""


def export(collections: Sequence[Collection], path: Path) -> None:
    """Write all zoekgebieden, with the titles of their fields as headings, what it does not show first."""
    searched = [one for one in collections if one.id.startswith("zoekgebieden_")]
    if not searched:
        raise StoreError("{path}: no zoekgebieden to write; build and publish a theme first", path=path)
    tables = [
        one.table.drop(columns="geometry").rename(columns={f.name: f.title for f in one.fields}) for one in searched
    ]
    table = pd.concat(tables, ignore_index=True)
    harmless = table.map(_harmless)
    with whole_file(path) as unfinished, unfinished.open("w", encoding="utf-8-sig", newline="") as file:
        caveats = " ".join(dict.fromkeys(one.caveat for one in searched))
        source = say("Source: {attribution}.", attribution=searched[0].attribution)
        file.write(f"{caveats} {source}\r\n".replace(";", ","))
        harmless.to_csv(file, sep=";", decimal=",", index=False, lineterminator="\r\n")


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
