"""demo: the main job, once."""

from typing import Annotated

import typer

from layers.messages import say
from services.cli.screen import FETCHED, Home, Port, addresses, progress, screen

ONLINE = "online"


def demo(
    real: Annotated[
        str | None,
        typer.Option(help=say("Folder of real open data, or 'online' to fetch it first. Default: Testland, made up.")),
    ] = None,
    gemeente: Annotated[
        str | None,
        typer.Option(
            help=say(
                "A gemeente by name or code (Utrecht, GM0344), or NL for the whole country. Default: Amsterdam with "
                "--real, all of Testland without."
            )
        ),
    ] = None,
    vintage: Annotated[
        int | None,
        typer.Option(help=say("Year of the boundaries, such as 2024. Default: that of the sources of the theme.")),
    ] = None,
    serve: Annotated[bool, typer.Option(help=say("Serve API and map until Ctrl-C."))] = True,  # noqa: FBT002
    port: Port = 5000,
    home: Home = None,
) -> None:
    """Do the main job once: build theme misdrijven, publish it and serve it.

    Example: `zicht demo --real ../shared/data --gemeente Utrecht`, or `zicht demo --real online --gemeente GM0599`
    """
    from services.cli import reports
    from services.cli.fetch import fetch
    from services.jobs import demo as job

    if real == ONLINE:
        fetch([job.THEME], to=FETCHED)
        real = str(FETCHED)
    with progress() as on_step:
        demonstration = job.make(real, gemeente, home, on_step, vintage)
    for part in reports.demonstrated(demonstration):
        screen.print(part)
    if serve:
        from services.jobs.serve import serve as serve_

        screen.print(addresses("127.0.0.1", port))
        serve_(demonstration.home, demonstration.config, "127.0.0.1", port)
