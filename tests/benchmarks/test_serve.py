"""The served release beside its peers, on the national layer of buurten: p50, and requests a second at 50 clients, of
two processes each.

ZICHT_BENCH_HOME names a home with a release of the country and its tiles, which is else made of the real figures, and
ZICHT_BENCH_LAYER another of its layers, such as `indicatoren-misdrijven-h3-9`, of 400,000 cells;
ZICHT_BENCH_BEFORE the tree of an earlier commit and a home that it published, parted as in PATH: it then answers by
turns with this one. `tests.benchmarks.serving.peers` says which others do, and what they need.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from services.ogc import configuration
from services.ogc.app import DATA
from services.stores.served import opened
from tests.benchmarks.serving import asking
from tests.benchmarks.serving.layer import NAME
from tests.benchmarks.serving.peers import others, running
from tests.benchmarks.serving.rows import COUNTED, RD, TURN, UNDER_LOAD, Server, asked_of
from tests.ogc import servers
from tests.real_data import folder

LAYER = f"/collections/{NAME}"
ROW, COLUMN = 168, 263
"""Of a tile of zoom 9 with Amsterdam in it."""
STOCK = "pygeoapi, our store"
LONGEST = 6000
"""Milliseconds for 10,000 areas, beyond which a server is not crawled: that takes three times as long, or more."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    if given := os.environ.get("ZICHT_BENCH_HOME"):  # noqa: TID251  # what who measures sets
        return Path(given)
    if not folder().is_dir():
        pytest.skip("no real figures")
    made = tmp_path_factory.mktemp("home")
    demo = [sys.executable, "-m", "services.cli", "demo", "--real", str(folder()), "--gemeente", "NL"]
    environment = os.environ | {"ZICHT_TILES": "yes"}  # noqa: TID251  # for another process
    subprocess.run([*demo, "--no-serve", "--home", str(made)], check=True, stdout=subprocess.DEVNULL, env=environment)
    return made


def test_the_served_country(home):
    rows = opened(home / "current" / "zicht.sqlite").count(NAME)
    with ExitStack() as stack:
        started = {**_ours(home, stack), **stack.enter_context(others(home, f"{COLUMN}/{ROW}"))}
        all_of = {name: asked_of(server, rows) for name, server in started.items()}
        report = Report(list(all_of))
        for row in all_of["zicht"].paths:
            times = asking.medians(_agreed(row, _addresses(row, all_of)))
            report.add(row, times)
            if row == "10,000":
                quick = {name: all_of[name] for name, taken in times.items() if taken < LONGEST}
        report.add("304 of limit=100", _unchanged(all_of))
        report.add("crawl, s", _crawled(quick, rows))
        report.add("crawl in RD, s", _crawled(quick, rows, RD))
        for row in UNDER_LOAD:
            report.add(f"{row} at {asking.CLIENTS}, per s", asking.rates(_addresses(row, all_of)))


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured of each server, row by row, and how many times as fast zicht is."""

    names: list[str]

    def __post_init__(self) -> None:
        print(f"\np50 in ms of at most {asking.TURNS} interleaved turns (and how many times as fast zicht is)")
        print(f"{'':24}" + "".join(f"{name:>20}" for name in self.names))

    def add(self, row: str, found: Mapping[str, float]) -> None:
        """Say it at once: who has no time for the rest has this."""
        cells = [f"{found[name]:.1f}{_ratio(row, found, name)}" if name in found else "" for name in self.names]
        print(f"{row:24}" + "".join(f"{cell:>20}" for cell in cells), flush=True)


def _ours(home: Path, stack: ExitStack) -> dict[str, Server]:
    """zicht, as it is and was, and pygeoapi over its store."""
    tile = f"{LAYER}/tiles/WebMercatorQuad/9/{ROW}/{COLUMN}"
    tile = tile if list((home / "current").glob("*.pmtiles")) else ""
    ours = {"zicht": Server(stack.enter_context(_served(str(servers.ROOT), str(home))), LAYER, tile)}
    if before := os.environ.get("ZICHT_BENCH_BEFORE"):  # noqa: TID251  # what who measures sets
        ours["before"] = Server(stack.enter_context(_served(*before.split(os.pathsep))), LAYER, tile)
    return ours | {STOCK: Server(stack.enter_context(_stock(home)), LAYER, without=("tile",))}


@contextmanager
def _served(tree: str, home: str) -> Iterator[str]:
    port = servers.free_port()
    serve = [sys.executable, "-m", "services.cli", "serve", "--home", home, "--port", str(port), "--workers", "2"]
    with running(serve, port, "/v1/conformance?f=json", {"PYTHONPATH": tree}, Path(tree)):
        yield f"http://127.0.0.1:{port}/v1"


@contextmanager
def _stock(home: Path) -> Iterator[str]:
    port = servers.free_port()
    settings = {"ZICHT_HOME": str(home), "ZICHT_URL": f"http://127.0.0.1:{port}", "PYTHONPATH": str(servers.ROOT)}
    with TemporaryDirectory() as folder_:
        config, openapi = Path(folder_, "config.yml"), Path(folder_, "openapi.json")
        written = configuration.complete(
            home / "pygeoapi-config.yml",
            configuration.resources(opened(home / "current" / "zicht.sqlite").collections, DATA),
        )
        config.write_text(re.sub(r"(?<=port: )\d+", str(port), written), encoding="utf-8")
        settings |= {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
        generate = [sys.executable, "-c", "from pygeoapi import cli; cli()", "openapi", "generate", str(config)]
        environment = os.environ | settings  # noqa: TID251  # for another process
        subprocess.run([*generate, "--output-file", str(openapi)], env=environment, check=True, capture_output=True)
        uvicorn = [sys.executable, "-m", "uvicorn", "pygeoapi.starlette_app:APP", "--workers", "2"]
        with running([*uvicorn, "--port", str(port), "--log-level", "critical"], port, "/v1/conformance", settings):
            yield f"http://127.0.0.1:{port}/v1"


def _addresses(row: str, all_of: Mapping[str, Server]) -> dict[str, str]:
    return {name: f"{one.base}{one.paths[row]}" for name, one in all_of.items() if row in one.paths}


def _agreed(row: str, addresses: Mapping[str, str]) -> Mapping[str, str]:
    """The addresses, if all answer with as many features."""
    if row in COUNTED:
        counted = {name: len(asking.json(url.replace(TURN, "0"))["features"]) for name, url in addresses.items()}
        assert len(set(counted.values())) == 1, (row, counted)
    return addresses


def _unchanged(all_of: Mapping[str, Server]) -> dict[str, float]:
    """Of each server that tags its answers, how long it takes to say that one is as it was."""
    addresses = _addresses("limit=100", all_of)
    tags = {name: {"If-None-Match": tag} for name, url in addresses.items() if (tag := asking.tag(url))}
    return asking.medians({name: addresses[name] for name in tags}, tags)


def _crawled(all_of: Mapping[str, Server], rows: int, more: str = "") -> dict[str, float]:
    """Seconds of a crawl by thousands, each of all rows."""
    found = {}
    for name, one in all_of.items():
        if not (more and "RD 1000" not in one.paths):
            found[name], seen = asking.crawled(f"{one.base}{one.items}?limit=1000&{more}".rstrip("&"))
            assert seen == rows, (name, seen)
    return found


def _ratio(row: str, one: Mapping[str, float], name: str) -> str:
    if name == "zicht" or "zicht" not in one:
        return ""
    ratio = one["zicht"] / one[name] if row.endswith("per s") else one[name] / one["zicht"]
    return f" ({ratio:.1f})"
