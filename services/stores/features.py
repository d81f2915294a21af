"""The text of each feature, made once: what stands before its geometry, in a table for each part of a collection.

`{"type":"Feature","id":"...","properties":{...},"geometry":` is joined from the texts of the parts that a row has, and
the text of its geometry follows (services.stores.coordinates): a page is then read, and nothing of it is made. It costs
some 600 bytes an area and 150 a row. What many rows have in columns side by side, as that they lie in no zoekgebied,
stands once, in `_text_said_<collection>`; a part of one long text is quoted where it is. Rejected: the whole text for
each row, which holds what lenses share once for each of them; and the texts beside the columns, which makes a filter
read three times as much.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, repeat

import orjson

from layers.publication.collection import Collection
from layers.publication.fields import ID
from services.parted_tables import Columns, Joined
from services.sql import Value, quoted

ROWS = "_rows"
"""The part with what belongs to a row itself."""
SAMPLE, FEW = 2000, 10
"""How many rows, about, tell which columns repeat; how many times more rows than values such a column has."""


@dataclass(frozen=True, slots=True)
class Head:
    """SQL over the texts of a collection: the text up to the geometry, and the joins that it needs."""

    head: str
    joins: str


def write(store: sqlite3.Connection, collection: Collection, parted: Joined) -> Head:
    """Write the texts of the parts of a collection."""
    joins, members = "", []
    for part, (key, columns) in parted.parts.items():
        properties = {name: values for name, values in columns.items() if name != ID.name}
        if part != ROWS and len(properties) == 1:
            members.append(_quoted(part, *properties))
        elif properties:
            texts = _Texts(store, f"{part}_{collection.id}", key, properties)
            one = texts.write_rows(collection.id) if part == ROWS else texts.write_part(part)
            joins += one.joins
            members.append(one.head)
    said = " || ',' || ".join(members) or "''"
    identifier = "json_quote(r.id)"
    return Head(
        f"""'{{"type":"Feature","id":' || {identifier} || ',"properties":{{' || {said} || '}},"geometry":'""", joins
    )


def _quoted(part: str, name: str) -> str:
    """The member of a part that is one text. SQLite quotes as orjson does."""
    member = orjson.dumps(name).decode().replace("'", "''")
    return f"'{member}:' || json_quote({part}.{quoted(name)})"


@dataclass(frozen=True, slots=True)
class _Texts:
    """The columns of a part as members of JSON objects, in a table with a `key` that counts its rows from 1."""

    store: sqlite3.Connection
    table: str
    key: str
    columns: Columns

    def write_part(self, part: str) -> Head:
        """Write the text of each row of a part."""
        table, alias = quoted(f"_text{self.table}"), f"_text{part}"
        self.store.execute(f"CREATE TABLE {table} ({self.key} INTEGER PRIMARY KEY, members TEXT)")
        self.store.executemany(f"INSERT INTO {table} VALUES (?, ?)", enumerate(members(self.columns), 1))  # noqa: S608  # a quoted name
        return Head(f"{alias}.members", f" LEFT JOIN {table} {alias} ON {alias}.{self.key} = r.{self.key}")

    def write_rows(self, name: str) -> Head:
        """Write the text of each row of a collection: what stands before and after what many rows have, and that
        once.
        """
        names = list(self.columns)
        start, end = repeating(self._sample())
        if start == end:
            return self.write_part(ROWS)
        pieces = [{one: self.columns[one] for one in piece} for piece in (names[:start], names[start:end], names[end:])]
        rows, said = quoted(f"_text{self.table}"), quoted(f"_text_said_{name}")
        self.store.execute(f"CREATE TABLE {rows} (_fid INTEGER PRIMARY KEY, before TEXT, said INTEGER, after TEXT)")
        self.store.execute(f"CREATE TABLE {said} (said INTEGER PRIMARY KEY, members TEXT)")
        before, between, after = (members(piece) for piece in pieces)
        numbers: dict[str, int] = {}
        at = (numbers.setdefault(one, len(numbers) + 1) for one in between)
        self.store.executemany(f"INSERT INTO {rows} VALUES (?, ?, ?, ?)", zip(count(1), before, at, after))  # noqa: S608  # a quoted name
        self.store.executemany(f"INSERT INTO {said} VALUES (?, ?)", ((at, one) for one, at in numbers.items()))  # noqa: S608  # a quoted name
        where = ("_text_rows.before", "_text_said.members", "_text_rows.after")
        joins = (
            f" LEFT JOIN {rows} _text_rows ON _text_rows._fid = r._fid"
            f" LEFT JOIN {said} _text_said ON _text_said.said = _text_rows.said"
        )
        return Head(" || ',' || ".join(one for one, piece in zip(where, pieces, strict=True) if piece), joins)

    def _sample(self) -> list[tuple[Value | None, ...]]:
        """Some rows, from all over the table."""
        step = len(next(iter(self.columns.values()))) // SAMPLE + 1
        return list(zip(*(values[step - 1 :: step] for values in self.columns.values()), strict=True))


def members(columns: Columns) -> Iterator[str]:
    """Columns as the members of a JSON object for each row, as orjson writes them. Without columns there is no end.

    >>> list(members({"naam": ["a", None], "score": [1.0, 0.5]}))
    ['"naam":"a","score":1.0', '"naam":null,"score":0.5']
    """
    member = ",".join(f"{orjson.dumps(name).decode().replace('%', '%%')}:%s" for name in columns)
    return map(member.__mod__, zip(*map(_json, columns.values()), strict=True)) if columns else repeat("")


def _json(values: Sequence[Value | None]) -> list[str]:
    """Each value as JSON: a text once, however often it stands there, and numbers all at once."""
    if isinstance(next((one for one in values if one is not None), None), str):
        said = {one: "null" if one is None else orjson.dumps(one).decode() for one in set(values)}
        return list(map(said.__getitem__, values))
    return orjson.dumps(values)[1:-1].decode().split(",") if values else []


def repeating(rows: Sequence[Sequence[object]]) -> tuple[int, int]:
    """The longest run of columns side by side of which few values differ, as its start and end; (0, 0) for none.

    >>> repeating([(number, "a", None, number / 2) for number in range(100)])
    (1, 3)
    """
    most = len(rows) // FEW
    start, best = 0, (0, 0)
    for at, column in enumerate(zip(*rows, strict=True)):
        if len(set(column)) > most:
            start = at + 1
        elif at + 1 - start > best[1] - best[0]:
            best = (start, at + 1)
    return best
