"""Which layers a command is about: `build` and `plan` are asked in the same words."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layers.messages import say
from services.cli.levels import LEVELS, check_level
from services.settings import Settings

if TYPE_CHECKING:  # it loads all that builds, and --help must answer at once
    from layers.method.country import Country
    from services.jobs.build import LayerRequest, Wanted

Theme = Annotated[str | None, typer.Argument(help=say("The theme, for example 'misdrijven'."), show_default=False)]
Levels = Annotated[
    list[str] | None,
    typer.Option("--level", help=say("{levels}; may be repeated. Default: the theme's own.", levels=", ".join(LEVELS))),
]
Lens = Annotated[str, typer.Option(help=say("The lens to look through."))]
Period = Annotated[
    int | None,
    typer.Option(help=say("Year of the figures. Default: the newest that all sources of the theme have.")),
]
Gemeente = Annotated[
    str | None,
    typer.Option(
        help=say(
            "Show this gemeente only, by name or code (Amsterdam, GM0363), or NL for the whole country; figures of "
            "the whole country are used all the same. Default: what the lens shows."
        )
    ),
]
Vintage = Annotated[
    int | None,
    typer.Option(help=say("Year of the boundaries, such as 2024. Default: that of the sources of the theme.")),
]
Stale = Annotated[bool, typer.Option("--stale", help=say("Instead of a theme: all built layers that are out of date."))]

Robust = Annotated[
    bool,
    typer.Option(
        "--robust",
        help=say("Search in other ways too (neighbors, levels, years, without each indicator): how firm is it?"),
    ),
]

Engine = Annotated[
    str | None,
    typer.Option(
        "--engine",
        help=say("What does it: local, local:4 (processes) or spark://host:7077 (ZICHT_ENGINE)."),
    ),
]


def wanted(  # the options of the commands
    theme: str | None, level: list[str] | None, lens: str, period: int | None, gemeente: str | None,
    vintage: int | None, *, robust: bool = False,
) -> "Wanted":  # fmt: skip
    """What was asked for. Raises BadParameter without a theme, UnknownNameError for a level that there is not."""
    from services.jobs.build import Wanted

    if theme is None:
        raise typer.BadParameter(say("name a theme, as in `zicht build misdrijven`, or give --stale"))
    for name in level or ():
        check_level(name)
    return Wanted(theme, level or (), lens, period, gemeente, vintage, robust)


def opened(
    wanted: "Wanted", data: str | None, home: Path | None, engine: str | None = None
) -> "tuple[Country, list[LayerRequest], Path]":
    """The country of these layers, a request for each and the home, by the options, else by the settings."""
    from services.jobs import build as job
    from services.jobs.declarations import catalogue

    settings = Settings()
    folder = home or settings.home
    return *job.opened(wanted, data or settings.data, catalogue(), folder, engine), folder
