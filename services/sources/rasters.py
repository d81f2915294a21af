"""A raster as a source: what lies of it in each area.

It is one file, or a folder with the tiles of a mosaic, each of which is a part (services.sources.raster_part): read by
whom it may be, and added up exactly, so that what is delivered is the same to the bit however the raster is cut up, and
whoever reads it. Tiles have the same cells, and no cell is in two of them: which of the two would count is not for us
to say.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from boundaries.rd import RD_NEW, check_dutch
from geo.areas import AreaFrame
from geo.errors import SourceError, first_few
from geo.messages import Message, message
from geo.rasters import COVERED, VALID, ZonalSums
from layers.declarations.rasters import Raster
from layers.declarations.sources import SourceDeclaration
from layers.messages import say
from layers.method.ports import Delivered
from services.ports import Engine, Part
from services.sources.parts import Unreadable, check_some_read, digest_of, files_of
from services.sources.raster_part import FileSums, RasterPart, takes_of

RASTERS = (".tif", ".tiff")
"""How files of a folder end that are read."""

OUTSIDE = 1e-3
"""Share of an area that may lie outside the raster: the coast of one file is not that of another."""

HALF = 0.5
"""Share of an area with a value below which its figure is noted."""


def zonal(declaration: SourceDeclaration, areas: AreaFrame, root: Path, engine: Engine) -> Delivered:
    """The declared columns for every area; NaN where no cell has a value, counted in the notes.

    Raises SourceError for a file that cannot be read or has no such band, no CRS or a turned grid, for files of which
    the cells do not fit together, and for a raster that covers none of the areas, or less than all without saying so.
    """
    check_dutch(areas, message("a raster"))
    raster = declaration.raster
    if raster is None:
        raise SourceError("source {id!r}: declares no [raster]", id=declaration.id)
    where, paths = files_of(raster.path, root, RASTERS)
    work = RasterPart(raster, areas, root if engine.streams else root.absolute())
    takes = takes_of(raster)
    sums, files, unreadable = ZonalSums.none(np.arange(len(areas)), takes), list[FileSums](), dict[str, Message]()
    for found in engine.tally(work, (Part(number, path) for number, path in enumerate(paths))):
        if isinstance(found, Unreadable):
            unreadable[found.where] = found.why
            continue
        _check_beside(found, files)
        sums = sums.with_added(found.sums)
        files.append(found.without_sums())
    check_some_read(where, unreadable, len(paths))
    first = files[0]
    figures = sums.table(takes, shapely.area(work.placed(first.crs, first.lattice))).set_axis(areas.ids)
    outside = ~(figures[COVERED].to_numpy() >= 1 - OUTSIDE)
    _check_outside(files, raster, areas.ids[outside], len(areas), where)
    table = figures[[*raster.column]]
    table[outside] = np.nan
    notes = (
        *_left_out(unreadable), *_of_nodata(files, raster), *_notes(figures[VALID].to_numpy(), outside, sums.infinite),
        *_empty_shares(table, raster),
    )  # fmt: skip
    digests = digest_of([one.where for one in files], [one.sha256 for one in files])
    return Delivered(table, raster.path, sum(one.cells for one in files), digests, notes)


def _check_beside(one: FileSums, others: Sequence[FileSums]) -> None:
    """Raise SourceError for a file of which the cells are not those of the other files, or are theirs already."""
    if not others:
        return
    first = others[0]
    if one.crs != first.crs or not one.lattice.is_that_of(first.lattice):
        raise SourceError(
            "{where}: its cells are not on the grid of {first}: {crs}, {width:g} by {height:g}, beside {other_crs}, "
            "{other_width:g} by {other_height:g}, or lie between those; give files of one grid: gdalwarp "
            "-t_srs -tr -tap",
            where=one.where, first=first.where, crs=one.called, width=one.lattice.width, height=one.lattice.height,
            other_crs=first.called, other_width=first.lattice.width, other_height=first.lattice.height,
        )  # fmt: skip
    west, south, east, north = np.array([other.bounds for other in others]).T
    wide = np.minimum(east, one.bounds[2]) - np.maximum(west, one.bounds[0])
    high = np.minimum(north, one.bounds[3]) - np.maximum(south, one.bounds[1])
    both = np.where((wide > 0) & (high > 0), wide * high, 0)
    if both.any():
        other = int(np.flatnonzero(both)[0])
        raise SourceError(
            "{where}: {count} of its cells are in {other} too, and would count twice; cut the files so that none "
            "overlaps another: gdal_translate -projwin",
            where=one.where, count=int(both[other]), other=others[other].where,
        )  # fmt: skip


def _check_outside(files: Sequence[FileSums], raster: Raster, outside: pd.Index, areas: int, where: str) -> None:
    if len(outside) == areas:
        extents = np.array([one.extent for one in files])
        west, south, east, north = (f"{one:.6g}" for one in (*extents[:, :2].min(axis=0), *extents[:, 2:].max(axis=0)))
        raise SourceError(
            "{path}: covers none of the {areas} areas whole; it declares {crs} and runs from ({west}, {south}) to "
            "({east}, {north}); if that CRS is wrong, correct it: gdal_edit.py -a_srs EPSG:{rd} {name}; else "
            "give a raster of these areas",
            path=where,
            areas=areas,
            crs=files[0].called,
            west=west,
            south=south,
            east=east,
            north=north,
            rd=RD_NEW,
            name=Path(where).name,
        )
    if len(outside) and raster.covers == "all":
        raise SourceError(
            "{path}: covers less than the areas: {count} of {areas} lie outside for more than {share:.1%}: "
            "{codes}; give a larger raster, or declare covers = 'part'",
            path=where,
            count=len(outside),
            areas=areas,
            share=OUTSIDE,
            codes=first_few(outside),
        )


def _left_out(unreadable: Mapping[str, Message]) -> Iterator[str]:
    """What is lacking, in sight."""
    for why in unreadable.values():
        yield say("WARNING: a file is left out, and areas that it lies under are unknown: {why}", why=why)


def _of_nodata(files: Sequence[FileSums], raster: Raster) -> Iterator[str]:
    """Files that do not say what cells without a value hold, where others do."""
    silent = [one.where for one in files if one.nodata is None]
    said = sorted({one.nodata for one in files if one.nodata is not None})
    if silent and said and raster.nodata is None:
        yield say(
            "WARNING: {count} of {whole} files do not say what cells without a value hold, where others say "
            "{nodata}: {files}; such cells there count as values; declare nodata in [raster]",
            count=len(silent), whole=len(files), nodata=", ".join(f"{one:g}" for one in said),
            files=first_few(silent),
        )  # fmt: skip


def _notes(valid: NDArray[np.float64], outside: NDArray[np.bool_], infinite: int) -> tuple[str, ...]:
    """What the raster could not tell, counted."""
    counted = (
        (message("outside the raster, unknown"), outside),
        (message("without a cell with a value, unknown"), (valid == 0) & ~outside),
        (message("with a value on less than half of the surface"), (valid > 0) & (valid < HALF) & ~outside),
    )
    areas = [
        say("{what}: {count} of {whole}", what=what, count=int(which.sum()), whole=len(valid))
        for what, which in counted if which.any()
    ]  # fmt: skip
    cells = (
        [say("cells with an infinite value, or one beyond 1e38, read as without a value: {count}", count=infinite)]
        if infinite
        else []
    )
    return *areas, *cells


def _empty_shares(table: pd.DataFrame, raster: Raster) -> tuple[str, ...]:
    """The shares that are 0 everywhere: their classes may be mistyped."""
    return tuple(
        say(
            "{column}: no cell in these areas has a value of {classes}, so that its share is 0 everywhere; see whether "
            "the classes are those of this raster",
            column=name, classes=", ".join(f"{one:g}" for one in taken.classes),
        )
        for name, taken in raster.column.items()
        if taken.take == "share" and not (table[name] > 0).any()
    )  # fmt: skip
