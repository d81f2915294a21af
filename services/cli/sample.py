"""sample: areas outside the zoekgebieden to look at beside those inside, so that not only where was looked is found."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from layers.messages import say
from services.cli.building import Gemeente, Lens, Period, Theme, Vintage, opened, wanted
from services.cli.levels import LEVELS
from services.cli.screen import Data, Home, progress, screen


def sample(
    theme: Theme = None,
    to: Annotated[Path, typer.Option(help=say("File to write: .csv or .gpkg."))] = Path("steekproef.csv"),
    count: Annotated[int, typer.Option(min=1, help=say("How many areas outside the zoekgebieden."))] = 20,
    seed: Annotated[int, typer.Option(min=0, help=say("Draws the same areas again; agree on it beforehand."))] = 1,
    level: Annotated[
        str | None, typer.Option(help=say("{levels}. Default: the theme's own.", levels=", ".join(LEVELS)))
    ] = None,
    lens: Lens = "basis",
    period: Period = None,
    gemeente: Gemeente = None,
    vintage: Vintage = None,
    data: Data = None,
    home: Home = None,
) -> None:
    """Draw areas outside the zoekgebieden at random, to look at as closely as at those inside.

    Who looks only where a map points finds only there. Weigh what is found in a drawn area by 1 / kans: the sum says
    what there is outside the map.

    Example: `zicht sample misdrijven --gemeente Utrecht --count 20 --to steekproef.gpkg`
    """
    from services.jobs import sample as job

    job.check_file(to)
    country, (request,), _ = opened(
        wanted(theme, [level] if level else None, lens, period, gemeente, vintage), data, home
    )
    with progress() as on_step:
        made = job.sample(country, request, count, seed, on_step)
    job.write(made, to)
    for stratum, rows in made.groupby("steekproef", sort=False):
        screen.print(escape(say("{stratum}: {count}", stratum=stratum, count=len(rows))))
    screen.print(
        escape(say("Written: {path}. Look at all of them in the same way, and write down where nothing was found.",
                   path=to))
    )  # fmt: skip
