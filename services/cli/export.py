"""export: a release as a file of another kind."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.cli.screen import Home, screen
from services.settings import Settings


class Export(StrEnum):
    """What a release can be exported to."""

    FOLIUM = "folium"
    GEOPACKAGE = "geopackage"
    TABLE = "table"


def export(
    kind: Annotated[Export, typer.Argument(help="What to make of the release.")],
    path: Annotated[Path | None, typer.Argument(help="File to write. Default: in ZICHT_HOME.")] = None,
    home: Home = None,
) -> None:
    """Write the current release as a Folium map (html), a GeoPackage for QGIS or a table for a spreadsheet (csv).

    Example: `zicht export geopackage zicht.gpkg`
    """
    from services.jobs.export import export as export_

    home = home or Settings().home
    names = {Export.FOLIUM: "kaart.html", Export.GEOPACKAGE: "zicht.gpkg", Export.TABLE: "zoekgebieden.csv"}
    target = path or home / names[kind]
    export_(kind, home, target)
    screen.print(f"{target} written ({target.stat().st_size / 1e6:.1f} MB)")
