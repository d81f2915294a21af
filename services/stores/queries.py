"""The queries that a served collection answers, as SQL with bound values.

Only names that a collection declares become SQL, quoted; what a reader types is always a bound value. Conditions are
made by the functions here and in `services.stores.cql`, and joined with AND by a `Query`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shapely.geometry.base import BaseGeometry

from geo.errors import ZichtError
from layers.publication.audience import Audience
from layers.publication.fields import Field
from services.sql import Value, quoted
from services.stores.dialects import SQLITE, Condition, Dialect, table

APPLICATION, FORMAT = 0x7A696368, 4
"""What SQLite's header says of the file: that it is of zicht (its letters in ASCII), and the format of its tables."""

type System = Literal["CRS84", "metres"]
"""What the text of each geometry stands ready in: degrees, or the metres that its collection is made in (RD New)."""

GEOJSON: Mapping[System, str] = {"CRS84": "_geojson", "metres": "_geojson_rd"}
"""The column with the geometry in each system."""

LARGEST = 2**63 - 1
"""The largest integer that a store holds."""

ALWAYS, NEVER = Condition("1 = 1"), Condition("1 = 0")


class QueryError(ZichtError):
    """A question that a collection cannot answer; the message says which part, and what it could answer."""


@dataclass(frozen=True, slots=True)
class Described:
    """What a store knows of one collection beside its rows.

    `bbox` is west, south, east, north in CRS84 degrees; `years` the first and last year, None without a time field;
    `group` the name of the shapes that it shares; `audience` for whom it is; `schema` where its tables are, in a
    database that has schemas, and `dialect` the SQL that is spoken there; `epsg` the system that it is made in.
    """

    id: str
    title: str
    description: str
    keywords: tuple[str, ...]
    fields: tuple[Field, ...]
    attribution: str
    license: str
    caveat: str
    time_field: str | None
    bbox: tuple[float, float, float, float]
    years: tuple[int, int] | None
    group: str
    audience: Audience = "intern"
    schema: str = ""
    dialect: Dialect = SQLITE
    epsg: int = 28992

    @property
    def rows(self) -> str:
        """The quoted name of what its rows are read from."""
        return table(self.schema, self.id)

    def field(self, name: str) -> Field:
        """The field called `name`; raises QueryError naming those that are."""
        for field in self.fields:
            if field.name == name:
                return field
        known = ", ".join(one.name for one in self.fields)
        raise QueryError(
            "collection {collection} has no property {name!r}; it has {known}",
            collection=self.id, name=name, known=known,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """One page: rows for which every condition holds, sorted, then by id so that pages never overlap.

    `sort` holds pairs of a field name and whether it descends; unknown values come last either way. `columns` empty
    means all. `system` is that of the coordinates. `after` is the id of the row that the page starts after, in that
    order; an offset counts from there.
    """

    where: tuple[Condition, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()
    columns: tuple[str, ...] = ()
    geometry: bool = True
    limit: int = 100
    offset: int = 0
    system: System = "CRS84"
    after: str | None = None


def equal(collection: Described, name: str, text: str) -> Condition:
    """Rows whose property `name` is the value that `text` spells, as in `?kansrijk=true`."""
    field = collection.field(name)
    return Condition(f"{quoted(field.name)} = ?", (_spelled(field, text),))


def _spelled(field: Field, text: str) -> Value:
    if field.type == "string":
        return sound(text)
    if field.type == "boolean":
        if text.lower() in ("true", "false", "1", "0"):  # GDAL writes numbers
            return text.lower() in ("true", "1")
        raise QueryError("property {name} must be true or false, found {text!r}", name=field.name, text=text)
    try:
        return sound(int(text) if field.type == "integer" else float(text))
    except ValueError:
        raise QueryError(
            "property {name} must be of type {type}, found {text!r}", name=field.name, type=field.type, text=text
        ) from None


def sound[V: (str, int, float)](value: V) -> V:
    """The value itself, if a store can hold it: finite, within 64 bits, and text that is Unicode."""
    if isinstance(value, str):
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise QueryError("text {text!r} holds half a character; send it as UTF-8", text=value)
        if "\0" in value:
            raise QueryError("text {text!r} holds the character NUL, which no value has", text=value)
    elif abs(value) > LARGEST if isinstance(value, int) else not math.isfinite(value):
        raise QueryError("number {number:.40} is too large or not finite", number=str(value))
    return value


def within_years(collection: Described, first: int | None, last: int | None) -> Condition:
    """Rows whose year lies in `first`..`last` (None is open), and those without a year: time does not exclude them."""
    if collection.time_field is None:
        return ALWAYS
    year = quoted(collection.time_field)
    low, high = first if first is not None else -LARGEST, last if last is not None else LARGEST
    return Condition(f"({year} BETWEEN ? AND ? OR {year} IS NULL)", (low, high))


def related(collection: Described, predicate: str, shape: BaseGeometry) -> Condition:
    """Rows whose geometry stands to `shape` (CRS84) as `predicate`, for every predicate that needs them to touch."""
    if shape.is_empty:
        return NEVER
    return collection.dialect.touching(collection.schema, collection.group, predicate, shape)


def page(collection: Described, query: Query) -> Condition:
    """The SELECT for one page of `id`, the columns of the query and the GeoJSON of the geometry, the latter last."""
    names = query.columns or tuple(field.name for field in collection.fields)
    columns = ["id", *names, GEOJSON[query.system]] if query.geometry else ["id", *names]
    return _selection(collection, query, ", ".join(quoted(name) for name in columns))


def features(collection: Described, query: Query) -> Condition:
    """The SELECT for one page of `id` and the JSON of each feature with all its properties, as bytes."""
    geometry = GEOJSON[query.system] if query.geometry else "'null'"
    text = collection.dialect.as_bytes.format(text=f"_head || {geometry} || '}}'")
    return _selection(collection, query, f"id, {text}")


def feature(collection: Described, item_id: str, system: System) -> Condition:
    """The SELECT for `id` and the JSON of the feature with this id, as bytes: as above, without what pages need."""
    text = collection.dialect.as_bytes.format(text=f"_head || {GEOJSON[system]} || '}}'")
    return Condition(f"SELECT id, {text} FROM {collection.rows} WHERE id = ?", (item_id,))  # noqa: S608  # as above


def _selection(collection: Described, query: Query, selected: str) -> Condition:
    """The SELECT for one page. Where that takes more than reading on, its rows are found first, by number: nothing is
    then read of rows that a condition, a sort or an offset leaves out. Not by `_fid IN`, which adds to the depth of a
    filter, that SQLite bounds.
    """
    order = "".join(
        f"{quoted(name)} IS NULL, {quoted(name)} {'DESC' if descends else 'ASC'}, " for name, descends in query.sort
    )
    conditions, offset = query.where, query.offset
    if query.after is not None:
        conditions = (*conditions, _beyond(collection, query.sort, query.after))
    elif offset and not conditions and not query.sort:  # rows are counted by `_fid`, from 1
        conditions, offset = (Condition("_fid > ?", (min(offset, LARGEST),)),), 0
    where = all_of(conditions)
    rows, by = collection.rows, f"ORDER BY {order}_fid"
    few = f"FROM {rows} WHERE {where.sql} {by} LIMIT ? OFFSET ?"
    bound = (*where.values, min(query.limit, LARGEST), min(offset, LARGEST))
    if not (query.where or query.sort or offset):
        return Condition(f"SELECT {selected} {few}", bound)  # names are declared and quoted, values are bound
    first = f"WITH page AS MATERIALIZED (SELECT _fid AS _at {few}) "  # as above
    return Condition(f"{first}SELECT {selected} FROM page CROSS JOIN {rows} WHERE _fid = _at {by}", bound)  # noqa: S608  # as above


def _beyond(collection: Described, sort: tuple[tuple[str, bool], ...], last: str) -> Condition:
    """Rows that come after the one with the id `last`: unknown values last, equal ones by id."""

    def of_last(column: str) -> str:
        return f"(SELECT {column} FROM {collection.rows} WHERE id = ?)"  # noqa: S608  # declared names, quoted

    sql, values = f"_fid > {of_last('_fid')}", [last]
    for name, descends in reversed(sort):
        column = quoted(name)
        other = of_last(column)
        beyond = f"{column} {'<' if descends else '>'} {other} OR ({column} IS NULL AND {other} IS NOT NULL)"
        sql, values = f"({beyond} OR ({column} IS NOT DISTINCT FROM {other} AND {sql}))", [last, last, last, *values]
    return Condition(sql, tuple(values))


def all_of(conditions: tuple[Condition, ...]) -> Condition:
    """The condition that all of them hold; true when there are none."""
    if not conditions:
        return ALWAYS
    sql = " AND ".join(f"({one.sql})" for one in conditions)
    return Condition(sql, tuple(value for one in conditions for value in one.values))
