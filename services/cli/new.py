"""new: a start for a theme, lens or source of the user's own."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from layers.messages import say
from services.cli.screen import screen


class Kind(StrEnum):
    """What can be declared."""

    THEME = "theme"
    LENS = "lens"
    SOURCE = "source"


def new(
    kind: Annotated[Kind, typer.Argument(help=say("What to declare."))],
    name: Annotated[str, typer.Argument(help=say("Its name: small letters, digits and _."))],
    to: Annotated[
        Path | None,
        typer.Option(help=say("Folder of own declarations. Default: the first of ZICHT_LAYERS, else eigen.")),
    ] = None,
) -> None:
    """Write the start of a theme, lens or source of your own: right as it is, with every line explained.

    Example: `zicht new theme ondermijning --to eigen`, then `zicht check eigen`
    """
    from services.jobs.declarations import begin

    path = begin(kind, name, to)
    folder = path.parent.parent
    screen.print(
        say("{path} is written: open it and change what you like", path=str(path)), markup=False, soft_wrap=True
    )
    screen.print(
        say("Next: `zicht check {folder}`; commands use it with ZICHT_LAYERS={folder}", folder=str(folder)),
        markup=False, soft_wrap=True,
    )  # fmt: skip
