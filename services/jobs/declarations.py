"""Declarations: those of zicht and of the municipality's own folders (ZICHT_LAYERS), and the start of a new one."""

from pathlib import Path

from geo.errors import StoreError
from layers.declarations.catalog import SHIPPED, Catalog, load
from layers.declarations.starts import FOLDERS, start
from services.files import disk_errors
from services.settings import Settings

OWN_FOLDER = Path("eigen")
"""Where a new declaration is written when no folder is named and ZICHT_LAYERS names none."""


def catalogue(*more: Path) -> Catalog:
    """All declarations there are, with those of `more` folders. Raises DeclarationError with the faults of all."""
    return load(*Settings().layers, *more)


def begin(kind: str, name: str, folder: Path | None) -> Path:
    """Write the start of a theme, lens or source and return its file.

    It is written in `folder`, else in the first of ZICHT_LAYERS, else in `OWN_FOLDER`. Raises DeclarationError for a
    name that cannot be an id, and StoreError where the name is taken: nothing is overwritten.
    """
    text, layers = start(kind, name), Settings().layers
    below = Path(FOLDERS[kind]) / f"{name}.toml"
    path = (folder or next(iter(layers), OWN_FOLDER)) / below
    for other in (path, *(root / below for root in (Path(str(SHIPPED)), *layers))):
        if other.exists():
            raise StoreError("{path}: has this name already; choose another, nothing is overwritten", path=str(other))
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return path
