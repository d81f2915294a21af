"""A collection as tables of SQLite that hold each thing once: what the served store and the GeoPackage have in common.

`_area_<collection>` and `_figures_<collection>` have what does not differ between its lenses and periods
(layers.publication.normal_form), `_rows_<collection>` what does; a text that repeats has a table of its own. Every join
is on a primary key, and SQLite leaves it out where a query names none of its columns.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype

from geo.errors import StoreError
from geo.messages import message
from layers.publication.collection import Collection
from layers.publication.fields import ID, Field
from layers.publication.normal_form import NormalForm, Places, normal_form
from services.sql import Value, quoted

TYPES = {"string": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}
"""Per field type the pandas type that tells unknown from zero."""


@dataclass(frozen=True, slots=True)
class Joined:
    """SQL over the tables of a collection.

    Attributes:
        rows: the quoted name of the table with a row for each row of the collection, `r` in the SQL.
        columns: where each field stands, as a SELECT names it.
        source: what stands after FROM.
        parts: per table (`_area`, `_figures`, `_rows`) its key, and the columns that it holds.
    """

    rows: str
    columns: Mapping[str, str]
    source: str
    parts: Mapping[str, tuple[str, tuple[str, ...]]]


def write_parted(
    database: sqlite3.Connection,
    collection: Collection,
    table: pd.DataFrame,
    keys: Mapping[str, Places],
    types: Mapping[str, str],
    parted: Callable[[pd.DataFrame], NormalForm] = normal_form,
) -> Joined:
    """Write the rows of a collection, `_fid` counted from 1, with further `keys` (from 0), and what the rows share.

    `types` has the column type of SQLite per field type, `parted` says what stands once. Raises StoreError for what is
    not of the type of its field.
    """
    form = parted(_typed(collection, table))
    places = {f"_{name}": part.at for name, part in form.parts.items()} | dict(keys)
    declared = {field.name: types[field.type] for field in collection.fields} | dict.fromkeys(places, "INTEGER")
    for name, part in form.parts.items():
        _write(database, f"_{name}_{collection.id}", f"_{name}", part.table, declared)
    rows = f"_rows_{collection.id}"
    numbered = {key: at + 1 for key, at in places.items()}
    _write(database, rows, "_fid", form.rows.assign(**numbered), declared)
    part_of = {column: f"_{name}" for name, part in form.parts.items() for column in part.table}
    joins = "".join(
        f" LEFT JOIN {quoted(f'_{name}_{collection.id}')} _{name} ON _{name}._{name} = r._{name}" for name in form.parts
    )
    columns = {one.name: f"{part_of.get(one.name, 'r')}.{quoted(one.name)}" for one in collection.fields}
    if form.identifier:
        columns[ID.name] = f"{" || '-' || ".join(columns[one] for one in form.identifier)} AS {quoted(ID.name)}"
    parts = {f"_{name}": (f"_{name}", tuple(map(str, part.table))) for name, part in form.parts.items()}
    return Joined(
        quoted(rows), columns, f"{quoted(rows)} r{joins}", {**parts, "_rows": ("_fid", tuple(map(str, form.rows)))}
    )


def _write(database: sqlite3.Connection, name: str, key: str, table: pd.DataFrame, declared: Mapping[str, str]) -> None:
    """Write a table, with a `key` that counts its rows from 1."""
    columns = "".join(f", {quoted(column)} {declared[column]}" for column in map(str, table))
    database.execute(f"CREATE TABLE {quoted(name)} ({key} INTEGER PRIMARY KEY{columns})")
    marks = ", ".join("?" * (len(table.columns) + 1))
    rows = zip(range(1, len(table) + 1), *(table[column].tolist() for column in table), strict=True)
    database.executemany(f"INSERT INTO {quoted(name)} VALUES ({marks})", rows)  # noqa: S608  # a quoted name and marks


def _typed(collection: Collection, table: pd.DataFrame) -> pd.DataFrame:
    """The columns of the fields as what SQLite holds, unknown as None."""
    return pd.DataFrame(
        {one.name: pd.Series(_values(collection.id, one, table[one.name]), dtype=object) for one in collection.fields}
    )


def _values(name: str, field: Field, column: "pd.Series[float]") -> list[Value | None]:
    if field.type == "string" and infer_dtype(column, skipna=True) in {"string", "empty"}:
        return column.astype(object).where(column.notna(), None).tolist()
    where = message("collection {name}, column {column}", name=name, column=field.name)
    try:
        typed = column.astype(TYPES[field.type])  # type: ignore[call-overload]  # names of pandas types
    except (TypeError, ValueError) as fault:
        raise StoreError(
            "{where}: declared {type}, but {fault}", where=where, type=field.type, fault=str(fault)
        ) from fault
    if field.type == "number" and np.isinf(typed.to_numpy(float, na_value=np.nan)).any():
        raise StoreError("{where}: holds infinite values; JSON has none", where=where)
    values: list[Value | None] = typed.array.to_numpy(object, na_value=None).tolist()
    return values
