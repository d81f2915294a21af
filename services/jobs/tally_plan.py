"""What a tally will read, and what that costs by each engine, said before it is done; nothing is counted.

What this computer takes was measured by `tests/benchmarks/test_costs.py` on two cores of a server that did much other
work, which makes processors look slower: rows of six columns, three counts, in the 14,567 buurten of 2024. Hexagons, or
more columns, take more. What Spark takes is the line through two runs of a prototype on a cluster of two workers, of 10
and of 100 million rows: 25 and 82 s of processor, where one process took 5 and 50. Its memory was not measured.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from geo.errors import SourceError
from geo.messages import Message, message
from layers.declarations.reading import read
from layers.declarations.records import Records
from layers.declarations.sources import SourceDeclaration
from services.formats.sizes import Size, size_of
from services.jobs.engines import engine as engine_at
from services.sources.records.tally import parts_of

MILLION = 1_000_000
FEW = 50_000_000
"""Rows below which a cluster costs more than it brings."""


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


SECONDS: Mapping[str, float] = {"csv": 3.8, "parquet": 1.5}
"""Of a processor, a million rows, by one process of this computer."""
RATES: Mapping[str, Rates] = {
    "local": Rates(10.0, 0.0, 1.0, 0.7),
    "local:N": Rates(10.0, 3.7, 1.0, 0.7, 0.6),
    "spark": Rates(19.0, 0.0, 1.3, None),
}
"""By engine."""


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
        rows: how many, or about how many; None where only reading tells.
        exact: whether so many there are.
        costs: by engine.
        advice: which to take, and what is not in the costs.
    """

    declared: SourceDeclaration
    where: str
    parts: int
    size: int
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
    records = declared.records
    if records is None:
        raise SourceError(
            "source {id!r}: declares no [records], and a plan is of those; count it without --plan", id=declared.id
        )
    where, paths = parts_of(records, source.parent)
    table = records.postgis is not None
    sizes = [Size("", 0, None)] if table else [size_of(source.parent, path) for path in paths]
    known = [one.rows for one in sizes if one.rows is not None]
    rows = sum(known) if len(known) == len(sizes) else None
    return TallyPlan(
        declared, where, len(sizes), sum(one.size for one in sizes), rows, all(one.exact for one in sizes),
        tuple(_costs(sizes, side_by_side)), tuple(_advice(records, len(sizes), rows)),
    )  # fmt: skip


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
        memory = None if rates.memory is None else rates.memory + each * rates.memory_each
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


def _advice(records: Records, parts: int, rows: int | None) -> Iterator[Message]:
    """Which engine to take, and what is not in the costs."""
    if records.place.looked_up:
        yield message("addresses are asked of PDOK, one process at a time; how long that takes is not in this")
    if rows is None:
        yield message("only reading tells how many rows there are, and so what it costs; local is right for most files")
    elif rows < FEW:
        yield message("local is the better choice: below {few:,} rows a cluster costs more than it brings", few=FEW)
    elif parts > 1:
        yield message("from {few:,} rows on a cluster may be worth its start, where it has more cores than this "
                      "computer", few=FEW)  # fmt: skip
    if parts == 1 and (rows is None or rows >= MILLION):
        yield message("one file is one part, and one process counts it; cut it up into a folder of files for several")
