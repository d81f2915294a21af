"""Styles in a GeoPackage: the table `layer_styles`, in which QGIS looks for how a layer is drawn when it is opened.

It is a table of QGIS and no part of the standard: other programs see a table without geometry.
https://docs.qgis.org/3.34/en/docs/user_manual/working_with_vector/vector_properties.html#storing-styles
"""

import sqlite3
from collections.abc import Sequence

from layers.publication.collection import Collection
from services.exporters.qgis_style import document

TABLE = """CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"""


def write(package: sqlite3.Connection, collections: Sequence[Collection], moment: str) -> None:
    """Add the style of each collection as that of its layer; `moment` is when, since the same input gives the same
    bytes.
    """
    package.execute(TABLE)
    package.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) VALUES (?, 'attributes', ?, ?)",
        ("layer_styles", "layer_styles", moment),
    )
    package.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
        "styleQML, styleSLD, useAsDefault, description, owner, update_time) "
        "VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '', ?)",
        [(one.id, _geometry(package, one.id), one.id[:30], document(one), one.title, moment) for one in collections],
    )


def _geometry(package: sqlite3.Connection, table: str) -> str:
    asked = "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?"
    (column,) = package.execute(asked, (table,)).fetchone()
    return str(column)
