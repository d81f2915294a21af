"""hotspots: hexagons that stand out with their neighbours, of whatever part of the world."""

from pathlib import Path
from typing import Annotated

import typer

from layers.messages import say
from services.cli.screen import progress, screen


def hotspots(
    counts: Annotated[Path, typer.Argument(help=say("A row a hexagon with its count: Parquet or CSV."))],
    to: Annotated[Path, typer.Option(help=say("Parquet file to write."))],
    column: Annotated[str, typer.Option(help=say("Column with the counts."))] = "aantal",
    key: Annotated[str, typer.Option(help=say("Column with the H3 cells."))] = "h3",
    within: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "Polygons in any CRS: every hexagon in them is searched, with 0 where the file has none. Default: "
                "the hexagons of the file only."
            )
        ),
    ] = None,
    max_q: Annotated[
        float, typer.Option(help=say("The share of false alarms among what stands out."), min=0, max=1)
    ] = 0.05,
) -> None:
    """Find the hexagons where counts are high together with those around them (Gi*, exact), of millions at once.

    For counts of any country, or of several: nothing in it is Dutch. Each hexagon gets its neighbours that were
    searched, z, p, q (Benjamini-Hochberg) and whether it stands out. It compares counts as they are: where more people
    live there is more of everything. Counts go in and out unprotected: the file must not be published as it is.

    Example: `zicht hotspots meldingen.parquet --within benelux.gpkg --to opvallend.parquet`
    """
    from services.jobs.hotspots import HotspotRequest
    from services.jobs.hotspots import hotspots as hotspots_

    with progress() as steps:
        found = hotspots_(HotspotRequest(counts, column, key, to, within, max_q), steps)
    lines = [
        say(
            "{file} written: {searched:,} hexagons, of which {tested:,} have neighbours and {hot:,} stand out (q up to "
            "{max_q:g})",
            file=str(to), searched=found.searched, tested=found.tested, hot=found.hot, max_q=max_q,
        )
    ]  # fmt: skip
    if found.outside:
        lines.append(say("counted outside the region, and left out: {count:,}", count=found.outside))
    for line in lines:
        screen.print(line, markup=False, soft_wrap=True)
