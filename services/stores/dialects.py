"""What differs between the databases that a release is served from: SQLite, and PostgreSQL with PostGIS.

All other SQL of queries and filters is the same in both. A `Dialect` gives the few parts that are not, so that a filter
is translated once, and both stores answer it alike.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from services.sql import Value, quoted

type Letters = Sequence[tuple[str, bool]]
"""A pattern of LIKE: its letters, and whether each is a wildcard of the standard."""


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL that holds or not for a row, with the values it binds to its question marks."""

    sql: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialect:
    """The SQL of one kind of database.

    Attributes:
        like: SQL with a value and a pattern, `{value}` and `?`, that holds where one is like the other.
        pattern: the letters of a pattern as `like` wants them.
        touching: which rows stand in a relation, other than disjoint, to a shape in CRS84: by the schema and group of
            the shapes, the name of the relation, and the shape.
        as_bytes: the expression `{text}` as bytes in UTF-8.
        arithmetic: functions that answer an operator of CQL2 in place of the operator of the same name in SQL.
    """

    like: str
    pattern: Callable[[Letters], str]
    touching: Callable[[str, str, str, BaseGeometry], Condition]
    as_bytes: str
    arithmetic: Mapping[str, str]


def table(schema: str, name: str) -> str:
    """The quoted name of a table or view, in its schema if it has one."""
    return f"{quoted(schema)}.{quoted(name)}" if schema else quoted(name)


def shapes(schema: str, group: str) -> str:
    """The quoted name of the table with each shape of a group once."""
    return table(schema, f"_shapes_{group}")


def boxes(group: str) -> str:
    """The quoted name of the R-tree of a group of shapes, which only SQLite has as a table."""
    return quoted(f"_boxes_{group}")


def _glob(letters: Letters) -> str:
    return "".join(
        {"%": "*", "_": "?"}[letter] if wild else f"[{letter}]" if letter in "*?[" else letter
        for letter, wild in letters
    )


def _near(schema: str, group: str, predicate: str, shape: BaseGeometry) -> Condition:
    """The R-tree finds those near; shapely decides, once for each shape, in the SQL function that
    `services.stores.served` adds. What lies in a box as a whole, as most of a page does, intersects it without asking.
    """
    west, south, east, north = shape.bounds
    inside = "b.west >= ? AND b.east <= ? AND b.south >= ? AND b.north <= ?"
    box = predicate == "intersects" and shapely.box(west, south, east, north).equals(shape)
    decided = f"({inside} OR related(?, s.wkb, ?))" if box else "related(?, s.wkb, ?)"
    near = (
        f"SELECT b._shape FROM {boxes(group)} b JOIN {shapes(schema, group)} s ON s._shape = b._shape "  # noqa: S608  # quoted names
        f"WHERE b.east >= ? AND b.west <= ? AND b.north >= ? AND b.south <= ? AND {decided}"
    )
    bound = (west, east, south, north, *((west, east, south, north) if box else ()), predicate, shapely.to_wkb(shape))
    return Condition(f"_shape IN ({near})", bound)


SQLITE = Dialect(
    like="{value} GLOB ?",  # its LIKE ignores case
    pattern=_glob,
    touching=_near,
    as_bytes="CAST({text} AS BLOB)",
    arithmetic={},
)
