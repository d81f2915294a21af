"""zicht: check, build, publish, serve, export, layers, demo. What a user types, and what a user reads back.

Exit codes: 0 done, 1 a fault the user can mend (one message, no traceback), 2 wrong usage.

A command imports what it needs when it runs: pandas and pygeoapi take seconds, and `--help` must answer at once.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from geo.errors import UnknownNameError, ZichtError
from services.settings import Settings

LEVELS = ("buurt", "wijk", "h3-8", "h3-9")
ENVIRONMENT = """
Settings in the environment: ZICHT_HOME (folder of layers and releases, output/demo), ZICHT_DATA (a folder of real open
data, or testland), ZICHT_CONFIG (the pygeoapi configuration, pygeoapi-config.yml).
"""

app = typer.Typer(
    name="zicht",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Find kansrijke zoekgebieden and publish them as a map, an API and files.\n\n"
    "A first map, of the made-up country Testland: `zicht demo`\n\n" + ENVIRONMENT,
)
screen = Console()
complaints = Console(stderr=True)


class Kind(StrEnum):
    """What a release can be exported to."""

    FOLIUM = "folium"
    GEOPACKAGE = "geopackage"
    TABLE = "table"


Home = Annotated[Path | None, typer.Option(help="Folder with built layers and releases (ZICHT_HOME).")]
Data = Annotated[str | None, typer.Option(help="Folder of real open data, or 'testland' (ZICHT_DATA).")]
Config = Annotated[Path | None, typer.Option(help="The pygeoapi configuration (ZICHT_CONFIG).")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]


@app.command()
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
    screen.print(tables.declared(catalog))


@app.command("build")
def build_(
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


@app.command()
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


@app.command()
def serve(
    port: Port = 5000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    home: Home = None,
    config: Config = None,
) -> None:
    """Serve the API and the map of the current release until Ctrl-C.

    Example: `zicht serve --port 8080`
    """
    from services import release, tables
    from services.ogc.app import serve as serve_

    settings = Settings()
    home = home or settings.home
    release.current(home)
    screen.print(tables.addresses(host, port))
    serve_(home, config or settings.config, host, port)


@app.command()
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


@app.command()
def layers(home: Home = None) -> None:
    """Show what is published.

    Example: `zicht layers`
    """
    from services import release, tables

    screen.print(tables.published(release.current(home or Settings().home)))


@app.command()
def demo(
    real: Annotated[str | None, typer.Option(help="Folder of real open data. Default: Testland, made up.")] = None,
    gemeente: Annotated[str, typer.Option(help="With --real: a gemeente (GM0344) or NL.")] = "GM0363",
    serve: Annotated[bool, typer.Option(help="Serve API and map until Ctrl-C.")] = True,  # noqa: FBT002
    port: Port = 5000,
    home: Home = None,
) -> None:
    """Do the main job once: build theme drugs, publish it and serve it.

    Example: `zicht demo --real ../shared/data --gemeente GM0344`
    """
    from services import demo as demonstration
    from services import tables

    with progress() as steps:
        shown = demonstration.make(real, gemeente, home, steps)
    for part in shown.report():
        screen.print(part)
    if serve:
        from services.ogc.app import serve as serve_

        screen.print(tables.addresses("127.0.0.1", port))
        serve_(shown.home, shown.config, "127.0.0.1", port)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A line that says what is being done and for how long; nothing where output is not a screen."""
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=complaints, transient=True
    )
    with bar:
        task = bar.add_task("start")
        yield lambda doing: bar.update(task, description=doing)


def main() -> None:
    """Run the command; a fault the user can mend ends in one message and exit code 1."""
    try:
        app()
    except ZichtError as fault:
        complaints.print(f"[bold red]error:[/] {escape(str(fault))}", highlight=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
