"""Reading a release: the questions that every store answers, over the one thing that each does in its own way.

What a store gives for a `Query` is the same whichever it is; `tests/contracts/test_served.py` holds all to that.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Sequence
from copy import copy
from typing import Any, Self

import orjson

from geo.errors import StoreError
from geo.messages import message
from layers.publication.fields import Field
from services.stores.counts import COUNTS
from services.stores.dialects import SQLITE, Condition, Dialect
from services.stores.queries import Described, Query, System, all_of, feature, features, page

type Feature = dict[str, Any]
type Rows = tuple[Sequence[str], Iterable[Sequence[Any]]]
"""The names of the columns that were selected, and the rows."""


class StoreUnavailableError(StoreError):
    """The store does not answer now; it may do so later."""


class Reader(ABC):
    """The collections of one release. `key` is which writing of which release this is."""

    def __init__(
        self, release: str, key: Hashable, collections: Iterable[Described], whole: "Reader | None" = None
    ) -> None:
        self.release, self.key, self._whole = release, key, whole  # a copy reads for as long as the whole one is open
        self._collections = {one.id: one for one in collections}

    @abstractmethod
    def _selected(self, selection: Condition) -> Rows:
        """What a SELECT gives."""

    @abstractmethod
    def again(self) -> Self:
        """The same release, to be read for longer than one answer takes, and closed."""

    @abstractmethod
    def close(self) -> object:
        """Let go of what it holds open."""

    @property
    def collections(self) -> tuple[Described, ...]:
        """All collections, by id."""
        return tuple(self._collections.values())

    def for_everyone(self) -> Self:
        """The same, with those collections only that are for everyone; it reads for as long as this is open."""
        found, shown = copy(self), [one for one in self.collections if one.audience == "publiek"]
        Reader.__init__(found, self.release, self.key, shown, whole=self)
        return found

    def collection(self, name: str) -> Described:
        """One collection; raises StoreError naming those that are there."""
        if name not in self._collections:
            known = ", ".join(self._collections) or message("none")
            raise StoreError("the current release has no collection {name!r}; it has {known}", name=name, known=known)
        return self._collections[name]

    def count(self, name: str, where: Sequence[Condition] = ()) -> int:
        """How many rows there are for which every condition holds; counted once, for a release never changes."""
        rows, condition = self.collection(name).rows, all_of(tuple(where))
        return COUNTS.of((self.key, rows, condition), lambda: self._counted(rows, condition))

    def has(self, name: str, item_id: str) -> bool:
        """Whether there is a feature with this id; not remembered, for a crawl asks it of each page."""
        return bool(self._counted(self.collection(name).rows, Condition("id = ?", (item_id,))))

    def page(self, name: str, query: Query) -> list[Feature]:
        """One page of GeoJSON features, in the system of the query."""
        return [
            _feature(item_id, geometry and orjson.loads(geometry), properties)
            for item_id, geometry, properties in self._rows(name, query)
        ]

    def features(self, name: str, query: Query) -> list[tuple[str, bytes]]:
        """The same page, each feature by its id as JSON, which is stored as it goes out."""
        return [*self.read(name, query)]

    def read(self, name: str, query: Query) -> Iterator[tuple[str, bytes]]:
        """The same, read as they are taken, where the store can."""
        if query.columns:
            return (
                (item_id, orjson.dumps(_feature(item_id, geometry and orjson.Fragment(geometry), properties)))
                for item_id, geometry, properties in self._rows(name, query)
            )
        _, rows = self._selected(features(self.collection(name), query))
        return iter(rows)  # type: ignore[arg-type]  # of an id and bytes, as was selected

    def _rows(self, name: str, query: Query) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
        """Of each row of a page its identifier, the GeoJSON of its geometry and its properties."""
        collection = self.collection(name)
        names, rows = self._selected(page(collection, query))
        truths = {field.name for field in collection.fields if field.type == "boolean"}.intersection(names)
        for values in rows:
            properties = dict(zip(names, values, strict=True))
            geometry = properties.popitem()[1] if query.geometry else None
            for truth in truths:
                properties[truth] = None if properties[truth] is None else bool(properties[truth])
            yield properties.pop("id"), geometry, properties

    def item(self, name: str, item_id: str, system: System = "CRS84") -> Feature | None:
        """The feature with this id, or None."""
        found = self.item_as_bytes(name, item_id, system)
        return None if found is None else orjson.loads(found)

    def item_as_bytes(self, name: str, item_id: str, system: System = "CRS84") -> bytes | None:
        """The same feature as JSON, or None."""
        if "\0" in item_id:  # no text of PostgreSQL has it
            return None
        _, rows = self._selected(feature(self.collection(name), item_id, system))
        return next((text for _, text in rows), None)

    def _counted(self, rows: str, where: Condition) -> int:
        _, (found,) = self._selected(Condition(f"SELECT count(*) FROM {rows} WHERE {where.sql}", where.values))  # noqa: S608  # names are declared and quoted, values are bound
        return int(found[0])


def described(about: str, schema: str = "", dialect: Dialect = SQLITE) -> Described:
    """A collection as it is described in a store, in JSON."""
    found = json.loads(about)
    west, south, east, north = found["bbox"]
    first_last = found["years"]
    return Described(**found | {
        "keywords": tuple(found["keywords"]),
        "fields": tuple(Field(**field) for field in found["fields"]),
        "bbox": (west, south, east, north),
        "years": (first_last[0], first_last[1]) if first_last else None,
        "schema": schema,
        "dialect": dialect,
    })  # fmt: skip


def _feature(item_id: str, geometry: Any, properties: dict[str, Any]) -> Feature:
    return {"type": "Feature", "id": item_id, "geometry": geometry, "properties": properties}
