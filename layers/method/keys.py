"""Keys in a raw table: beside confidential counts stand the cell keys by which they are perturbed.

Where rows were counted, a column of counts has one of its own: the sum of the keys of its records. Where counts are
delivered, as in a table per buurt, an area has one, and that of a count follows from it, the name of the count and how
many were counted. Rejected: from area and name alone. Then a count that changes keeps its noise, and who subtracts two
releases has by how much, exactly. Of 0 the key is 0, as that of no records is: a wijk of which only one buurt has any
is that buurt, and has no noise of its own. Of what has neither key, such as an amount of money, nothing is known by
which it could be protected.
"""

import ast
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from geo.disclosure.cell_keys import Keys, record_keys
from geo.errors import SourceError
from geo.messages import Message, message
from layers.declarations.periods import Period
from layers.declarations.sources import ADDED, Column, SourceDeclaration, columns_of, fill
from layers.method import numbers
from layers.method.numbers import Mark

AREA_KEY = "#key"
"""The column with the key of each area; no formula can name it."""


SUMS = (ast.Expression, ast.BinOp, ast.Name, ast.Load, ast.Add, ast.Sub)
"""What a formula that adds up and takes off is made of."""


def key_column(count: str) -> str:
    """The column with the keys of a count."""
    return f"{count}#key"


def sum_of_keys(
    keyed: pd.DataFrame, column: Column, parts: Sequence[Period], decimal: Mark | None = None, where: Message | str = ""
) -> pd.Series | None:
    """The cell keys of a figure: those of the counts that it adds up, added up; of what it takes off, taken off. None
    where it is no sum or difference of counts that have keys. `parts` are the periods that it is added up over,
    `decimal` is how its numbers are written, and `where` what to call it in a message.
    """

    def of_column(name: str) -> Keys | None:
        return _of_column(name, keyed, decimal, message("{where}, column {column!r}", where=where, column=name))

    keys = [_of(ast.parse(fill(column.formula, part), mode="eval").body, of_column) for part in parts]
    known = [one for one in keys if one is not None]
    counts = column.kind in ADDED or (column.kind is None and AREA_KEY not in keyed)
    return pd.Series(np.add.reduce(known), keyed.index) if counts and len(known) == len(keys) else None


def check_protectable(source: SourceDeclaration, name: str) -> None:
    """Raise SourceError for a column of a confidential source that noise does not protect."""
    column = source.columns[name]
    of_rows = source.own and source.records is not None
    counted = column.kind in ADDED or (column.kind is None and of_rows)
    formula = fill(column.formula, source.periods[0])
    added = all(isinstance(part, SUMS) for part in ast.walk(ast.parse(formula, mode="eval")))
    if counted and added and (of_rows or source.table or source.statline) and not _amounts(source, formula):
        return
    raise SourceError(
        "source {id!r}: {name} is confidential, and noise protects counts of persons, addresses or cases, their sums "
        'and differences, but no amounts, means or rasters; say kind = "count" or "stock" in [columns.{name}] if it is '
        'one, without * and / in its formula (a scale belongs in the indicator), or status = "open" in the source if '
        "everyone may have it",
        id=source.id, name=name,
    )  # fmt: skip


def _amounts(source: SourceDeclaration, formula: str) -> list[str]:
    """The columns of a formula that are sums of an amount over rows."""
    counts = source.records.count if source.own and source.records else {}
    return [
        name for name in columns_of(formula, source.periods[0])
        if (count := counts.get(name) or counts.get(name.rpartition("_")[0])) is not None and count.sum is not None
    ]  # fmt: skip


def _of(part: ast.expr, of_column: Callable[[str], Keys | None]) -> Keys | None:
    match part:
        case ast.Name(id=name):
            return of_column(name)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as sign, right=right):
            first, second = _of(left, of_column), _of(right, of_column)
            if first is None or second is None:
                return None
            return first + second if isinstance(sign, ast.Add) else first - second
    return None


def _of_column(name: str, keyed: pd.DataFrame, decimal: Mark | None, where: Message) -> Keys | None:
    if key_column(name) in keyed:
        return keyed[key_column(name)].to_numpy(dtype=np.uint64)
    if AREA_KEY not in keyed:
        return None
    # That a column is missing is said where it is read.
    cells = keyed[name] if name in keyed else pd.Series(0.0, keyed.index)
    counts = numbers.column(cells, decimal, where).fillna(0).to_numpy()
    areas = keyed[AREA_KEY].to_numpy(dtype=np.uint64)
    keys = np.zeros(len(keyed), dtype=np.uint64)
    for at in np.flatnonzero(counts):
        keys[at] = record_keys([f"{name} {counts[at]:.0f}"], int(areas[at]).to_bytes(8))[0]
    return keys
