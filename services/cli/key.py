"""key: an API key, for who may see what is for colleagues."""

from typing import Annotated

import typer

from layers.messages import say
from services import settings
from services.cli.screen import Keys, screen


def key(
    name: Annotated[str, typer.Argument(help=say("Whose it is, or of what: letters, digits and . @ - _."))],
    keys: Keys = None,
) -> None:
    """Make an API key, with which `zicht serve` shows what is for colleagues (intern) too, and add it to the file.

    Example: `zicht key gis-afdeling --keys /etc/zicht.keys`
    """
    from services.jobs.keys import made

    settings.override("KEYS", keys)
    made_, file = made(name)
    screen.print(made_, markup=False, highlight=False, soft_wrap=True)
    screen.print(
        say("Shown once: {file} has only its digest. Send it as the header X-API-Key; to withdraw it, remove its line.",
            file=file), markup=False, soft_wrap=True,
    )  # fmt: skip
