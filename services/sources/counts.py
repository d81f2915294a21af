"""Counts of one year per buurt, wijk or gemeente, from a file: CSV as any office writes it, a workbook, Parquet or
a file with polygons.

Which column holds the codes follows from its cells, not from its name, which changes with every table of CBS. Rows of
other levels and the country are left out, counted: their people are those of the areas that are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from boundaries.cbs import OPEN_WATER
from boundaries.codes import CBS_MISSING, PATTERNS
from boundaries.counts import Counts
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError, first_few
from geo.messages import Message, message
from geo.unknown import Unknown
from layers.declarations.records import Format
from layers.messages import say
from layers.method import numbers
from layers.method.numbers import Mark
from layers.method.series import Counted
from services.formats import reader
from services.formats.rows import Rows, frame
from services.sources.boundaries import PLURALS

OTHERS = {
    level: "|".join([r"NL[0-9]{0,2}", *(PATTERNS[other] for other in PLURALS if other is not level)])
    for level in PLURALS
}
"""Codes of areas that are left out of counts per buurt, wijk or gemeente: the same people are in these."""
LEFT_OUT = {
    AreaLevel.BUURT: message("rows of wijken, gemeenten or the country, left out: {count}"),
    AreaLevel.WIJK: message("rows of buurten, gemeenten or the country, left out: {count}"),
    AreaLevel.GEMEENTE: message("rows of buurten, wijken or the country, left out: {count}"),
}


@dataclass(frozen=True, slots=True)
class CountColumn:
    """A column with counts.

    Attributes:
        name: of the column.
        key: the column with codes, where there are several.
        decimal: the mark before decimals, where the column does not tell.
        empty_is_zero: whether the source leaves out zeros.
    """

    name: str
    key: str | None = None
    decimal: Mark | None = None
    empty_is_zero: bool = False


def read(path: Path, column: CountColumn, areas: AreaFrame, spare: frozenset[str] = frozenset()) -> Counted:
    """The counts in a column of a file, for `areas`.

    Cells that are empty or hold one of CBS's codes for "no figure" are unknown; where empty is 0, such a code and an
    area without a row are not. `spare` are codes without a polygon in these boundaries, of which the counts are left
    out and noted.

    Raises SourceError for what cannot be read, codes that are not in the boundaries or occur twice, and cells that
    are no counts; MeasureError where the name of the column tells a rate.
    """
    keyed = _keyed(path, column.name, column.key, areas.level)
    where = message("{path}, column {column!r}", path=path, column=column.name)
    figures = numbers.column(keyed, column.decimal, where)
    notes = []
    if others := keyed.attrs["others"]:
        notes.append(replace(LEFT_OUT[areas.level], values={"count": others}))
    if column.empty_is_zero and (empty := figures.isna()).any():
        notes.append(message("empty cells read as 0: {count}", count=int(empty.sum())))
        figures = figures.fillna(0.0)
    reason = figures.map(CBS_MISSING).astype(object).mask(figures.isna(), Unknown.ABSENT)
    figures = figures.mask(reason.notna())
    reason = reason.where(reason.notna(), None)
    if (wrong := figures[figures < 0]).size:
        raise SourceError(
            "{where}: {count} counts are negative: {cells}; counts are 0 or more, and CBS's codes for 'no figure' "
            "are {missing}",
            where=where,
            count=len(wrong),
            cells=first_few(f"{code} {wrong[code]:g}" for code in wrong.index),
            missing=", ".join(map(str, CBS_MISSING)),
        )
    listed, absent = _in_the_boundaries(figures, areas, spare, where)
    reasons = reason.reindex(areas.ids, fill_value=Unknown.ABSENT)
    counts = Counts(column.name, figures.reindex(areas.ids).rename(column.name))
    return Counted(counts, reasons, listed, tuple(say(note) for note in (*notes, *absent)))


def finest_of(path: Path, key: str | None = None) -> AreaLevel | None:
    """The finest areas of which a file has codes, in the column `key` where that is named; None where it has none."""
    rows = _rows(path)
    named = [one for one in rows.headers if key in {None, one}]
    batch = next(iter(rows.batches(named)), None) if named else None
    there = [] if batch is None else [_bare(column.to_pandas()).dropna() for column in batch.columns]
    return next((level for level in PLURALS if any(_holds(codes, level) for codes in there)), None)


def pairs(path: Path) -> pd.Series:
    """What each old code became: the first two columns of a file, the old code and the new one."""
    rows = _rows(path)
    if len(rows.headers) < 2:
        raise SourceError(
            "{path}: one column; a table of codes has the old code in its first, the new in its second", path=path
        )
    table = _columns(rows, rows.headers[:2]).apply(_bare).dropna()
    if not len(table):
        raise SourceError("{path}: no rows with two codes; give the old code and the new one in each row", path=path)
    return pd.Series(table.iloc[:, 1].to_numpy(), index=pd.Index(table.iloc[:, 0]), dtype=object)


def _rows(path: Path) -> Rows:
    if not path.is_file():
        raise SourceError("{path}: no such file; give a table with a row a buurt", path=path)
    return reader.file(path, Format())


def _columns(rows: Rows, wanted: Sequence[str]) -> pd.DataFrame:
    if missing := [one for one in wanted if one not in rows.headers]:
        raise SourceError(
            "{where}: no column {column!r}; it has {headers}",
            where=rows.where,
            column=missing[0],
            headers=first_few(rows.headers, 12),
        )
    batches = list(rows.batches(list(wanted)))
    if not sum(len(one) for one in batches):
        raise SourceError("{where}: no rows; give a table with a row a buurt", where=rows.where)
    return frame(batches)


def _keyed(path: Path, column: str, key: str | None, level: AreaLevel) -> pd.Series:
    """The cells of a column by code, each code once; `attrs` count the rows of other areas that were left out."""
    rows = _rows(path)
    key = key or _key(rows, level)
    table = _columns(rows, list(dict.fromkeys((key, column))))
    codes, cells = _bare(table[key]), table[column]
    if (nameless := codes.isna() & cells.notna()).any():
        at = first_few(f"row {row + 1}" for row in np.flatnonzero(nameless))
        raise SourceError(
            "{path}: {count} rows with figures have no code in column {key!r}: {at}",
            path=path,
            count=int(nameless.sum()),
            key=key,
            at=at,
        )
    others = codes.str.fullmatch(OTHERS[level]).fillna(value=False).astype(bool)
    keep = codes.notna() & ~others
    keyed = pd.Series(cells[keep].to_numpy(), index=pd.Index(codes[keep].astype(object), name="area_id"), name=column)
    if (doubles := keyed.index[keyed.index.duplicated()].unique()).size:
        raise SourceError(
            "{path}: {count} codes occur more than once in column {key!r}: {codes}; keep one row for each buurt, of "
            "one year",
            path=path,
            count=len(doubles),
            key=key,
            codes=first_few(doubles),
        )
    keyed.attrs["others"] = int(others.sum())
    return keyed


def _key(rows: Rows, level: AreaLevel) -> str:
    """The one column of which most cells are codes of areas, and some those of the level."""
    batch = next(iter(rows.batches(list(rows.headers))), None)
    if batch is None:
        raise SourceError("{where}: no rows; give a table with a row a buurt", where=rows.where)
    keys: list[str] = []
    for field, column in zip(batch.schema, batch.columns, strict=True):
        text = (
            pa.types.is_string(field.type) or pa.types.is_large_string(field.type) or pa.types.is_dictionary(field.type)
        )
        if text and _holds(_bare(column.to_pandas()).dropna(), level):
            keys.append(field.name)
    if not keys:
        raise SourceError(
            "{where}: no column holds codes of {areas} ({pattern}); it has {headers}; name the one that counts with "
            "--key",
            where=rows.where, areas=PLURALS[level], pattern=PATTERNS[level], headers=first_few(rows.headers, 12),
        )  # fmt: skip
    if len(keys) > 1:
        raise SourceError(
            "{where}: {count} columns hold codes of {areas}: {columns}; name the one that counts with --key",
            where=rows.where, count=len(keys), areas=PLURALS[level], columns=keys,
        )  # fmt: skip
    return keys[0]


def _holds(codes: pd.Series, level: AreaLevel) -> bool:
    """Whether most are codes of areas, and some those of a level."""
    ours = codes.str.fullmatch(PATTERNS[level])
    return bool(ours.any() and (ours | codes.str.fullmatch(OTHERS[level])).mean() > 0.5)


def _bare(column: pd.Series) -> pd.Series:
    """Text without padding; empty is missing."""
    bare = column.astype("string").str.strip()
    return bare.mask(bare == "")


def _in_the_boundaries(
    figures: pd.Series, areas: AreaFrame, spare: frozenset[str], where: Message
) -> tuple[pd.Index, tuple[Message, ...]]:
    """The codes that are in the boundaries, and notes of those that may be absent from them."""
    absent = figures[~figures.index.isin(areas.ids)]
    water = absent.index.str.endswith(OPEN_WATER.get(areas.level, "-")) & ~(absent > 0)
    known = absent.index.isin(list(spare)) & ~water
    if (strange := absent.index[~water & ~known]).size:
        raise SourceError(
            "{where}: {count} of {whole} codes are not in the boundaries of {vintage}: {codes}; they are misspelt, or "
            "of another year: give them with the year of their boundaries",
            where=where,
            count=len(strange),
            whole=len(figures),
            vintage=areas.vintage,
            codes=first_few(strange),
        )
    notes = []
    if water.any():
        notes.append(message("open water without inhabitants, left out: {count}", count=int(water.sum())))
    if known.any():
        notes.append(
            message(
                "without a polygon in the boundaries of {vintage}, left out: {count}, together {total}",
                vintage=areas.vintage,
                count=int(known.sum()),
                total=f"{absent[known].sum():g}",
            )
        )
    return figures.index[figures.index.isin(areas.ids)], tuple(notes)
