"""Writing a release to a database, and serving it from there: in one transaction, so that readers see the whole of it
or the one before.

It is copied from the folder of the release: rows, texts and shapes from the embedded store, and what people download or
look at as files. The release of before stays until the next, for answers that are under way; others are removed.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from hashlib import sha256
from itertools import batched
from pathlib import Path
from sqlite3 import Connection, connect
from typing import Any

import adbc_driver_postgresql.dbapi as driver
import pyarrow as pa
from adbc_driver_manager import Error

from geo.errors import StoreError
from services.ports import SERVED
from services.sql import Value, quoted
from services.stores.dialects import shapes, table
from services.stores.postgis import layout
from services.stores.postgis.connections import check_uri, connected, refused
from services.stores.queries import Described
from services.stores.served import Served

TYPES: Mapping[str, tuple[str, pa.DataType]] = {
    "string": ('text COLLATE "C"', pa.string()),
    "integer": ("bigint", pa.int64()),
    "number": ("double precision", pa.float64()),
    "boolean": ("boolean", pa.bool_()),
}
"""The types of a column in PostgreSQL and in Arrow, by that of the field."""

BATCH = 20_000
"""Rows that are copied at a time."""

PIECE = 8 * 2**20
"""Bytes of a file in one row."""

LONGEST_NAME = 63
"""Bytes that a name may have in PostgreSQL, which shortens longer ones without a word."""

LOCK = 0x7A696368
"""The number of the lock that one publication at a time holds: the letters of zicht in ASCII."""

type Columns = Mapping[str, pa.DataType]


def ready(uri: str) -> None:
    """Raises StoreError where nothing can be published there: for what is no URI of a database that answers with
    PostGIS.
    """
    check_uri(uri)
    connected(uri).close()


def publish(uri: str, folder: Path | None, confirmed: str, *, only: bool = False) -> None:
    """Serve the release in `folder` from a database: write it there if it is not, and point at it. None: serve nothing.

    `only` removes every other release, as after a withdrawal. Raises StoreError, with what was served as it was, where
    it cannot be written.
    """
    check_uri(uri)
    with closing(connected(uri)) as connection, _one_transaction(connection):
        _run(connection, f"SELECT pg_advisory_xact_lock({LOCK})")
        for statement in layout.common():
            _run(connection, statement)
        kept = {one for (one,) in _run(connection, "SELECT schema FROM zicht.served") if not only}
        _run(connection, "DELETE FROM zicht.served")
        if folder is not None:
            kept.add(_served(connection, folder, confirmed))
        _remove_others(connection, kept)


def _served(connection: driver.Connection, folder: Path, confirmed: str) -> str:
    """Let the release be there, whole, readable and pointed at; returns its schema."""
    schema = _schema(folder)
    there = "SELECT 1 FROM zicht.releases WHERE schema = $1 AND format = $2"
    if not _run(connection, there, schema, layout.FORMAT):
        _write(connection, folder, schema)
    _run(connection, "INSERT INTO zicht.served (schema, confirmed) VALUES ($1, $2)", schema, confirmed)
    _grant(connection, quoted(schema))
    return schema


@contextmanager
def _one_transaction(connection: driver.Connection) -> Iterator[None]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        connection.adbc_connection.set_autocommit(False)
        yield
        connection.adbc_connection.commit()
    except Error as fault:
        raise refused(fault) from None


def _run(connection: driver.Connection, statement: str, *values: Value) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


def _schema(folder: Path) -> str:
    """The name of the schema of a release: files that are made again, or others beside them, are another one."""
    content = sha256((folder / SERVED).read_bytes())
    content.update(repr([file.relative_to(folder).as_posix() for file in sorted(folder.rglob("*"))]).encode())
    return f"zicht_{folder.name[:40]}_{content.hexdigest()[:12]}"


def _write(connection: driver.Connection, folder: Path, schema: str) -> None:
    _run(connection, f"DROP SCHEMA IF EXISTS {quoted(schema)} CASCADE")
    _run(connection, f"CREATE SCHEMA {quoted(schema)}")
    _run(connection, f"CREATE TABLE {table(schema, 'collections')} (about text NOT NULL)")
    with closing(connect(f"{(folder / SERVED).as_uri()}?mode=ro&immutable=1", uri=True)) as store:
        store.execute("PRAGMA mmap_size = 2147483648")
        about = store.execute("SELECT about FROM _collections ORDER BY id")
        _copy(connection, schema, "collections", about, {"about": pa.string()})
        with closing(Served(folder / SERVED)) as served:
            collections = served.collections
        for group in sorted({one.group for one in collections}):
            _write_shapes(connection, store, schema, group)
        for number, one in enumerate(collections, start=1):
            _write_rows(connection, store, schema, one, number)
    _write_files(connection, folder, schema)
    _run(connection, "DELETE FROM zicht.releases WHERE schema = $1", schema)
    statement = "INSERT INTO zicht.releases (schema, release, format) VALUES ($1, $2, $3)"
    _run(connection, statement, schema, folder.name, layout.FORMAT)


def _write_shapes(connection: driver.Connection, store: Connection, schema: str, group: str) -> None:
    """Each shape of a group once; its texts are not compressed, for they are read more often than they are kept."""
    name = f"_shapes_{group}"
    _check_name(name)
    there = shapes(schema, group)
    _run(connection, f"CREATE TABLE {there} (_shape bigint, crs84 text, rd text, wkb bytea)")
    for column in ("crs84", "rd"):
        _run(connection, f"ALTER TABLE {there} ALTER {column} SET STORAGE EXTERNAL")
    columns = {"_shape": pa.int64(), "crs84": pa.string(), "rd": pa.string(), "wkb": pa.binary()}
    rows = store.execute(f"SELECT _shape, crs84, rd, wkb FROM {shapes('', group)} ORDER BY _shape")  # noqa: S608  # a quoted name
    _copy(connection, schema, name, rows, columns)
    _run(connection, f"ALTER TABLE {there} ADD PRIMARY KEY (_shape)")
    place = "geometry(MultiPolygon, 4326) USING ST_GeomFromWKB(wkb, 4326)"
    _run(connection, f"ALTER TABLE {there} ALTER wkb TYPE {place}")
    _run(connection, f"ALTER TABLE {there} RENAME wkb TO geometry")
    _run(connection, f"CREATE INDEX ON {there} USING gist (geometry)")
    _run(connection, f"ANALYZE {there}")


def _write_rows(connection: driver.Connection, store: Connection, schema: str, one: Described, number: int) -> None:
    """The rows of a collection with the text of each, and the view that joins these and their shapes."""
    _check_name(one.id)
    rows, heads = f"rows_{number}", f"heads_{number}"
    names = {"_fid": "integer", "_shape": "integer"} | {field.name: field.type for field in one.fields}
    _make(connection, table(schema, rows), names)
    _copy_fields(connection, store, schema, rows, one.id, names)
    texts = store.execute(f"SELECT _fid, _head FROM {quoted(one.id)} ORDER BY _fid")  # noqa: S608  # a quoted name
    _make(connection, table(schema, heads), {"_fid": "integer", "_head": "string"})
    _copy(connection, schema, heads, texts, {"_fid": pa.int64(), "_head": pa.string()})
    for there, keys in ((rows, ("_fid", "id", "_shape")), (heads, ("_fid",))):
        for key in keys:
            unique = "" if key == "_shape" else "UNIQUE"
            _run(connection, f"CREATE {unique} INDEX ON {table(schema, there)} ({key})")
        _run(connection, f"ANALYZE {table(schema, there)}")
    _run(
        connection,
        f"CREATE VIEW {table(schema, one.id)} AS "  # noqa: S608  # names are quoted
        f"SELECT r.*, s.crs84 AS _geojson, s.rd AS _geojson_rd, h._head FROM {table(schema, rows)} r "
        f"LEFT JOIN {table(schema, heads)} h USING (_fid) LEFT JOIN {shapes(schema, one.group)} s USING (_shape)",
    )


def _make(connection: driver.Connection, name: str, columns: Mapping[str, str]) -> None:
    declared = ", ".join(f"{quoted(column)} {TYPES[kind][0]}" for column, kind in columns.items())
    _run(connection, f"CREATE TABLE {name} ({declared})")


def _copy_fields(
    connection: driver.Connection, store: Connection, schema: str, name: str, source: str, columns: Mapping[str, str]
) -> None:
    chosen = ", ".join(map(quoted, columns))
    rows = store.execute(f"SELECT {chosen} FROM {quoted(source)} ORDER BY _fid")  # noqa: S608  # quoted names
    _copy(connection, schema, name, rows, {column: TYPES[kind][1] for column, kind in columns.items()})


def _copy(
    connection: driver.Connection, schema: str, name: str, rows: Iterator[tuple[Any, ...]], columns: Columns
) -> None:
    """Rows to a table that is there, by the binary COPY of PostgreSQL."""
    for batch in batched(rows, BATCH):  # the last one is smaller
        values = [
            pa.array([None if one is None else bool(one) for one in column] if kind == pa.bool_() else column, kind)
            for column, kind in zip(zip(*batch, strict=True), columns.values(), strict=True)
        ]
        with connection.cursor() as cursor:
            content = pa.table(dict(zip(columns, values, strict=True)))
            cursor.adbc_ingest(name, content, mode="append", db_schema_name=schema)


def _write_files(connection: driver.Connection, folder: Path, schema: str) -> None:
    """What people download or look at, and the tiles; what the embedded store has stands in tables."""
    _run(connection, f"CREATE TABLE {table(schema, 'files')} (name text, piece bigint, content bytea)")
    columns = {"name": pa.string(), "piece": pa.int64(), "content": pa.binary()}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name != SERVED:
            for row in _pieces(file, file.relative_to(folder).as_posix()):
                _copy(connection, schema, "files", iter([row]), columns)


def _pieces(file: Path, name: str) -> Iterator[tuple[str, int, bytes]]:
    with file.open("rb") as content:
        number = 0
        while (piece := content.read(PIECE)) or not number:
            yield name, number, piece
            number += 1


def _grant(connection: driver.Connection, schema: str) -> None:
    ((there,),) = _run(connection, layout.ROLE_THERE)
    if not there:
        ((may,),) = _run(connection, layout.MAY_MAKE_ROLES)
        if not may:
            raise StoreError(
                "store: the role {role} is not there, and this user may not make it; let the administrator of the "
                "database run CREATE ROLE {role}",
                role=layout.READER,
            )
        _run(connection, f"CREATE ROLE {layout.READER} NOLOGIN")
    for statement in layout.granted(schema):
        _run(connection, statement)


def _remove_others(connection: driver.Connection, kept: set[str]) -> None:
    for (schema,) in _run(connection, "SELECT schema FROM zicht.releases"):
        if schema not in kept:
            _run(connection, "DELETE FROM zicht.releases WHERE schema = $1", schema)
            _run(connection, f"DROP SCHEMA IF EXISTS {quoted(schema)} CASCADE")


def _check_name(name: str) -> None:
    if len(name.encode()) > LONGEST_NAME:
        raise StoreError(
            "store: the name {name!r} is longer than {most} bytes, which PostgreSQL does not allow; shorten the id of "
            "the theme",
            name=name, most=LONGEST_NAME,
        )  # fmt: skip
