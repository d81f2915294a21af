"""check: whether declarations are right."""

from pathlib import Path
from typing import Annotated

import typer

from geo.errors import ZichtError
from layers.messages import say
from services.cli.screen import screen


def check(
    folder: Annotated[Path | None, typer.Argument(help=say("A folder with themes/, lenses/, sources/."))] = None,
) -> None:
    """Read all themes, lenses and sources and name every fault at once.

    Example: `zicht check`, or `zicht check my-layers` before putting them in place
    """
    from layers.declarations.catalog import load
    from services.cli import reports

    if folder is not None and not folder.is_dir():
        raise ZichtError("{folder}: no such folder; it must hold themes/, lenses/ and sources/", folder=folder)
    catalog = load(folder)
    if not catalog.digests:
        raise ZichtError(
            "{folder}: declares nothing; it must hold themes/, lenses/ or sources/ with a file in TOML", folder=folder
        )
    screen.print(reports.declared(catalog))
