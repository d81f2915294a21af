"""What a tally will read, and what that costs by each engine, said before it is done; nothing is counted.

What this computer takes was measured by `tests/benchmarks/test_costs.py` on two cores of a server that did much other
work, which makes processors look slower: rows of six columns, three counts, in the 14,567 buurten of 2024; and by
hand of 1, 10 and 100 million rows of Parquet: 7, 13 and 75 s of processor. Of a raster it is one run by hand, mean
and sum of 153 million cells of 25 m; `FEW` cells are reckoned from it. Hexagons, or more columns, take more. What
Spark takes is the line through two runs on a cluster of two workers here, of 1 and of 100 million rows: 21 and 110 s
of processor; its memory, master and workers in it, was 2.9 GB.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from geo.errors import SourceError
from geo.messages import Message, message
from layers.declarations.reading import read
from layers.declarations.sources import SourceDeclaration
from services.formats.sizes import Size, size_of, size_of_raster
from services.jobs.engines import engine as engine_at
from services.sources.parts import files_of
from services.sources.rasters import RASTERS
from services.sources.records.tally import parts_of
from services.sources.squares import fetched_file

MILLION = 1_000_000
FEW: Mapping[str, int] = {"rows": 50_000_000, "cells": 500_000_000}
"""Below which a cluster costs more than it brings."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What an engine takes.

    Attributes:
        start: seconds of a processor until it counts, and `start_each` those of each process that counts.
        times: how many times what `SECONDS` says of the rows.
        memory: gigabytes of the process that asks, and `memory_each` of each that counts; None where not measured.
    """

    start: float
    start_each: float
    times: float
    memory: float | None
    memory_each: float = 0.0


SECONDS: Mapping[str, float] = {"csv": 2.0, "parquet": 0.7, "raster": 0.15}
"""Of a processor, a million rows or cells, by one process of this computer. Of squares none was measured."""
MORE: Mapping[str, float] = {"raster": 0.3}
"""Gigabytes of each process that counts, beyond what rows take."""
RATES: Mapping[str, Rates] = {
    "local": Rates(6.0, 0.0, 1.0, 0.8),
    "local:N": Rates(6.0, 3.0, 1.0, 0.8, 0.6),
    "spark": Rates(20.0, 0.0, 1.3, 1.1, 0.9),
}
"""By engine."""
OF: Mapping[str, Message] = {"rows": message("rows"), "cells": message("cells"), "squares": message("squares")}
"""What is counted, in words."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a tally takes by an engine.

    Attributes:
        engine: how it is asked for.
        processes: how many count.
        seconds: of a processor; None where that is not known.
        elapsed: seconds by the clock where so many cores are free, likewise.
        memory: gigabytes at most, of all processes together, likewise.
    """

    engine: str
    processes: int
    seconds: float | None
    elapsed: float | None
    memory: float | None


@dataclass(frozen=True, slots=True)
class TallyPlan:
    """What is read, in how many parts, and what it costs.

    Attributes:
        declared: the source.
        where: what the records are called.
        parts: how many files, each counted as a whole by one process.
        size: bytes of them.
        of: what is counted: rows, cells of a raster, or squares.
        rows: how many, or about how many; None where only reading tells.
        exact: whether so many there are.
        costs: by engine.
        advice: which to take, and what is not in the costs.
    """

    declared: SourceDeclaration
    where: str
    parts: int
    size: int
    of: Literal["rows", "cells", "squares"]
    rows: int | None
    exact: bool
    costs: tuple[Cost, ...]
    advice: tuple[Message, ...]


def planned(source: Path, engine: str = "local") -> TallyPlan:
    """What a tally of a source will do; beside one process, by as many as `engine` has where it is local with several,
    else by as many as there are cores.

    Raises SourceError where there is nothing to read, UnknownNameError where there is no such engine.
    """
    processes = getattr(engine_at(engine), "processes", 1)
    side_by_side = processes if processes > 1 else os.cpu_count() or 1
    declared = read(source, SourceDeclaration)
    where, of, sizes = _parts(declared, source.parent)
    known = [one.rows for one in sizes if one.rows is not None]
    rows = sum(known) if len(known) == len(sizes) else None
    looked_up = declared.records is not None and declared.records.place.looked_up
    return TallyPlan(
        declared, where, len(sizes), sum(one.size for one in sizes), of, rows, all(one.exact for one in sizes),
        tuple(_costs(sizes, side_by_side)), tuple(_advice(of, len(sizes), rows, looked_up=looked_up)),
    )  # fmt: skip


def _parts(declared: SourceDeclaration, root: Path) -> tuple[str, Literal["rows", "cells", "squares"], list[Size]]:
    """What is read, what is counted of it, and how large each part is."""
    if (records := declared.records) is not None:
        where, paths = parts_of(records, root)
        table = records.postgis is not None
        return where, "rows", [Size("", 0, None)] if table else [size_of(root, path) for path in paths]
    if (raster := declared.raster) is not None:
        where, paths = files_of(raster.path, root, RASTERS)
        return where, "cells", [size_of_raster(root, path) for path in paths]
    if (grid := declared.squares) is not None:
        files = [path or fetched_file(declared) for _, path in grid.files]
        sizes = [replace(size_of(root, path), kind="squares") for path in files]
        return grid.path or files[0], "squares", sizes
    raise SourceError(
        "source {id!r}: declares no [records], [raster] or [squares], and a plan is of those; count it without --plan",
        id=declared.id,
    )


def _costs(sizes: list[Size], processes: int) -> Iterator[Cost]:
    """By one process of this computer, and where there are several parts by as many as are asked for, and by Spark."""
    known = [seconds for one in sizes if (seconds := _counting(one)) is not None]
    side_by_side = min(processes, len(sizes))
    engines = [("local", "local", 1)]
    if side_by_side > 1:
        engines.append((f"local:{side_by_side}", "local:N", side_by_side))
    engines.append(("spark://", "spark", side_by_side))
    for engine, name, each in engines:
        rates = RATES[name]
        memory = None
        if rates.memory is not None:
            more = max(MORE.get(one.kind, 0.0) for one in sizes)
            memory = rates.memory + each * (rates.memory_each + more)
        if len(known) < len(sizes):
            yield Cost(engine, each, None, None, memory)
            continue
        seconds = rates.start + each * rates.start_each + rates.times * sum(known)
        elapsed = rates.start + rates.start_each + rates.times * max(sum(known) / each, *known)
        yield Cost(engine, each, seconds, elapsed, memory)


def _counting(part: Size) -> float | None:
    """Seconds of a processor that counting a part takes, None where that is not known."""
    if part.rows is None or part.kind not in SECONDS:
        return None
    return SECONDS[part.kind] * part.rows / MILLION


def _advice(of: str, parts: int, rows: int | None, *, looked_up: bool) -> Iterator[Message]:
    """Which engine to take, and what is not in the costs."""
    if looked_up:
        yield message("addresses are asked of PDOK, one process at a time; how long that takes is not in this")
    what, few = OF[of], FEW.get(of)
    if rows is None:
        yield message(
            "only reading tells how many {what} there are, and so what it costs; local is right for most files",
            what=what,
        )
    elif few is None:
        yield message("local is right for most files; each file is a part, and what it costs was not measured")
    elif rows < few:
        yield message(
            "local is the better choice: below {few:,} {what} a cluster costs more than it brings", few=few, what=what
        )
    elif parts > 1:
        yield message("from {few:,} {what} on a cluster may be worth its start, where it has more cores than this "
                      "computer", few=few, what=what)  # fmt: skip
    if parts == 1 and (rows is None or rows >= MILLION):
        yield message("one file is one part, and one process counts it; cut it up into a folder of files for several")
