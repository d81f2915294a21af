"""Counts per H3 hexagon, from a file with a row a hexagon, in batches: of any number of hexagons of one resolution."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas
import h3
import numpy as np
import pyarrow as pa
import shapely
from h3ronpy import ContainmentMode, cells_parse, cells_valid
from h3ronpy.vector import wkb_to_cells
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import CRSError

from geo.errors import SourceError, first_few
from geo.messages import Message, message
from geo.polygons import Polygons, cleaned
from geo.statistics.cells import Cells
from geo.statistics.lattice import Whole
from layers.declarations.records import Format
from services.formats import numbers, reader
from services.formats.cells import text
from services.formats.rows import Rows

WGS84 = 4326
DIMENSIONS = 2
"""Of a polygon."""
MOST = 2.0**53
"""Beyond which not every whole number is a number of its own."""
UNREADABLE = (DataSourceError, DataLayerError)
CELL = message("hold no H3 cell, which is written as 8a1f1d48b2effff")
COUNT = message("hold no count, which is a whole number of 0 or more; unknown is not 0")


@dataclass(frozen=True, slots=True)
class CellCounts:
    """H3 indexes of one `resolution`, ascending, each once, and how many there are in each; `outside` is how much of
    the file lies in no hexagon of the region.
    """

    cells: Cells
    counts: Whole
    resolution: int
    outside: int = 0


def read(path: Path, column: str, key: str) -> CellCounts:
    """The counts in `column` by the H3 index in `key`: its 15 or 16 hexadecimal digits, or the number.

    Raises SourceError for what cannot be read, and naming the first rows that hold no cell, no whole number of 0 or
    more, or a cell that stands twice or is of another resolution.
    """
    rows = reader.file(path, Format())
    if missing := [one for one in (key, column) if one not in rows.headers]:
        raise SourceError(
            "{where}: no column {column!r}; it has {headers}",
            where=rows.where, column=missing[0], headers=first_few(rows.headers, 12),
        )  # fmt: skip
    parts = list(_parts(rows, key, column))
    if not parts:
        raise SourceError("{where}: no rows; give a table with a row a hexagon", where=rows.where)
    cells, counts = (np.concatenate(one) for one in zip(*parts, strict=True))
    order = np.argsort(cells)
    cells, counts = cells[order], counts[order]
    if (twice := cells[1:][cells[1:] == cells[:-1]]).size:
        raise SourceError(
            "{where}: {count} hexagons stand twice: {cells}; add up their counts first",
            where=rows.where, count=len(twice), cells=_named(twice),
        )  # fmt: skip
    resolutions = (cells >> np.uint64(52)) & np.uint64(15)
    if (other := resolutions != resolutions[0]).any():
        raise SourceError(
            "{where}: hexagons of resolution {one} and of {other}: {cells}; give those of one resolution",
            where=rows.where, one=int(resolutions[0]), other=int(resolutions[other][0]), cells=_named(cells[other]),
        )  # fmt: skip
    return CellCounts(cells, counts, int(resolutions[0]))


def within(found: CellCounts, region: Path) -> CellCounts:
    """All hexagons whose centre lies in the polygons of a file, in any CRS; 0 where the counts have none.

    Raises SourceError for a file without polygons, or that declares no CRS.
    """
    outlines = _polygons(region)
    inside = wkb_to_cells(
        shapely.to_wkb(outlines), found.resolution, containment_mode=ContainmentMode.ContainsCentroid, flatten=True
    )
    cells = np.unique(np.asarray(inside, dtype=np.uint64))
    if not len(cells):
        raise SourceError("{path}: no centre of a hexagon lies in its polygons; give a larger region", path=region)
    at = np.minimum(np.searchsorted(cells, found.cells), len(cells) - 1)
    there = cells[at] == found.cells
    counts = np.zeros(len(cells), dtype=np.int64)
    counts[at[there]] = found.counts[there]
    return CellCounts(cells, counts, found.resolution, int(found.counts[~there].sum()))


def _polygons(path: Path) -> Polygons:
    """The polygons of a file in longitude and latitude."""
    if not path.is_file():
        raise SourceError("{path}: no such file; give polygons as GeoPackage, GeoJSON or GeoParquet", path=path)
    try:
        table = geopandas.read_parquet(path) if path.suffix == ".parquet" else geopandas.read_file(path)
        polygons = table.geometry
    except (ValueError, OSError, AttributeError, pa.ArrowException, CRSError, *UNREADABLE) as fault:
        raise SourceError("{path}: cannot be read as a file of polygons: {fault}", path=path, fault=fault) from None
    if polygons.crs is None:
        raise SourceError("{path}: declares no CRS; declare it in the file, for example EPSG:3035", path=path)
    outlines: Polygons = cleaned(polygons.dropna().to_crs(WGS84).to_numpy())
    surfaces: Polygons = outlines[shapely.get_dimensions(outlines) == DIMENSIONS]
    return surfaces


def _parts(rows: Rows, key: str, column: str) -> Iterator[tuple[Cells, Whole]]:
    """The cells and counts of each batch."""
    first = 1
    for batch in rows.batches([key, column]):
        cells = _numbers(batch.column(0))
        counts = numbers.amounts(batch.column(1), None)
        _check(rows, batch.column(0), first, np.asarray(cells_valid(cells, booleanarray=True)), CELL)
        whole = np.isfinite(counts) & (counts >= 0) & (counts < MOST) & (counts == np.rint(counts))
        _check(rows, batch.column(1), first, whole, COUNT)
        yield cells, counts.astype(np.int64)
        first += batch.num_rows


def _numbers(column: pa.Array) -> Cells:
    """H3 indexes as numbers, 0 for what is none."""
    if pa.types.is_integer(column.type):
        return np.asarray(column.cast(pa.uint64(), safe=False).fill_null(0))
    cells = pa.array(cells_parse(text(column).cast(pa.string()), set_failing_to_invalid=True))
    return np.asarray(cells.fill_null(0))


def _check(rows: Rows, column: pa.Array, first: int, sound: NDArray[np.bool_], rule: Message) -> None:
    """Raise SourceError naming the rows that are not `sound`; `first` is the number of the first one."""
    if sound.all():
        return
    wrong = np.flatnonzero(~sound)
    examples = first_few(f"{first + at}: {column[int(at)].as_py()!r}" for at in wrong[:5])
    raise SourceError(
        "{where}: {count} rows from row {first} on {rule}; row {examples}",
        where=rows.where, count=len(wrong), first=first + int(wrong[0]), rule=rule, examples=examples,
    )  # fmt: skip


def _named(cells: Cells) -> Message:
    return first_few(h3.int_to_str(int(one)) for one in cells[:5])
