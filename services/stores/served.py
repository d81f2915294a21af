"""A served release, open for reading.

A release never changes, so SQLite may skip its locks (`immutable`), and connections are cached: one per thread, for the
file that the path leads to now. When `current` is pointed at another release, the next query of each thread sees
that, closes the old file and opens the new one; an answer under way still comes whole from the old one.
"""

import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Self

import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import StoreError
from geo.messages import message
from services.files import check_format
from services.stores.dialects import Condition
from services.stores.functions import FUNCTIONS
from services.stores.queries import APPLICATION, FORMAT, Described
from services.stores.reader import Reader, Rows, described

MAPPED = 2**31
"""Bytes of a file that are read where the system keeps them, once for all threads and processes. A release is replaced
by renaming, so that a file that is read never shrinks.
"""

INVERSES = {"contains": shapely.within, "within": shapely.contains}
"""The predicates that are not symmetric, turned round: shapely wants the prepared geometry, the literal, first."""


class Served(Reader):
    """The collections of one release file. Not shared between threads; ask `opened` for one.

    Its collections are read, but where they are `known`. `close` lets go of the file; so does the last reference to
    this.
    """

    def __init__(self, path: Path, known: Sequence[Described] | None = None) -> None:
        self.path, self.written = path, written(path)
        try:
            # Used by one thread; but when that thread has gone, another lets go of the file.
            self._store = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
            self._end = weakref.finalize(self, self._store.close)
            self._store.execute(f"PRAGMA mmap_size = {MAPPED}")
            self._check_format()
            collections = self._described() if known is None else known
        except sqlite3.Error as fault:
            raise StoreError(
                "store {path}: {fault}; publish a release first, or again (zicht publish)", path=path, fault=str(fault)
            ) from fault
        # Prepared shapes stay with one connection: GEOS builds their index while answering, so threads may not share.
        prepared = lru_cache(maxsize=8)(_prepared)
        self._store.create_function("related", 3, partial(_related, prepared), deterministic=True)
        for name, (count, function) in FUNCTIONS.items():
            self._store.create_function(name, count, function, deterministic=True)
        super().__init__(path.parent.name, (path, self.written), collections)

    def _described(self) -> list[Described]:
        return [described(about) for (about,) in self._store.execute("SELECT about FROM _collections ORDER BY id")]

    def _check_format(self) -> None:
        (application,), (version,) = (
            self._store.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
        )
        ours = application == APPLICATION
        named = "SELECT name FROM sqlite_master WHERE name = '_collections'"
        if not (ours or self._store.execute(named).fetchone()):
            raise StoreError("store {path}: was not written by zicht; publish again (zicht publish)", path=self.path)
        again = message(
            "make its files again from its record (zicht verify {id} --repair), or publish again (zicht publish)",
            id=self.path.resolve().parent.name,
        )
        check_format(self.path, version if ours else 0, FORMAT, again)

    def _selected(self, selection: Condition) -> Rows:
        rows = self._store.execute(selection.sql, selection.values)
        return [column[0] for column in rows.description], rows

    def again(self) -> Self:
        """The same file, opened anew."""
        return type(self)(self.path, self.collections)

    def close(self) -> None:
        """Let go of the file."""
        self._end()


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


def _related(prepared: Callable[[bytes], BaseGeometry], predicate: str, wkb: bytes, literal: bytes) -> bool:
    """Whether a row's geometry stands to the literal as `predicate`: the SQL function `related`."""
    compare = INVERSES.get(predicate) or getattr(shapely, predicate)
    return bool(compare(prepared(literal), shapely.from_wkb(wkb)))


def _prepared(literal: bytes) -> BaseGeometry:
    """A literal geometry, made ready to be compared with many rows."""
    shape = shapely.from_wkb(literal)
    shapely.prepare(shape)
    return shape
