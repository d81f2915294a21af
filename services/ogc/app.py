"""The service: the API, the map and the download of the release that is served now, as an ASGI application."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import gettempdir

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from geo.errors import ServeError
from services.ogc import configuration
from services.ogc.checks import Check, Checked
from services.ogc.keys import Keys
from services.ogc.origin import Confirmed, HomeOrigin, Origin, Release, SharedOrigin, StandIn, unconfirmed
from services.ogc.questions.proxies import Proxies
from services.ogc.service import Service
from services.ogc.serving import Compose
from services.ogc.site.metrics import Measured
from services.ogc.views import ByKey, ForEveryone, WithKey
from services.ports import SERVED
from services.stores.opening import shared

DATA = f"${{ZICHT_HOME}}/current/{SERVED}"
"""How the configuration that is served names the release."""

ADDRESS = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)?")


@dataclass(frozen=True, slots=True)
class Site:
    """What is served: the release at `home`/current, or in the `store` of that URI, with what is written by hand in
    `config`. After the first answer from a release its files are held against what was published, by `check`. What
    `proxies` say of the address that readers use is believed. `instead` is served in place of a damaged
    release. What is for colleagues is answered to who sends a key of the file `keys`; to all, where none is named.

    What a release is called comes from the release itself, by `compose`: so a release never has the titles of another,
    whatever the file says, and a release that is swapped in brings its own.
    """

    home: Path
    config: Path
    compose: Compose | None = None
    confirmed: Confirmed = unconfirmed
    store: str = ""
    check: Check | None = None
    proxies: tuple[str, ...] = ()
    instead: StandIn | None = None
    keys: Path | None = None

    def origin(self, scratch: Path | None = None) -> Origin:
        """Where its releases come from; their files are fetched to `scratch`, where they are."""
        if self.store:
            return SharedOrigin(shared(self.store), scratch or Path(gettempdir()))
        return HomeOrigin(self.home, self.confirmed, self.instead)


def application(site: Site, folder: Path | None = None) -> ASGIApp:
    """The ASGI application over a site; `folder` is one that all who serve it share, where there are several.

    Raises ServeError where nothing is published yet, or the keys cannot be read.
    """
    keys = Keys(site.keys) if site.keys else None
    origin = site.origin(folder)
    origin.first()
    # The configuration names these; pygeoapi fills them in from the environment, and there is no other way.
    os.environ["ZICHT_HOME"] = str(site.home)  # noqa: TID251
    addressed()
    compose = site.compose or partial(_composed, site.config, site.store or DATA)
    proxies, checked = Proxies(site.proxies), Checked(site.check)

    def served(seen: Origin) -> ASGIApp:
        return _OpenToOthers(Service(seen, compose, folder, checked, proxies))

    if keys is None:
        return Measured(served(origin))
    return Measured(ByKey(keys, served(WithKey(origin)), served(ForEveryone(origin, folder or Path(gettempdir())))))


def addressed(otherwise: str = "") -> None:
    """Let ZICHT_URL say where readers find the service, as all links are made from it: `otherwise` where it says
    nothing, and where that says nothing either what the configuration has. Raises ServeError for what is no address.
    """
    url = os.environ.pop("ZICHT_URL", "").strip().rstrip("/") or otherwise  # noqa: TID251
    if url and not ADDRESS.fullmatch(url):
        raise ServeError("ZICHT_URL {url!r} is no address; write one as https://kaart.example.nl", url=url)
    if url:
        os.environ["ZICHT_URL"] = url  # noqa: TID251  # read by pygeoapi-config.yml


class _OpenToOthers:
    """A service of which pages of other sites may ask whether they may read it, as long as the release that it serves
    is for everyone; every answer says so by itself.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._open = CORSMiddleware(service, allow_origins=["*"], allow_methods=["GET", "HEAD", "POST"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope.get("method") != "OPTIONS":
            await self._service(scope, receive, send)
            return
        with suppress(Exception):  # it is answered with when the request is
            await self._service.follow(scope)
        await (self._open if self._service.open_to_others else self._service)(scope, receive, send)


def _composed(config: Path, data: str, release: Release) -> str:
    return configuration.complete(config, configuration.resources(release.collections, data))
