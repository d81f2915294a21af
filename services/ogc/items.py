"""The items of a collection: a page of features as GeoJSON, HTML or JSON-LD, or all of them as CSV.

The store's own text of a feature goes into the answer as it is. Coordinates of other systems are made for a whole page
in one call.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import batched, islice
from urllib.parse import quote, urlencode

import orjson

from services.ogc.edition import Edition, Rendered
from services.ogc.formats import json_fg
from services.ogc.questions import paging
from services.ogc.questions.parameters import MEDIA_TYPES, Given
from services.ogc.questions.problems import Problem
from services.ogc.questions.question import Question, digest, question
from services.stores import systems
from services.stores.queries import Query
from services.stores.reader import Reader

GEOJSON = "application/geo+json"
OFFERED = {
    GEOJSON: "json",
    "application/json": "json",
    "text/html": "html",
    "text/csv": "csv",
    "application/ld+json": "jsonld",
    json_fg.MEDIA_TYPE: "jsonfg",
}
"""What items are offered in."""

PLACE = ("cursor", "offset")
"""Parameters that say where a page starts."""

HEAD = b'{"type":"FeatureCollection","features":['
LONG, PIECE = 1000, 250
"""Features above which a page is long, and of which one is held in memory at a time: some 400 kB, in several copies
down to the connection.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for items: of which edition and collection, by which parameters, in which format."""

    edition: Edition
    collection: str
    given: Given
    format: str
    media_type: str

    @property
    def url(self) -> str:
        """Where the items are."""
        return f"{self.edition.url}/collections/{quote(self.collection)}/items"

    def link(self, given: Mapping[str, str], **more: str) -> str:
        """A link to these items by these parameters and more."""
        return f"{self.url}?{urlencode({**given, **more}, safe=',:/')}"


@dataclass(frozen=True, slots=True)
class Page:
    """A page: what was asked, the JSON of each feature, how many there are in all, and where the next page starts."""

    question: Question
    features: Sequence[bytes]
    matched: int
    next: str | None


def page(store: Reader, outline: "Outline") -> Page:
    """The page with its features."""
    question_ = outline.question
    found = [] if question_.hits else _features(store, outline.asked, outline.further, question_.system)
    limit = question_.query.limit
    following = outline.next(found[limit - 1][0]) if len(found) > limit else None
    return Page(question_, [text for _, text in found[:limit]], outline.matched, following)


@dataclass(frozen=True, slots=True)
class Outline:
    """A page before its features are read: what was asked, and how many there are in all."""

    filters: paging.Filters
    asked: Asked
    given: Given
    release: str
    question: Question
    matched: int

    @property
    def further(self) -> Query:
        """What reads the page and one feature more, to know whether there is a next page."""
        return replace(self.question.query, limit=self.question.query.limit + 1)

    @property
    def long(self) -> bool:
        """Whether it has more features than are held in memory for a reader who takes them slowly."""
        query, about = self.question.query, self.asked.edition.collections[self.asked.collection]
        as_stored = systems.stands_ready(self.question.system, about)
        return as_stored and not self.question.hits and min(query.limit, self.matched) > LONG

    def next(self, last: str) -> str:
        """The link to the page after the feature with the id `last`."""
        linked, kept = self.filters.linked({name: value for name, value in self.given.items() if name not in PLACE})
        onward = paging.Cursor(self.release, digest(self.given), kept, last)
        return self.asked.link({**linked, "f": self.asked.format}, cursor=str(onward))


def outlined(store: Reader, filters: paging.Filters, asked: Asked) -> Outline:
    """What is asked. Raises QueryError for a question that cannot be answered, Problem for its cursor."""
    given, after = _place(store, filters, asked)
    collection = store.collection(asked.collection)
    question_ = question(collection, given, asked.edition.default, asked.edition.most)
    query = replace(question_.query, after=after, system=systems.ready(question_.system, collection))
    matched = store.count(asked.collection, query.where)
    return Outline(filters, asked, given, store.release, replace(question_, query=query), matched)


def pieces(store: Reader, outline: Outline) -> Iterator[bytes]:
    """The GeoJSON of a long page, a piece at a time, as `rendered` has it at once; the store is closed at the end."""
    try:
        rows, limit = store.read(outline.asked.collection, outline.further), outline.question.query.limit
        number, last = 0, ""
        yield HEAD
        for some in batched(islice(rows, limit), PIECE):
            joined = (b"," if number else b"") + b",".join(text for _, text in some)
            number, last = number + len(some), some[-1][0]
            del some  # a slow reader holds `joined` only
            yield joined
        following = outline.next(last) if next(rows, None) else None
        yield b"]," + _about(outline.asked, outline.matched, number, following)
    finally:
        store.close()


def _place(store: Reader, filters: paging.Filters, asked: Asked) -> tuple[Given, str | None]:
    """The whole question, and the id of the feature after which the page starts; None for the first."""
    if "cursor" not in asked.given:
        return asked.given, None
    if "offset" in asked.given:
        raise Problem(400, "cursor and offset exclude one another; a cursor says where the page starts")
    start = {name: value for name, value in asked.given.items() if name not in PLACE}
    cursor = paging.read(asked.given["cursor"], store.release, asked.link(start))
    if not store.has(asked.collection, cursor.after):
        raise Problem(400, "the cursor names no feature of this collection; follow the link to the next page as it is")
    return filters.whole(start, cursor, asked.url), cursor.after


def _features(store: Reader, asked: Asked, query: Query, uri: str) -> list[tuple[str, bytes]]:
    """The JSON of features, each by its id."""
    about = store.collection(asked.collection)
    if systems.stands_ready(uri, about):
        return store.features(asked.collection, query)
    placed = systems.in_system(store.page(asked.collection, query), uri, about)
    return [(one["id"], orjson.dumps(one)) for one in placed]


FORMATS = (
    (GEOJSON, "json"), ("text/html", "html"), ("application/ld+json", "jsonld"), (json_fg.MEDIA_TYPE, "jsonfg"),
)  # fmt: skip
"""What one feature is offered in."""


def single(edition: Edition, collection: str, identifier: str, feature: bytes) -> bytes:
    """One feature as GeoJSON, with its links; `feature` is its JSON without."""
    url = f"{edition.url}/collections/{quote(collection)}"
    itself = f"{url}/items/{quote(identifier, safe='')}"
    links = [
        {
            "rel": "self" if name == "json" else "alternate",
            "type": media_type,
            "title": f"This document as {name}",
            "href": f"{itself}?f={name}",
        }
        for media_type, name in FORMATS
    ]
    to = {"rel": "collection", "type": "application/json", "title": collection, "href": url}
    return feature.removesuffix(b"}") + b',"links":' + orjson.dumps([*links, to]) + b"}"


def rendered(asked: Asked, found: Page) -> Rendered:
    """The page in the format that is asked for, but CSV."""
    about = _about(asked, found.matched, len(found.features), found.next)
    body = HEAD + b",".join(found.features) + b"]," + about
    if asked.format == "json":
        return 200, asked.media_type, body
    content = orjson.loads(body)
    if asked.format == "jsonfg":
        time = asked.edition.collections[asked.collection].time_field
        return 200, asked.media_type, orjson.dumps(json_fg.collection(content, found.question.system, time))
    if asked.format == "jsonld":
        return 200, asked.media_type, asked.edition.linked.items(asked.collection, content)
    return 200, asked.media_type, asked.edition.pages.items(asked.collection, content)


def _about(asked: Asked, matched: int, returned: int, following: str | None) -> bytes:
    """The members of a page after its features, and its end."""
    return orjson.dumps({
        "numberMatched": matched,
        "numberReturned": returned,
        "links": _links(asked, following),
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    })[1:]  # fmt: skip


def _links(asked: Asked, following: str | None) -> list[dict[str, str]]:
    given = {name: value for name, value in asked.given.items() if name != "f" and len(value) <= paging.LONGEST}
    links = [
        {
            "type": GEOJSON if name == "json" else MEDIA_TYPES[name],
            "rel": "self" if name == asked.format else "alternate",
            "title": f"This document as {name}",
            "href": asked.link({"f": name, **given}),
        }
        for name in MEDIA_TYPES
    ]
    if following:
        links.append({"type": asked.media_type, "rel": "next", "title": "Next page", "href": following})
    title = str(asked.edition.config["resources"].get(asked.collection, {}).get("title", asked.collection))
    to = {"type": "application/json", "rel": "collection", "title": title, "href": asked.url.removesuffix("/items")}
    return [*links, to]
