"""The landing page, what the API conforms to, and its collections, as JSON.

They say what pygeoapi says, in its order, and what it does not know of a release: its files, tiles, projects of QGIS
and method pages. Written out here, since pygeoapi takes longer to load than the service takes to start;
`tests/ogc/test_documents.py` holds them to what pygeoapi gives.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layers.messages import say
from services.ogc.documents import conformance
from services.ogc.formats import json_fg
from services.ogc.site import downloads, qgis
from services.ogc.site.method_pages import page_of

type Tree = dict[str, Any]

RELATIONS = "http://www.opengis.net/def/rel/ogc/1.0"
HTML, JSON, JSONLD = "text/html", "application/json", "application/ld+json"


@dataclass(frozen=True, slots=True)
class Documents:
    """What an API at `url` says of the release in `folder`, whose files are below `site`; `config` is the configuration
    that serves it, `methods` are its method pages, `tiles` its archives and `confirmed` when its values were last found
    to be so.
    """

    config: Mapping[str, Any]
    site: str
    url: str
    folder: Path
    methods: tuple[str, ...]
    tiles: Mapping[str, Mapping[str, Path]]
    confirmed: str

    def landing(self) -> Tree:
        """The landing page."""
        about, language = self.config["metadata"]["identification"], self.config["server"]["languages"][0]
        openapi = f"{self.url}/openapi"
        described = "application/vnd.oai.openapi+json;version=3.0"
        links = [
            link("about", HTML, about["title"], about["url"]),
            *_formats(self.url, language),
            link("service-desc", described, "The OpenAPI definition as JSON", openapi),
            link("service-doc", HTML, "The OpenAPI definition as HTML", f"{openapi}?f=html") | {"hreflang": language},
            link("conformance", JSON, "Conformance", f"{self.url}/conformance"),
            link("data", JSON, "Collections", f"{self.url}/collections"),
        ]
        links.append(link(f"{RELATIONS}/styles", JSON, say("Styles"), f"{self.url}/styles"))
        if self.tiles:
            links.append(link(f"{RELATIONS}/tiling-schemes", JSON, say("Vector tiles"), f"{self.url}/tileMatrixSets"))
        links += qgis.of_release(self.folder, self.site)
        return {"links": links, "title": about["title"], "description": about["description"], **self._confirmed()}

    def conformance(self) -> Tree:
        """What the API conforms to."""
        besides = conformance.TILES if self.tiles else ()
        return {"conformsTo": [*conformance.CLASSES, *conformance.STYLES, *conformance.JSON_FG, *besides]}

    def collections(self) -> Tree:
        """All collections."""
        links = _formats(f"{self.url}/collections")
        return {"collections": [*map(self._collection, self.config["resources"])], "links": links, **self._confirmed()}

    def collection(self, name: str) -> Tree:
        """One collection."""
        return self._collection(name) | self._confirmed()

    def _collection(self, name: str) -> Tree:
        resource = self.config["resources"][name]
        features = resource["providers"][0]
        spatial = resource["extents"]["spatial"]
        extent: Tree = {"spatial": {"bbox": [spatial["bbox"]], "crs": spatial["crs"]}}
        if years := resource["extents"].get("temporal"):
            extent["temporal"] = {"interval": [[years["begin"].isoformat(), years["end"].isoformat()]]}
        return {
            "id": name,
            "links": [*resource["links"], *self._pages_of(name), *self._files_of(name)],
            **{about: resource[about] for about in ("title", "description", "keywords")},
            "extent": extent,
            "itemType": "feature",
            "crs": features["crs"],
            "storageCrs": features["storage_crs"],
        }

    def _pages_of(self, name: str) -> Iterator[Tree]:
        """Where a collection is described, and its features are."""
        page = f"{self.url}/collections/{name}"
        yield link("root", JSON, "The landing page of this server as JSON", f"{self.url}?f=json")
        yield link("root", HTML, "The landing page of this server as HTML", f"{self.url}?f=html")
        yield from _formats(page)
        described = {"schema": "Schema of collection in", "queryables": "Queryables for this collection as"}
        for relation, title in described.items():
            for kind, media_type in (("JSON", "application/schema+json"), ("HTML", HTML)):
                href = f"{page}/{relation}?f={kind.lower()}"
                yield link(f"{RELATIONS}/{relation}", media_type, f"{title} {kind}", href)
        for format_, title, media_type in (
            ("json", "GeoJSON", "application/geo+json"), ("jsonld", "RDF (GeoJSON-LD)", JSONLD), ("html", "HTML", HTML),
            ("csv", "CSV", "text/csv; charset=utf-8"), ("jsonfg", "JSON-FG", json_fg.MEDIA_TYPE),
        ):  # fmt: skip
            yield link("items", media_type, f"Items as {title}", f"{page}/items?f={format_}")

    def _files_of(self, name: str) -> Iterator[Tree]:
        """The files that a collection is in, its tiles, what QGIS opens of it, and how it was made."""
        for file, media_type, title in downloads.files_of(self.folder, name):
            yield link("enclosure", media_type, title, f"{self.site}/downloads/{file}")
        if name in self.tiles:
            path = f"{self.url}/collections/{name}/tiles"
            yield link(f"{RELATIONS}/tilesets-vector", JSON, say("Vector tiles"), path)
        styles = f"{self.url}/collections/{name}/styles"
        yield link(f"{RELATIONS}/styles", JSON, say("Styles"), styles)
        yield from qgis.of_collection(self.folder, self.site, name)
        if page := page_of(name, self.methods):
            yield link("describedby", HTML, say("How this map was made"), f"{self.site}/{page}")

    def _confirmed(self) -> Tree:
        return {"confirmed": self.confirmed} if self.confirmed else {}


def _formats(page: str, language: str = "") -> list[Tree]:
    """Links of a document in JSON to itself and to its other formats; `language` is that of the page for people."""
    page_for_people = link("alternate", HTML, "This document as HTML", f"{page}?f=html")
    return [
        link("self", JSON, "This document as JSON", f"{page}?f=json"),
        link("alternate", JSONLD, "This document as RDF (JSON-LD)", f"{page}?f=jsonld"),
        page_for_people | ({"hreflang": language} if language else {}),
    ]


def link(relation: str, media_type: str, title: str, href: str) -> Tree:
    """A link of a document."""
    return {"rel": relation, "type": media_type, "title": title, "href": href}
