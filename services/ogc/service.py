"""Answers requests: finds the path, reads what is asked, and lets its handler answer.

Nothing is ignored: a path, method, parameter or media type that is not known is a Problem.
"""

import hashlib
import logging
import shutil
import weakref
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from geo.errors import ServeError, StoreError
from services.ogc import checks, responses
from services.ogc.edition import Edition
from services.ogc.endpoints import Call, Endpoint
from services.ogc.handlers import Handlers
from services.ogc.origin import Origin
from services.ogc.paths import paths
from services.ogc.questions import paging, parameters
from services.ogc.questions.parameters import Given
from services.ogc.questions.problems import Problem
from services.ogc.questions.proxies import Proxies
from services.ogc.serving import Compose, Serving
from services.ogc.site import metrics, statics
from services.stores.queries import QueryError
from services.stores.reader import StoreUnavailableError

LOGGER = logging.getLogger(__name__)

FOLLOWED = "zicht.followed"
"""Where a request says that it was looked which release is served."""

OPEN = "zicht.open"
"""Where it says whether pages of other sites might read that one."""


class Service:
    """Answers requests, each as the release that is served when it comes in, at the address that its reader uses."""

    def __init__(
        self,
        origin: Origin,
        compose: Compose,
        shared: Path | None = None,
        checked: checks.Checked | None = None,
        proxies: Proxies | None = None,
    ) -> None:
        own = Path(mkdtemp(prefix="zicht-", dir=shared))
        weakref.finalize(self, shutil.rmtree, own, ignore_errors=True)
        self._waits, self._proxies = origin.waits, proxies or Proxies()
        self._serving, self._checked = Serving(origin, compose, own), checked or checks.Checked(None)
        filters = paging.Filters(origin.filters(shared or own))
        self._paths = paths(Handlers(origin, self._serving, filters, self._checked))

    @property
    def open_to_others(self) -> bool:
        """Whether pages of other sites may read what is served, as the configuration says."""
        return bool(self._serving.edition.config["server"].get("cors"))

    async def follow(self, scope: Scope) -> None:
        """Look which release is served now, once for a request. Raises StoreError where that cannot be known."""
        if FOLLOWED not in scope:
            await run_in_threadpool(self._serving.follow) if self._waits else self._serving.follow()
            scope[FOLLOWED] = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        try:
            response = await self._answer(Request(scope, receive))
        except Problem as problem:
            response = problem.response()
        except QueryError as fault:
            response = Problem(400, str(fault)).response()
        except ClientDisconnect:
            return
        except StoreUnavailableError as fault:
            LOGGER.error("%s", fault)  # noqa: TRY400  # as below
            response = Problem(503, "the store does not answer now; try again", {"Retry-After": "2"}).response()
        except (StoreError, ServeError) as fault:
            LOGGER.error("%s", fault)  # noqa: TRY400  # it says what is wrong; where it was raised says nothing
            response = Problem(500, "no release can be read; publish one first").response()
        self._complete(response, scope)
        await response(scope, receive, send)
        self._checked.begin(self._serving.edition.release)

    def _complete(self, response: Response, scope: Scope) -> None:
        """Give an answer what all have."""
        responses.complete(response)
        if scope.get(OPEN, True) and self.open_to_others:  # another release may have come meanwhile
            response.raw_headers += responses.OPEN

    async def _answer(self, request: Request) -> Response:
        scope = request.scope
        own = self._serving.edition.site
        site = self._proxies.site(scope, own)
        prefix = self._serving.edition.prefix
        scope["path"] = self._below(urlsplit(site).path, scope["path"], prefix)
        if (static := await statics.answer(scope)) is not None:
            scope[metrics.ROUTE] = "static"
            return static
        if scope["path"] == "/" and prefix:  # of the site: the API says the rest
            return RedirectResponse(urlsplit(f"{site}{prefix}").path, headers=responses.SECURE)
        if (found := self._path_of(scope["path"], prefix)) is None:
            raise Problem(404, f"there is no path {scope['path'][:200]!r}; the paths are in {site}{prefix}/openapi")
        path, names = found
        scope[metrics.ROUTE] = path.name
        if request.method not in path.methods:
            allowed = ", ".join(path.methods)
            raise Problem(405, f"{request.method} is not allowed here; allowed: {allowed}", {"Allow": allowed})
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ", ".join(path.methods)})
        if path.name not in ("health", "metrics"):
            await self.follow(scope)
            scope[OPEN] = self.open_to_others
        edition = self._serving.edition if site == own else await run_in_threadpool(self._serving.at, site)
        call = _call(request, edition, path, names)
        if request.method != "POST" and (same := responses.unchanged(call.tag, call.header("if-none-match"))):
            return same
        return await path.handler(call)

    def _path_of(self, asked: str, prefix: str) -> tuple[Endpoint, tuple[str, ...]] | None:
        """The endpoint of a path and the names in it; None where there is none."""
        below = (asked.removeprefix(prefix) or "/") if asked.startswith(prefix) else ""
        for path in self._paths:
            if found := path.pattern.fullmatch(below if path.versioned else asked):
                return path, found.groups()
        return None

    def _below(self, base: str, asked: str, prefix: str) -> str:
        """The path of a request below the site, whether its proxy took the path of the site off or not.

        A site at `/kaart` has a map at `/kaart/kaart`: what is a path as it comes, and none without, is whole.
        """
        if not base or not (asked == base or asked.startswith(f"{base}/")):
            return asked
        rest = asked.removeprefix(base) or "/"
        return asked if self._path_of(asked, prefix) and not self._path_of(rest, prefix) else rest


def _call(request: Request, edition: Edition, path: Endpoint, names: tuple[str, ...]) -> Call:
    """What is asked, read. Raises Problem for a parameter or format that is not known."""
    given = parameters.read(request.scope["query_string"])
    if path.known is not None:
        parameters.check(given, path.known)
    parameters.check_language(given, edition.config["server"]["languages"])
    headers = dict(reversed(request.scope["headers"]))  # the first of each
    format_, media_type = parameters.chosen_format(given, headers.get(b"accept", b"").decode("latin-1"), path.formats)
    tag = _tag(edition, request.scope["path"], given, media_type, headers.get(b"accept-language"))
    return Call(request, headers, edition, given, names, format_, media_type, tag)


def _tag(edition: Edition, path: str, given: Given, media_type: str, language: bytes | None) -> str:
    parts = (edition.tag, path, sorted(given.items()), media_type, language)
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:20]}"'
