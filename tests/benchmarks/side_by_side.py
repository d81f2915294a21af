"""Speed beside the peers: interleaved runs in one process, medians, a ratio. Nothing is asserted."""

import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

RUNS = 5


def race(
    title: str,
    ours: Callable[[], object],
    peers: Mapping[str, Callable[[], object]],
    runs: int = RUNS,
    once: Mapping[str, Callable[[], object]] | None = None,
) -> None:
    """Run all by turns, after one run each that may compile, and print medians and ratios.

    Peers in `once` take minutes: they run a single time, after the others, and are marked so.
    """
    every = {"zicht": ours, **peers}
    for one in every.values():
        one()
    times: dict[str, list[float]] = {name: [] for name in every}
    for _ in range(runs):
        for name, one in every.items():
            times[name].append(_seconds(one))
    times |= {f"{name} (one run)": [_seconds(one)] for name, one in (once or {}).items()}
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    table = Table("", "median", "times zicht", title=f"{title} ({runs} interleaved runs)")
    for name, median in medians.items():
        table.add_row(name, f"{median * 1000:.1f} ms", f"{median / medians['zicht']:.1f}")
    Console(width=100).print(table)


def most() -> float:
    """Gigabytes that this process had in memory at most. Not ru_maxrss, which may be that of its parent."""
    told = Path("/proc/self/status").read_text(encoding="utf-8").split("VmHWM:")[1]
    return int(told.split()[0]) * 1024 / 1e9


def _seconds(one: Callable[[], object]) -> float:
    start = time.perf_counter()
    one()
    return time.perf_counter() - start
