"""Two that build, one that reads, and a kill at any moment: what is read is of one build and whole."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from geo.errors import StoreError
from layers.declarations.catalog import load
from services.jobs import demo
from services.workspace import storage

LONGEST = 300
"""Seconds in which a reader surely meets what both wrote."""
SAVES = """
import random
import sys
import time
from dataclasses import replace
from pathlib import Path
from layers.declarations.catalog import load
from services.workspace import storage

home, mark = Path(sys.argv[1]), sys.argv[2]
layers = [replace(one, summary={**one.summary, "mark": mark}, provenance=replace(one.provenance, version=mark))
          for one in storage.load(Path(sys.argv[3]), load())]
print("ready", flush=True)
while True:
    storage.save(layers, home)
    time.sleep(random.uniform(0, 0.1))  # else two that wait for one another may save in turns, and a reader meet one
"""


@contextmanager
def saver(home: Path, mark: str, seed: Path) -> Iterator[None]:
    """A process that saves the layers of `seed` over and over, until it is killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", SAVES, str(home), mark, str(seed)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield
        finally:
            process.kill()


def marks(home: Path) -> set[str]:
    """Of what build the layers are; every table is read whole."""
    layers = storage.load(home, load())
    assert len(layers) == 2
    return {str(layer.summary["mark"]) for layer in layers}


@pytest.fixture
def seed(shown: demo.Demonstration, tmp_path: Path) -> Path:
    wijken = [replace(one, table=one.table.head(20)) for one in shown.layers[:2]]
    storage.save(wijken, tmp_path / "seed")
    return tmp_path / "seed"


def test_who_reads_meets_one_build_while_two_save(seed: Path, tmp_path: Path):
    home = tmp_path / "home"
    with saver(home, "one", seed), saver(home, "two", seed):
        while not list(home.rglob("layer.json")):
            time.sleep(0.01)
        met: list[str] = []
        end = time.monotonic() + LONGEST
        while (len(met) < 25 or len(set(met)) < 2) and time.monotonic() < end:
            (mark,) = marks(home)
            met.append(mark)
    assert len(met) >= 25
    assert set(met) == {"one", "two"}


@pytest.mark.parametrize("moment", [0, 0.01, 0.02, 0.05, 0.1])
def test_a_kill_leaves_whole_layers(seed: Path, tmp_path: Path, moment: float):
    """Killed between two layers, each of them is whole and the mixture is refused."""
    home = tmp_path / "home"
    with saver(home, "before", seed):
        while len(list(home.rglob("layer.json"))) < 2:
            time.sleep(0.01)
    with saver(home, "after", seed):
        time.sleep(moment)
    try:
        met = marks(home)
    except StoreError as fault:
        met = {"before"} if "built by zicht" in str(fault) else set()
    assert met in ({"before"}, {"after"})
