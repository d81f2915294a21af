"""tally: a municipality's own records to counts per area."""

from pathlib import Path
from typing import Annotated

import typer

from layers.messages import say
from services.cli.building import Engine
from services.cli.levels import LEVELS, check_level
from services.cli.screen import Data, complaints, progress, screen
from services.settings import Settings


def tally(
    source: Annotated[
        Path,
        typer.Argument(help=say("A source with [records], [raster] or [squares]: a TOML file. With --init: data.")),
    ],
    level: Annotated[str, typer.Option(help=say("Areas to count in: {levels}.", levels=", ".join(LEVELS)))] = "buurt",
    to: Annotated[Path | None, typer.Option(help=say("File to write: .csv or .parquet. Default: only show."))] = None,
    data: Data = None,
    mirror: Annotated[
        Path | None, typer.Option(help=say("Folder where answers of PDOK are cached (ZICHT_CACHE)."))
    ] = None,
    drawn: Annotated[
        Path | None, typer.Option("--map", help=say("HTML file in which the counts are drawn, areas only."))
    ] = None,
    engine: Engine = None,
    init: Annotated[bool, typer.Option("--init", help=say("Write a source that reads this file, to fill in."))] = False,  # noqa: FBT002
    plan: Annotated[bool, typer.Option("--plan", help=say("Only say what it will read, and what that costs."))] = False,  # noqa: FBT002
    offline: Annotated[bool, typer.Option("--offline", help=say("Look up addresses in the mirror only."))] = False,  # noqa: FBT002
) -> None:
    """Count a municipality's own records per area, and list every row that could not be counted.

    The counts are not protected and must not be published as they are: a theme that reads the source protects them.
    Paths in the source lie below the folder of the file itself.

    In the source, where its file asks for it: `max_lost = 0.1` in [records] is the share of rows without place or year
    that may be lost (else 0.05); `zone = "UTC"` in [records.period] is that of moments that name none (else the clock
    here); `header_row = 3` in [records.format] is the row with the names of columns, where a title stands above it.

    `--init` looks at a file, or with `postgis:schema.table` at a table of the database in ZICHT_POSTGIS.

    Example: `zicht tally --init meldingen.xlsx`, then `zicht tally meldingen.toml --level h3-9 --to meldingen.csv`
    """
    from geo.areas import AreaLevel
    from services.cli import reports
    from services.jobs.tally import TallyRequest
    from services.jobs.tally import tally as tally_

    check_level(level)
    settings = Settings()
    if init:
        _begin(source, data or settings.data)
        return
    if plan:
        from services.cli import tally_reports
        from services.jobs.tally_plan import planned

        screen.print(tally_reports.planned(planned(source, engine or settings.engine)))
        return
    request = TallyRequest(
        source,
        AreaLevel(level),
        to,
        data or settings.data,
        mirror or settings.cache,
        offline,
        drawn,
        engine or settings.engine,
    )
    with progress() as steps:
        result = tally_(request, steps, complaints.print)
    screen.print(reports.tallied(result, to, drawn))


def _begin(file: Path, data: str) -> None:
    """Write a declaration and say what is still to be filled in."""
    from services.jobs.propose import propose

    proposed = propose(file, data)
    screen.print(
        say("{path} is written: open it and change what you like", path=str(proposed.path)),
        markup=False,
        soft_wrap=True,
    )
    newest = say("Counted in the boundaries of {vintage}, the newest at hand", vintage=proposed.vintage)
    screen.print(newest, markup=False, soft_wrap=True)
    if proposed.empty:
        left = say("Still to be filled in: {fields}", fields=", ".join(proposed.empty))
        screen.print(left, markup=False, soft_wrap=True)
    screen.print(say("Next: `zicht tally {path}`", path=str(proposed.path)), markup=False, soft_wrap=True)
