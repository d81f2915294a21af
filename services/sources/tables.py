"""Tables of figures from a file, read as any file of records is: delimiter, encoding and kind are found by looking.

A table may be long, with a row for each area and kind: then every declared column selects its rows, and the table that
comes out has a row an area.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from geo.errors import SourceError, first_few
from geo.messages import Message, message
from layers.declarations.periods import RULE, Period
from layers.declarations.records import Format
from layers.declarations.sources import SourceDeclaration, Table, TableColumn
from services.formats import reader
from services.formats.rows import frame


def columns_of_text(path: Path, columns: Sequence[str] = (), format_: Format | None = None) -> pd.DataFrame:
    """The columns of a file that are named, or all; text where the file is text, since what a number is, is decided
    where its meaning is known. Raises SourceError for what cannot be read.
    """
    rows = reader.file(path, format_ or Format())
    if missing := [name for name in columns if name not in rows.headers]:
        raise SourceError(
            "{path}: columns {missing} are missing; the table has {columns}",
            path=path, missing=missing, columns=list(rows.headers),
        )  # fmt: skip
    wanted = list(columns or rows.headers)
    batches = list(rows.batches(wanted))
    if not sum(batch.num_rows for batch in batches):
        raise SourceError("{path}: no rows; give a table with a row for each area", path=path)
    return frame(batches)


def declared_columns(table: pd.DataFrame, source: SourceDeclaration) -> pd.DataFrame:
    """The table of [table] with its columns under the names that [table.column] gives them; one row an area.

    Raises SourceError for headers that are not there, names that are those of other headers, and rows that are not.
    """
    if source.table is None or not source.table.column:
        return table
    where = message("{source} ({path})", source=message("source {id!r}", id=source.id), path=source.table.path)
    columns = source.table.column
    time = source.table.time
    needed = dict.fromkeys(header for one in columns.values() for header in (one.header, *one.select))
    needed |= {time: None} if time else {}
    if missing := [header for header in needed if header not in table]:
        raise SourceError(
            "{where}: [table.column] names headers that are not there: {missing}; the table has {headers}",
            where=where, missing=missing, headers=first_few(table.columns, 12),
        )  # fmt: skip
    if source.table.long:
        return _one_row_an_area(table, source.key, source.table, where)
    if taken := [name for name, one in columns.items() if name in table and name != one.header]:
        raise SourceError(
            "{where}: [table.column] gives names that other headers have: {taken}; choose other names",
            where=where, taken=taken,
        )  # fmt: skip
    return table.assign(**{name: table[one.header] for name, one in columns.items()})


def _one_row_an_area(table: pd.DataFrame, key: str, declared: Table, where: Message) -> pd.DataFrame:
    """Each column from the rows that it selects, by area; an area without such a row has nothing there."""
    if key not in table:
        raise SourceError(
            "{where}: key column {key!r} is missing; found {columns!r}", where=where, key=key,
            columns=list(table.columns),
        )  # fmt: skip
    codes, suffixes = _bare(table[key]), _suffixes(table, declared.time, where)
    wide = {}
    for name, one in declared.column.items():
        chosen = _selected(table, name, one, where)
        for suffix in suffixes[chosen].unique():
            rows = chosen & (suffixes == suffix)
            wide[name + suffix] = _by_area(table.loc[rows, one.header], codes[rows], name + suffix, where)
    return pd.DataFrame(wide).rename_axis(key).reset_index()


def _suffixes(table: pd.DataFrame, time: str | None, where: Message) -> pd.Series:
    """What the period of each row adds to the name of a column; nothing where rows have no period."""
    if time is None:
        return pd.Series("", index=table.index)
    written = _bare(table[time])
    periods = {text: Period.found(text) for text in written.unique()}
    if strange := [text for text, period in periods.items() if period is None]:
        raise SourceError(
            "{where}: {time!r} holds what is no period: {strange}; write {rule}",
            where=where, time=time, strange=first_few(strange), rule=RULE,
        )  # fmt: skip
    return written.map({text: f"_{period.suffix}" for text, period in periods.items() if period is not None})


def _selected(table: pd.DataFrame, name: str, column: TableColumn, where: Message) -> "pd.Series[bool]":
    """The rows that a column selects; all where it selects none."""
    chosen = pd.Series(data=True, index=table.index)
    for header, code in column.select.items():
        bare = _bare(table[header])
        if not (match := bare == code.strip()).any():
            raise SourceError(
                "{where}: column {name!r}: no row has {code!r} in {header!r}; it has {codes}",
                where=where, name=name, code=code, header=header, codes=first_few(bare.unique(), 12),
            )  # fmt: skip
        chosen &= match
    return chosen


def _by_area(cells: pd.Series, codes: pd.Series, name: str, where: Message) -> pd.Series:
    if (doubles := codes[codes.duplicated()].unique()).size:
        raise SourceError(
            "{where}: column {name!r}: {count} areas have more than one of the selected rows: {codes}; select by "
            "another header as well",
            where=where, name=name, count=len(doubles), codes=first_few(doubles),
        )  # fmt: skip
    return cells.set_axis(pd.Index(codes))


def _bare(cells: pd.Series) -> pd.Series:
    """Codes without their padding."""
    return cells.astype(str).str.strip()
