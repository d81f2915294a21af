"""check: whether declarations are right."""

from pathlib import Path
from typing import Annotated

import typer

from geo.messages import joined, plural
from layers.messages import say
from services.cli.screen import screen


def check(
    folder: Annotated[
        Path | None, typer.Argument(help=say("A folder of your own with themes/, lenses/, sources/ or corrections/."))
    ] = None,
) -> None:
    """Read all themes, lenses and sources, those of zicht and your own (ZICHT_LAYERS), and name every fault at once.

    Example: `zicht check`, or `zicht check eigen` before commands use that folder
    """
    from services.cli import reports
    from services.jobs.declarations import catalogue

    catalog = catalogue(*([folder] if folder is not None else []))
    screen.print(reports.declared(catalog))
    counted = [
        plural("1 theme", "{count} themes", count=len(catalog.themes)),
        plural("1 lens", "{count} lenses", count=len(catalog.lenses)),
        plural("1 source", "{count} sources", count=len(catalog.sources)),
    ]
    if corrections := sum(len(one.correction) for one in catalog.corrections.values()):
        counted.append(plural("1 correction", "{count} corrections", count=corrections))
    screen.print(say(joined(", ", counted)))
