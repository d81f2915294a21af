"""The server: listens, and serves the application until it is interrupted."""

import errno
import os
import socket
from contextlib import suppress
from pathlib import Path

import uvicorn

from geo.errors import ServeError
from services.ogc.app import application
from services.ogc.service import Compose, Confirmed


def serve(  # the whole of what is served, and where
    home: Path, config: Path, host: str, port: int, compose: Compose | None = None, confirmed: Confirmed = lambda _: ""
) -> None:
    """Serve until interrupted; raises ServeError where the port is taken or nothing is published."""
    with _listening(host, port) as listener:
        # Links in answers start with ZICHT_URL; who serves behind another name sets it.
        os.environ.setdefault("ZICHT_URL", f"http://{host}:{port}")  # noqa: TID251  # read by pygeoapi-config.yml
        app = application(home, config, compose, confirmed)
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
