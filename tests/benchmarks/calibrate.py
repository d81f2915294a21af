"""Calibrate the searches: `python -m tests.benchmarks.calibrate [--quick] [--to FOLDER]`.

Writes index.html, to be read, and figures.json, to compute with.
"""

import argparse
import os
import time
from importlib.metadata import version
from pathlib import Path

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.benchmarks.calibration import runs
from tests.benchmarks.calibration.maps import EVENTS, board
from tests.benchmarks.calibration.page import written

PACKAGES = ("zicht", "esda", "pygeoda", "libpysal", "numpy", "numba", "scipy", "pandas", "matplotlib")


def main():
    asked = argparse.ArgumentParser(description="Calibrate the searches of zicht on maps of which the truth is known.")
    asked.add_argument("--quick", action="store_true", help="a few maps: seconds, and figures that mean little")
    asked.add_argument("--to", type=Path, default=Path("output/calibration"), help="folder to write to")
    asked = asked.parse_args()
    started = time.perf_counter()
    nulls, planted = measured(runs.QUICK if asked.quick else runs.FULL)
    figures = {
        "seed": runs.SEED,
        "quick": asked.quick,
        "seconds": round(time.perf_counter() - started),
        "cores": os.cpu_count(),
        "areas": {name: len(board(name)) for name in EVENTS},
        "versions": {name: version(name) for name in PACKAGES},
        "nulls": nulls,
        "planted": planted,
    }
    asked.to.mkdir(parents=True, exist_ok=True)
    (asked.to / "figures.json").write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2))
    (asked.to / "index.html").write_text(written(figures), encoding="utf-8")
    Console().print(f"{asked.to / 'index.html'} written in {figures['seconds']} s")


def measured(plan):
    """Run the plan under a progress bar."""
    columns = (TextColumn("calibrating"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress:
        bar = progress.add_task("calibrating")

        def advance(total):
            progress.update(bar, total=total) if total else progress.advance(bar)

        return runs.run(plan, advance)


if __name__ == "__main__":
    main()
