"""Servers of others over the same layer, each with two processes.

ZICHT_BENCH_PEERS is an environment with what `peers.txt` names: tipg and pygeoapi are served from there, over a PostGIS
of the bench's own and a GeoPackage. ZICHT_BENCH_GOKOALA is the address of a GoKoala that serves what
`tests.benchmarks.serving.layer` writes. Each that is not there is left out.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import yaml

from tests.benchmarks.serving import asking
from tests.benchmarks.serving.layer import NAME, TABLE, read, write_package, write_postgis
from tests.benchmarks.serving.rows import Server
from tests.ogc import servers
from tests.services.formats import database

RD_ROWS = ("RD 100", "RD 1000", "RD bbox")
PYGEOAPI = """
import sys
import pysqlite3
sys.modules["sqlite3"] = pysqlite3
from pygeoapi.starlette_app import APP
"""
SYSTEMS = [f"http://www.opengis.net/def/crs/{one}" for one in ("OGC/1.3/CRS84", "EPSG/0/28992")]


@contextmanager
def others(home: Path, tile: str) -> Iterator[dict[str, Server]]:
    """The peers that are there, each by its name, over the layer of a home; `tile` is column and row at zoom 9."""
    environment = _set("ZICHT_BENCH_PEERS")
    with ExitStack() as stack:
        found = {}
        if environment and not database.missing():
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="zicht-peers-")))
            uri, rows = stack.enter_context(database.database()), read(home)
            write_postgis(rows, uri)
            write_package(rows, folder / "layer.gpkg", boxes=False)
            found["tipg"] = stack.enter_context(_tipg(Path(environment), uri, tile))
            base = stack.enter_context(_pygeoapi(Path(environment), folder, uri))
            found["pygeoapi PG"] = Server(base, "/collections/pg", without=("tile", "10,000 RD"))
            found["pygeoapi GPKG"] = Server(base, "/collections/gpkg", without=("tile", "filter 637"))
        if address := _set("ZICHT_BENCH_GOKOALA"):
            found["GoKoala"] = Server(address, f"/collections/{NAME}", without=("last page",), paged=False)
        yield found


def _set(name: str) -> str:
    return os.environ.get(name, "")  # noqa: TID251  # what who measures sets


@contextmanager
def _tipg(environment: Path, uri: str, tile: str) -> Iterator[Server]:
    port, address = servers.free_port(), urlsplit(uri)
    socket = address.query.removeprefix("host=").replace("/", "%2F")
    settings = {
        "DATABASE_URL": f"postgresql://{address.username}@{socket}{address.path}",
    }
    command = [environment / "bin" / "uvicorn", "tipg.main:app", "--port", str(port), "--workers", "2"]
    layer = f"/collections/public.{TABLE}"
    with running([*command, "--log-level", "critical"], port, "/conformance", settings):
        tiles = f"{layer}/tiles/WebMercatorQuad/9/{tile}"
        yield Server(f"http://127.0.0.1:{port}", layer, tiles, without=RD_ROWS)


@contextmanager
def _pygeoapi(environment: Path, folder: Path, uri: str) -> Iterator[str]:
    port = servers.free_port()
    base, config, openapi = f"http://127.0.0.1:{port}", folder / "config.yml", folder / "openapi.json"
    config.write_text(yaml.safe_dump(_configuration(base, folder / "layer.gpkg", uri)), encoding="utf-8")
    (folder / "peer.py").write_text(PYGEOAPI, encoding="utf-8")
    settings = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi), "PYTHONPATH": str(folder)}
    command = f"{PYGEOAPI.rpartition('from')[0]}\nfrom pygeoapi import cli; cli()"
    generate = [environment / "bin" / "python", "-c", command, "openapi", "generate", config, "--output-file", openapi]
    subprocess.run(generate, check=True, capture_output=True, env=_environment(settings), cwd=folder)
    serve = [environment / "bin" / "uvicorn", "peer:APP", "--port", str(port), "--workers", "2"]
    with running([*serve, "--log-level", "critical"], port, "/conformance", settings, folder):
        yield base


def _configuration(base: str, package: Path, uri: str) -> dict:
    address = urlsplit(uri)
    database_ = {"host": address.query.removeprefix("host="), "dbname": "postgres", "user": address.username}
    database_ |= {"password": "none", "port": 5432, "search_path": ["public"]}
    shared = {"type": "feature", "id_field": "fid", "geom_field": "geom", "table": TABLE, "crs": SYSTEMS}
    pg = {**shared, "name": "PostgreSQL", "data": database_, "storage_crs": SYSTEMS[0]}
    gpkg = {**shared, "name": "SQLiteGPKG", "data": str(package), "storage_crs": SYSTEMS[0]}
    words = {"title": "Layer", "description": "The layer of buurten", "keywords": ["layer"]}
    extent = {"spatial": {"bbox": [3, 50, 8, 54], "crs": SYSTEMS[0]}}
    about = {**words, "links": [], "extents": extent, "type": "collection"}
    there = {"name": "x", "url": "https://example.org"}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": 1}, "url": base, "mimetype": "application/json",
            "encoding": "utf-8", "gzip": False, "languages": ["en-US"], "pretty_print": False,
            "limits": {"default_items": 100, "max_items": 10000, "on_exceed": "throttle"},
            "map": {"url": "https://example.org/{z}/{x}/{y}.png", "attribution": "x"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {"identification": {**words, "keywords_type": "theme", "terms_of_service": "x", "url": base},
                     "license": there, "provider": there, "contact": {**there, "email": "x@example.org"}},
        "resources": {name: {**about, "providers": [one]} for name, one in (("pg", pg), ("gpkg", gpkg))},
    }  # fmt: skip


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **settings}  # noqa: TID251  # for another process


@contextmanager
def running(
    command: Sequence[str | Path], port: int, path: str, settings: Mapping[str, str], folder: Path = servers.ROOT
) -> Iterator[None]:
    """A server, once it answers."""
    server = subprocess.Popen(
        command, cwd=folder, env=_environment(settings), stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        until = time.monotonic() + 180
        while time.monotonic() < until and server.poll() is None:
            with suppress(OSError):
                asking.json(f"http://127.0.0.1:{port}{path}")
                break
            time.sleep(0.05)
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()
