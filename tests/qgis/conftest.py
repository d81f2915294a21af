"""A release that is served through a proxy that counts, and what a real QGIS, without a screen, found in it."""

import json
import os
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace

import httpx
import pytest

from services.exporters import geopackage, qgis
from services.ogc import configuration
from services.stores import sqlite
from services.stores.served import opened
from tests.ogc import servers
from tests.services.made_release import made_release

PYTHON = "/usr/bin/python3"
FILES = ("misdrijven.qgz", "indicatoren-misdrijven-buurt.qlr", "indicatoren-misdrijven-buurt.qml")
EXPRESSIONS = (
    "\"lens\" = 'basis'",
    '"score" < 0.5',
    "\"lens\" IN ('basis', 'zee')",
    "\"gebiedsnaam\" LIKE 'Buurt 1%'",
    "\"gebiedsnaam\" ILIKE 'buurt 1%'",
    "lower(\"gebiedsnaam\") = 'buurt 12'",
    '"score" * 2 > 1.5',
)


@pytest.fixture(scope="session")
def collections():
    return made_release()


@pytest.fixture(scope="session")
def found(collections, tmp_path_factory):
    """What QGIS said, the folder with its files, and the paths that it asked."""
    if subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False).returncode:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no QGIS: apt install python3-qgis")  # noqa: TID251  # where the tests run, no setting
    folder = tmp_path_factory.mktemp("qgis")
    home, port = folder / "home", servers.free_port()
    release = home / "releases" / "een"
    release.mkdir(parents=True)
    sqlite.write(collections, release)
    qgis.write(collections, release)
    (home / "current").symlink_to("releases/een")
    config = home / "pygeoapi-config.yml"
    config.write_text((servers.ROOT / "pygeoapi-config.yml").read_text(encoding="utf-8"), encoding="utf-8")
    configuration.write(config, configuration.resources(opened(release / "zicht.sqlite").collections, servers.DATA))
    with pytest.MonkeyPatch.context() as patched, counting(port) as (site, asked):
        patched.setenv("ZICHT_URL", site)
        with servers.running(servers.ours(home, config, port), home, config, port):
            links = [one["href"] for one in httpx.get(f"{site}/v1?f=json").json()["links"]]
            for name in FILES:
                (folder / name).write_bytes(httpx.get(f"{site}/qgis/{name}").raise_for_status().content)
            sld = httpx.get(f"{site}/v1/styles/indicatoren-misdrijven-buurt?f=sld").raise_for_status()
            (folder / "indicatoren-misdrijven-buurt.sld").write_bytes(sld.content)
            geopackage.export(collections, folder / "zicht.gpkg")
            said = json.loads(run(folder, site))
    return SimpleNamespace(**said, folder=folder, site=site, paths=asked, links=links)


def run(folder, site):
    layer = f"typename='indicatoren-misdrijven-buurt' url='{site}/v1' version='OGC API Features'"
    command = [PYTHON, str(servers.ROOT / "tests/qgis/inside.py"), str(folder), json.dumps(EXPRESSIONS), layer, site]
    own = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    done = subprocess.run(command, env=os.environ | own, capture_output=True, text=True, timeout=300, check=False)  # noqa: TID251  # for another process
    assert done.returncode == 0, done.stderr
    return done.stdout


class counting:  # noqa: N801  # used as a function
    """A proxy before the server at a port: its address, and the paths that it was asked."""

    def __init__(self, port):
        asked = self._asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                answer = httpx.get(f"http://127.0.0.1:{port}{self.path}", timeout=60)
                self.send_response(answer.status_code)
                for name in ("content-type", "location"):
                    if name in answer.headers:
                        self.send_header(name, answer.headers[name])
                self.send_header("content-length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self):
        Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}", self._asked

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
