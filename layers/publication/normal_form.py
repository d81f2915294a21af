"""What a collection repeats, once: the geometry of an area, its name, and the figures that every lens shares.

A wide table has a row for each area, period and lens, since that is what a map and a spreadsheet want. Most of its
columns do not depend on all three. Which do is read from the values, not from a list of names: a column that holds one
value for each area is about the area, also where nobody foresaw it, and one that turns out to differ stays where it is.
A long text that many rows have, as an explanation of areas where the same stands out, stands once too.

Rejected: facts in long form (a row for each area, indicator and period), of which a page of a wide table is a join per
indicator; and short words once, as the name of a lens: a filter on it would be a join.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pandas.api.types import infer_dtype

from layers.publication.fields import AREA, ID, LENS, PERIOD, VINTAGE

type Places = npt.NDArray[np.int64]
"""Positions in another table, counted from 0."""

KEYS = {"area": (AREA.name, VINTAGE.name), "figures": (AREA.name, VINTAGE.name, PERIOD.name)}
"""What the columns of each part depend on."""

IDENTIFIER = (AREA.name, PERIOD.name, LENS.name)
"""What the identifier of an area under a lens is made of, with a dash between."""

SAMPLE = 1000
"""How many rows are compared before all are."""

LONG = 40
"""Characters, on average, from which texts that repeat are worth a part of their own."""


@dataclass(frozen=True, slots=True)
class Part:
    """Columns that hold one value for each area, or area and period, or a text that repeats; `at` is the row of `table`
    for each row of the collection.
    """

    table: pd.DataFrame
    at: Places


@dataclass(frozen=True, slots=True)
class NormalForm:
    """A table, parted: `rows` has the columns that belong to the row itself, the identifier first; that is not among
    them where it is made of others, which `identifier` names.
    """

    rows: pd.DataFrame
    parts: dict[str, Part]
    identifier: tuple[str, ...] = ()

    def ordered(self, order: Places) -> "NormalForm":
        """The same with its rows in another order."""
        parts = {name: replace(part, at=np.take(part.at, order)) for name, part in self.parts.items()}
        return replace(self, rows=self.rows.iloc[order], parts=parts)


def normal_form(table: pd.DataFrame) -> NormalForm:
    """The parts of a table without geometry. One that repeats nothing has none."""
    parts: dict[str, Part] = {}
    left = list(table.columns)
    for name, key in KEYS.items():
        if not set(key) <= set(table.columns):
            continue
        at, first = _numbered(table[list(key)])
        columns = [one for one in left if one != ID.name and _depends(table[one], at, first)]
        if len(first) < len(table) and columns:
            parts[name] = Part(table[columns].iloc[first].reset_index(drop=True), at)
            left = [one for one in left if one not in columns]
    texts = {one: part for one in left if one != ID.name and (part := _repeated(table[one])) is not None}
    return NormalForm(table[[one for one in left if one not in texts]], parts | texts)


def with_words_once(form: NormalForm) -> NormalForm:
    """Short words that rows repeat stand once too, all of a row together: for a file that is not filtered by them."""
    words = [name for name in form.rows if name != ID.name and _is_text(form.rows[name])]
    if not words or not len(form.rows):
        return form
    at, first = _numbered(form.rows[words])
    if 2 * len(first) > len(form.rows):
        return form
    part = Part(form.rows[words].iloc[first].reset_index(drop=True), at)
    return NormalForm(form.rows.drop(columns=words), form.parts | {"words": part})


def without_identifier(form: NormalForm, table: pd.DataFrame) -> NormalForm:
    """Without the identifiers, where each is made of what else is known of its row; else as it is."""
    if not {ID.name, *IDENTIFIER} <= set(table):
        return form
    area, period, lens = (table[one].astype(str) for one in IDENTIFIER)
    if not (table[ID.name] == area + "-" + period + "-" + lens).all():
        return form
    return replace(form, rows=form.rows.drop(columns=ID.name), identifier=IDENTIFIER)


def distinct(shapes: npt.NDArray[np.object_]) -> tuple[Places, Places]:
    """Where each distinct geometry comes first, and which of these every geometry is, equal to the byte.

    >>> first, which = distinct(np.array([shapely.Point(1, 1), shapely.Point(2, 2), shapely.Point(1, 1)]))
    >>> first.tolist(), which.tolist()
    ([0, 1], [0, 1, 0])
    """
    objects, one_each = _first(map(id, shapes), len(shapes))  # rows of one area mostly share one object
    contents, first = _first(shapely.to_wkb(shapes[one_each]), len(one_each))
    return one_each[first], contents[objects]


def _first(values: Iterable[object], count: int) -> tuple[Places, Places]:
    """The number of each value, counted as they come, and where each number comes first."""
    numbers = pd.factorize(np.fromiter(values, object, count), use_na_sentinel=False)[0].astype(np.int64)
    return numbers, _firsts(numbers)


def _numbered(keys: pd.DataFrame) -> tuple[Places, Places]:
    numbers = keys.groupby(list(keys), sort=False, dropna=False).ngroup().to_numpy().astype(np.int64)
    return numbers, _firsts(numbers)


def _firsts(numbers: Places) -> Places:
    """Where each number comes first, of numbers that are given as they come."""
    return np.flatnonzero(np.diff(np.maximum.accumulate(numbers), prepend=-1))


def _is_text(column: pd.Series) -> bool:
    return infer_dtype(column, skipna=True) == "string" or bool(column.isna().all())


def _repeated(column: pd.Series) -> Part | None:
    """The distinct texts of a column and which of them each row has; None where they are short or most differ."""
    if not len(column) or infer_dtype(column, skipna=True) != "string":
        return None
    values = column.to_numpy(object)
    if sum(map(len, values[column.notna()])) < LONG * len(values):
        return None
    at, first = _first(values, len(values))
    return Part(column.iloc[first].to_frame().reset_index(drop=True), at) if 2 * len(first) <= len(values) else None


def _depends(column: pd.Series, at: Places, first: Places) -> bool:
    """Whether the column holds one value for each key: of most that do not, the first rows tell."""
    values, expected = column.to_numpy(), first[at]
    parts = (slice(None, SAMPLE), slice(SAMPLE, None))
    return all(_equal(values[part], values[expected[part]]) for part in parts)


def _equal(values: "npt.NDArray[Any]", others: "npt.NDArray[Any]") -> bool:
    if values.dtype != object:
        return np.array_equal(values, others, equal_nan=values.dtype.kind == "f")
    unlike = values != others
    return not unlike.any() or bool((pd.isna(values[unlike]) & pd.isna(others[unlike])).all())
