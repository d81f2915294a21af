"""The SQL of PostgreSQL and PostGIS: what `services.stores.dialects` says of it."""

import re
from collections.abc import Iterator, Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from services.sql import Value
from services.stores.dialects import Condition, Dialect, Letters, shapes
from services.stores.queries import QueryError


def _escaped(letters: Letters) -> str:
    return "".join(f"\\{letter}" if letter in "%_\\" and not wild else letter for letter, wild in letters)


def _touching(schema: str, group: str, predicate: str, shape: BaseGeometry) -> Condition:
    """PostGIS decides, by its index and GEOS; it knows no mixed collection but for where anything intersects it."""
    if shape.geom_type == "GeometryCollection" and predicate != "intersects":
        raise QueryError(
            "this store answers no S_{predicate} with a geometry collection; give one kind of geometry",
            predicate=predicate.upper(),
        )
    shape = shape if shape.is_valid else shapely.make_valid(shape)  # a box without width or height is a line or point
    related = f"ST_{predicate.capitalize()}(geometry, ST_GeomFromWKB(?, 4326))"
    near = f"SELECT _shape FROM {shapes(schema, group)} WHERE {related}"  # noqa: S608  # quoted names
    return Condition(f"_shape IN ({near})", (shapely.to_wkb(shape),))


POSTGIS = Dialect(
    like="{value} LIKE ? ESCAPE '\\'",
    pattern=_escaped,
    touching=_touching,
    as_bytes="convert_to({text}, 'UTF8')",
    arithmetic={"+": "plus", "-": "minus", "*": "times"},  # its integers overflow with an error
)


def numbered(sql: str, values: Sequence[Value]) -> str:
    """The statement with its question marks as PostgreSQL wants them. Text is compared by its code points, as SQLite
    does; the names of columns have no question marks.
    """
    texts: Iterator[tuple[int, bool]] = iter([(at, isinstance(one, str)) for at, one in enumerate(values, start=1)])

    def placed(_: re.Match[str]) -> str:
        at, text = next(texts)
        return f'(${at} COLLATE "C")' if text else f"${at}"

    return re.sub(r"\?", placed, sql)
