"""Counts per buurt of one year, from a file: CSV as any office writes it, a workbook, Parquet or a map.

Which column holds the codes is told by what is in it, not by its name, which changes with every table of CBS. Rows of
wijken, gemeenten and the country are left out, counted: their people are those of the buurten. A number that can be
read in two ways (1.234) is refused and not guessed: a total that is a thousand times too small looks like a total.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from boundaries.cbs import OPEN_WATER
from boundaries.codes import CBS_MISSING, PATTERNS
from boundaries.counts import Counts
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError, first_few
from geo.measures import Unknown
from layers.declarations.records import Format
from layers.method.series import Counted
from services.formats import reader
from services.formats.rows import Rows
from services.sources.boundaries import PLURALS

COUNTRY_OR_GEMEENTE = rf"NL[0-9]{{0,2}}|{PATTERNS[AreaLevel.GEMEENTE]}"
OTHERS = {
    AreaLevel.BUURT: f"{COUNTRY_OR_GEMEENTE}|{PATTERNS[AreaLevel.WIJK]}",
    AreaLevel.WIJK: f"{COUNTRY_OR_GEMEENTE}|{PATTERNS[AreaLevel.BUURT]}",
}
"""Codes of areas that are left out of counts per buurt and per wijk: the same people are in these."""
LEFT_OUT = {
    AreaLevel.BUURT: "rijen van wijken, gemeenten of het land, weggelaten",
    AreaLevel.WIJK: "rijen van buurten, gemeenten of het land, weggelaten",
}
DUTCH = r"[-+]?(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]*)?"
ENGLISH = r"[-+]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?"
NOTHING = ("", ".")
"""What CBS writes where there is no figure, besides its codes."""


def read(
    path: Path,
    column: str,
    areas: AreaFrame,
    key: str | None = None,
    spare: frozenset[str] = frozenset(),
    *,
    empty_is_zero: bool = False,
) -> Counted:
    """The counts in `column` of a file, on the division `areas`; `key` names the column with codes if it must be told.

    Cells that are empty or hold one of CBS's codes for "no figure" are unknown; who knows that his source leaves out
    zeros can say so (`empty_is_zero`), which touches no such code and no area without a row. `spare` are codes without
    a polygon on this map, of which the counts are left out and told.

    Raises SourceError for what cannot be read, codes that are not on the map or occur twice, and cells that are no
    counts; MeasureError where the name of the column tells a rate.
    """
    keyed = _keyed(path, column, key, areas.level)
    where = f"{path}, column {column!r}"
    figures = numbers(keyed, where)
    notes = [f"{LEFT_OUT[areas.level]}: {others}"] if (others := keyed.attrs["others"]) else []
    if empty_is_zero and (empty := figures.isna()).any():
        notes.append(f"lege cellen als 0 gelezen: {int(empty.sum())}")
        figures = figures.fillna(0.0)
    reason = figures.map(CBS_MISSING).astype(object).mask(figures.isna(), Unknown.ABSENT)
    figures = figures.mask(reason.notna())
    reason = reason.where(reason.notna(), None)
    if (wrong := figures[figures < 0]).size:
        raise SourceError(
            f"{where}: {len(wrong)} counts are negative: {first_few(f'{code} {wrong[code]:g}' for code in wrong.index)}"
            f"; counts are 0 or more, and CBS's codes for 'no figure' are {', '.join(map(str, CBS_MISSING))}"
        )
    there, absent = _on_the_map(figures, areas, spare, where)
    told = reason.reindex(areas.ids, fill_value=Unknown.ABSENT)
    counts = Counts(column, figures.reindex(areas.ids).rename(column))
    return Counted(counts, told, there, (*notes, *absent))


def pairs(path: Path) -> pd.Series:
    """What each old code became: the first two columns of a file, the old code and the new one."""
    rows = _rows(path)
    if len(rows.headers) < 2:
        raise SourceError(f"{path}: one column; a table of codes has the old code in its first, the new in its second")
    table = _columns(rows, rows.headers[:2]).apply(_bare).dropna()
    if not len(table):
        raise SourceError(f"{path}: no rows with two codes; give the old code and the new one in each row")
    return pd.Series(table.iloc[:, 1].to_numpy(), index=pd.Index(table.iloc[:, 0]), dtype=object)


def numbers(cells: pd.Series, where: str) -> pd.Series:
    """Cells as numbers, NaN where empty. Written the Dutch or the English way, one way in the whole column.

    Raises SourceError for cells that are no numbers, and where both ways fit and do not give the same.
    """
    if pd.api.types.is_numeric_dtype(cells):
        return cells.astype(float)
    bare = cells.astype("string").str.replace(r"[\s\u00a0]", "", regex=True)
    bare = bare.mask(bare.isin(NOTHING)).dropna()
    read_as = {}
    for way, thousands, decimal in ((DUTCH, ".", ","), (ENGLISH, ",", ".")):
        if bare.str.fullmatch(way).all():
            plain = bare.str.replace(thousands, "", regex=False).str.replace(decimal, ".", regex=False)
            read_as[way] = plain.astype(float)
    if not read_as:
        wrong = bare[~bare.str.fullmatch(DUTCH)] if bare.str.contains(",").any() else bare[~bare.str.fullmatch(ENGLISH)]
        found = first_few(f"{code} {cell!r}" for code, cell in wrong.items())
        raise SourceError(f"{where}: {len(wrong)} cells are not numbers: {found}; write numbers or leave them empty")
    first, last = next(iter(read_as.values())), next(reversed(read_as.values()))
    if (two := bare[first != last]).size:
        code = two.index[0]
        raise SourceError(
            f"{where}: {two[code]!r} ({code}) can be read as {first[code]:g} and as {last[code]:g}, and no other cell "
            "tells which; write it without a mark between thousands, or with more decimals"
        )
    return first.reindex(cells.index).astype(float)


def _rows(path: Path) -> Rows:
    if not path.is_file():
        raise SourceError(f"{path}: no such file; give a table with a row a buurt")
    return reader.file(path, Format())


def _columns(rows: Rows, wanted: Sequence[str]) -> pd.DataFrame:
    if missing := [one for one in wanted if one not in rows.headers]:
        raise SourceError(f"{rows.where}: no column {missing[0]!r}; it has {first_few(rows.headers, 12)}")
    batches = list(rows.batches(list(wanted)))
    if not sum(len(one) for one in batches):
        raise SourceError(f"{rows.where}: no rows; give a table with a row a buurt")
    table: pd.DataFrame = pa.Table.from_batches(batches).to_pandas()
    return table


def _keyed(path: Path, column: str, key: str | None, level: AreaLevel) -> pd.Series:
    """The cells of a column by code, each code once; `attrs` count the rows of other areas that were left out."""
    rows = _rows(path)
    key = key or _key(rows, level)
    table = _columns(rows, list(dict.fromkeys((key, column))))
    codes, cells = _bare(table[key]), table[column]
    if (nameless := codes.isna() & cells.notna()).any():
        at = first_few(f"row {row + 1}" for row in np.flatnonzero(nameless))
        raise SourceError(f"{path}: {int(nameless.sum())} rows with figures have no code in column {key!r}: {at}")
    others = codes.str.fullmatch(OTHERS[level]).fillna(value=False).astype(bool)
    keep = codes.notna() & ~others
    keyed = pd.Series(cells[keep].to_numpy(), index=pd.Index(codes[keep].astype(object), name="area_id"), name=column)
    if (doubles := keyed.index[keyed.index.duplicated()].unique()).size:
        raise SourceError(
            f"{path}: {len(doubles)} codes occur more than once in column {key!r}: {first_few(doubles)}; keep one row "
            "for each buurt, of one year"
        )
    keyed.attrs["others"] = int(others.sum())
    return keyed


def _key(rows: Rows, level: AreaLevel) -> str:
    """The one column of which most cells are codes of areas, and some those of the level."""
    batch = next(iter(rows.batches(list(rows.headers))), None)
    if batch is None:
        raise SourceError(f"{rows.where}: no rows; give a table with a row a buurt")
    found: list[str] = []
    for field, column in zip(batch.schema, batch.columns, strict=True):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type) or pa.types.is_dictionary(field.type):
            codes = _bare(column.to_pandas()).dropna()
            ours = codes.str.fullmatch(PATTERNS[level])
            if ours.any() and (ours | codes.str.fullmatch(OTHERS[level])).mean() > 0.5:
                found.append(field.name)
    if len(found) != 1:
        many = f"{len(found)} columns hold codes of {PLURALS[level]}: {', '.join(found)}" if found else (
            f"no column holds codes of {PLURALS[level]} ({PATTERNS[level]}); it has {first_few(rows.headers, 12)}"
        )  # fmt: skip
        raise SourceError(f"{rows.where}: {many}; name the one that counts with --key")
    return found[0]


def _bare(column: pd.Series) -> pd.Series:
    """Text without padding; empty is missing."""
    bare = column.astype("string").str.strip()
    return bare.mask(bare == "")


def _on_the_map(
    figures: pd.Series, areas: AreaFrame, spare: frozenset[str], where: str
) -> tuple[pd.Index, tuple[str, ...]]:
    """The codes that are on the map, and notes of those that may be absent from it."""
    absent = figures[~figures.index.isin(areas.ids)]
    water = absent.index.str.endswith(OPEN_WATER[areas.level]) & ~(absent > 0)
    known = absent.index.isin(list(spare)) & ~water
    if (strange := absent.index[~water & ~known]).size:
        raise SourceError(
            f"{where}: {len(strange)} of {len(figures)} codes are not on the map of {areas.vintage}: "
            f"{first_few(strange)}; they are misspelt, or of another year: give them with the year of their division"
        )
    notes = []
    if water.any():
        notes.append(f"open water zonder inwoners, weggelaten: {int(water.sum())}")
    if known.any():
        together = f"{int(known.sum())}, samen {absent[known].sum():g}"
        notes.append(f"zonder vlak op de kaart van {areas.vintage}, weggelaten: {together}")
    return figures.index[figures.index.isin(areas.ids)], tuple(notes)
