"""check, build, publish, export, layers: from declarations to a release and what is made of it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from geo.errors import UnknownNameError, ZichtError
from services.cli.screen import Commands, Config, Data, Home, progress, screen
from services.settings import Settings

LEVELS = ("buurt", "wijk", "gemeente", "h3-7", "h3-8", "h3-9", "h3-10")


class Kind(StrEnum):
    """What a release can be exported to."""

    FOLIUM = "folium"
    GEOPACKAGE = "geopackage"
    TABLE = "table"


def check(
    folder: Annotated[Path | None, typer.Argument(help="A folder with themes/, lenses/, sources/.")] = None,
) -> None:
    """Read all themes, lenses and sources and name every fault at once.

    Example: `zicht check`, or `zicht check my-layers` before putting them in place
    """
    from layers.catalog import load
    from services import tables

    if folder is not None and not folder.is_dir():
        raise ZichtError(f"{folder}: no such folder; it must hold themes/, lenses/ and sources/")
    catalog = load(folder)
    if not catalog.digests:
        raise ZichtError(f"{folder}: declares nothing; it must hold themes/, lenses/ or sources/ with a file in TOML")
    screen.print(tables.declared(catalog))


def build(
    theme: Annotated[str, typer.Argument(help="The theme, for example 'drugs'.")],
    level: Annotated[
        list[str] | None, typer.Option(help=f"{', '.join(LEVELS)}; may be repeated. Default: the theme's own.")
    ] = None,
    lens: Annotated[str, typer.Option(help="The lens to look through.")] = "basis",
    period: Annotated[int | None, typer.Option(help="Year of the figures. Default: the first there is.")] = None,
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
    from layers.catalog import load
    from layers.layer import LayerKey
    from services import tables, workspace
    from services.pipeline import build_all, open_country

    settings = Settings()
    catalog = load()
    declared = catalog.theme(theme)
    catalog.lens(lens, declared)
    if strange := [one for one in level or () if one not in LEVELS]:
        raise UnknownNameError("level", strange[0], LEVELS)
    levels = [AreaLevel(one) for one in level] if level else [declared.level]
    country = open_country(data or settings.data, catalog)
    with progress() as steps:
        built = build_all(country, [LayerKey(theme, one, period or 0, lens, gemeente) for one in levels], steps)
    for layer in built:
        workspace.save(layer, home or settings.home)
        screen.print(tables.zoekgebieden(layer))
        screen.print(tables.summary(layer))
    screen.print("Next: `zicht publish`")


def publish(
    check: Annotated[bool, typer.Option("--check", help="Only say whether the configuration is current.")] = False,  # noqa: FBT002
    home: Home = None,
    config: Config = None,
) -> None:
    """Publish all built layers as one release, and write the `resources` of the pygeoapi configuration.

    Example: `zicht publish`, and in CI `zicht publish --check`
    """
    from layers.catalog import load
    from services import release, tables
    from services.ogc import config as ogc
    from services.publication import publish_all, resources_of

    settings = Settings()
    home, config = home or settings.home, config or settings.config
    if check:
        told = ogc.difference(config, resources_of(home, release.current(home)))
        if told:
            raise ZichtError(f"{config}: not current: {told}; run `zicht publish`")
        screen.print(f"{config} is current")
        return
    with progress() as steps:
        folder = publish_all(home, config, load(), steps)
    screen.print(tables.released(folder))


def export(
    kind: Annotated[Kind, typer.Argument(help="What to make of the release.")],
    path: Annotated[Path | None, typer.Argument(help="File to write. Default: in ZICHT_HOME.")] = None,
    home: Home = None,
) -> None:
    """Write the current release as a Folium map (html), a GeoPackage for QGIS or a table for a spreadsheet (csv).

    Example: `zicht export geopackage zicht.gpkg`
    """
    from services import release
    from services.registry import EXPORTERS, adapter

    home = home or Settings().home
    names = {Kind.FOLIUM: "kaart.html", Kind.GEOPACKAGE: "zicht.gpkg", Kind.TABLE: "zoekgebieden.csv"}
    target = path or home / names[kind]
    adapter("exporter", EXPORTERS, kind)(release.collections(release.current(home)), target)
    screen.print(f"{target} written ({target.stat().st_size / 1e6:.1f} MB)")


def layers(home: Home = None) -> None:
    """Show what is published.

    Example: `zicht layers`
    """
    from services import release, tables

    screen.print(tables.published(release.current(home or Settings().home)))


COMMANDS: Commands = (check, build, publish, export, layers)
