"""clean: remove what can be made again."""

from typing import Annotated

import typer
from rich.markup import escape

from layers.messages import say
from services.cli.screen import Home, screen
from services.settings import Settings


def clean(
    cache: Annotated[  # noqa: FBT002
        bool, typer.Option("--cache", help=say("Remove what builds remember; the next one makes it again."))
    ] = False,
    confidential_only: Annotated[  # noqa: FBT002
        bool, typer.Option("--confidential-only", help=say("Only what comes of confidential sources."))
    ] = False,
    home: Home = None,
) -> None:
    """Remove what can be made again. Built layers and releases stay.

    Example: `zicht clean --cache`
    """
    from services.jobs.plan import forget

    if not cache:
        raise typer.BadParameter(say("say what to remove: --cache"))
    folder = home or Settings().home
    count, size = forget(folder, confidential_only=confidential_only)
    screen.print(
        escape(say("Removed from {home}: {count} values, {size:,} kB", home=folder, count=count, size=size // 1000))
    )
