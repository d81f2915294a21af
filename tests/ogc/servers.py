"""A home with releases, and the real server over it in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from services.ogc import configuration
from services.stores import sqlite
from services.stores.served import opened
from tests.ogc import places

ROOT = Path(__file__).parents[2]
DATA = "${ZICHT_HOME:-output/demo}/current/zicht.sqlite"
SERVE = """
import sys
from pathlib import Path
from services.ogc.app import Site
from services.ogc.server import serve

if __name__ == "__main__":
    home, config, port, workers, store, keys = sys.argv[1:]
    site = Site(Path(home), Path(config), store=store, keys=Path(keys) if keys else None)
    serve(site, "127.0.0.1", int(port), int(workers))
"""


def a_home(folder: Path, port: int) -> tuple[Path, Path]:
    """A home with two releases, the larger one current, and a configuration for it."""
    for name, rows in (("large", 10), ("small", 5)):
        release = folder / "releases" / name
        release.mkdir(parents=True)
        sqlite.write(places.collections(rows=rows), release)
    (folder / "current").symlink_to("releases/large")
    config = folder / "pygeoapi-config.yml"
    by_hand = (ROOT / "pygeoapi-config.yml").read_text(encoding="utf-8")
    config.write_text(by_hand.replace("5000", str(port)), encoding="utf-8")
    configuration.write(config, configuration.resources(opened(folder / "current" / "zicht.sqlite").collections, DATA))
    return folder, config


def swap(home: Path, name: str) -> None:
    """Point `current` at another release, at once."""
    (home / "next").symlink_to(f"releases/{name}")
    (home / "next").replace(home / "current")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def environment(home: Path, config: Path) -> dict[str, str]:
    """What a stock pygeoapi needs to know."""
    return os.environ | {  # noqa: TID251  # for another process
        "PYTHONPATH": str(ROOT),
        "ZICHT_HOME": str(home),
        "PYGEOAPI_CONFIG": str(config),
        "PYGEOAPI_OPENAPI": str(home / "openapi.json"),
    }


def ours(home: Path, config: Path, port: int, workers: int = 1, store: str = "", keys: Path | str = "") -> list[str]:
    return [sys.executable, "-c", SERVE, str(home), str(config), str(port), str(workers), store, str(keys)]


@contextmanager
def running(command: list[str], home: Path, config: Path, port: int):
    """The server, once it answers; its output goes to a file that is shown when it does not."""
    log = home / f"server-{port}.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            command, env=environment(home, config), cwd=home, stdout=out, stderr=out, start_new_session=True
        )
    (home / f"{port}.pid").write_text(str(server.pid))
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}/v1", timeout=60)
    try:
        _wait(client, server, log)
        yield client
    finally:
        client.close()
        os.killpg(server.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            server.wait(10)
        with suppress(ProcessLookupError):  # what a reloader left behind
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def workers(server):
    """The processes that `server` started to answer."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, rest = status.read_text().rsplit(")", 1)
            if int(rest.split()[1]) == server and "resource_tracker" not in status.with_name("cmdline").read_text():
                found.append(int(name.split(" ", 1)[0]))
    return found


def _wait(client: httpx.Client, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until and server.poll() is None:
        try:
            client.get("/conformance", params={"f": "json"})
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the server did not answer:\n{log.read_text()}")
