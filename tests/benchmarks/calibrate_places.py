"""Calibrate the search for whole places: `python -m tests.benchmarks.calibrate_places [--maps N] [--engine local:2]`.

Writes places.html, to be read, and places.json, after every round of maps. It may be stopped at any time: every map
that was searched is kept in places.jsonl, and the next run of the same seed, draws and code goes on from there.
"""

import argparse
import sys
import time
from pathlib import Path

import orjson
from rich.console import Console

from geo.statistics.places.scan import PLACES
from services.jobs.engines import engine
from tests.benchmarks.calibration.places import runs
from tests.benchmarks.calibration.places.outcomes import Kept, state_of
from tests.benchmarks.calibration.places.page import written
from tests.real_data import folder


def main():
    asked = argparse.ArgumentParser(description="Calibrate the search for places on maps of which the truth is known.")
    asked.add_argument("--maps", type=int, default=4, help="maps of each setting (4); of the country one in five of it")
    asked.add_argument(
        "--which", choices=["aims", "grid", "testland"], default="aims",
        help="the settings that something is aimed at, every combination, or two of Testland, without real figures",
    )  # fmt: skip
    asked.add_argument("--seed", type=int, default=runs.SEED, help="another seed draws other maps, to check with")
    asked.add_argument("--draws", type=int, default=PLACES.draws, help="of each search; fewer take less, and find less")
    asked.add_argument("--planted", type=int, help="places on a map (3, of the country 12); of one more is found")
    asked.add_argument("--to", type=Path, default=Path("output/calibration"), help="folder to write to")
    asked.add_argument("--engine", default="local", help="local, local:4 (processes) or spark://host:7077")
    asked = asked.parse_args()
    if asked.which != "testland" and not folder().is_dir():
        sys.exit(f"no real figures in {folder()}: set ZICHT_REAL_DATA, or draw maps of Testland with --which testland")
    asked.to.mkdir(parents=True, exist_ok=True)
    started, screen = time.perf_counter(), Console()

    def save(rows):
        seconds = round(time.perf_counter() - started)
        figures = {"seed": asked.seed, "draws": asked.draws, "planted": asked.planted, "seconds": seconds, "rows": rows}
        (asked.to / "places.json").write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2))
        (asked.to / "places.html").write_text(written(figures), encoding="utf-8")
        screen.print(f"{asked.to / 'places.html'}: {rows[0]['maps']} maps of each setting, {seconds} s")

    how = (asked.seed, asked.draws, asked.planted)
    kept = Kept(asked.to / "places.jsonl", state_of(*how))
    runs.run(asked.maps, runs.SearchOfMap(asked.which, *how), kept, save, engine(asked.engine))


if __name__ == "__main__":
    main()
