"""Columns: what counts of one source tell of one another in an area, where they add up the same columns.

With all cases, those of firms and those of others there are three counts, each with noise of its own, of which the
first is the sum of the others; so it is a relation like that of a wijk and its buurten. The formula stands in the name
of a count (layers.publication.perturbed). Sums and differences of columns alone are protected by noise.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from layers.evaluation.overlay import Overlay

SIGNS: Mapping[type[ast.operator], int] = {ast.Add: 1, ast.Sub: -1}


type Terms = dict[str, dict[str, int]]
"""Of each formula its columns, and how often each is added, or taken off."""


def formulas_in_common(counts: Iterable[str]) -> Terms:
    """The formulas, of counts of one source, that have a column in common with another."""
    terms = {one: _terms(one) for one in sorted({_formula(count) for count in counts} - {""})}
    formulas, columns = list(terms), sorted({column for each in terms.values() for column in each})
    if len(formulas) < 2:
        return {}
    has = csr_array(np.array([[column in terms[one] for column in columns] for one in formulas], dtype=float))
    _, of = connected_components(has @ has.T, directed=False)
    several = np.bincount(of) > 1
    return {one: terms[one] for one, at in zip(formulas, of, strict=True) if several[at]}


def columns_in_common(cells: pd.DataFrame, terms: Terms) -> Overlay | None:
    """The counts of each area as sums of its columns, of rows with `count`, `level` and `area` of one source; None
    where none of their formulas is among these.
    """
    formulas = enumerate(map(_formula, cells["count"]))
    rows = [(at, column, often) for at, one in formulas for column, often in terms.get(one, {}).items()]
    if not rows:
        return None
    at, column, often = zip(*rows, strict=True)
    place = cells[["level", "area"]].iloc[list(at)].agg(" ".join, axis=1)
    part, names = pd.factorize(place.to_numpy() + " / " + np.array(column, dtype=object))
    used, row = np.unique(at, return_inverse=True)
    matrix = coo_array((np.array(often, dtype=float), (row, part)), shape=(len(used), len(names)))
    return Overlay(used, csr_array(matrix), tuple(names), whole=True)


def source_of(count: str) -> str:
    """The source in the name of a count."""
    return count.partition(": ")[0]


def _formula(count: str) -> str:
    """The formula in the name of a count; "" where it has none."""
    return count.partition(": ")[2].rpartition(" / ")[0]


def _terms(formula: str) -> dict[str, int]:
    """The columns of a formula, and how often each is added."""
    found = Counter[str]()
    for column, sign in _signed(ast.parse(formula, mode="eval").body, 1):
        found[column] += sign
    return {column: often for column, often in found.items() if often}


def _signed(part: ast.expr, sign: int) -> Iterator[tuple[str, int]]:
    if isinstance(part, ast.Name):
        yield part.id, sign
    elif isinstance(part, ast.BinOp):
        yield from _signed(part.left, sign)
        yield from _signed(part.right, sign * SIGNS[type(part.op)])
    else:
        raise TypeError(f"noise protects sums and differences of columns, and this is {ast.unparse(part)}")
