"""A table or view of PostGIS as records, in batches. Only the columns that are asked for leave the database."""

from collections.abc import Iterator, Sequence

import adbc_driver_postgresql.dbapi as driver
import pyarrow as pa
from adbc_driver_manager import Error

from geo.errors import SourceError
from services.records.reading import Batches, Rows

COLUMNS = "SELECT column_name, udt_name FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position"  # noqa: E501  # one statement
SRID = "SELECT Find_SRID($1, $2, $3)"
PLAIN = frozenset({"int2", "int4", "int8", "float4", "float8", "text", "varchar", "bool", "date", "timestamp"})
"""Types that come over as they are; others, numeric and uuid among them, come as text."""


def table(name: str, database: str) -> Rows:
    """The rows of `schema.table` (public where no schema is named) in the database of that URI.

    The order of rows is that of the database, and a number in a list of rows is a place in that order. Raises
    SourceError where there is no database, no such table, or no right to read it.
    """
    if not database:
        raise SourceError(
            f"records in PostGIS table {name}: which database is not known; set ZICHT_POSTGIS, for example to "
            "postgresql://reader@host/database, with the password in ~/.pgpass"
        )
    schema, _, relation = name.rpartition(".")
    schema = schema or "public"
    columns = {str(one): str(kind) for one, kind in _asked(database, COLUMNS, (schema, relation))}
    if not columns:
        raise SourceError(
            f"PostGIS: no table {schema}.{relation} that may be read; check its name and GRANT SELECT on it"
        )
    geometries = [one for one, kind in columns.items() if kind == "geometry"]
    crs = None
    if geometries:
        srid = next(_asked(database, SRID, (schema, relation, geometries[0])))[0]
        crs = f"EPSG:{srid}" if srid else None

    def batches(wanted: Sequence[str]) -> Batches:
        chosen = ", ".join(_chosen(one, columns[one]) for one in wanted)
        yield from _streamed(database, f'SELECT {chosen} FROM "{schema}"."{relation}"')  # noqa: S608  # names of the catalogue

    return Rows(f"PostGIS {schema}.{relation}", tuple(columns), batches, crs)


def _chosen(column: str, kind: str) -> str:
    """How a column is asked for: geometry as WKB, what Arrow has no type for as text."""
    quoted = '"' + column.replace('"', '""') + '"'
    if kind == "geometry":
        return f"ST_AsBinary({quoted}) AS {quoted}"
    return quoted if kind in PLAIN else f"{quoted}::text AS {quoted}"


def _asked(database: str, statement: str, given: Sequence[str]) -> Iterator[tuple[object, ...]]:
    try:
        with driver.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute(statement, tuple(given))
            yield from cursor.fetchall()
    except Error as fault:
        raise _refused(fault) from None


def _streamed(database: str, statement: str) -> Iterator[pa.RecordBatch]:
    try:
        with driver.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            yield from cursor.fetch_record_batch()
    except Error as fault:
        raise _refused(fault) from None


def _refused(fault: Error) -> SourceError:
    """What the database said, without the URI: it may hold a password."""
    told = " ".join(str(fault).split("\n", maxsplit=1)[0].split())
    return SourceError(f"PostGIS: {told[:300]}; check ZICHT_POSTGIS and the rights of its user")
