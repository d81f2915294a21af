"""Titles of columns, and what codes are called, in a GeoPackage: its extension Schema, which QGIS and GDAL read.

QGIS then shows the title over a column, and the words of a code where the data hold the code.
http://www.geopackage.org/spec/#extension_schema
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from layers.messages import said
from layers.publication.collection import Collection
from layers.publication.fields import Field

TABLES = (
    """CREATE TABLE gpkg_data_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
    constraint_name TEXT, PRIMARY KEY (table_name, column_name), UNIQUE (table_name, name))""",
    """CREATE TABLE gpkg_data_column_constraints (
    constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
    max NUMERIC, max_is_inclusive BOOLEAN, description TEXT, UNIQUE (constraint_name, constraint_type, value))""",
)

type Domains = dict[tuple[tuple[str, str], ...], str]
"""The name of each set of codes with their labels."""


def write(package: sqlite3.Connection, collections: Sequence[Collection]) -> None:
    """Add the titles of all columns, and the labels of all codes, to a GeoPackage with a table per collection."""
    for table in TABLES:
        package.execute(table)
        name = table.split()[2]
        package.execute(
            "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', "
            "'http://www.geopackage.org/spec/#extension_schema', 'read-write')",
            (name,),
        )
    domains: Domains = {}
    for collection in collections:
        package.executemany(
            "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, ?)", _columns(collection, domains)
        )
    package.executemany(
        "INSERT INTO gpkg_data_column_constraints VALUES (?, 'enum', ?, NULL, NULL, NULL, NULL, ?)",
        [(name, code, label) for labels, name in domains.items() for code, label in labels],
    )


def _columns(collection: Collection, domains: Domains) -> Iterator[tuple[str | None, ...]]:
    seen: set[str] = set()
    for field in collection.fields:
        title = said(field.title)
        unique = f"{title} ({field.name})" if title in seen else title
        seen.add(title)
        yield collection.id, field.name, unique, title, said(field.description), _domain(field, domains)


def _domain(field: Field, domains: Domains) -> str | None:
    if not field.codes:
        return None
    return domains.setdefault(_labels(field.codes), f"codes_{len(domains) + 1}")


def _labels(codes: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((code, str(label)) for code, label in codes.items())
