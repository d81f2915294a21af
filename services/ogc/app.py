"""The service: pygeoapi's application, the map and the download of the release that is served now."""

import errno
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from geo.errors import ServeError, StoreError
from layers.messages import say
from services.ogc import configuration
from services.ports import SERVED

DOWNLOADS = {"zicht.gpkg": "application/geopackage+sqlite3"}
DATA = f"${{ZICHT_HOME}}/current/{SERVED}"
"""How the configuration that is served names the release."""

type Compose = Callable[[Path], str]
"""Takes the folder of a release and returns the whole configuration that serves it."""


def application(home: Path, config: Path, compose: Compose | None = None) -> ASGIApp:
    """The ASGI application over the release at `home`/current; one per process, since pygeoapi keeps one configuration.

    What a release is called comes from the release itself, by `compose`, and what is written by hand from `config`: so
    a release never has the titles of another, whatever the file says, and a release that is swapped in brings its own.

    Raises ServeError where nothing is published yet.
    """
    current = home / "current"
    if not (current / SERVED).exists():
        raise ServeError("{home}: no release to serve; run `zicht publish` (or `zicht demo`) first", home=home)
    # pygeoapi reads its settings from the environment, and two of them while it is imported: there is no other way.
    os.environ["ZICHT_HOME"] = str(home)  # noqa: TID251  # pygeoapi-config.yml finds the release by it
    os.environ["PYGEOAPI_CONFIG"] = str(home / "served.yml")  # noqa: TID251  # read on import of pygeoapi.starlette_app
    os.environ["PYGEOAPI_OPENAPI"] = str(home / "openapi.json")  # noqa: TID251  # read on import of pygeoapi.starlette_app
    api = _Api(home, compose or partial(_composed, config))

    async def chart(_request: Request) -> Response:
        return _file(current, "kaart.html", "text/html")

    async def download(request: Request) -> Response:
        name = request.path_params["name"]
        return _file(current, name, DOWNLOADS[name]) if name in DOWNLOADS else _absent(name)

    return Starlette(routes=[Route("/kaart", chart), Route("/downloads/{name}", download), Mount("/", app=api)])


def _composed(config: Path, folder: Path) -> str:
    return configuration.complete(config, configuration.resources(folder, DATA))


class _Api:
    """pygeoapi's application, with the configuration of the release that is served now."""

    def __init__(self, home: Path, compose: Compose) -> None:
        self._home, self._compose = home, compose
        self._folder = (home / "current").resolve()
        self._describe(self._folder)
        from pygeoapi import starlette_app  # noqa: PLC0415  # reads what was just written

        self._pygeoapi = starlette_app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as the release that is served now."""
        try:
            self._follow()
        except (StoreError, ServeError) as fault:
            await PlainTextResponse(say(fault.message), status_code=500)(scope, receive, send)
        else:
            await self._pygeoapi.APP(scope, receive, send)

    def _follow(self) -> None:
        """Where another release was swapped in, serve it under its own titles; one that vanished changes nothing."""
        folder = (self._home / "current").resolve()
        if folder == self._folder or not (folder / SERVED).exists():
            return
        self._describe(folder)
        module = self._pygeoapi
        module.api_ = module.API(module.get_config(), module.load_openapi_document(), module.ASYNCAPI)
        self._folder = folder

    def _describe(self, folder: Path) -> None:
        """Write what pygeoapi reads: the configuration, and the OpenAPI document made from it."""
        config = self._home / "served.yml"
        _write(config, self._compose(folder))
        _write(self._home / "openapi.json", configuration.openapi(config))


def _write(document: Path, text: str) -> None:
    try:
        document.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise ServeError(
            "{path}: {fault}; the service writes what it serves there", path=document, fault=fault.strerror
        ) from fault


def _file(current: Path, name: str, media_type: str) -> Response:
    # Resolved first: a release that is swapped in halfway must not change the file under the reader.
    path = current.resolve() / name
    return FileResponse(path, media_type=media_type) if path.is_file() else _absent(name)


def _absent(name: str) -> Response:
    return PlainTextResponse(say("This release has no {name}.", name=name), status_code=404)


def serve(home: Path, config: Path, host: str, port: int, compose: Compose | None = None) -> None:
    """Serve until interrupted; raises ServeError where the port is taken or nothing is published."""
    with _listening(host, port) as listener:
        # Links in answers start with ZICHT_URL; who serves behind another name sets it.
        os.environ.setdefault("ZICHT_URL", f"http://{host}:{port}")  # noqa: TID251  # read by pygeoapi-config.yml
        app = application(home, config, compose)
        with suppress(KeyboardInterrupt):  # Ctrl-C is how it ends; uvicorn has by then closed its connections
            uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    """A socket bound to the address, taken before anything is loaded; raises ServeError where it cannot be had.

    It names its protocol: asyncio sets TCP_NODELAY only on connections of one that does, and without it each answer on
    a connection that is kept waits some 40 ms for the reader's acknowledgement.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as fault:
        listener.close()
        if fault.errno == errno.EADDRINUSE:
            raise ServeError(
                "port {port} on {host} is in use; choose another with --port", port=port, host=host
            ) from fault
        raise ServeError(
            "port {port} on {host} cannot be used ({fault}); choose another with --port",
            port=port, host=host, fault=fault.strerror,
        ) from fault  # fmt: skip
    return listener
