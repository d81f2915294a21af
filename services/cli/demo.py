"""demo: the main job, once."""

from typing import Annotated

import typer

from services.cli.screen import FETCHED, Home, Port, progress, screen

ONLINE = "online"


def demo(
    real: Annotated[
        str | None,
        typer.Option(help="Folder of real open data, or 'online' to fetch it first. Default: Testland, made up."),
    ] = None,
    gemeente: Annotated[str, typer.Option(help="With --real: a gemeente (GM0344) or NL.")] = "GM0363",
    serve: Annotated[bool, typer.Option(help="Serve API and map until Ctrl-C.")] = True,  # noqa: FBT002
    port: Port = 5000,
    home: Home = None,
) -> None:
    """Do the main job once: build theme drugs, publish it and serve it.

    Example: `zicht demo --real ../shared/data --gemeente GM0344`, or `zicht demo --real online --gemeente GM0599`
    """
    from services.cli import reports
    from services.cli.fetch import fetch
    from services.jobs import demo as demonstration

    if real == ONLINE:
        fetch([demonstration.THEME], to=FETCHED)
        real = str(FETCHED)
    with progress() as steps:
        shown = demonstration.make(real, gemeente, home, steps)
    for part in reports.demonstrated(shown):
        screen.print(part)
    if serve:
        from services.jobs.serve import serve as serve_

        screen.print(reports.addresses("127.0.0.1", port))
        serve_(shown.home, shown.config, "127.0.0.1", port)
