"""withdraw: take from every release what may be in the world no longer."""

from typing import Annotated

import typer
from rich.markup import escape

from layers.messages import say
from services.cli.screen import Config, Home, progress, screen


def withdraw(
    what: Annotated[
        str | None,
        typer.Argument(
            help=say("A theme, or the id of a release. Default: list what was withdrawn."), show_default=False
        ),
    ] = None,
    lens: Annotated[str, typer.Option(help=say("Only what of the theme is under this lens."))] = "",
    reason: Annotated[str, typer.Option(help=say("Why; it is remembered."))] = "",
    undo: Annotated[bool, typer.Option("--undo", help=say("Let it be published again."))] = False,  # noqa: FBT002
    home: Home = None,
    config: Config = None,
) -> None:
    """Take a theme, a lens or a release from every release here, with its built layers, and remember why.

    What others have taken of it is still in the world: tell them.

    Example: `zicht withdraw drugs_eigen --reason "dubbel geteld"`
    """
    from services.jobs import stores
    from services.jobs import withdraw as job
    from services.jobs.configurations import configuration_of
    from services.jobs.serve import home_to_read

    home = home_to_read(home)
    if what is None:
        for one in job.listed(home):
            named = f"{one.what} {one.lens}".strip()
            screen.print(escape(f"{one.at[:10]} {named}: {one.reason}"), soft_wrap=True)
        return
    if undo:
        job.undo(home, what, lens)
        screen.print(escape(say("{what} may be published again; build it first.", what=what)))
        return
    stores.check(home)
    with progress() as steps:
        done = job.withdraw(home, configuration_of(home, config), what, lens, reason, steps)
        stores.mirror(home, steps, only=True)
    for gone, instead in done.releases.items():
        line = say("Release {id} is gone; {other} is without it.", id=gone, other=instead) if instead else None
        screen.print(escape(line or say("Release {id} is gone.", id=gone)), soft_wrap=True)
    if not done.releases:
        screen.print(escape(say("No release had it; it will not be published.")))
    if done.served is None:
        screen.print(escape(say("Nothing is served now.")))
    else:
        screen.print(escape(say("Release {id} is served.", id=done.served.name)))
