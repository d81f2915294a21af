"""The service: the API, the map and the download of the release that is served now, as an ASGI application."""

import os
from functools import partial
from pathlib import Path

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from geo.errors import ServeError
from services.ogc import configuration, patches
from services.ogc.service import Compose, Confirmed, Service
from services.ports import SERVED

DATA = f"${{ZICHT_HOME}}/current/{SERVED}"
"""How the configuration that is served names the release."""


def application(
    home: Path, config: Path, compose: Compose | None = None, confirmed: Confirmed = lambda _: ""
) -> ASGIApp:
    """The ASGI application over the release at `home`/current.

    What a release is called comes from the release itself, by `compose`, and what is written by hand from `config`: so
    a release never has the titles of another, whatever the file says, and a release that is swapped in brings its own.

    Raises ServeError where nothing is published yet.
    """
    current = home / "current"
    if not (current / SERVED).exists():
        raise ServeError("{home}: no release to serve; run `zicht publish` (or `zicht demo`) first", home=home)
    # The configuration names these; pygeoapi fills them in from the environment, and there is no other way.
    os.environ["ZICHT_HOME"] = str(home)  # noqa: TID251
    if url := os.environ.get("ZICHT_URL"):  # noqa: TID251
        os.environ["ZICHT_URL"] = url.rstrip("/")  # noqa: TID251  # the address of the map is made from it
    patches.apply()
    service = Service(home, compose or partial(_composed, config), confirmed)
    if not service.open_to_others:
        return service
    return CORSMiddleware(service, allow_origins=["*"], allow_methods=["GET", "HEAD", "POST"], expose_headers=["*"])


def _composed(config: Path, folder: Path) -> str:
    return configuration.complete(config, configuration.resources(folder, DATA))
