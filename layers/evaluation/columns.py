"""Columns: what counts of one source tell of one another in an area, where they add up the same columns or records.

With all cases, those of firms and those of others there are three counts, each with noise of its own, of which the
first is the sum of the others; so it is a relation like that of a wijk and its buurten, and one with it: the columns of
buurten make up the counts of both. The formula stands in the name of a count (layers.publication.perturbed), and which
records a column has beside it: all cases and those of one kind have records in common too. Sums and differences of
columns alone are protected by noise.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from boundaries.cbs import COARSENESS
from boundaries.codes import parents
from layers.evaluation.overlay import Overlay
from layers.evaluation.selections import groups

SIGNS: Mapping[type[ast.operator], int] = {ast.Add: 1, ast.Sub: -1}


NOISE = ["max_noise", "variance", "smallest"]
"""By which noise a count is perturbed."""

type Terms = dict[str, dict[str, int]]
"""Of each formula its columns, or groups of records, and how often each is added, or taken off."""


def formulas_in_common(counts: Iterable[str], told: Iterable[str] = ()) -> Terms:
    """The formulas, of counts of one source, that have records in common with another, as sums of the groups of records
    that make up their columns (layers.evaluation.selections), of which it is `told` what they count.
    """
    terms = {one: _terms(one) for one in sorted({_formula(count) for count in counts} - {""})}
    of_columns = groups((column for each in terms.values() for column in each), told) if terms else {}
    terms = {one: _in_groups(each, of_columns) for one, each in terms.items()}
    formulas, columns = list(terms), sorted({column for each in terms.values() for column in each})
    if len(formulas) < 2:
        return {}
    has = csr_array(np.array([[column in terms[one] for column in columns] for one in formulas], dtype=float))
    _, of = connected_components(has @ has.T, directed=False)
    several = np.bincount(of) > 1
    return {one: terms[one] for one, at in zip(formulas, of, strict=True) if several[at]}


def _in_groups(columns: Mapping[str, int], of_columns: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """How often each group of records is counted, by how often each column is."""
    found = Counter[str]()
    for column, often in columns.items():
        found.update(dict.fromkeys(of_columns[column], often))
    return {group: often for group, often in found.items() if often}


def with_one_name(published: pd.DataFrame) -> pd.DataFrame:
    """The rows of counts, with one name for those of the same columns, whatever these are taken per: that of the first.

    What is per inhabitant in one theme and per household in another is one count, and its buurten in the one tell of
    its wijken in the other. A release may have two figures of it in one area: a share is never more than all. Where
    these are further apart than noise puts them, they are counts of other areas: of those of which what they are taken
    per is known.
    """
    names = published["count"].drop_duplicates()
    place = [one for one in ("release", "fingerprint", "vintage", "level", "area", *NOISE) if one in published]
    first = dict(zip(names, names, strict=True))
    for of in names.groupby(names.map(counted)).groups.values():
        alike = list(names.loc[of])
        figures = published[published["count"].isin(alike)].groupby(place)["published"].agg(["min", "max"])
        apart = (figures["max"] - figures["min"]).to_numpy()
        if (apart <= 2 * figures.index.get_level_values("max_noise").to_numpy()).all():
            first |= dict.fromkeys(alike, alike[0])
    return published.assign(count=published["count"].map(first))


def columns_in_common(cells: pd.DataFrame, terms: Terms, *, nested: bool = True) -> Overlay | None:
    """The counts of each area as sums of its columns, of rows with `count`, `level` and `area` of one source; None
    where none of their formulas is among these. Where areas are `nested` a wijk is the columns of all its buurten, so
    that what counts tell of one another and areas of one another is told at once.
    """
    formula = cells["count"].map(_formula)
    used = np.flatnonzero(formula.isin(terms.keys()))
    if not len(used):
        return None
    some = cells.iloc[used].assign(formula=formula.iloc[used].to_numpy(), row=np.arange(len(used)))
    places = _places(some) if nested else some.assign(place=_itself(some))
    names = [(one, column, often) for one, each in terms.items() for column, often in each.items()]
    sums = places.merge(pd.DataFrame(names, columns=["formula", "column", "often"]), on="formula")
    part, parts = pd.factorize(sums["place"] + " / " + sums["column"])
    matrix = coo_array((sums["often"].to_numpy(dtype=float), (sums["row"], part)), shape=(len(used), len(parts)))
    return Overlay(used, csr_array(matrix), tuple(parts), whole=True)


def _places(cells: pd.DataFrame) -> pd.DataFrame:
    """Each cell once for each of the finest areas that it is made up of: those of the same count, of any where it has
    none there. A hexagon is one by itself.
    """
    levels = [level for level in COARSENESS if str(level) in set(cells["level"])]
    finest = cells[cells["level"] == str(levels[0])] if levels else cells[:0]
    found = [cells[~cells["level"].isin(levels[1:])].assign(place=_itself)]
    for level in levels[1:]:
        mine = cells[cells["level"] == str(level)]
        inside = finest.assign(place=_itself(finest), area=parents(pd.Index(finest["area"]), level))
        same = mine.merge(inside[["count", "area", "place"]], on=["count", "area"])
        rest = mine[~mine["row"].isin(same["row"])]
        other = rest.merge(inside[["area", "place"]].drop_duplicates(), on="area")
        alone = rest[~rest["row"].isin(other["row"])]
        found += [same, other, alone.assign(place=_itself)]
    return pd.concat(found, ignore_index=True)


def _itself(cells: pd.DataFrame) -> "pd.Series[str]":
    named: pd.Series[str] = cells["level"] + " " + cells["area"]
    return named


def counted(count: str) -> str:
    """The name of a count without what it is taken per: which columns of which source."""
    return count.rpartition(" / ")[0] or count


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
