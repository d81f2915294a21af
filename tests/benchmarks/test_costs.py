"""What counting costs, by engine and kind of file: the rates of services.jobs.tally_plan, measured again.

A million rows and four, in files of a million, each by a process of its own; of what the four take more, a third is the
rate, and what is left of the one is what it takes to start.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet
import pytest
from rich.console import Console

from tests.benchmarks.test_tally import part
from tests.services.engines.cluster import Cluster, cluster

__all__ = ["cluster"]

CODE = """
import resource, sys
from pathlib import Path
from services.jobs.engines import engine
from services.sources.records.tally import RecordsInput, tally
from tests.benchmarks.side_by_side import most
from tests.benchmarks.test_costs import declared
from tests.benchmarks.test_points import country

if __name__ == "__main__":
    given = RecordsInput(Path(sys.argv[1]), engine=engine(sys.argv[3]))
    counted = tally(declared(sys.argv[2]), country(), given)
    others = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    print(counted.rows, most(), others)
"""
TICKS = os.sysconf("SC_CLK_TCK")


def declared(path: str):
    from layers.declarations.sources import SourceDeclaration  # noqa: PLC0415  # what the processes need only

    return SourceDeclaration.model_validate({
        "id": "rijen", "title": "Rijen", "publisher": "x", "license": "x", "url": "x", "attribution": "x",
        "vintage": 2024, "periods": [2024], "columns": {"rijen": {"formula": "rijen_{periode}", "title": "Rijen"}},
        "records": {
            "path": path, "legal_ground": "x", "covers": ["NL"], "years": [2023, 2024], "max_lost": 1.0,
            "place": {"x": "x", "y": "y"}, "period": {"column": "datum"},
            "count": {"rijen": {}, "hennep": {"where": {"soort": ["hennep"]}}, "som": {"sum": "bedrag"}},
        },
    })  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Below it `csv-1`, `csv-4`, `parquet-1` and `parquet-4`."""
    folder, rng = tmp_path_factory.mktemp("rows"), np.random.default_rng(1)
    for kind in ("csv", "parquet"):
        for count in (1, 4):
            (folder / f"{kind}-{count}").mkdir()
    for at in range(4):
        table = part(rng)
        for count in (1, 4)[at > 0 :]:
            pyarrow.csv.write_csv(table, folder / f"csv-{count}" / f"{at}.csv")
            pyarrow.parquet.write_table(table, folder / f"parquet-{count}" / f"{at}.parquet")
    return folder


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("engine", ["local", "local:2", "spark"])
def test_what_counting_costs(files: Path, kind: str, engine: str, request: pytest.FixtureRequest):
    started = request.getfixturevalue("cluster") if engine == "spark" else None
    address = started.master if started else engine
    costs = {count: _cost(files, f"{kind}-{count}", address, started) for count in (1, 4)}
    rate = (costs[4][0] - costs[1][0]) / 3
    Console(width=120).print(
        f"{kind} by {engine}: {rate:.2f} s of processor a million rows, {costs[1][0] - rate:.1f} s to start; at most "
        f"{costs[4][1]:.2f} GB in this process and {costs[4][2]:.2f} in another"
    )


def _cost(files: Path, path: str, engine: str, started: Cluster | None) -> tuple[float, float, float]:
    """Seconds of processor, and gigabytes in the process that asks and in the largest other."""
    before = _seconds(started)
    command = [sys.executable, "-c", CODE, str(files), path, engine]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    rows, most, others = (float(one) for one in told)
    assert rows == 1_000_000 * int(path[-1])
    return _seconds(started) - before, most, others


def _seconds(started: Cluster | None) -> float:
    """Of a processor, of all processes that this one has waited for, and of those of the cluster."""
    waited = resource.getrusage(resource.RUSAGE_CHILDREN)
    here = waited.ru_utime + waited.ru_stime
    return here + (sum(_of_sessions({one.pid for one in started.processes.values()})) if started else 0.0)


def _of_sessions(leaders: set[int]) -> Iterator[float]:
    """Seconds of each process of these sessions, and of what it has waited for."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(told[3]) in leaders:
            yield sum(map(int, told[11:15])) / TICKS
