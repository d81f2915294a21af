"""density: from points to a surface that shows no single house."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from layers.messages import say
from services.cli.screen import progress, screen


class KernelOption(StrEnum):
    """The shape of the kernel."""

    QUARTIC = "quartic"
    GAUSSIAN = "gaussian"


def density(
    points: Annotated[Path, typer.Argument(help=say("Points: a GeoParquet, GeoPackage or GeoJSON file."))],
    to: Annotated[Path, typer.Option(help=say("GeoTIFF to write."))],
    bandwidth: Annotated[float, typer.Option(help=say("Bandwidth of the kernel in metres; 250 at least."))] = 500.0,
    cell: Annotated[
        float, typer.Option(help=say("Metres that a cell is wide; a tenth to half of the bandwidth."))
    ] = 100.0,
    kernel: Annotated[
        KernelOption, typer.Option(help=say("Shape of the kernel: quartic ends at the bandwidth, gaussian fades."))
    ] = KernelOption.QUARTIC,
    weight: Annotated[str | None, typer.Option(help=say("Column with the weight of each point. Default: 1."))] = None,
    layer: Annotated[str | None, typer.Option(help=say("Layer with the points, where the file has several."))] = None,
) -> None:
    """Make a density surface of points, as a cloud-optimised GeoTIFF. Where few places have points it shows nothing.

    Example: `zicht density meldingen.parquet --bandwidth 500 --cell 100 --to dichtheid.tif`
    """
    from geo.densities import Kernel
    from services.jobs.density import surface

    with progress() as steps:
        summary = surface(points, to, Kernel(bandwidth, cell, kernel.value), weight, steps, layer)
    for line in summary:
        screen.print(say(line), markup=False, soft_wrap=True)
