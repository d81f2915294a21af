"""export: a release as a file of another kind."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from layers.messages import say
from services.cli.screen import Home, progress, screen
from services.registry import EXPORTERS, SITES

if TYPE_CHECKING:
    Export = StrEnum
else:  # every exporter that is registered, by its name
    Export = StrEnum("Export", {name.upper(): name for name in (*EXPORTERS, *SITES)})


def export(
    kind: Annotated[Export, typer.Argument(help=say("What to make of the release."))],
    path: Annotated[
        Path | None, typer.Argument(help=say("File or folder to write. Default: in the folder of the release."))
    ] = None,
    home: Home = None,
) -> None:
    """Write the current release as a Folium map (html), a GeoPackage for QGIS or a table for a spreadsheet (csv).

    Or, by `static`, as a folder for a server of files: what is for everyone, as a map, GeoParquet, FlatGeobuf, PMTiles.

    Example: `zicht export geopackage zicht.gpkg`
    """
    from services.jobs.export import export as export_
    from services.jobs.serve import home_to_read

    if kind in SITES:
        _site(home_to_read(home), path)
        return
    target = export_(kind, home_to_read(home), path)
    screen.print(escape(say("{path} written ({size:.1f} MB)", path=target, size=target.stat().st_size / 1e6)))


def _site(home: Path, path: Path | None) -> None:
    from services.jobs import site

    with progress() as steps:
        target = site.export(home, path, steps)
    sizes = [file.stat().st_size for file in target.iterdir()]
    size = sum(sizes) / 1e6
    screen.print(escape(say("{path} written: {count} files ({size:.1f} MB)", path=target, count=len(sizes), size=size)))
