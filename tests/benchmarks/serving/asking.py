"""Asking a server, and how long that takes: of all servers by turns, and at many connections at once."""

import http.client
import select
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import orjson

from tests.ogc.servers import ROOT

ACCEPT = "application/geo+json, application/json;q=0.9, */*;q=0.1"
TURNS, FEWEST, PATIENCE = 15, 2, 2.0
"""Turns of a row, and how many a server has at least once its turns took so many seconds."""
CLIENTS, SECONDS = 50, 2


def json(url: str) -> dict:
    """What is at an address."""
    with _connection(url) as connection:
        return orjson.loads(_asked(connection, url)[1])


def medians(addresses: Mapping[str, str], headers: Mapping[str, Mapping[str, str]] | None = None) -> dict[str, float]:
    """The median in ms of each server at its address, each on a connection that is kept, by turns."""
    times: dict[str, list[float]] = {name: [] for name in addresses}
    with ExitStack() as stack:
        connections = {name: stack.enter_context(_connection(url)) for name, url in addresses.items()}
        for turn in range(TURNS + 1):
            for name, connection in connections.items():
                if turn <= FEWEST or sum(times[name]) < 1000 * PATIENCE:
                    url = addresses[name].replace("{turn}", str(turn))
                    times[name].append(_asked(connection, url, (headers or {}).get(name, {}))[0])
    return {name: statistics.median(taken[1:]) for name, taken in times.items()}


def crawled(url: str) -> tuple[float, int]:
    """Seconds of a whole crawl by the links to next pages, and how many different features it gave."""
    start, seen = time.perf_counter(), set()
    with _connection(url) as connection:
        while url:
            page = orjson.loads(_asked(connection, url)[1])
            seen |= {one["id"] for one in page["features"]}
            url = next((one["href"] for one in page["links"] if one["rel"] == "next"), "") if page["features"] else ""
    return time.perf_counter() - start, len(seen)


def rates(addresses: Mapping[str, str]) -> dict[str, float]:
    """Requests a second of each server, from a process of its own."""
    found = {}
    for name, url in addresses.items():
        command = [sys.executable, "-m", "tests.benchmarks.serving.load", url, str(CLIENTS), str(SECONDS)]
        counted = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
        found[name] = float(counted.stdout)
    return found


def tag(url: str) -> str:
    """The ETag of an answer; "" where a server gives none."""
    with _connection(url) as connection:
        connection.request("GET", _path(url), headers={"Accept": ACCEPT})
        answer = connection.getresponse()
        answer.read()
        return answer.headers.get("ETag", "")


def _connection(url: str) -> closing[http.client.HTTPConnection]:
    return closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=120))


def _path(url: str) -> str:
    parts = urlsplit(url)
    return url.removeprefix(f"{parts.scheme}://{parts.netloc}")


def _asked(
    connection: http.client.HTTPConnection, url: str, headers: Mapping[str, str] | None = None
) -> tuple[float, bytes]:
    """Milliseconds and the answer."""
    if connection.sock is None or select.select([connection.sock], [], [], 0)[0]:  # a server closes what waits long
        connection.close()
        connection.connect()
    start = time.perf_counter()
    connection.request("GET", _path(url), headers={"Accept": ACCEPT, **(headers or {})})
    answer = connection.getresponse()
    body = answer.read()
    taken = 1000 * (time.perf_counter() - start)
    assert answer.status == (304 if headers else 200), (url, answer.status, body[:300])
    return taken, body
