"""build: from figures to layers, ready to publish."""

from typing import Annotated

import typer

from geo.messages import message
from layers.messages import say
from services.cli.anywhere import given_layers
from services.cli.levels import LEVELS, check_level
from services.cli.screen import Data, Home, progress, screen
from services.settings import Settings


def build(
    theme: Annotated[str, typer.Argument(help=say("The theme, for example 'drugs'."))],
    level: Annotated[
        list[str] | None,
        typer.Option(help=say("{levels}; may be repeated. Default: the theme's own.", levels=", ".join(LEVELS))),
    ] = None,
    lens: Annotated[str, typer.Option(help=say("The lens to look through."))] = "basis",
    period: Annotated[
        int | None,
        typer.Option(help=say("Year of the figures. Default: the newest that all sources of the theme have.")),
    ] = None,
    gemeente: Annotated[
        str | None,
        typer.Option(
            help=say(
                "Show this gemeente only, by name or code (Amsterdam, GM0363), or NL for the whole country; figures of "
                "the whole country are used all the same. Default: what the lens shows."
            )
        ),
    ] = None,
    vintage: Annotated[
        int | None,
        typer.Option(help=say("Year of the boundaries, such as 2024. Default: that of the sources of the theme.")),
    ] = None,
    data: Data = None,
    home: Home = None,
) -> None:
    """Build the layers of a theme: figures, scores and zoekgebieden, protected, ready to publish.

    Example: `zicht build drugs --level wijk --lens buitengebied --period 2025`
    """
    from geo.areas import AreaLevel
    from services.cli import reports
    from services.jobs.build import (
        LayerRequest,
        build_and_save,
        finest_of_theme,
        gemeenten_of,
        open_country,
        vintage_of_theme,
    )
    from services.jobs.declarations import catalogue

    settings = Settings()
    catalog = catalogue()
    declared = catalog.theme(theme)
    catalog.lens(lens, declared)
    for name in level or ():
        check_level(name)
    levels = [AreaLevel(name) for name in level] if level else [declared.level]
    year, finest = vintage or vintage_of_theme(catalog, declared), finest_of_theme(catalog, declared)
    country = open_country(data or settings.data, catalog, year, finest=finest)
    requests = [LayerRequest(theme, one, lens, period, gemeente) for one in levels]
    with progress() as on_step:
        layers = build_and_save(country, requests, home or settings.home, on_step)
    for layer in layers:
        screen.print(reports.zoekgebieden(layer))
        screen.print(reports.summary(layer))
    whole = message("the whole country") if country.national else message("all of the boundary file")
    for line in reports.built(layers, gemeenten_of(country), whole, home or settings.home):
        screen.print(line, markup=False, soft_wrap=True)
    publish = " ".join(["zicht publish", *(["--home", str(home)] if home else []), *given_layers()])
    screen.print(say("Next: `{command}`", command=publish), markup=False, soft_wrap=True)
