"""serve: a release as an API and a map."""

from typing import Annotated

import typer
from rich.markup import escape

from layers.messages import say
from services import settings
from services.cli.screen import Config, Home, Keys, Port, Store, addresses, screen


def serve(
    port: Port = 5000,
    host: Annotated[str, typer.Option(help=say("Address to listen on."))] = "127.0.0.1",
    home: Home = None,
    config: Config = None,
    store: Store = None,
    keys: Keys = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help=say("How many processes answer; one a core."))] = 1,
    check: Annotated[bool, typer.Option("--check", help=say("Only say whether it can be served, and how."))] = False,  # noqa: FBT002
) -> None:
    """Serve the API and the map of the release that was published last until Ctrl-C.

    Example: `zicht serve --port 8080`, and before the service starts `zicht serve --check`
    """
    from services.jobs.configurations import configuration_of
    from services.jobs.serve import check as check_
    from services.jobs.serve import home_to_read, in_place, published_at, who_sees
    from services.jobs.serve import serve as serve_

    settings.override("STORE", store)
    settings.override("KEYS", keys)
    home, instead = home_to_read(home), None
    if check:
        check_(home, configuration_of(home, config), host, port)
        screen.print(escape(say("It can be served: {what}", what=settings.Settings().store or home)))
        screen.print(escape(say(who_sees(home, None))))
        screen.print(addresses(host, port, served=False))
        return
    if settings.Settings().store:
        screen.print(say("Serves what is published in the database"))
    else:
        instead, warning = in_place(home)
        created = published_at(home, instead)
        if warning is not None:
            screen.print(escape(say(warning)))
        screen.print(escape(say("Serves {home}, published {created}", home=home, created=created)))
    screen.print(escape(say(who_sees(home, instead))))
    screen.print(addresses(host, port))
    serve_(home, configuration_of(home, config), host, port, workers, instead)
