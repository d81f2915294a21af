"""The service: pygeoapi's application, the map and the download of the release that is served now."""

import errno
import os
import socket
from contextlib import suppress
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from geo.errors import ServeError
from layers.messages import say
from services.ogc import configuration
from services.ports import SERVED

DOWNLOADS = {"zicht.gpkg": "application/geopackage+sqlite3"}


def application(home: Path, config: Path) -> ASGIApp:
    """The ASGI application over the release at `home`/current; one per process, since pygeoapi keeps one configuration.

    Raises ServeError where nothing is published yet.
    """
    current = home / "current"
    if not (current / SERVED).exists():
        raise ServeError("{home}: no release to serve; run `zicht publish` (or `zicht demo`) first", home=home)
    document = home / "openapi.json"
    # pygeoapi reads its settings from the environment, and two of them while it is imported: there is no other way.
    os.environ["ZICHT_HOME"] = str(home)  # noqa: TID251  # pygeoapi-config.yml finds the release by it
    os.environ["PYGEOAPI_CONFIG"] = str(config)  # noqa: TID251  # read on import of pygeoapi.starlette_app
    os.environ["PYGEOAPI_OPENAPI"] = str(document)  # noqa: TID251  # read on import of pygeoapi.starlette_app
    _write(document, configuration.openapi(config))
    from pygeoapi.starlette_app import APP  # noqa: PLC0415  # see above

    async def chart(_request: Request) -> Response:
        return _file(current, "kaart.html", "text/html")

    async def download(request: Request) -> Response:
        name = request.path_params["name"]
        return _file(current, name, DOWNLOADS[name]) if name in DOWNLOADS else _absent(name)

    return Starlette(routes=[Route("/kaart", chart), Route("/downloads/{name}", download), Mount("/", app=APP)])


def _write(document: Path, text: str) -> None:
    try:
        document.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise ServeError(
            "{path}: {fault}; the service writes its OpenAPI document there", path=document, fault=fault.strerror
        ) from fault


def _file(current: Path, name: str, media_type: str) -> Response:
    # Resolved first: a release that is swapped in halfway must not change the file under the reader.
    path = current.resolve() / name
    return FileResponse(path, media_type=media_type) if path.is_file() else _absent(name)


def _absent(name: str) -> Response:
    return PlainTextResponse(say("This release has no {name}.", name=name), status_code=404)


def serve(home: Path, config: Path, host: str, port: int) -> None:
    """Serve until interrupted; raises ServeError where the port is taken or nothing is published."""
    with _listening(host, port) as listener:
        # Links in answers start with ZICHT_URL; who serves behind another name sets it.
        os.environ.setdefault("ZICHT_URL", f"http://{host}:{port}")  # noqa: TID251  # read by pygeoapi-config.yml
        app = application(home, config)
        with suppress(KeyboardInterrupt):  # Ctrl-C is how it ends; uvicorn has by then closed its connections
            uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    """A socket bound to the address, taken before anything is loaded; raises ServeError where it cannot be had."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
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
