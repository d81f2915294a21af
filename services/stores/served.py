"""A served release, open for reading.

A release never changes, so SQLite may skip its locks (`immutable`), and connections are cached: one per thread, for the
file that the path leads to now. When `current` is pointed at another release, the next query of each thread sees
that, closes the old file and opens the new one; an answer under way still comes whole from the old one.
"""

import json
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import StoreError
from geo.messages import message
from layers.publication.fields import Field
from services.files import check_format
from services.sql import quoted
from services.stores.functions import FUNCTIONS
from services.stores.queries import APPLICATION, FORMAT, Condition, Described, Query, System, all_of, features, page

type Feature = dict[str, Any]

MAPPED = 2**31
"""Bytes of a file that are read where the system keeps them, once for all threads and processes. A release is replaced
by renaming, so that a file that is read never shrinks.
"""

INVERSES = {"contains": shapely.within, "within": shapely.contains}
"""The predicates that are not symmetric, turned round: shapely wants the prepared geometry, the literal, first."""


class Served:
    """The collections of one release file. Not shared between threads; ask `opened` for one.

    `close` lets go of the file; so does the last reference to this.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.written = path, written(path)
        try:
            # Used by one thread; but when that thread has gone, another lets go of the file.
            self._store = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
            self.close = weakref.finalize(self, self._store.close)
            self._store.execute(f"PRAGMA mmap_size = {MAPPED}")
            self._check_format()
            rows = self._store.execute("SELECT about FROM _collections ORDER BY id").fetchall()
        except sqlite3.Error as fault:
            raise StoreError(
                "store {path}: {fault}; publish a release first, or again (zicht publish)", path=path, fault=str(fault)
            ) from fault
        # Prepared shapes stay with one connection: GEOS builds their index while answering, so threads may not share.
        prepared = lru_cache(maxsize=8)(_prepared)
        self._store.create_function("related", 3, partial(_related, prepared), deterministic=True)
        for name, (count, function) in FUNCTIONS.items():
            self._store.create_function(name, count, function, deterministic=True)
        self._count = lru_cache(maxsize=256)(partial(_count, self._store))
        self._collections = {one.id: one for one in (_described(about) for (about,) in rows)}

    def _check_format(self) -> None:
        (application,), (version,) = (
            self._store.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
        )
        ours = application == APPLICATION
        named = "SELECT name FROM sqlite_master WHERE name = '_collections'"
        if not (ours or self._store.execute(named).fetchone()):
            raise StoreError("store {path}: was not written by zicht; publish again (zicht publish)", path=self.path)
        check_format(self.path, version if ours else 0, FORMAT, message("publish again (zicht publish)"))

    @property
    def collections(self) -> tuple[Described, ...]:
        """All collections, by id."""
        return tuple(self._collections.values())

    def collection(self, name: str) -> Described:
        """One collection; raises StoreError naming those that are there."""
        if name not in self._collections:
            known = ", ".join(self._collections) or message("none")
            raise StoreError("the current release has no collection {name!r}; it has {known}", name=name, known=known)
        return self._collections[name]

    def count(self, name: str, where: Sequence[Condition] = ()) -> int:
        """How many rows there are for which every condition holds; counted once, for a release never changes."""
        return self._count(self.collection(name).id, all_of(tuple(where)))

    def page(self, name: str, query: Query) -> list[Feature]:
        """One page of GeoJSON features, in the system of the query."""
        return [
            _feature(item_id, geometry and orjson.loads(geometry), properties)
            for item_id, geometry, properties in self._rows(name, query)
        ]

    def features(self, name: str, query: Query) -> list[tuple[str, bytes]]:
        """The same page, each feature by its id as JSON, which is stored as it goes out."""
        if query.columns:
            return [
                (item_id, orjson.dumps(_feature(item_id, geometry and orjson.Fragment(geometry), properties)))
                for item_id, geometry, properties in self._rows(name, query)
            ]
        selection = features(self.collection(name), query)
        return self._store.execute(selection.sql, selection.values).fetchall()

    def _rows(self, name: str, query: Query) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
        """Of each row of a page its identifier, the GeoJSON of its geometry and its properties."""
        collection = self.collection(name)
        selection = page(collection, query)
        rows = self._store.execute(selection.sql, selection.values)
        names = [column[0] for column in rows.description]
        truths = {field.name for field in collection.fields if field.type == "boolean"}.intersection(names)
        for values in rows:
            properties = dict(zip(names, values, strict=True))
            geometry = properties.popitem()[1] if query.geometry else None
            for truth in truths:
                properties[truth] = None if properties[truth] is None else bool(properties[truth])
            yield properties.pop("id"), geometry, properties

    def item(self, name: str, item_id: str, system: System = "CRS84") -> Feature | None:
        """The feature with this id, or None."""
        features = self.page(name, _one(item_id, system))
        return features[0] if features else None

    def item_as_bytes(self, name: str, item_id: str, system: System = "CRS84") -> bytes | None:
        """The same feature as JSON, or None."""
        return next((text for _, text in self.features(name, _one(item_id, system))), None)


def written(path: Path | str) -> tuple[int, int, int] | None:
    """Which writing of which file this is, symlinks followed: another version of zicht writes a release anew, in place.
    None without one.
    """
    try:
        found = os.stat(path)  # noqa: PTH116  # at every request, and a third of what Path takes
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns


class _Connections(threading.local):
    """The open stores of this thread, by the path that leads to each."""

    def __init__(self) -> None:
        self.by_path: dict[Path, Served] = {}


_cache = _Connections()


def opened(path: Path) -> Served:
    """The store that `path` leads to now, symlinks followed; cached for this thread until it leads elsewhere."""
    cached = _cache.by_path.get(path)
    if cached is not None and cached.written == written(path):
        return cached
    store = _cache.by_path[path] = Served(path.resolve())
    if cached is not None:
        cached.close()
    return store


def _described(about: str) -> Described:
    found = json.loads(about)
    west, south, east, north = found["bbox"]
    first_last = found["years"]
    return Described(**found | {
        "keywords": tuple(found["keywords"]),
        "fields": tuple(Field(**field) for field in found["fields"]),
        "bbox": (west, south, east, north),
        "years": (first_last[0], first_last[1]) if first_last else None,
    })  # fmt: skip


def _one(item_id: str, system: System) -> Query:
    return Query(where=(Condition("id = ?", (item_id,)),), limit=1, system=system)


def _feature(item_id: str, geometry: Any, properties: dict[str, Any]) -> Feature:
    return {"type": "Feature", "id": item_id, "geometry": geometry, "properties": properties}


def _count(store: sqlite3.Connection, table: str, where: Condition) -> int:
    (count,) = store.execute(f"SELECT count(*) FROM {quoted(table)} WHERE {where.sql}", where.values).fetchone()  # noqa: S608  # names are declared and quoted, values are bound
    return int(count)


def _related(prepared: Callable[[bytes], BaseGeometry], predicate: str, wkb: bytes, literal: bytes) -> bool:
    """Whether a row's geometry stands to the literal as `predicate`: the SQL function `related`."""
    compare = INVERSES.get(predicate) or getattr(shapely, predicate)
    return bool(compare(prepared(literal), shapely.from_wkb(wkb)))


def _prepared(literal: bytes) -> BaseGeometry:
    """A literal geometry, made ready to be compared with many rows."""
    shape = shapely.from_wkb(literal)
    shapely.prepare(shape)
    return shape
