"""Answers requests: items from the store, and what pygeoapi's functions render, once for a release.

Nothing is ignored: a path, method, parameter or media type that is not known is a Problem.
"""

import hashlib
import logging
import re
import shutil
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from urllib.parse import quote, urlsplit

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from geo.errors import ServeError, StoreError
from layers.messages import say
from services.ogc import (
    checks,
    csv_rows,
    downloads,
    health,
    items,
    metrics,
    paging,
    parameters,
    qgis,
    question,
    responses,
    schemas,
    statics,
    tiles,
)  # fmt: skip
from services.ogc.edition import Edition
from services.ogc.endpoints import FEATURE, JSON, OPENAPI, PAGES, PLAIN, SCHEMAS, TEXT, Call, Endpoint, sent_filter
from services.ogc.origin import Origin, Release
from services.ogc.parameters import Given
from services.ogc.problems import Problem
from services.stores import systems
from services.stores.queries import QueryError
from services.stores.reader import Reader, StoreUnavailableError

LOGGER = logging.getLogger(__name__)

FOLLOWED = "zicht.followed"
"""Where a request says that it was looked which release is served."""

type Compose = Callable[[Release], str]
"""Takes a release and returns the whole configuration that serves it."""


class Service:
    """Answers requests, each as the release that is served when it comes in."""

    def __init__(
        self, origin: Origin, compose: Compose, shared: Path | None = None, check: checks.Check | None = None
    ) -> None:
        self._origin, self._compose = origin, compose
        self._own = Path(mkdtemp(prefix="zicht-", dir=shared))
        weakref.finalize(self, shutil.rmtree, self._own, ignore_errors=True)
        self._filters = paging.Filters(origin.filters(shared or self._own))
        self._lock, self._checked = Lock(), checks.Checked(check)
        release = origin.taken(origin.first())
        self._edition, self._files = Edition(release, compose(release)), responses.Files(release.folder, self._own)
        self._paths = self._all_paths()

    @property
    def open_to_others(self) -> bool:
        """Whether pages of other sites may read what is served, as the configuration says."""
        return bool(self._edition.config["server"].get("cors"))

    async def follow(self, scope: Scope) -> None:
        """Look which release is served now, once for a request. Raises StoreError where that cannot be known."""
        if FOLLOWED not in scope:
            await run_in_threadpool(self._follow) if self._origin.waits else self._follow()
            scope[FOLLOWED] = True

    def _follow(self) -> None:
        """Where another release was swapped in, serve it under its own titles; one that vanished changes nothing. One
        that was confirmed since says so.
        """
        if (now := self._origin.state()) is None or now == self._edition.release.state:
            return
        with self._lock:
            release = self._origin.taken(now)
            if release.folder != self._edition.folder:
                self._files = responses.Files(release.folder, self._own)
            if release.state != self._edition.release.state:
                self._edition = Edition(release, self._compose(release))

    def _all_paths(self) -> tuple[Endpoint, ...]:
        reading = ("GET", "HEAD", "OPTIONS")

        def page(pattern: str, name: str, formats: Mapping[str, str] = PAGES) -> Endpoint:
            return Endpoint(name, re.compile(pattern), partial(self._page, name), ("f", "lang"), formats, reading)

        one, any_method = r"/collections/([^/]+)", (*reading, "POST")
        file, gpkg = {"text/html": "html"}, {"*/*": "file"}
        return (
            page(r"/", "landing"),
            page(r"/conformance", "conformance", PLAIN),
            page(r"/collections", "collections"),
            page(one, "collections"),
            *(
                Endpoint(name, re.compile(f"{one}/({name})"), self._schema, ("f", "lang"), SCHEMAS, reading)
                for name in ("schema", "queryables")
            ),
            Endpoint(
                "openapi", re.compile(r"/openapi(?:\.json)?"), self._openapi, ("f", "lang", "ui"), OPENAPI, reading
            ),
            Endpoint("items", re.compile(f"{one}/items"), self._items, None, items.OFFERED, any_method),
            Endpoint("item", re.compile(f"{one}/items/(.+)"), self._item, ("f", "lang", "crs"), FEATURE, reading),
            *tiles.endpoints(reading),
            Endpoint("kaart", re.compile(r"/(kaart)(?:\.html)?"), self._file, (), file, reading, versioned=False),
            Endpoint(
                "methode", re.compile(r"/(methode-[a-z0-9_]+\.html)"), self._file, (), file, reading, versioned=False
            ),
            Endpoint("qgis", re.compile(f"/qgis/({qgis.NAME})"), self._qgis, (), gpkg, reading, versioned=False),
            Endpoint("downloads", re.compile(r"/downloads/([^/]+)"), self._file, (), gpkg, reading, versioned=False),
            Endpoint("health", re.compile("/health"), self._health, (), JSON, reading, versioned=False),
            Endpoint("metrics", re.compile("/metrics"), self._metrics, (), TEXT, reading, versioned=False),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        base = urlsplit(self._edition.site).path
        if base and (scope["path"] == base or scope["path"].startswith(f"{base}/")):  # a proxy that passes it on
            scope["path"] = scope["path"].removeprefix(base) or "/"
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
        for name, value in responses.SECURE.items():
            response.headers.setdefault(name, value)
        if response.status_code != HTTPStatus.NOT_MODIFIED:  # its headers would replace those of what a browser kept
            response.headers.setdefault("Content-Security-Policy", responses.NOTHING)
        await response(scope, receive, send)
        self._checked.begin(self._edition.folder)

    async def _answer(self, request: Request) -> Response:
        if (static := await statics.answer(request.scope)) is not None:
            request.scope[metrics.ROUTE] = "static"
            return static
        if request.scope["path"] == "/" and self._edition.prefix:  # of the site: the API says the rest
            return RedirectResponse(urlsplit(self._edition.url).path, headers=responses.SECURE)
        path, names = self._path_of(request)
        request.scope[metrics.ROUTE] = path.name
        if request.method not in path.methods:
            allowed = ", ".join(path.methods)
            raise Problem(405, f"{request.method} is not allowed here; allowed: {allowed}", {"Allow": allowed})
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ", ".join(path.methods)})
        if path.name not in ("health", "metrics"):
            await self.follow(request.scope)
        given = parameters.read(request.scope["query_string"])
        if path.known is not None:
            parameters.check(given, path.known)
        format_, media_type = parameters.chosen_format(given, request.headers.get("accept", ""), path.formats)
        call = Call(request, self._edition, given, names, format_, media_type, self._tag(request, given, media_type))
        if request.method != "POST" and (same := responses.unchanged(call.tag, call.header("if-none-match"))):
            return same
        return await path.handler(call)

    def _path_of(self, request: Request) -> tuple[Endpoint, tuple[str, ...]]:
        asked, prefix = request.scope["path"], self._edition.prefix
        for path in self._paths:
            found = path.pattern.fullmatch(asked.removeprefix(prefix) or "/")
            if found and (asked.startswith(prefix) or not path.versioned):
                return path, found.groups()
        raise Problem(404, f"there is no path {asked[:200]!r}; the paths are in {self._edition.url}/openapi")

    def _tag(self, request: Request, given: Given, media_type: str) -> str:
        parts = (
            self._edition.tag,
            request.scope["path"],
            sorted(given.items()),
            media_type,
            request.headers.get("accept-language"),
        )
        return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:20]}"'

    def _store(self, collection: str) -> Reader:
        """The store, if it has the collection; raises Problem where it has not."""
        store = self._origin.reader(self._edition.release)
        if all(one.id != collection for one in store.collections):
            raise Problem(
                404,
                f"collection {collection[:100]!r} not found; the collections are in {self._edition.url}/collections",
            )
        return store

    async def _page(self, name: str, call: Call) -> Response:
        if call.names and call.names[0] not in call.edition.config["resources"]:
            self._store(call.names[0])
        given = {**call.given, "f": call.format}
        page = partial(call.edition.page, name, given, *call.names)
        return call.answer(*await run_in_threadpool(page))

    async def _schema(self, call: Call) -> Response:
        collection, name = call.names
        described = call.edition.collections.get(collection) or self._store(collection).collection(collection)
        if call.format == "html":
            return call.answer(200, "text/html", call.edition.pages.collection(collection, "schema"))
        url = f"{call.edition.url}/collections/{quote(collection)}/{name}"
        return call.answer(200, call.media_type, orjson.dumps(schemas.document(described, url)))

    async def _openapi(self, call: Call) -> Response:
        if call.format == "json":
            media_type = call.media_type if "oai" not in call.media_type else next(iter(OPENAPI))
            return call.answer(200, media_type, call.edition.document)
        return call.answer(200, "text/html", call.edition.pages.openapi())

    async def _items(self, call: Call) -> Response:
        given = call.given
        if call.request.method == "POST":
            given = {**given, **await sent_filter(call.request, given)}
        (collection,) = call.names
        asked = items.Asked(call.edition, collection, given, call.format, call.media_type)
        if call.format == "csv":
            return await run_in_threadpool(self._csv, call, asked)
        return await run_in_threadpool(self._features, call, asked)

    def _features(self, call: Call, asked: items.Asked) -> Response:
        store = self._store(asked.collection)
        system = {"Content-Crs": f"<{question.system(asked.given)}>"}
        if call.format == "html":  # its map is in degrees
            asked = replace(asked, given={name: value for name, value in asked.given.items() if name != "crs"})
            system = {}
        if call.format == "html" and call.request.method != "POST":
            key = (call.tag, store.key)
            page = call.edition.once(key, lambda: items.rendered(asked, items.page(store, self._filters, asked)))
            return call.answer(*page, system)
        return call.answer(*items.rendered(asked, items.page(store, self._filters, asked)), system)

    def _csv(self, call: Call, asked: items.Asked) -> Response:
        store = self._store(asked.collection)
        found = items.page(store, self._filters, asked)
        query, limited = found.question.query, found.question.limited
        headers = {"Content-Crs": f"<{found.question.system}>"}
        if limited and found.next:
            headers["Link"] = f'<{found.next}>; rel="next"; type="text/csv"'
        rows = csv_rows.pieces(
            store.again(), asked.collection, query, found.question.system, query.limit if limited else None
        )
        return responses.streamed("text/csv", rows, call.header("accept-encoding"), headers)

    async def _item(self, call: Call) -> Response:
        collection, identifier = call.names
        store = self._store(collection)
        system = question.system(call.given)
        drawn = call.format == "html"  # in degrees, whatever is asked
        feature = store.item_as_bytes(collection, identifier, systems.ready(systems.CRS84 if drawn else system))
        if feature is None:
            raise Problem(404, f"{collection} has no item {identifier[:100]!r}")
        if drawn:
            return call.answer(200, "text/html", call.edition.pages.item(collection, orjson.loads(feature)))
        if call.format != "json":
            return await self._page("item", call)
        if system not in systems.READY:
            feature = orjson.dumps(systems.in_system([orjson.loads(feature)], system)[0])
        body = items.single(call.edition, collection, identifier, feature)
        return call.answer(200, call.media_type, body, {"Content-Crs": f"<{system}>"})

    async def _file(self, call: Call) -> Response:
        (name,) = call.names
        name = "kaart.html" if name == "kaart" else name
        media_type = "text/html" if name == "kaart.html" or name.startswith("methode-") else downloads.media_type(name)
        if not media_type or not (self._edition.folder / name).is_file():
            raise Problem(404, say("This release has no {name}.", name=name[:100]))
        accepted = "" if call.header("range") or name.endswith(downloads.PACKED) else call.header("accept-encoding")
        return await run_in_threadpool(self._files.answer, name, media_type, accepted, call.tag)

    async def _qgis(self, call: Call) -> Response:
        (name,) = call.names
        content = await run_in_threadpool(qgis.content, call.edition.folder, call.edition.url, name)
        if content is None:
            raise Problem(404, say("This release has no {name}.", name=name[:100]))
        return call.answer(200, qgis.KINDS[name.rpartition(".")[2]], content)

    async def _health(self, call: Call) -> Response:
        kind = None
        with suppress(StoreError):
            await self.follow(call.request.scope)
            kind = self._origin.kind if await run_in_threadpool(self._origin.state) else None
        status, content = health.of(self._edition, kind, self._checked.faults)
        return Response(orjson.dumps(content), status, {"Cache-Control": "no-store"}, call.media_type)

    async def _metrics(self, _call: Call) -> Response:
        content = await run_in_threadpool(metrics.text)
        return Response(content, 200, {"Cache-Control": "no-store", "Content-Type": metrics.MEDIA_TYPE})
