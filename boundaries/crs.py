"""Polygons to RD New, and a CRS that is wrong or absent caught by where the coordinates lie.

Ranges of coordinates of the Netherlands hardly overlap between the systems that are in use here, so numbers show which
system they are in. They are only believed where nothing else is declared: a boundary file without a CRS that lies in RD
is read as RD, with a note. A file that declares one CRS and lies in another is refused, since one of the two is a
mistake and only its maker knows which.
"""

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError, ProjError

from boundaries.rd import RD_BOUNDS, RD_NEW, Box
from geo.errors import AreaError, first_few
from geo.messages import Message, message

Floats = NDArray[np.float64]

NEARLY = 0.9
"""Of points, of which a few may be strays, the share that must lie in the Netherlands for a system to be theirs."""

SYSTEMS: tuple[tuple[Message, Box], ...] = (
    (message("RD New (EPSG:28992)"), RD_BOUNDS),
    (message("RD New in kilometres (EPSG:28992 times 1,000; give them in metres)"), (10.0, 300.0, 280.0, 650.0)),
    (message("longitude and latitude (EPSG:4326)"), (2.0, 50.0, 8.0, 56.0)),
    (message("latitude before longitude (swap the two and declare EPSG:4326)"), (50.0, 2.0, 56.0, 8.0)),
    (message("Web Mercator (EPSG:3857)"), (220_000.0, 6_440_000.0, 890_000.0, 7_560_000.0)),
    (message("UTM zone 31 north (EPSG:25831)"), (430_000.0, 5_560_000.0, 830_000.0, 6_210_000.0)),
)
"""What the Netherlands' coordinates are, west, south, east and north, in the systems in use; wide, with the sea."""

UNDECLARED = message(
    "the boundary file declares no coordinate system; its coordinates lie in RD (EPSG:28992) and are read as such"
)


def in_rd(table: geopandas.GeoDataFrame, where: str) -> tuple[geopandas.GeoDataFrame, tuple[Message, ...]]:
    """The areas (column `code`) in RD New, without heights; and a note where that is more than was declared.

    Raises AreaError where an area has no polygon, and where a CRS is absent or wrong: with what the coordinates are.
    """
    empty = table.geometry.isna() | table.geometry.is_empty
    if empty.any():
        raise AreaError(
            "{where}: {count} areas have no polygon: {codes}",
            where=where, count=int(empty.sum()), codes=first_few(table["code"][empty]),
        )  # fmt: skip
    flat = table.set_geometry(shapely.force_2d(table.geometry.to_numpy()), crs=table.crs)
    # A drawing says that its CRS is "engineering": metres from nowhere.
    if flat.crs is None or flat.crs.is_engineering:
        return _undeclared(flat, where), (UNDECLARED,)
    try:
        placed = flat.to_crs(RD_NEW)
    except (CRSError, ProjError) as fault:
        raise AreaError(
            "{where}: declared {crs!r}, which cannot be turned into RD New: {fault}",
            where=where, crs=flat.crs.name, fault=str(fault),
        ) from None  # fmt: skip
    _check_inside(placed, flat, where)
    return placed, ()


def within(x: Floats, y: Floats, box: Box) -> NDArray[np.bool_]:
    """Which points lie in the box; one without finite coordinates lies nowhere."""
    west, south, east, north = box
    inside: NDArray[np.bool_] = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return inside


def system_of(x: Floats, y: Floats) -> Message | None:
    """In which system nearly all of these points lie in the Netherlands; None where in none that we know."""
    if within(y, x, RD_BOUNDS).mean() > NEARLY:
        return message("RD New with y before x (swap the two and declare EPSG:28992)")
    return next((name for name, box in SYSTEMS if within(x, y, box).mean() > NEARLY), None)


def _undeclared(table: geopandas.GeoDataFrame, where: str) -> geopandas.GeoDataFrame:
    if not _inside(table, RD_BOUNDS).all():
        raise AreaError(
            "{where}: polygons declare no CRS, {extent}; declare it in the file, for example with "
            "ogr2ogr -a_srs EPSG:4326 declared.gpkg this-file",
            where=where, extent=_extent(table),
        )  # fmt: skip
    return table.set_crs(RD_NEW, allow_override=True)


def _check_inside(placed: geopandas.GeoDataFrame, table: geopandas.GeoDataFrame, where: str) -> None:
    inside = _inside(placed, RD_BOUNDS)
    if inside.all():
        return
    declared = table.crs.to_string() if table.crs.to_epsg() is None else f"EPSG:{table.crs.to_epsg()}"
    if inside.any():
        raise AreaError(
            "{where}: {count} of {total} areas lie outside the Netherlands: {codes}; correct their polygons or leave "
            "them out",
            where=where, count=int(np.sum(~inside)), total=len(table), codes=first_few(table["code"][~inside]),
        )  # fmt: skip
    raise AreaError(
        "{where}: declared {declared}, but then it lies outside the Netherlands; {extent}; the declared CRS is "
        "wrong: declare the right one, for example with ogr2ogr -a_srs EPSG:28992 declared.gpkg this-file",
        where=where, declared=declared, extent=_extent(table),
    )  # fmt: skip


def _inside(table: geopandas.GeoDataFrame, box: Box) -> NDArray[np.bool_]:
    """Which areas lie in the box; one with coordinates that are not finite lies nowhere."""
    west, south, east, north = table.geometry.bounds.to_numpy().T
    return within(west, south, box) & within(east, north, box)


def _extent(table: geopandas.GeoDataFrame) -> Message:
    """From where to where the coordinates run, and in which system those of the Netherlands do."""
    west, south, east, north = (f"{edge:.6g}" for edge in table.total_bounds)
    extent = message(
        "its coordinates run from ({west}, {south}) to ({east}, {north})", west=west, south=south, east=east,
        north=north,
    )  # fmt: skip
    system = next((name for name, box in SYSTEMS if _inside(table, box).all()), None)
    if system is None:
        return message("{extent}, which is nowhere we know", extent=extent)
    return message("{extent} as those of the Netherlands do in {system}", extent=extent, system=system)
