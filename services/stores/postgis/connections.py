"""Connections to PostgreSQL: a few for a process, each lent for one question; and what is said where there are none.

A connection that was lost, as when the server restarts, is made anew and the question asked once more: questions only
read. ADBC fetches and converts rows in C. Passwords are read by libpq, from ~/.pgpass, a service file or PGPASSWORD; a
URI with one is refused, for a command line is seen by all users.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import Empty, LifoQueue
from urllib.parse import parse_qs, urlsplit

import adbc_driver_postgresql.dbapi as driver
import pyarrow as pa
from adbc_driver_manager import Error

from geo.errors import StoreError
from geo.messages import message
from services.sql import Value
from services.stores.opening import SCHEMES
from services.stores.postgis.dialect import numbered
from services.stores.reader import StoreUnavailableError

MOST = 8
"""Connections of one process; PostgreSQL allows 100 in all where nothing is set."""

PATIENCE = 10
"""Seconds that a question waits for a connection, and that making one may take."""

LONGEST = 60
"""Seconds that an answer may take."""

LOST = ("08", "57P")
"""How SQLSTATE begins where a connection was lost, or the server ends or starts."""


def check_uri(uri: str) -> None:
    """Raises StoreError where it is no URI of PostgreSQL, or holds a password; it never says the URI."""
    if not uri.startswith(SCHEMES):
        raise StoreError("store: expected a URI such as postgresql://user@host/database")
    parts = urlsplit(uri)
    if parts.password is not None or "password" in parse_qs(parts.query):
        raise StoreError(
            "store: the URI holds a password, which others may see; leave it out, and put it in ~/.pgpass or PGPASSWORD"
        )


def connected(uri: str) -> driver.Connection:
    """A new connection, each statement a transaction of its own; what it is asked names the schema of PostGIS not."""
    limits = f"connect_timeout={PATIENCE}&application_name=zicht"
    try:
        connection = driver.connect(f"{uri}{'&' if '?' in uri else '?'}{limits}", autocommit=True)
    except Error as fault:
        raise unavailable(fault) from None
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{LONGEST}s'")
        cursor.execute(
            "SELECT n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace "
            "WHERE e.extname = 'postgis'"
        )
        found = cursor.fetchone()
        if found is None:
            connection.close()
            raise StoreError("store: the database has no PostGIS; let its administrator run CREATE EXTENSION postgis")
        cursor.execute(
            "SELECT pg_catalog.set_config('search_path', 'zicht, pg_catalog, ' || quote_ident($1), false)", found
        )
        cursor.fetchall()
    return connection


class Pool:
    """Connections to one database, shared by the threads of a process."""

    def __init__(self, uri: str) -> None:
        check_uri(uri)
        self._uri = uri
        self._places: LifoQueue[driver.Connection | None] = LifoQueue()
        for _ in range(MOST):
            self._places.put(None)

    def rows(self, sql: str, values: Sequence[Value] = ()) -> pa.Table:
        """What a statement gives. Raises StoreUnavailableError where the database does not answer now."""
        try:
            return self._rows(sql, values)
        except _LostError:
            self._forget()
            try:
                return self._rows(sql, values)
            except _LostError as fault:
                raise unavailable(fault.__cause__) from None

    def _rows(self, sql: str, values: Sequence[Value]) -> pa.Table:
        with self._lent() as connection:
            try:
                with connection.cursor() as cursor:
                    cursor.execute(numbered(sql, values), tuple(values) or None)
                    return cursor.fetch_arrow_table()
            except Error as fault:
                if fault.sqlstate is None or fault.sqlstate.startswith(LOST):
                    raise _LostError from fault
                raise refused(fault) from None

    @contextmanager
    def _lent(self) -> Iterator[driver.Connection]:
        try:
            connection = self._places.get(timeout=PATIENCE)
        except Empty:
            raise StoreUnavailableError("store: all {most} connections are in use; try again", most=MOST) from None
        kept = None
        try:
            connection = connection or connected(self._uri)
            yield connection
            kept = connection
        except StoreError:
            kept = connection  # the statement was refused, the connection is whole
            raise
        finally:
            if kept is None and connection is not None:
                _close(connection)
            self._places.put(kept)

    def _forget(self) -> None:
        """Close the connections that nobody uses: where one was lost, the others are."""
        idle = []
        with suppress(Empty):
            while True:
                idle.append(self._places.get_nowait())
        for connection in idle:
            if connection is not None:
                _close(connection)
            self._places.put(None)

    def close(self) -> None:
        """Close what is not in use."""
        self._forget()


class _LostError(Exception):
    """A connection was lost while it was used."""


def _close(connection: driver.Connection) -> None:
    with suppress(Error):
        connection.close()


def unavailable(fault: BaseException | None) -> StoreUnavailableError:
    """That the database does not answer, in its own words."""
    return StoreUnavailableError("store: the database does not answer: {fault}", fault=_said(fault))


def refused(fault: Error) -> StoreError:
    """That the database did not do what was asked, in its own words."""
    if fault.sqlstate == "57014":
        return StoreUnavailableError("store: the answer took longer than {most} seconds", most=LONGEST)
    if fault.sqlstate in GONE:
        return StoreUnavailableError("store: {fault}; {way_out}", fault=_said(fault), way_out=AGAIN)
    return StoreError(
        "store: {fault}; {way_out}", fault=_said(fault), way_out=WAYS_OUT.get(fault.sqlstate or "", AGAIN)
    )


GONE = ("42P01", "3F000")
"""What SQLSTATE says of a table or schema that is not there: nothing was published, or a release was withdrawn while it
was read.
"""
AGAIN = message("publish again (zicht publish --store)")
WAYS_OUT = {
    "42501": message("let its administrator grant what is needed: see OPERATING.md"),
    "53100": message("free the disk of the database and publish again"),
}


def _said(fault: BaseException | None) -> str:
    """The first line of what was said; below it stands the statement."""
    return " ".join(str(fault).split("\n", maxsplit=1)[0].split())[:300]
