"""A collection as tables of SQLite that hold each thing once: what the served store and the GeoPackage have in common.

`_area_<collection>` and `_figures_<collection>` have what does not differ between its lenses and periods
(layers.publication.normal_form), `_rows_<collection>` what does; a text that repeats has a table of its own. Every join
is on a primary key, and SQLite leaves it out where a query names none of its columns.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype

from geo.errors import StoreError
from geo.messages import message
from layers.publication.collection import Collection, texts
from layers.publication.fields import ID, Field
from layers.publication.normal_form import NormalForm, Places
from services.sql import Value, quoted

TYPES = {"string": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}
"""Per field type the pandas type that tells unknown from zero."""

type Columns = dict[str, list[Value | None]]
"""The columns of a table of SQLite by name, unknown as None."""


@dataclass(frozen=True, slots=True)
class Joined:
    """SQL over the tables of a collection.

    Attributes:
        rows: the quoted name of the table with a row for each row of the collection, `r` in the SQL.
        columns: where each field stands, as a SELECT names it.
        source: what stands after FROM.
        parts: per table (`_area`, `_figures`, `_rows`) its key, and what it holds in each of its columns.
    """

    rows: str
    columns: Mapping[str, str]
    source: str
    parts: Mapping[str, tuple[str, Columns]]


def write_parted(
    database: sqlite3.Connection,
    collection: Collection,
    form: NormalForm,
    keys: Mapping[str, Places],
    types: Mapping[str, str],
) -> Joined:
    """Write the rows of a collection as `form` parts them, `_fid` counted from 1, with further `keys` (from 0).

    `types` has the column type of SQLite per field type. Raises StoreError for what is not of the type of its field.
    """
    fields = {field.name: field for field in collection.fields}
    held = {name: _columns(collection.id, fields, part.table) for name, part in form.parts.items()}
    places = {f"_{name}": part.at for name, part in form.parts.items()} | dict(keys)
    declared = {name: types[field.type] for name, field in fields.items()} | dict.fromkeys(places, "INTEGER")
    for name, columns in held.items():
        _write(database, f"_{name}_{collection.id}", f"_{name}", columns, declared)
    rows, of_rows = f"_rows_{collection.id}", _columns(collection.id, fields, form.rows)
    numbered: Columns = {key: (at + 1).tolist() for key, at in places.items()}
    _write(database, rows, "_fid", of_rows | numbered, declared)
    part_of = {column: f"_{name}" for name, columns in held.items() for column in columns}
    joins = "".join(
        f" LEFT JOIN {quoted(f'_{name}_{collection.id}')} _{name} ON _{name}._{name} = r._{name}" for name in held
    )
    selected = {name: f"{part_of.get(name, 'r')}.{quoted(name)}" for name in fields}
    if form.identifier:
        selected[ID.name] = f"{" || '-' || ".join(selected[one] for one in form.identifier)} AS {quoted(ID.name)}"
    parts = {f"_{name}": (f"_{name}", columns) for name, columns in held.items()}
    return Joined(quoted(rows), selected, f"{quoted(rows)} r{joins}", {**parts, "_rows": ("_fid", of_rows)})


def _write(database: sqlite3.Connection, name: str, key: str, columns: Columns, declared: Mapping[str, str]) -> None:
    """Write a table, with a `key` that counts its rows from 1."""
    named = "".join(f", {quoted(one)} {declared[one]}" for one in columns)
    database.execute(f"CREATE TABLE {quoted(name)} ({key} INTEGER PRIMARY KEY{named})")
    marks = ", ".join("?" * (len(columns) + 1))
    numbers = range(1, 1 + max(map(len, columns.values()), default=0))
    rows = zip(numbers, *columns.values(), strict=True)
    database.executemany(f"INSERT INTO {quoted(name)} VALUES ({marks})", rows)  # noqa: S608  # a quoted name and marks


def _columns(name: str, fields: Mapping[str, Field], table: pd.DataFrame) -> Columns:
    """The columns of a collection as what SQLite holds, unknown as None."""
    return {column: _values(name, fields[column], table[column]) for column in map(str, table)}


def _values(name: str, field: Field, column: "pd.Series[Any]") -> list[Value | None]:
    if field.type == "string" and infer_dtype(column, skipna=True) in {"string", "empty"}:
        held: list[Value | None] = texts(column).tolist()
        return held
    where = message("collection {name}, column {column}", name=name, column=field.name)
    try:
        typed = column.astype(TYPES[field.type])  # type: ignore[call-overload]  # names of pandas types
    except (TypeError, ValueError) as fault:
        raise StoreError(
            "{where}: declared {type}, but {fault}", where=where, type=field.type, fault=str(fault)
        ) from fault
    if field.type == "number":
        numbers = typed.to_numpy(float, na_value=np.nan)
        if np.isinf(numbers).any():
            raise StoreError("{where}: holds infinite values; JSON has none", where=where)
        typed = typed + 0.0  # SQLite knows no nothing that is negative
    values: list[Value | None] = typed.array.to_numpy(object, na_value=None).tolist()
    return values
