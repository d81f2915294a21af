"""The text of each feature, made once: what stands before its geometry, in a table for each part of a collection.

`{"type":"Feature","id":"...","properties":{...},"geometry":` is joined from the texts of the parts that a row has, and
the text of its geometry follows (services.stores.coordinates): a page is then read, and nothing of it is made. It costs
some 600 bytes an area and 300 a row. Rejected: the whole text for each row, which holds what lenses share once for each
of them; and the texts beside the columns, which makes a filter read three times as much.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from layers.publication.collection import Collection
from layers.publication.fields import ID
from services.parted_tables import Joined
from services.sql import quoted


@dataclass(frozen=True, slots=True)
class Head:
    """SQL over the texts of a collection: the text up to the geometry, and the joins that it needs."""

    head: str
    joins: str


def write(store: sqlite3.Connection, collection: Collection, parted: Joined) -> Head:
    """Write the texts of the parts of a collection, whose columns have been written."""
    truths = {one.name for one in collection.fields if one.type == "boolean"}
    joins, members = "", []
    for part, (key, columns) in parted.parts.items():
        properties = [one for one in columns if one != ID.name]
        table, alias = quoted(f"_text{part}_{collection.id}"), f"_text{part}"
        rows = _texts(store, f"{part}_{collection.id}", key, properties, truths)
        store.execute(f"CREATE TABLE {table} ({key} INTEGER PRIMARY KEY, members TEXT)")
        store.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)  # noqa: S608  # a quoted name
        joins += f" LEFT JOIN {table} {alias} ON {alias}.{key} = r.{key}"
        if properties:
            members.append(f"{alias}.members")
    said = " || ',' || ".join(members) or "''"
    identifier = "json_quote(r.id)"
    return Head(
        f"""'{{"type":"Feature","id":' || {identifier} || ',"properties":{{' || {said} || '}},"geometry":'""", joins
    )


def _texts(
    store: sqlite3.Connection, table: str, key: str, properties: Sequence[str], truths: set[str]
) -> Iterator[tuple[int, str]]:
    """The members of the JSON object of each row, by its key."""
    named = ", ".join(quoted(one) for one in [key, *properties])
    for number, *values in store.execute(f"SELECT {named} FROM {quoted(table)} ORDER BY {key}"):  # noqa: S608  # quoted names
        held = {
            name: bool(value) if name in truths and value is not None else value
            for name, value in zip(properties, values, strict=True)
        }
        yield number, orjson.dumps(held)[1:-1].decode()
