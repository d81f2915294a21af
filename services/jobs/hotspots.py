"""hotspots: from counts per hexagon to what stands out with its neighbours, for as many hexagons as there are."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
from h3ronpy import cells_to_string
from numpy.typing import NDArray

from geo.errors import SourceError
from geo.statistics.cells import CellResult, getis_ord_of_cells
from geo.statistics.lattice import Floats
from geo.statistics.significance import benjamini_hochberg
from layers.messages import say
from services.files import whole_file
from services.sources import cells
from services.sources.cells import CellCounts

BLOCK = 1_000_000
"""Rows that are written at once."""


@dataclass(frozen=True, slots=True)
class HotspotRequest:
    """What a user asks for.

    Attributes:
        counts: the file, with a row a hexagon.
        column: with the counts; `key` that with the H3 cells.
        to: the Parquet file to write.
        region: a file of polygons in which every hexagon is searched; None for those of the counts only.
        max_q: the q up to which a hexagon stands out.
    """

    counts: Path
    column: str
    key: str
    to: Path
    region: Path | None = None
    max_q: float = 0.05


@dataclass(frozen=True, slots=True)
class Hotspots:
    """How many hexagons were searched, had a neighbour and stand out; and what of the counts lay outside the region."""

    searched: int
    tested: int
    hot: int
    outside: int


def hotspots(request: HotspotRequest, steps: Callable[[str], None]) -> Hotspots:
    """Search, and write a row a hexagon. Raises ZichtErrors for what a user can correct."""
    if request.to.suffix != ".parquet":
        raise SourceError("{to}: hotspots are written as .parquet; name one", to=request.to)
    steps(say("reading {file}", file=request.counts.name))
    found = cells.read(request.counts, request.column, request.key)
    if request.region is not None:
        steps(say("hexagons in {file}", file=request.region.name))
        found = cells.within(found, request.region)
    steps(say("searching {count:,} hexagons", count=len(found.cells)))
    result = getis_ord_of_cells(found.cells, found.counts)
    q = benjamini_hochberg(result.p)
    steps(say("writing {file}", file=request.to.name))
    _write(found, result, q, request)
    tested, hot = int(np.isfinite(q).sum()), int((q <= request.max_q).sum())
    return Hotspots(len(found.cells), tested, hot, found.outside)


def _write(found: CellCounts, result: CellResult, q: Floats, request: HotspotRequest) -> None:
    """The whole file or nothing."""
    numbers: dict[str, NDArray[np.generic]] = {
        "aantal": found.counts, "buren": result.neighbors, "z": result.statistic, "p": result.p, "q": q,
    }  # fmt: skip
    with whole_file(request.to) as unfinished:
        writer = None
        for first in range(0, len(found.cells), BLOCK):
            part = slice(first, first + BLOCK)
            columns = {name: pa.array(one[part], from_pandas=True) for name, one in numbers.items()}
            hot = pa.array(q[part] <= request.max_q, mask=np.isnan(q[part]))
            table = pa.table({"h3": pa.array(cells_to_string(found.cells[part])), **columns, "opvallend": hot})
            writer = writer or pyarrow.parquet.ParquetWriter(unfinished, table.schema, compression="zstd")
            writer.write_table(table)
        if writer is not None:
            writer.close()
