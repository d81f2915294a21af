"""A table or view of PostGIS as records, in batches. Only the columns that are selected leave the database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import adbc_driver_postgresql.dbapi as driver
import pyarrow as pa
from adbc_driver_manager import Error

from boundaries.rd import RD_NEW
from geo.errors import SourceError, first_few
from geo.messages import message
from services.formats.rows import Batches, Rows

COLUMNS = """
SELECT a.attname::text, coalesce(base.typname, own.typname)::text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
JOIN pg_catalog.pg_type own ON own.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type base ON base.oid = own.typbasetype
WHERE n.nspname = $1::text AND c.relname = $2::text AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY a.attnum
"""
"""What may be read of a table or view; information_schema leaves out materialized views."""
PLACES = frozenset({"geometry", "geography"})
PLAIN = frozenset({"int2", "int4", "int8", "float4", "float8", "text", "varchar", "bool", "date", "timestamp"})
"""Types that come over as they are; others, numeric and uuid among them, come as text."""


def table(name: str, database: str, geometry: str | None = None) -> Rows:
    """The rows of `schema.table` (public where no schema is named) in the database of that URI.

    The CRS is that of the column `geometry`, where rows lie by one. The order of rows is that of the database, and a
    number in a list of rows is a place in that order. Raises SourceError where there is no database, no such table, or
    no right to read it, and where `geometry` does not say in which CRS it is.
    """
    schema, relation, columns = _described(name, database)
    where = f"{_quoted(schema)}.{_quoted(relation)}"
    crs = _crs(database, where, columns, geometry)

    def batches(wanted: Sequence[str]) -> Batches:
        chosen = ", ".join(_selected(one, columns[one]) for one in wanted)
        yield from _streamed(database, f"SELECT {chosen} FROM {where}")  # noqa: S608  # names of the catalogue

    return Rows(f"PostGIS {schema}.{relation}", tuple(columns), batches, crs)


def located(name: str, database: str) -> Rows:
    """The same, with the first column that holds places for its geometry, where there is one."""
    _, _, columns = _described(name, database)
    geometry = next((one for one, kind in columns.items() if kind in PLACES), None)
    return replace(table(name, database, geometry), geometry=geometry)


def _described(name: str, database: str) -> tuple[str, str, dict[str, str]]:
    """The schema and the table of a name, and the type of each column that may be read."""
    if not database:
        raise SourceError(
            "records in PostGIS table {name}: which database is not known; set ZICHT_POSTGIS, for example to "
            "postgresql://reader@host/database, with the password in ~/.pgpass",
            name=name,
        )
    schema, _, relation = name.rpartition(".")
    schema = schema or "public"
    columns = {str(one): str(kind) for one, kind in _query(database, COLUMNS, (schema, relation))}
    if not columns:
        raise SourceError(
            "PostGIS: no table {schema}.{relation} that may be read; check its name and GRANT SELECT on it",
            schema=schema,
            relation=relation,
        )
    return schema, relation, columns


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _selected(column: str, kind: str) -> str:
    """How a column is selected: places as WKB, what Arrow has no type for as text."""
    quoted = _quoted(column)
    if kind in PLACES:
        return f"ST_AsBinary({quoted}) AS {quoted}"
    return quoted if kind in PLAIN else f"{quoted}::text AS {quoted}"


def _crs(database: str, where: str, columns: Mapping[str, str], geometry: str | None) -> str | None:
    """The CRS of the column that is declared, which is looked up in its values: not every column declares its own."""
    if geometry is None:
        return None
    places = [one for one, kind in columns.items() if kind in PLACES]
    by_letters = (name for name in columns if name.strip().casefold() == geometry.strip().casefold())
    declared = geometry if geometry in columns else next(by_letters, None)
    if declared is None:
        return None
    if declared not in places:
        raise SourceError(
            "PostGIS {where}: column {declared!r} is no geometry but {kind}; its geometries: {places!r}",
            where=where,
            declared=declared,
            kind=columns[declared],
            places=places,
        )
    srids = _srids(database, where, declared) or [RD_NEW]  # without a value, any will do
    if len(srids) == 1 and srids[0]:
        return f"EPSG:{srids[0]}"
    several = message("lies in several SRIDs: {srids}", srids=first_few(srids))
    declare = f"{'ST_Transform' if any(srids) else 'ST_SetSRID'}({_quoted(declared)}, {RD_NEW})"
    raise SourceError(
        "PostGIS {where}: geometry {column!r} {fault}; declare one in the database: a view with {declare}, or ALTER "
        "TABLE {where} ALTER {quoted} TYPE geometry(Geometry, {rd}) USING {declare}; or 4326",
        where=where, column=declared, fault=several if any(srids) else message("says in no SRID where it lies"),
        declare=declare, quoted=_quoted(declared), rd=RD_NEW,
    )  # fmt: skip


def _srids(database: str, where: str, column: str) -> list[int]:
    """Every SRID in a column, 0 for a place without one."""
    bare = _quoted(column)
    statement = f"SELECT DISTINCT ST_SRID({bare}::geometry) FROM {where} WHERE {bare} IS NOT NULL"  # noqa: S608  # likewise
    return sorted(int(str(one)) for (one,) in _query(database, statement, ()))


def _query(database: str, statement: str, given: Sequence[str]) -> Iterator[tuple[object, ...]]:
    try:
        with driver.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute(statement, tuple(given))
            yield from cursor.fetchall()
    except Error as fault:
        raise _error(fault) from None


def _streamed(database: str, statement: str) -> Iterator[pa.RecordBatch]:
    try:
        with driver.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            yield from cursor.fetch_record_batch()
    except Error as fault:
        raise _error(fault) from None


def _error(fault: Error) -> SourceError:
    """What the database said, without the URI: it may hold a password."""
    first_line = " ".join(str(fault).split("\n", maxsplit=1)[0].split())
    return SourceError("PostGIS: {fault}; check ZICHT_POSTGIS and the rights of its user", fault=first_line[:300])
