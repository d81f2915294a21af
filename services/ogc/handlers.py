"""What answers each path of the API and of the site beside it; which paths there are, `services.ogc.paths` says."""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from urllib.parse import quote

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from geo.errors import StoreError
from layers.messages import say
from services.ogc import health, items, responses
from services.ogc.checks import Checked
from services.ogc.documents import schemas
from services.ogc.endpoints import OPENAPI, Call, sent_filter
from services.ogc.formats import csv_rows, json_fg
from services.ogc.origin import Origin
from services.ogc.questions import paging, question
from services.ogc.questions.problems import Problem
from services.ogc.serving import Serving
from services.ogc.site import downloads, metrics, qgis
from services.ogc.threads import in_turn
from services.stores import systems
from services.stores.reader import Reader


class Handlers:
    """Answers by the name of a path: pages and items from the release that is served, files from its folder."""

    def __init__(self, origin: Origin, serving: Serving, filters: paging.Filters, checked: Checked) -> None:
        self._origin, self._serving, self._filters, self._checked = origin, serving, filters, checked

    def store(self, call: Call) -> Reader:
        """The store, if it has the collection that is asked for; raises Problem where it has not."""
        store, collection = self._origin.reader(call.edition.release), call.names[0]
        if all(one.id != collection for one in store.collections):
            raise Problem(
                404,
                f"collection {collection[:100]!r} not found; the collections are in {call.edition.url}/collections",
            )
        return store

    async def of_page(self, name: str, call: Call) -> Response:
        """A page of the API, by its name."""
        if call.names and call.names[0] not in call.edition.config["resources"]:
            self.store(call)
        given = {**call.given, "f": call.format}
        made = call.edition.made(name, given, *call.names)
        if made is None:
            made = await run_in_threadpool(call.edition.page, name, given, *call.names)
        return call.answer(*made)

    async def of_schema(self, call: Call) -> Response:
        """The columns of a collection."""
        collection, name = call.names
        described = call.edition.collections.get(collection) or self.store(call).collection(collection)
        if call.format == "html":
            return call.answer(200, "text/html", call.edition.pages.collection(collection, "schema"))
        url = f"{call.edition.url}/collections/{quote(collection)}/{name}"
        return call.answer(200, call.media_type, orjson.dumps(schemas.document(described, url)))

    async def of_openapi(self, call: Call) -> Response:
        """The OpenAPI document."""
        if call.format == "json":
            media_type = call.media_type if "oai" not in call.media_type else next(iter(OPENAPI))
            return call.answer(200, media_type, call.edition.document)
        return call.answer(200, "text/html", call.edition.pages.openapi())

    async def of_items(self, call: Call) -> Response:
        """Features of a collection."""
        given = call.given
        if call.request.method == "POST":
            given = {**given, **await sent_filter(call.request, given)}
        (collection,) = call.names
        asked = items.Asked(call.edition, collection, given, call.format, call.media_type)
        if call.format == "csv":
            return await in_turn(self._csv, call, asked)
        return await in_turn(self._features, call, asked)

    def _features(self, call: Call, asked: items.Asked) -> Response:
        store = self.store(call)
        known = systems.answered([call.edition.collections[asked.collection]])
        system = {"Content-Crs": f"<{question.system(asked.given, 'crs', known)}>"}
        if call.format == "html":  # its map is in degrees
            asked = replace(asked, given={name: value for name, value in asked.given.items() if name != "crs"})
            system = {}
        outlined = partial(items.outlined, store, self._filters, asked)
        if call.format == "html" and call.request.method != "POST":
            key = (call.tag, store.key)
            page = call.edition.once(key, lambda: items.rendered(asked, items.page(store, outlined())))
            return call.answer(*page, system)
        outline = outlined()
        if call.format == "json" and outline.long:
            return call.streamed(call.media_type, items.pieces(store.again(), outline), system)
        return call.answer(*items.rendered(asked, items.page(store, outline)), system)

    def _csv(self, call: Call, asked: items.Asked) -> Response:
        store = self.store(call)
        found = items.page(store, items.outlined(store, self._filters, asked))
        query, limited = found.question.query, found.question.limited
        headers = {"Content-Crs": f"<{found.question.system}>"}
        if limited and found.next:
            headers["Link"] = f'<{found.next}>; rel="next"; type="text/csv"'
        rows = csv_rows.pieces(
            store.again(), asked.collection, query, found.question.system, query.limit if limited else None
        )
        return responses.streamed("text/csv", rows, call.header("accept-encoding"), headers)

    async def of_item(self, call: Call) -> Response:
        """One feature."""
        collection, identifier = call.names
        store = self.store(call)
        about = call.edition.collections[collection]
        system = question.system(call.given, "crs", systems.answered([about]))
        drawn = call.format == "html"  # in degrees, whatever is asked
        feature = store.item_as_bytes(collection, identifier, systems.ready(systems.CRS84 if drawn else system, about))
        if feature is None:
            raise Problem(404, f"{collection} has no item {identifier[:100]!r}")
        if drawn:
            return call.answer(200, "text/html", call.edition.pages.item(collection, orjson.loads(feature)))
        if call.format == "jsonld":
            return await self.of_page("item", call)
        if not systems.stands_ready(system, about):
            feature = orjson.dumps(systems.in_system([orjson.loads(feature)], system, about)[0])
        body = items.single(call.edition, collection, identifier, feature)
        if call.format == "jsonfg":
            body = orjson.dumps(json_fg.feature(orjson.loads(body), system, about.time_field))
        return call.answer(200, call.media_type, body, {"Content-Crs": f"<{system}>"})

    async def of_file(self, call: Call) -> Response:
        """A file of the release."""
        (name,) = call.names
        name = "kaart.html" if name == "kaart" else name
        media_type = "text/html" if name == "kaart.html" or name.startswith("methode-") else downloads.media_type(name)
        if not media_type or not (call.edition.folder / name).is_file():
            raise Problem(404, say("This release has no {name}.", name=name[:100]))
        accepted = "" if call.header("range") or name.endswith(downloads.PACKED) else call.header("accept-encoding")
        return await run_in_threadpool(self._serving.files.answer, name, media_type, accepted, call.tag)

    async def of_qgis(self, call: Call) -> Response:
        """A project, layer or style of QGIS."""
        (name,) = call.names
        content = await run_in_threadpool(qgis.content, call.edition.folder, call.edition.url, name)
        if content is None:
            raise Problem(404, say("This release has no {name}.", name=name[:100]))
        return call.answer(200, qgis.KINDS[name.rpartition(".")[2]], content)

    async def of_health(self, call: Call) -> Response:
        """What who watches the service asks; it is answered also where nothing can be read."""
        kind = None
        with suppress(StoreError):
            await run_in_threadpool(self._serving.follow)
            kind = self._origin.kind if await run_in_threadpool(self._origin.state) else None
        faults = len(self._checked.faults) + self._origin.stands_in
        status, content = health.of(self._serving.edition, kind, faults)
        return Response(orjson.dumps(content), status, {"Cache-Control": "no-store"}, call.media_type)

    async def of_metrics(self, _call: Call) -> Response:
        """Counts and times of requests."""
        content = await run_in_threadpool(metrics.text)
        return Response(content, 200, {"Cache-Control": "no-store", "Content-Type": metrics.MEDIA_TYPE})
