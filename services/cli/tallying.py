"""tally: a municipality's own records to counts per area."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.making import LEVELS
from services.cli.screen import Commands, Data, complaints, progress, screen
from services.settings import Settings


def tally(
    source: Annotated[Path, typer.Argument(help="A source with [records], as one TOML file.")],
    level: Annotated[str, typer.Option(help=f"Areas to count in: {', '.join(LEVELS)}.")] = "buurt",
    to: Annotated[Path | None, typer.Option(help="File to write: .csv or .parquet. Default: only show.")] = None,
    data: Data = None,
    mirror: Annotated[Path | None, typer.Option(help="Folder where answers of PDOK are kept (ZICHT_CACHE).")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Look up addresses in the mirror only.")] = False,  # noqa: FBT002
) -> None:
    """Count a municipality's own records per area, and list every row that could not be counted.

    The counts are not protected and must not be published as they are: a theme that reads the source protects them.
    Paths in the source lie below the folder of the file itself.

    Example: `zicht tally meldingen.toml --level h3-9 --to meldingen.csv`
    """
    from geo.areas import AreaLevel
    from geo.errors import SourceError, UnknownNameError
    from layers.catalog import load
    from layers.declarations import read
    from layers.sources import SourceDeclaration
    from services import tables
    from services.pipeline import open_country
    from services.records.tally import Door
    from services.records.tally import tally as tally_
    from services.web.client import Client

    if level not in LEVELS:
        raise UnknownNameError("level", level, LEVELS)
    if not source.is_file():
        raise SourceError(f"{source}: no such file; give a source with [records]: see layers/records.py")
    if to is not None and to.suffix not in {".csv", ".parquet"}:
        raise SourceError(f"{to}: counts are written as .csv or .parquet; name one of these")
    settings, declared = Settings(), read(source, SourceDeclaration)
    listed = None if to is None else to.with_name(f"{to.stem}-niet-geteld.csv")
    client = Client(mirror or settings.cache, offline=offline, gateway=settings.gateway, told=complaints.print)
    with progress() as steps:
        steps("areas")
        areas = open_country(data or settings.data, load(), declared.vintage).areas(AreaLevel(level))
        steps("searching for persons")
        door = Door(
            source.parent, settings.postgis, client, listed,
            lambda rows: steps(f"{rows:,} rows"), lambda done, whole: steps(f"PDOK: {done:,} of {whole:,} answers"),
        )  # fmt: skip
        counted = tally_(declared, areas, door)
    if to is not None:
        tables.written_counts(counted.table, to)
    screen.print(tables.tallied(declared, counted, to, listed))


COMMANDS: Commands = (tally,)
