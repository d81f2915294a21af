"""Reading a release from PostgreSQL: which one is served there now, its collections, and its files.

`zicht.served` is asked at each request, so that every server on one database answers from the same release.
"""

from functools import cache
from pathlib import Path
from threading import Lock
from typing import Self

from geo.errors import StoreError
from geo.messages import message
from services.files import check_format
from services.stores.dialects import Condition, table
from services.stores.postgis.connections import Pool
from services.stores.postgis.dialect import POSTGIS
from services.stores.postgis.layout import FORMAT
from services.stores.reader import Reader, Rows, described

SERVED_NOW = "SELECT s.schema, r.format, s.confirmed FROM zicht.served s JOIN zicht.releases r ON r.schema = s.schema"
AGAIN = message("publish again (zicht publish --store)")


class PostgisReader(Reader):
    """The collections of one release in a database; shared between threads."""

    def __init__(self, pool: Pool, schema: str) -> None:
        self._pool = pool
        rows = pool.rows(f"SELECT about FROM {table(schema, 'collections')}").column(0).to_pylist()  # noqa: S608  # a quoted name
        found = sorted((described(about, schema, POSTGIS) for about in rows), key=lambda one: one.id)
        release = pool.rows("SELECT release FROM zicht.releases WHERE schema = ?", (schema,)).column(0).to_pylist()
        super().__init__(release[0] if release else "", schema, found)

    def _selected(self, selection: Condition) -> Rows:
        found = self._pool.rows(selection.sql, selection.values)
        return found.column_names, zip(*(column.to_pylist() for column in found.columns), strict=True)

    def again(self) -> Self:
        """This one: each page is a question of its own."""
        return self

    def close(self) -> None:
        """Nothing: its connections are those of the process."""


class Database:
    """What is served from one database."""

    def __init__(self, uri: str) -> None:
        self._pool = Pool(uri)
        self._lock = Lock()
        self._reader: PostgisReader | None = None

    def served(self) -> tuple[str, str]:
        """The schema of the release that is served now, and when its values were last found to be so.

        Raises StoreError where none is.
        """
        found = self._pool.rows(SERVED_NOW).to_pylist()
        if not found:
            raise StoreError("store: nothing has been published in the database; run `zicht publish --store`")
        (one,) = found
        check_format(Path("store"), one["format"], FORMAT, AGAIN)
        return one["schema"], one["confirmed"]

    def reader(self, key: str) -> PostgisReader:
        """The collections of the release in a schema, read once."""
        with self._lock:
            if self._reader is None or self._reader.key != key:
                self._reader = PostgisReader(self._pool, key)
            return self._reader

    def fetch(self, key: str, folder: Path) -> None:
        """Write the files of a release to a folder."""
        files = table(key, "files")
        names = self._pool.rows(f"SELECT name, count(*) AS pieces FROM {files} GROUP BY name ORDER BY name")  # noqa: S608  # a quoted name
        for one in names.to_pylist():
            path = folder / one["name"]
            if not path.resolve().is_relative_to(folder.resolve()):
                raise StoreError(
                    "store: the file {name!r} lies outside its release; {again}", name=one["name"], again=AGAIN
                )
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as whole:
                for piece in range(one["pieces"]):
                    asked = f"SELECT content FROM {files} WHERE name = ? AND piece = ?"  # noqa: S608  # as above
                    whole.write(self._pool.rows(asked, (one["name"], piece)).column(0)[0].as_py())

    def keep(self, name: str, content: bytes) -> None:
        """Keep a filter that is too long for a link."""
        self._pool.rows("SELECT zicht.keep_filter(?, ?)::text", (name, content))

    def kept(self, name: str) -> bytes | None:
        """The filter that was kept under a name, or None."""
        found = self._pool.rows("SELECT content FROM zicht.filters WHERE name = ?", (name,)).column(0).to_pylist()
        return found[0] if found else None

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._pool.close()


@cache
def database(uri: str) -> Database:
    """What is served from the database of that URI; its connections are those of the process."""
    return Database(uri)
