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
from itertools import accumulate

import orjson

from layers.publication.collection import Collection
from layers.publication.fields import ID
from services.parted_tables import Joined
from services.sql import quoted

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
    """Write the texts of the parts of a collection, whose columns have been written."""
    truths = {one.name for one in collection.fields if one.type == "boolean"}
    joins, members = "", []
    for part, (key, columns) in parted.parts.items():
        properties = [one for one in columns if one != ID.name]
        if part != ROWS and len(properties) == 1:
            members.append(_quoted(part, properties[0]))
        elif properties:
            texts = _Texts(store, f"{part}_{collection.id}", key, truths)
            one = _rows(texts, collection.id, properties) if part == ROWS else _part(texts, part, properties)
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
    """The rows of a table as members of JSON objects; `truths` are the columns that hold true and false."""

    store: sqlite3.Connection
    table: str
    key: str
    truths: set[str]

    def of(self, *pieces: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
        """The members of each row, by its key: a text for each of these pieces of its columns."""
        columns = [one for piece in pieces for one in piece]
        ends = list(accumulate(len(piece) for piece in pieces))
        for number, *values in self._values(columns):
            held = [bool(value) if name in self.truths and value is not None else value
                    for name, value in zip(columns, values, strict=True)]  # fmt: skip
            parts = (
                dict(zip(piece, held[end - len(piece) : end], strict=True))
                for piece, end in zip(pieces, ends, strict=True)
            )
            yield number, [orjson.dumps(one)[1:-1].decode() for one in parts]

    def sample(self, columns: Sequence[str]) -> list[list[object]]:
        """Some rows, from all over the table."""
        ((count,),) = self.store.execute(f"SELECT count(*) FROM {quoted(self.table)}")  # noqa: S608  # a quoted name
        return [values for _, *values in self._values(columns, f" WHERE {self.key} % {count // SAMPLE + 1} = 0")]

    def _values(self, columns: Sequence[str], where: str = "") -> sqlite3.Cursor:
        named = ", ".join(quoted(one) for one in [self.key, *columns])
        return self.store.execute(f"SELECT {named} FROM {quoted(self.table)}{where} ORDER BY {self.key}")  # noqa: S608  # quoted names


def _part(texts: _Texts, part: str, properties: Sequence[str]) -> Head:
    """The text of each row of a part."""
    table, alias = quoted(f"_text{texts.table}"), f"_text{part}"
    texts.store.execute(f"CREATE TABLE {table} ({texts.key} INTEGER PRIMARY KEY, members TEXT)")
    rows = ((number, *members) for number, members in texts.of(properties))
    texts.store.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)  # noqa: S608  # a quoted name
    return Head(f"{alias}.members", f" LEFT JOIN {table} {alias} ON {alias}.{texts.key} = r.{texts.key}")


def _rows(texts: _Texts, name: str, properties: Sequence[str]) -> Head:
    """The text of each row of a collection: what stands before and after what many rows have, and that once."""
    start, end = repeating(texts.sample(properties))
    pieces = [properties[:start], properties[start:end], properties[end:]]
    if not pieces[1]:
        return _part(texts, ROWS, properties)
    rows, said = quoted(f"_text{texts.table}"), quoted(f"_text_said_{name}")
    numbers: dict[str, int] = {}
    texts.store.execute(f"CREATE TABLE {rows} (_fid INTEGER PRIMARY KEY, before TEXT, said INTEGER, after TEXT)")
    texts.store.execute(f"CREATE TABLE {said} (said INTEGER PRIMARY KEY, members TEXT)")
    texts.store.executemany(
        f"INSERT INTO {rows} VALUES (?, ?, ?, ?)",  # noqa: S608  # a quoted name
        ((number, before, numbers.setdefault(members, len(numbers) + 1), after)
         for number, (before, members, after) in texts.of(*pieces)),
    )  # fmt: skip
    texts.store.executemany(f"INSERT INTO {said} VALUES (?, ?)", ((at, one) for one, at in numbers.items()))  # noqa: S608  # a quoted name
    where = ("_text_rows.before", "_text_said.members", "_text_rows.after")
    joins = (
        f" LEFT JOIN {rows} _text_rows ON _text_rows._fid = r._fid"
        f" LEFT JOIN {said} _text_said ON _text_said.said = _text_rows.said"
    )
    return Head(" || ',' || ".join(one for one, piece in zip(where, pieces, strict=True) if piece), joins)


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
