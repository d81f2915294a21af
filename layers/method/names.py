"""Figures of a table that has names of areas and no codes: each name leads to one area, and nothing counts twice."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from boundaries.codes import PATTERNS
from geo.areas import AreaFrame
from geo.errors import SourceError, first_few
from geo.messages import Message, message
from layers.declarations.names import AreaNames
from layers.declarations.sources import SourceDeclaration, columns_of
from layers.method.columns import figures_of_columns
from layers.method.figures import Figures
from layers.method.numbers import NOTHING
from layers.method.tables import check_covered, check_native, keyed_by_area, summed_figures

BRACKETS = re.compile(r"\s*\([^()]*\)$")
NO_FIGURE = (*NOTHING, "-")
"""What stands where there is no figure, also of an area that is no more."""


def figures_by_name(
    raw: pd.DataFrame, source: SourceDeclaration, period: int, areas: AreaFrame, *, part: bool
) -> Figures:
    """The declared columns of a source whose key holds names, for all `areas`; of a merged one the sum of its parts.

    Names without any figure are passed over: CBS lists every area that there ever was. Where the areas are a `part` of
    the country, so are names that are of none of them.

    Raises SourceError for a name with figures that is of no area, and for two names of one area that is not merged.
    """
    where, names = message("source {id!r}", id=source.id), source.names or AreaNames()
    if source.table:
        where = message("{source} ({path})", source=where, path=source.table.path)
    check_native(source, areas.level, where)
    keyed = keyed_by_area(raw, source, where)
    keyed = keyed[~_left_out(keyed.index, names)]
    codes = pd.Series(_codes(keyed.index, names, areas), index=keyed.index)
    keyed = keyed[codes.notna() | _has_figures(keyed, source, period)]
    codes = codes[keyed.index]
    if (strange := codes.index[codes.isna()]).size and not part:
        raise SourceError(
            "{where}: names with figures that are of no area of {vintage} ({count}): {names}; put what is larger, or "
            "had another border, in left_out of [names], and what became part of an area under that area in merged",
            where=where, count=len(strange), vintage=areas.vintage, names=first_few(strange),
        )  # fmt: skip
    codes = codes.dropna()
    _check_once(codes, names, areas, where)
    check_covered(pd.Index(codes.unique()), areas.ids, where, part=part)
    # "-" is none, or what cannot be: of few it is no sure 0.
    cells = keyed.loc[codes.index].replace(r"^\s*-\s*$", "", regex=True)
    of_names = figures_of_columns(cells, source, period, codes.index, where)
    return summed_figures(of_names, pd.Index(codes)).of(areas.ids)


def _left_out(found: pd.Index, names: AreaNames) -> NDArray[np.bool_]:
    """Which names are left out; a star at the start stands for anything."""
    patterns = [re.escape(name).replace(r"\*", ".*", 1) for name in names.left_out]
    return np.array([bool(patterns) and re.fullmatch("|".join(patterns), name) is not None for name in found], bool)


def _codes(found: Iterable[str], names: AreaNames, areas: AreaFrame) -> list[str | None]:
    """The code of the area that each name is of, or is merged into; None where there is none."""
    own = {_plain(name): str(code) for code, name in areas.table["name"].items()}
    merged = {_plain(part): own.get(_plain(whole)) for whole, parts in names.merged.items() for part in parts}
    known = own | merged
    code = re.compile(PATTERNS[areas.level])
    return [
        name if code.fullmatch(name) and name in areas.ids
        else known.get(_plain(name)) or known.get(_plain(BRACKETS.sub("", name)))
        for name in found
    ]  # fmt: skip


def _plain(name: str) -> str:
    """A name without capitals, hyphens, points and commas."""
    return " ".join(re.sub(r"[-.,]", " ", name.casefold()).split())


def _has_figures(keyed: pd.DataFrame, source: SourceDeclaration, period: int) -> NDArray[np.bool_]:
    """Which names have a figure of the period in a column that is read."""
    needed = {name for column in source.columns.values() for name in columns_of(column.formula, period)}
    cells = keyed[[name for name in keyed if name in needed]].astype("string").apply(lambda one: one.str.strip())
    return np.asarray((cells.notna() & ~cells.isin(NO_FIGURE)).any(axis=1), dtype=np.bool_)


def _check_once(codes: pd.Series, names: AreaNames, areas: AreaFrame, where: Message) -> None:
    """Raise SourceError where several names lead to one area, and no declaration says that they make it up."""
    merged = {_plain(one) for one in names.merged}
    of_area = areas.table["name"].map(_plain)
    doubled = codes[codes.duplicated(keep=False)]
    doubled = doubled[~doubled.map(of_area).isin(merged)]
    if len(doubled):
        raise SourceError(
            "{where}: {names} are several names of one area: its figures would count twice; put those of larger areas "
            "in left_out of [names], or say with merged that they make it up",
            where=where, names=first_few(sorted(doubled.index)),
        )  # fmt: skip
