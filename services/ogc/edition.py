"""A release while it is served: its configuration, its OpenAPI document, and what is rendered of it, once.

`services.ogc.documents` says what programs get, `services.ogc.site.pages` makes what people see of it, and pygeoapi the
JSON-LD. A release never changes, so each answer is made once and kept until another release is served.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import orjson

from services.ogc import logs, substitution
from services.ogc.configuration import for_colleagues
from services.ogc.documents import openapi, security
from services.ogc.documents.landing import Documents
from services.ogc.origin import Release
from services.ogc.questions.parameters import Given
from services.ogc.site.method_pages import pages_of
from services.ogc.site.pages import Pages
from services.stores import archives

if TYPE_CHECKING:  # it loads pygeoapi
    from services.ogc.linked_data import LinkedData

MOST_KEPT = 500
"""How many rendered answers of a release are kept."""

type Rendered = tuple[int, str, bytes]
"""Status, media type and body."""


class Edition:
    """One release as it is served, in the words of its configuration: the map and files at `site`, the API at `url`,
    which is `site` with its version as `prefix`. Where no `site` is given it is that of the configuration.
    """

    def __init__(self, release: Release, configuration: str, site: str = "") -> None:
        self.release, self.folder, self.id = release, release.folder, release.id
        self.confirmed = release.state.confirmed
        self.config = substitution.loaded(configuration, {"ZICHT_URL": site} if site else {})
        logs.prepare(self.config["logging"])
        self.site = (site or str(self.config["server"]["url"])).rstrip("/")
        self.config["server"]["url"] = self.site
        self.prefix = _prefix(self.config["server"].get("api_rules") or {})
        self.url = self.site + self.prefix
        limits = self.config["server"]["limits"]
        self.default, self.most = int(limits["default_items"]), int(limits["max_items"])
        self.collections = {one.id: one for one in release.collections}
        if any(one.audience != "publiek" for one in self.collections.values()):
            self.config = for_colleagues(self.config, {one.license for one in self.collections.values()})
        methods, self.tiles = pages_of(self.folder), archives.of(self.folder)
        self.documents = Documents(self.config, self.site, self.url, self.folder, methods, self.tiles, self.confirmed)
        self._document = openapi.document(self.config, self.url, tuple(self.collections.values()), self.tiles)
        if release.keyed:
            of_colleagues = [one.id for one in release.collections if one.audience != "publiek"]
            self._document = security.keyed(self._document, of_colleagues)
        self.document = orjson.dumps(self._document)
        self.pages = Pages(self.config, (self.site, self.url), self.collections, self._document, self.folder, methods)
        self.tag = hashlib.sha256(
            f"{self.id}{release.state}{configuration}{self.url}".encode() + self.document
        ).hexdigest()[:16]
        self._kept: OrderedDict[tuple[Any, ...], Rendered] = OrderedDict()
        self._lock = Lock()

    @cached_property
    def linked(self) -> "LinkedData":
        """What makes JSON-LD of the release."""
        from services.ogc.linked_data import LinkedData  # noqa: PLC0415  # as above

        return LinkedData(self.config, self._document)

    def page(self, name: str, given: Given, *arguments: str) -> Rendered:
        """One of the pages (`landing`, `conformance`, ...), in the format that `given` names in `f`."""
        key = _key(name, given, *arguments)
        if given["f"] == "jsonld":
            return self.once(key, lambda: self.linked.page(name, given, *arguments))
        return self.once(key, lambda: self._page(name, given["f"], *arguments))

    def made(self, name: str, given: Given, *arguments: str) -> Rendered | None:
        """The same page, if it was made: nothing is waited for."""
        return self._kept.get(_key(name, given, *arguments))

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

    def _page(self, name: str, format_: str, *arguments: str) -> Rendered:
        if format_ == "html":
            if arguments:
                return 200, "text/html", self.pages.collection(*arguments)
            return 200, "text/html", self.pages.plain(name, PLAIN[name](self.documents))
        content = self.documents.collection(*arguments) if arguments else PLAIN[name](self.documents)
        return 200, "application/json", orjson.dumps(content)


PLAIN: Mapping[str, Callable[[Documents], dict[str, Any]]] = {
    "landing": Documents.landing,
    "conformance": Documents.conformance,
    "collections": Documents.collections,
}


def _key(name: str, given: Given, *arguments: str) -> tuple[Any, ...]:
    """Which page: JSON-LD depends on all that is given, others on the format alone."""
    return (name, tuple(sorted(given.items())) if given["f"] == "jsonld" else given["f"], *arguments)


def _prefix(rules: Mapping[str, Any]) -> str:
    """The path of the API below the site, by pygeoapi's `api_rules`; "" where they give none."""
    version = str(rules.get("api_version", "0.0.0"))
    names = dict(zip(("api_major", "api_minor", "api_build"), version.split("."), strict=False))
    prefix = str(rules.get("url_prefix", "")).format(api_version=version, **names).strip("/")
    return f"/{prefix}" if prefix else ""
