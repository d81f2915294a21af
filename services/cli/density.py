"""density: from points to a surface that shows no house."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.cli.screen import progress, screen


class KernelOption(StrEnum):
    """How a point is smeared out."""

    QUARTIC = "quartic"
    GAUSSIAN = "gaussian"


def density(
    points: Annotated[Path, typer.Argument(help="Points: a GeoParquet, GeoPackage or GeoJSON file.")],
    to: Annotated[Path, typer.Option(help="GeoTIFF to write.")],
    bandwidth: Annotated[float, typer.Option(help="Metres that a point is smeared out over; 250 at least.")] = 500.0,
    cell: Annotated[float, typer.Option(help="Metres that a cell is wide; a tenth to half of the bandwidth.")] = 100.0,
    kernel: Annotated[
        KernelOption, typer.Option(help="The shape: a hill with a foot, or a bell.")
    ] = KernelOption.QUARTIC,
    weight: Annotated[str | None, typer.Option(help="Column with what each point counts for. Default: 1.")] = None,
    layer: Annotated[str | None, typer.Option(help="Layer with the points, where the file has several.")] = None,
) -> None:
    """Make a density surface of points, as a cloud-optimised GeoTIFF. Where few places have points it shows nothing.

    Example: `zicht density meldingen.parquet --bandwidth 500 --cell 100 --to dichtheid.tif`
    """
    from geo.densities import Kernel
    from services.jobs.density import surface

    with progress() as steps:
        told = surface(points, to, Kernel(bandwidth, cell, kernel.value), weight, steps, layer)
    for line in told:
        screen.print(line, markup=False, soft_wrap=True)
