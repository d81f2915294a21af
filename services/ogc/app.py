"""The service: the API, the map and the download of the release that is served now, as an ASGI application."""

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from geo.errors import ServeError
from services.ogc import configuration, patches
from services.ogc.metrics import Measured
from services.ogc.service import Compose, Confirmed, Service
from services.ports import SERVED

DATA = f"${{ZICHT_HOME}}/current/{SERVED}"
"""How the configuration that is served names the release."""


def unconfirmed(_folder: Path) -> str:
    """When values were last found to be so, where nothing says it."""
    return ""


@dataclass(frozen=True, slots=True)
class Site:
    """What is served: the release at `home`/current, with what is written by hand in `config`.

    What a release is called comes from the release itself, by `compose`: so a release never has the titles of another,
    whatever the file says, and a release that is swapped in brings its own.
    """

    home: Path
    config: Path
    compose: Compose | None = None
    confirmed: Confirmed = unconfirmed

    def check(self) -> None:
        """Raises ServeError where nothing is published yet."""
        if not (self.home / "current" / SERVED).exists():
            raise ServeError("{home}: no release to serve; run `zicht publish` (or `zicht demo`) first", home=self.home)


def application(site: Site, shared: Path | None = None) -> ASGIApp:
    """The ASGI application over a site; `shared` is a folder that all who serve it share, where there are several.

    Raises ServeError where nothing is published yet.
    """
    site.check()
    # The configuration names these; pygeoapi fills them in from the environment, and there is no other way.
    os.environ["ZICHT_HOME"] = str(site.home)  # noqa: TID251
    if url := os.environ.get("ZICHT_URL"):  # noqa: TID251
        os.environ["ZICHT_URL"] = url.rstrip("/")  # noqa: TID251  # the address of the map is made from it
    patches.apply()
    service = Service(site.home, site.compose or partial(_composed, site.config), site.confirmed, shared)
    return Measured(_OpenToOthers(service))


class _OpenToOthers:
    """A service that pages of other sites may read, as long as the release that it serves is for everyone."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._open = CORSMiddleware(
            service, allow_origins=["*"], allow_methods=["GET", "HEAD", "POST"], expose_headers=["*"]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await (self._open if self._service.open_to_others else self._service)(scope, receive, send)


def _composed(config: Path, folder: Path) -> str:
    return configuration.complete(config, configuration.resources(folder, DATA))
