"""Truth: counts of afterwards in a file of one's own, that a map is held against.

Codes of areas stand in one column, counts in one other. Rows of one area are added up. A cell that is empty or holds
one of CBS's codes for "no figure" is unknown, and an area without a row too: these take no part.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from boundaries.codes import CBS_MISSING
from geo.errors import SourceError, first_few
from geo.messages import Message, message
from layers.method import numbers
from services.sources.tables import columns_of_text

LEAST_KNOWN = 0.9
"""Share of the codes of a truth that must be areas of the map."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Counts in the order of the areas, NaN where unknown, and what of them was left out."""

    counts: pd.Series
    notes: tuple[Message, ...] = ()


def of_file(path: Path, ids: pd.Index) -> Truth:
    """The counts in a file, for these areas.

    Raises SourceError for one of another vintage, for several columns of numbers, and for cells that are no counts.
    """
    table = columns_of_text(path)
    codes, name = _columns(path, table, ids)
    keys = pd.Index(table[codes].astype(str).str.strip())
    counts = _counts(table[name].set_axis(keys), message("{path}, column {column!r}", path=path, column=name))
    here = counts.index.isin(ids)
    if here.mean() < LEAST_KNOWN:
        raise SourceError(
            "{path}: only {share:.0%} of its {count} codes are areas of this map: it is of another vintage or level; "
            "convert it with `zicht series`, or evaluate the vintage of the file (--vintage)",
            path=path, share=float(here.mean()), count=len(counts),
        )  # fmt: skip
    notes = () if here.all() else (_left_out(path, counts[~here], float(counts.sum())),)
    return Truth(counts.groupby(level=0).sum(min_count=1).reindex(ids), notes)


def _columns(path: Path, table: pd.DataFrame, ids: pd.Index) -> tuple[str, str]:
    """The column with codes and the one with numbers."""
    codes = next((name for name in table if table[name].astype(str).str.strip().isin(ids).any()), None)
    if codes is None:
        raise SourceError(
            "{path}: no column has codes of areas of this map; it may be of another vintage: convert it with `zicht "
            "series`, or evaluate the vintage of the file (--vintage)",
            path=path,
        )  # fmt: skip
    figures = [name for name in table if name != codes and _has_numbers(table[name])]
    if len(figures) != 1:
        raise SourceError(
            "{path}: {count} columns of numbers beside {codes!r}; give a file with the codes and one column of counts",
            path=path, count=len(figures), codes=codes,
        )  # fmt: skip
    return str(codes), str(figures[0])


def _has_numbers(cells: pd.Series) -> bool:
    """Whether any cell is a number, however it is written."""
    texts = pa.array(cells.dropna().astype(str).to_list(), pa.string())
    return any(bool(np.isfinite(numbers.written(texts, mark)).any()) for mark in (numbers.DUTCH, numbers.ENGLISH))


def _counts(cells: pd.Series, where: Message) -> pd.Series:
    """The cells as counts. Raises SourceError for what is negative or without end."""
    figures = numbers.column(cells, None, where)
    figures = figures.mask(figures.isin(list(CBS_MISSING)))
    wrong = figures[(figures < 0) | np.isinf(figures)]
    if wrong.size:
        raise SourceError(
            "{where}: {count} counts are not 0 or more: {cells}; leave a count that is not known empty, or give one of "
            "CBS's codes for 'no figure': {missing}",
            where=where, count=len(wrong), cells=first_few(f"{code} {figure:g}" for code, figure in wrong.items()),
            missing=", ".join(map(str, CBS_MISSING)),
        )  # fmt: skip
    return figures


def _left_out(path: Path, others: pd.Series, total: float) -> Message:
    """What is said of counts of areas that are not on the map."""
    return message(
        "{path}: {count} of its codes are no areas of this map, and take no part, with {share:.1%} of what it counts: "
        "{codes}. If it is of another vintage, convert it with `zicht series`.",
        path=path, count=len(others), share=float(others.sum()) / total if total > 0 else 0.0,
        codes=first_few(others.index),
    )  # fmt: skip
