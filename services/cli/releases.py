"""releases: which there are, one of them in full, back to one, and old ones away."""

from typing import Annotated

import typer
from rich.markup import escape

from geo.errors import ZichtError
from layers.messages import say
from services.cli.screen import Config, Home, progress, screen

ROLLBACK, PRUNE = "rollback", "prune"


def releases(
    what: Annotated[
        str | None,
        typer.Argument(help=say("An id: show that release in full; 'rollback' or 'prune'. Default: list all.")),
    ] = None,
    release: Annotated[str | None, typer.Argument(help=say("The id to go back to, or the beginning of it."))] = None,
    keep: Annotated[int | None, typer.Option(min=1, help=say("With 'prune': how many releases stay."))] = None,
    home: Home = None,
    config: Config = None,
) -> None:
    """List releases, show one, serve an earlier one again, or remove old ones (never the one that is served).

    Example: `zicht releases`, `zicht releases rollback 3f2a91c04b7e`, `zicht releases prune --keep 10`
    """
    from services.cli import release_reports
    from services.jobs import releases as job
    from services.jobs import stores
    from services.jobs.configurations import configuration_of
    from services.jobs.serve import home_to_read

    home = home_to_read(home)
    if what == PRUNE:
        if keep is None:
            raise ZichtError("prune: say how many releases stay, for example `zicht releases prune --keep 10`")
        for line in release_reports.pruned(job.prune(home, keep)):
            screen.print(line, markup=False, soft_wrap=True)
    elif what == ROLLBACK:
        if release is None:
            raise ZichtError("rollback: say to which release, by its id; `zicht releases` lists them")
        stores.check(home)
        folder = job.roll_back(home, configuration_of(home, config), release)
        with progress() as steps:
            stores.mirror(home, steps)
        served = say(
            "Release {id} is served. What is published from now on is not, until `zicht publish --resume`.",
            id=folder.name,
        )
        screen.print(escape(served))
    elif what is not None:
        screen.print(release_reports.in_full(job.shown(home, what)))
    elif found := job.listed(home):
        screen.print(release_reports.listed(found, job.held(home)))
    else:
        raise ZichtError("{home}: has no releases; run `zicht publish` first", home=home)
