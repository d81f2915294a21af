"""lens: what a lens changes of a map."""

from enum import StrEnum
from typing import Annotated

import typer

from layers.messages import say
from services.cli.building import Gemeente, Period, Vintage, opened, wanted
from services.cli.levels import LEVELS
from services.cli.screen import Data, Home, progress, screen


class What(StrEnum):
    """What can be asked of a lens."""

    DIFF = "diff"


def lens(
    what: Annotated[What, typer.Argument(help=say("'diff': what the lens changes."))],  # noqa: ARG001  # there is one
    theme: Annotated[str, typer.Argument(help=say("The theme, for example 'misdrijven'."))],
    lens: Annotated[str, typer.Argument(help=say("The lens to look through."))],
    level: Annotated[
        str | None, typer.Option(help=say("{levels}. Default: the theme's own.", levels=", ".join(LEVELS)))
    ] = None,
    period: Period = None,
    gemeente: Gemeente = None,
    vintage: Vintage = None,
    data: Data = None,
    home: Home = None,
) -> None:
    """Say which zoekgebieden come, go, rise and fall under a lens, against the theme's own weights.

    Example: `zicht lens diff misdrijven buitengebied`
    """
    from services.cli import lens_reports
    from services.jobs.lens_diff import lens_diff

    asked = wanted(theme, [level] if level else None, lens, period, gemeente, vintage)
    country, (request,), _ = opened(asked, data, home)
    with progress() as on_step:
        made = lens_diff(country, request, on_step)
    for line in lens_reports.about(made):
        screen.print(line, markup=False)
    screen.print(lens_reports.table(made))
    screen.print(lens_reports.summary(made), markup=False)
