"""A release while it is served: its configuration, its OpenAPI document, and what is rendered of it, once.

pygeoapi's own functions make the landing page, conformance and collections, `services.ogc.pages` what people see of
them. A release never changes, so each answer is made once and kept until another release is served.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from io import StringIO
from threading import Lock
from types import SimpleNamespace
from typing import Any

import orjson
from pygeoapi import api as core
from pygeoapi.api import API, APIRequest, itemtypes
from pygeoapi.util import get_api_rules, yaml_load
from starlette.datastructures import QueryParams

from layers.messages import say
from services.ogc import downloads, openapi, qgis
from services.ogc.configuration import for_colleagues
from services.ogc.method_pages import page_of, pages_of
from services.ogc.origin import Release
from services.ogc.pages import Pages
from services.ogc.parameters import Given
from services.stores import archives

MOST_KEPT = 500
"""How many rendered answers of a release are kept."""

TOO_MUCH = ("/processes", "/tiling-schemes", "/job-list")
"""Ends of relations that pygeoapi links to and that are not served."""

TILES = tuple(
    f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}"
    for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "oas30")
)
"""What a release with tiles conforms to besides."""

type Rendered = tuple[int, str, bytes]
"""Status, media type and body."""


class Edition:
    """One release as it is served, in the words of its configuration: the map and files at `site`, the API at `url`,
    which is `site` with its version as `prefix`.
    """

    def __init__(self, release: Release, configuration: str) -> None:
        self.release, self.folder, self.id = release, release.folder, release.id
        self.confirmed = release.state.confirmed
        self.config: dict[str, Any] = yaml_load(StringIO(configuration))
        self.site = str(self.config["server"]["url"]).rstrip("/")
        self.config["server"]["url"] = self.site
        self.prefix = f"/{version}" if (version := get_api_rules(self.config).get_url_prefix()) else ""
        self.url = self.site + self.prefix
        limits = self.config["server"]["limits"]
        self.default, self.most = int(limits["default_items"]), int(limits["max_items"])
        self.collections = {one.id: one for one in release.collections}
        if any(one.audience != "publiek" for one in self.collections.values()):
            self.config = for_colleagues(self.config, {one.license for one in self.collections.values()})
        self._methods = pages_of(self.folder)
        self.tiles = archives.of(self.folder)
        document = openapi.document(self.config, self.url, tuple(self.collections.values()), self.tiles)
        self.document = orjson.dumps(document)
        self.pages = Pages(self.config, (self.site, self.url), self.collections, document, self.folder, self._methods)
        self.api = API(self.config, document)
        self.tag = hashlib.sha256(
            f"{self.id}{release.state}{configuration}{self.url}".encode() + self.document
        ).hexdigest()[:16]
        self._kept: OrderedDict[tuple[Any, ...], Rendered] = OrderedDict()
        self._lock = Lock()

    def page(self, name: str, given: Given, language: str, *arguments: str) -> Rendered:
        """One of the pages (`landing`, `conformance`, ...), in the format that `given` names in `f`."""
        if given["f"] == "html":
            return self.once((name, *arguments), lambda: (200, "text/html", self._html(name, given, *arguments)))
        key = (name, tuple(sorted(given.items())), language, *arguments)
        return self.once(key, lambda: self._page(PAGES[name], given, language, *arguments))

    def once(self, key: tuple[Any, ...], make: Callable[[], Rendered]) -> Rendered:
        """What was made under this key, made now if it was not."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return made

    def _page(self, function: Callable[..., Any], given: Given, language: str, *arguments: str) -> Rendered:
        headers, status, content = function(self.api, self.request(given, language), *arguments)
        if isinstance(content, dict):
            content = orjson.dumps(content)
        body = content.encode() if isinstance(content, str) else content
        media_type = headers["Content-Type"]
        if function is core.landing_page and media_type == "application/json":
            landing = orjson.loads(body)
            landing["links"] = [one for one in landing["links"] if not one["rel"].endswith(TOO_MUCH)]
            landing["links"] += [*self._links_of_tiles(""), *qgis.of_release(self.folder, self.site)]
            body = orjson.dumps(landing | self._about)
        if function is core.conformance and media_type == "application/json" and self.tiles:
            said = orjson.loads(body)
            body = orjson.dumps(said | {"conformsTo": [*said["conformsTo"], *TILES]})
        if function is core.describe_collections and media_type == "application/json":
            said = orjson.loads(body)
            for one in said.get("collections", [said]):
                self._link_more(one)
            body = orjson.dumps(said | self._about)
        return int(status), media_type, body

    def _link_more(self, collection: dict[str, Any]) -> None:
        """Say where it stands how a collection was made, the files that it is in, and what QGIS opens of it."""
        if "id" in collection:
            collection["links"] += self._links_of_files(collection["id"])
            collection["links"] += qgis.of_collection(self.folder, self.site, collection["id"])
        if page := page_of(collection.get("id", ""), self._methods):
            title = say("How this map was made")
            link = {"rel": "describedby", "type": "text/html", "title": title, "href": f"{self.site}/{page}"}
            collection["links"].append(link)

    def _links_of_files(self, collection: str) -> list[dict[str, str]]:
        """Where a collection is had as a file, and its tiles."""
        files = downloads.files_of(self.folder, collection)
        links = [
            {"rel": "enclosure", "type": media_type, "title": title, "href": f"{self.site}/downloads/{name}"}
            for name, media_type, title in files
        ]
        return links + self._links_of_tiles(collection)

    def _links_of_tiles(self, collection: str) -> list[dict[str, str]]:
        """Where the tiles of a collection are; of the landing page ("") their grid. None where there are none."""
        rel, path = "tilesets-vector", f"/collections/{collection}/tiles"
        if not collection:
            rel, path = "tiling-schemes", "/tileMatrixSets"
        if not (collection in self.tiles or (self.tiles and not collection)):
            return []
        about = {"type": "application/json", "title": say("Vector tiles"), "href": f"{self.url}{path}"}
        return [{"rel": f"http://www.opengis.net/def/rel/ogc/1.0/{rel}", **about}]

    @property
    def _about(self) -> dict[str, str]:
        """What the landing page and collections say of the release besides what pygeoapi knows."""
        return {"confirmed": self.confirmed} if self.confirmed else {}

    def request(self, given: Given, language: str) -> APIRequest:
        """The request as pygeoapi wants it."""
        asked = SimpleNamespace(query_params=QueryParams(given), headers={"accept-language": language})
        return APIRequest(asked, self.api.locales)

    def _html(self, name: str, given: Given, *arguments: str) -> bytes:
        if arguments:
            return self.pages.collection(*arguments)
        _status, _media_type, body = self._page(PAGES[name], {**given, "f": "json"}, "")
        return self.pages.plain(name, orjson.loads(body))


PAGES: dict[str, Callable[..., Any]] = {
    "landing": core.landing_page,
    "conformance": core.conformance,
    "collections": core.describe_collections,
    "item": itemtypes.get_collection_item,
}
