"""The served release beside a stock pygeoapi on the same configuration: the national layer of buurten, p50 and requests
a second.

ZICHT_BENCH_HOME names a home with a release of the country, which is else made of the real figures; ZICHT_BENCH_BEFORE
the tree of an earlier commit and a home that it published, parted as in PATH: it then answers by turns with this one.
"""

import http.client
import os
import re
import select
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

import orjson
import pytest
from rich.console import Console
from rich.table import Table

from services.ogc import configuration
from services.ogc.app import DATA
from services.stores.served import opened
from tests.ogc import servers
from tests.real_data import folder

LAYER = "/collections/indicatoren-misdrijven-buurt/items"
RD = "crs=http://www.opengis.net/def/crs/EPSG/0/28992"
BOX = "bbox=4.70,52.00,5.35,52.45"
ROWS = {
    "landing": "/?f=json",
    "collections": "/collections?f=json",
    "item": f"{LAYER}/{{item}}",
    "limit=100": f"{LAYER}?limit=100",
    "bbox 1000": f"{LAYER}?{BOX}&limit=1000",
    "10,000": f"{LAYER}?limit=10000",
    "filter 637": f"{LAYER}?filter={quote("gemeentecode IN ('GM0363','GM0599')")}&limit=637",
    "RD 100": f"{LAYER}?limit=100&{RD}",
    "RD 1000": f"{LAYER}?limit=1000&{RD}",
    "RD bbox": f"{LAYER}?{BOX}&limit=1000&{RD}",
    "HTML 100": f"{LAYER}?limit=100&f=html&offset={{turn}}",
    "page at 29,000": f"{LAYER}?limit=100&offset=29000",
}
UNDER_LOAD = ("item", "limit=100", "RD 100")
TURNS, FEW = 15, 1
STOCK = "stock pygeoapi"
LOAD = """
import asyncio, sys, time
host, port, path, clients, seconds = *sys.argv[1:4], int(sys.argv[4]), float(sys.argv[5])
asked = f"GET {path} HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n".encode()
async def client(until):
    reader, writer = await asyncio.open_connection(host, port)
    count = 0
    while time.monotonic() < until:
        writer.write(asked)
        head = await reader.readuntil(b"\\r\\n\\r\\n")
        assert b" 200 " in head[:16], head
        length = int(head.lower().split(b"content-length:")[1].split(b"\\r\\n")[0])
        await reader.readexactly(length)
        count += 1
    return count
async def main():
    start = time.monotonic()
    counts = await asyncio.gather(*(client(start + seconds) for _ in range(clients)))
    print(sum(counts) / (time.monotonic() - start))
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    if given := os.environ.get("ZICHT_BENCH_HOME"):  # noqa: TID251  # what who measures sets
        return Path(given)
    if not folder().is_dir():
        pytest.skip("no real figures")
    made = tmp_path_factory.mktemp("home")
    demo = [sys.executable, "-m", "services.cli", "demo", "--real", str(folder()), "--gemeente", "NL"]
    subprocess.run([*demo, "--no-serve", "--home", str(made)], check=True, stdout=subprocess.DEVNULL)
    return made


def test_the_served_country(home):
    with ExitStack() as stack:
        bases = {name: stack.enter_context(one) for name, one in _servers(home).items()}
        paths = _paths(next(iter(bases.values())))
        medians = {row: _raced(bases, path) for row, path in paths.items()}
        rates = {f"{row} at 50, per s": _loaded(bases, paths[row]) for row in UNDER_LOAD}
    table = Table("p50 in ms", *bases, title=f"the country served ({TURNS} interleaved turns)")
    for row, one in {**medians, **rates}.items():
        table.add_row(row, *(f"{one[name]:.1f}" for name in bases))
    Console(width=100).print(table)


def _servers(home: Path) -> dict[str, AbstractContextManager[str]]:
    """What each is called and how it starts."""
    ours = {"zicht": _served(str(servers.ROOT), str(home))}
    if before := os.environ.get("ZICHT_BENCH_BEFORE"):  # noqa: TID251  # what who measures sets
        ours["before"] = _served(*before.split(os.pathsep))
    return ours | {STOCK: _stock(home)}


@contextmanager
def _served(tree: str, home: str) -> Iterator[str]:
    port = servers.free_port()
    command = [sys.executable, "-m", "services.cli", "serve", "--home", home, "--port", str(port)]
    with _running(command, tree, port):
        yield f"http://127.0.0.1:{port}/v1"


@contextmanager
def _stock(home: Path) -> Iterator[str]:
    port = servers.free_port()
    settings = {"ZICHT_HOME": str(home), "ZICHT_URL": f"http://127.0.0.1:{port}"}
    with TemporaryDirectory() as folder_:
        config, openapi = Path(folder_, "config.yml"), Path(folder_, "openapi.json")
        written = configuration.complete(
            home / "pygeoapi-config.yml",
            configuration.resources(opened(home / "current" / "zicht.sqlite").collections, DATA),
        )
        config.write_text(re.sub(r"(?<=port: )\d+", str(port), written), encoding="utf-8")
        settings |= {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
        pygeoapi = [sys.executable, "-c", "from pygeoapi import cli; cli()"]
        generate = [*pygeoapi, "openapi", "generate", str(config), "--output-file", str(openapi)]
        subprocess.run(generate, env=os.environ | settings, check=True, capture_output=True)  # noqa: TID251  # for another process
        with _running([*pygeoapi, "serve", "--starlette"], str(servers.ROOT), port, settings):
            yield f"http://127.0.0.1:{port}/v1"


@contextmanager
def _running(command: Sequence[str], tree: str, port: int, settings: Mapping[str, str] | None = None) -> Iterator[None]:
    environment = os.environ | {"PYTHONPATH": tree, **(settings or {})}  # noqa: TID251  # for another process
    server = subprocess.Popen(command, cwd=tree, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        until = time.monotonic() + 180
        while time.monotonic() < until:
            with suppress(OSError):
                _answer(f"http://127.0.0.1:{port}/v1/conformance?f=json")
                break
            time.sleep(0.05)
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def _paths(base: str) -> dict[str, str]:
    page = orjson.loads(_answer(f"{base}{LAYER}?f=json&limit=1&offset=777"))
    item = quote(page["features"][0]["id"])
    return {row: path.replace("{item}", item) for row, path in ROWS.items()}


def _answer(url: str) -> bytes:
    parts = urlsplit(url)
    with _connection(url) as connection:
        connection.request("GET", url.removeprefix(f"http://{parts.netloc}"))
        return connection.getresponse().read()


def _raced(bases: Mapping[str, str], path: str) -> dict[str, float]:
    """The median in ms of each server on one path, on a connection that is kept; fewer turns of the stock server."""
    times: dict[str, list[float]] = {name: [] for name in bases}
    with ExitStack() as stack:
        connections = {name: stack.enter_context(_connection(base)) for name, base in bases.items()}
        for turn in range(TURNS + 1):
            for name, connection in connections.items():
                if turn <= FEW or name != STOCK:
                    times[name].append(_taken(connection, f"/v1{path}".replace("{turn}", str(turn))))
    return {name: statistics.median(taken[1:]) for name, taken in times.items()}


def _connection(base: str) -> closing[http.client.HTTPConnection]:
    return closing(http.client.HTTPConnection(urlsplit(base).netloc))


def _taken(connection: http.client.HTTPConnection, path: str) -> float:
    if connection.sock is None or select.select([connection.sock], [], [], 0)[0]:  # a server closes what waits long
        connection.close()
        connection.connect()
    start = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    taken = 1000 * (time.perf_counter() - start)
    assert answer.status == 200, path
    return taken


def _loaded(bases: Mapping[str, str], path: str) -> dict[str, float]:
    """Requests a second of each server at 50 connections, from a process of its own; the better of two turns."""
    found: dict[str, float] = dict.fromkeys(bases, 0.0)
    for _ in range(2):
        for name, base in bases.items():
            host, port = urlsplit(base).netloc.split(":")
            command = [sys.executable, "-c", LOAD, host, port, f"/v1{path}", "50", "2"]
            counted = subprocess.run(command, check=True, capture_output=True, text=True)
            found[name] = max(found[name], float(counted.stdout))
    return found
