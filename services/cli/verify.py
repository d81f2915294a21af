"""verify: whether a release is still what was published."""

from typing import Annotated

import typer
from rich.markup import escape

from geo.messages import plural
from layers.messages import say
from services.cli.screen import Home, progress, screen


def verify(
    release: Annotated[
        str | None, typer.Argument(help=say("The id of a release, or the beginning of it. Default: the one served."))
    ] = None,
    repair: Annotated[  # noqa: FBT002
        bool, typer.Option("--repair", help=say("Make its files again first, from its record."))
    ] = False,
    home: Home = None,
) -> None:
    """Check every file of a release, and its values, against what was published.

    Example: `zicht verify`
    """
    from services.jobs import releases as job
    from services.jobs.serve import home_to_read

    home = home_to_read(home)
    if repair:
        with progress() as steps:
            job.repair(home, release, steps)
    one = job.verify(home, release)
    count = len(one.manifest["artefacts"])
    whole = plural("Release {id} is whole: 1 file.", "Release {id} is whole: {count} files.",
                   count=count, id=one.folder.name)  # fmt: skip
    screen.print(escape(say(whole)))
