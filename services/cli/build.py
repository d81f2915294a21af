"""build: from figures to layers, ready to publish."""

from typing import Annotated

import typer

from services.cli.levels import LEVELS, check_level
from services.cli.screen import Data, Home, progress, screen
from services.settings import Settings


def build(
    theme: Annotated[str, typer.Argument(help="The theme, for example 'drugs'.")],
    level: Annotated[
        list[str] | None, typer.Option(help=f"{', '.join(LEVELS)}; may be repeated. Default: the theme's own.")
    ] = None,
    lens: Annotated[str, typer.Option(help="The lens to look through.")] = "basis",
    period: Annotated[
        int | None, typer.Option(help="Year of the figures. Default: the newest that all sources have.")
    ] = None,
    gemeente: Annotated[
        str | None, typer.Option(help="Show this gemeente only (GM0363); the country is computed all the same.")
    ] = None,
    data: Data = None,
    home: Home = None,
) -> None:
    """Build the layers of a theme: figures, scores and zoekgebieden, protected, ready to publish.

    Example: `zicht build drugs --level wijk --lens buitengebied --period 2025`
    """
    from geo.areas import AreaLevel
    from layers.declarations.catalog import load
    from layers.publication.layer import LayerKey
    from services.cli import reports
    from services.jobs.build import build_and_save, open_country

    settings = Settings()
    catalog = load()
    declared = catalog.theme(theme)
    catalog.lens(lens, declared)
    for one in level or ():
        check_level(one)
    levels = [AreaLevel(one) for one in level] if level else [declared.level]
    country = open_country(data or settings.data, catalog)
    with progress() as steps:
        wanted = [LayerKey(theme, one, period or 0, lens, gemeente) for one in levels]
        built = build_and_save(country, wanted, home or settings.home, steps)
    for layer in built:
        screen.print(reports.zoekgebieden(layer))
        screen.print(reports.summary(layer))
    screen.print("Next: `zicht publish`")
