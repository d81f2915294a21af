"""serve, demo: a release as an API and a map."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.screen import Commands, Config, Home, Port, progress, screen
from services.settings import Settings

ONLINE, FETCHED = "online", Path("output/data")


def serve(
    port: Port = 5000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    home: Home = None,
    config: Config = None,
) -> None:
    """Serve the API and the map of the current release until Ctrl-C.

    Example: `zicht serve --port 8080`
    """
    from services import release, tables
    from services.ogc.app import serve as serve_

    settings = Settings()
    home = home or settings.home
    release.current(home)
    screen.print(tables.addresses(host, port))
    serve_(home, config or settings.config, host, port)


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
    from services import demo as demonstration
    from services import tables
    from services.cli.fetching import fetch

    if real == ONLINE:
        fetch([demonstration.THEME], to=FETCHED)
        real = str(FETCHED)
    with progress() as steps:
        shown = demonstration.make(real, gemeente, home, steps)
    for part in shown.report():
        screen.print(part)
    if serve:
        from services.ogc.app import serve as serve_

        screen.print(tables.addresses("127.0.0.1", port))
        serve_(shown.home, shown.config, "127.0.0.1", port)


COMMANDS: Commands = (serve, demo)
