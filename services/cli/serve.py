"""serve: a release as an API and a map."""

from typing import Annotated

import typer

from layers.messages import say
from services.cli.screen import Config, Home, Port, screen
from services.settings import Settings


def serve(
    port: Port = 5000,
    host: Annotated[str, typer.Option(help=say("Address to listen on."))] = "127.0.0.1",
    home: Home = None,
    config: Config = None,
) -> None:
    """Serve the API and the map of the current release until Ctrl-C.

    Example: `zicht serve --port 8080`
    """
    from services.cli import reports
    from services.jobs.export import published
    from services.jobs.serve import serve as serve_

    settings = Settings()
    home = home or settings.home
    published(home)
    screen.print(reports.addresses(host, port))
    serve_(home, config or settings.config, host, port)
