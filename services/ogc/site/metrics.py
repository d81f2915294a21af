"""How many requests there were and how long they took, as Prometheus reads it.

Labels are names of ours: the path as the API names it, never what a reader wrote. Where several processes serve, each
keeps its counts in a file in the folder that the variable names, and whichever is asked adds them up.
"""

import os
import time

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that prometheus_client reads, before it is imported."""

MEDIA_TYPE = CONTENT_TYPE_LATEST
ROUTE = "zicht.route"
"""Where a scope says which path was asked; what is no path of ours is `none`."""

METHODS = ("GET", "HEAD", "OPTIONS", "POST")
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter("zicht_requests", "Requests answered.", ("route", "method", "status"))
TAKEN = Histogram("zicht_request_seconds", "Seconds until an answer was sent whole.", ("route",), buckets=SECONDS)


class Measured:
    """An application of which each request is counted and timed."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        status, start = 500, time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._application(scope, receive, noting)
        finally:
            route = scope.get(ROUTE, "none")
            method = scope["method"] if scope["method"] in METHODS else "other"
            REQUESTS.labels(route, method, status).inc()
            TAKEN.labels(route).observe(time.perf_counter() - start)


def text() -> bytes:
    """All counts, of all processes."""
    registry = REGISTRY
    if FOLDER in os.environ:  # noqa: TID251  # of prometheus_client
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # of prometheus_client
    return generate_latest(registry)
