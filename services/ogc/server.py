"""The server: listens, and serves the application until it is interrupted, in one process or several.

Several share one socket, so that whichever is free answers. uvicorn watches them: one that dies or hangs is replaced.
"""

import errno
import multiprocessing
import os
import signal
import socket
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from geo.errors import ServeError
from layers.messages import language, speak
from services.ogc.app import Site, addressed, application

START = 60
"""Seconds after which a worker that does not answer is replaced: on a busy machine it takes long to start."""


KEPT = 75
"""Seconds that a connection may wait for its next question: longer than proxies keep theirs (nginx: 60). Who closes one
while the other asks loses that question, and only the one who asks can know whether it may ask again.
"""


def serve(site: Site, host: str, port: int, workers: int = 1) -> None:
    """Serve until interrupted; raises ServeError where the port is taken or nothing is published."""
    with _listening(host, port) as listener, TemporaryDirectory(prefix="zicht-") as folder:
        site.origin(Path(folder)).first()
        addressed(f"http://{host}:{port}")  # who serves behind another name sets ZICHT_URL
        with suppress(KeyboardInterrupt):  # Ctrl-C is how it ends; uvicorn has by then closed its connections
            if workers == 1:
                uvicorn.Server(_config(application(site, Path(folder)))).run(sockets=[listener])
            else:
                os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # noqa: TID251  # read by prometheus_client
                made = partial(_application, site, Path(folder), language())
                Multiprocess(_config(made, workers), sockets=[listener]).run()


def check(site: Site, host: str, port: int) -> None:
    """Make all that is served without serving it: raises ServeError or StoreError where `serve` would."""
    with _listening(host, port), TemporaryDirectory(prefix="zicht-") as folder:
        addressed(f"http://{host}:{port}")
        application(site, Path(folder))


def _config(served: ASGIApp | partial[ASGIApp], workers: int | None = None) -> uvicorn.Config:
    """Of one process, or of `workers` that each make what they serve."""
    return uvicorn.Config(
        cast(ASGIApp, served),
        http="httptools",
        lifespan="off",
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # services.ogc.questions.proxies reads them, and wants to know who says so
        factory=workers is not None,
        workers=workers,
        timeout_worker_healthcheck=START,
        timeout_keep_alive=KEPT,
    )


def _application(site: Site, shared: Path, spoken: str) -> ASGIApp:
    """The application, in a process of its own that speaks what the first one does, and ends with it."""
    Thread(target=_end_with_parent, daemon=True).start()
    speak(spoken)
    return application(site, shared)


def _end_with_parent() -> None:
    """End this process where the one that started it was killed: nobody would replace it, and it holds the port."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


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
