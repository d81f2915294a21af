"""objects(): the rows of a source as objects, of which some are cases, for geo.profiles.

The whole file is searched for persons first, as for a count; of what is read only the characteristics are kept. Where
an object lies is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from geo.errors import SourceError, first_few
from geo.messages import Message
from layers.declarations.profiles import ProfileDeclaration
from layers.declarations.records import Between, Records
from layers.declarations.sources import SourceDeclaration
from services.formats import numbers, reader
from services.formats.cells import matches, text
from services.formats.rows import Rows
from services.sources.records.part import reading, search_for_persons

MOST_VALUES = 50
"""A column with more values than this is a number, a name or a place, and no characteristic."""


@dataclass(frozen=True, slots=True)
class Objects:
    """Characteristics of objects as text, missing where unknown; which are cases; and where they were read.

    `ranges` are the classes of the characteristics that are numbers, by column and by what they are called in it.
    """

    characteristics: pd.DataFrame
    cases: "pd.Series[bool]"
    ranges: Mapping[str, Mapping[str, Between]]
    where: str
    sha256: str
    notes: tuple[Message, ...]


def objects(declaration: SourceDeclaration, root: Path, database: str = "") -> Objects:
    """The objects of a source with [profile], whose file lies below `root`.

    Raises SourceError where rows cannot be read, hold persons, or have a column that is no characteristic.
    """
    profile, records = declaration.profile, declaration.records
    if profile is None or records is None:
        raise SourceError(
            "source {id!r}: declares no [profile]; say there which rows are cases, and which columns are "
            "characteristics",
            id=declaration.id,
        )  # fmt: skip
    with reader.reading(records, root, database) as rows, reading(rows.where):
        _check_columns(rows, profile, records)
        spared = search_for_persons(rows, records)
        table = pa.Table.from_batches(list(rows.batches(profile.columns))).combine_chunks().to_batches()
    if not table:
        raise SourceError("{where}: no rows; give a table with a row an object", where=rows.where)
    batch = table[0]
    cases = pd.Series(data=True, index=range(batch.num_rows))
    for column, codes in profile.cases.items():
        cases &= matches(batch.column(column), codes)
    ranges = {name: {_called(one): one for one in profile.classes(name)} for name in profile.breaks}
    values = {
        name: _classes(numbers.amounts(batch.column(name), records.format.decimal), ranges[name])
        if name in ranges
        else _values(rows.where, name, batch.column(name))
        for name in profile.characteristics
    }
    notes = (*rows.notes, *spared)
    return Objects(pd.DataFrame(values), cases, ranges, rows.where, rows.sha256, notes)


def _check_columns(rows: Rows, profile: ProfileDeclaration, records: Records) -> None:
    """Refuse a profile of columns that are not there or that are dropped."""
    if missing := [name for name in profile.columns if name not in rows.headers or name in records.drop]:
        raise SourceError(
            "{where}: columns of [profile] {missing} are not there, or are dropped; it has {headers}",
            where=rows.where, missing=missing, headers=first_few(rows.headers, 12),
        )  # fmt: skip


def _values(where: str, name: str, column: pa.Array) -> "pd.Series[str]":
    """The values of a characteristic; capitals make no difference, as they make none where is counted."""
    values: pd.Series[str] = text(column).to_pandas().astype("string").str.lower()
    if (count := values.nunique()) > MOST_VALUES:
        raise SourceError(
            "{where}: column {name!r} has {count} values, more than {most}: no characteristic; of a number give "
            "breaks, of anything else make classes",
            where=where, name=name, count=count, most=MOST_VALUES,
        )  # fmt: skip
    return values


def _classes(amounts: NDArray[np.float64], ranges: Mapping[str, Between]) -> "pd.Series[str]":
    """The class that each number lies in."""
    values = pd.Series(pd.NA, index=range(len(amounts)), dtype="string")
    for called, between in ranges.items():
        values[numbers.within(amounts, between)] = called
    return values


def _called(between: Between) -> str:
    """A range in a word: ..1945, 1945..1975, 1975.."""
    ends: Sequence[float | None] = (between.least, between.below)
    return "..".join("" if one is None else f"{one:g}" for one in ends)
