"""A sheet of a workbook as columns: numbers stay numbers and dates dates, whatever a cell looks like in Excel.

calamine gives a cell without a value as a blank one. Which of them show something on the sheet all the same, because
they are merged, an error, or a formula that was never computed, the sheet itself tells (services.formats.sheet_xml).

calamine makes room for every cell up to the last, and ends the process where there is no room. So an .xlsx is looked at
first: how far its sheets go, and what its longest text is. One that may take much room, and every workbook of another
kind, is read in a child (services.formats.child), which takes half a second more.
"""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineSheet, CalamineWorkbook

from geo.errors import SourceError
from geo.messages import Message, plural
from layers.declarations.records import Format
from services.formats import mixed, moments, sheet_xml
from services.formats.child import in_child
from services.formats.mixed import MERGED, Cell, Lacking
from services.formats.sheet_xml import Shown

TITLE_ROWS = 20
"""How many rows from the top are looked at for the one with the names of columns."""
CELLS = 30_000_000
"""Up to the last cell of a sheet."""
LOOKED_THROUGH = 100_000_000
"""Bytes of unpacked XML up to which it is looked through first."""
MODEST, A_CELL = 1_000_000_000, 100
"""Bytes that a workbook may take here, and that a cell takes without its text."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The columns of a sheet, and what to know of them."""

    columns: pa.Table
    notes: tuple[Message, ...] = ()


def sheet(path: Path, format_: Format) -> Sheet:
    """The declared sheet, or the only one that is not empty. Raises SourceError where that is not clear, and for a
    sheet that goes on too far.
    """
    seen = _looked_at(path, format_)
    return in_child(read, path, format_) if seen is None else read(path, format_, seen)


def read(path: Path, format_: Format, seen: Mapping[int, Shown] | None = None) -> Sheet:
    """The sheet, read here, with what was seen of the sheets by their position."""
    with CalamineWorkbook.from_path(path) as book:
        chosen = _chosen(path, book, format_)
        rows = chosen.to_python(skip_empty_area=False)
        position = book.sheet_names.index(chosen.name)
        about = (seen or {}).get(position) or sheet_xml.shown(path, position)
        merged = _merged(chosen)
    top = _header(path, rows, format_)
    headers = [str(one).strip() for one in rows[top]] if rows else []
    named = [one for one in headers if one]
    if len(set(named)) < len(named):
        raise SourceError("{path}: two columns of one name: {headers!r}; rename one", path=path, headers=named)
    lacking = {at: merged.get(at, {}) | about.lacking.get(at, {}) for at in {*merged, *about.lacking}}
    columns = {
        name: mixed.column(_cells(rows, at, top + 1, lacking)) for at, name in enumerate(headers) if name
    }  # fmt: skip
    nameless = sum(not name and any(str(row[at]).strip() for row in rows[top + 1 :]) for at, name in enumerate(headers))
    counted = moments.FROM_1904 if sheet_xml.counts_from_1904(path) else None
    return Sheet(pa.table(columns, metadata=counted), (*_notes(about, top, len(rows)), *_of_nameless(nameless, top)))


def _looked_at(path: Path, format_: Format) -> Mapping[int, Shown] | None:
    """What the sheets show that will be read, by position; None where they may take much room, or cannot be looked at.

    Raises SourceError for a sheet that goes on too far.
    """
    names = sheet_xml.sheet_names(path)
    if not names or _unpacked(path) > LOOKED_THROUGH:
        return None
    seen = {at: sheet_xml.shown(path, at) for at, name in enumerate(names) if format_.sheet in {None, name}}
    for at, one in seen.items():
        if one.rows * one.columns > CELLS:
            raise SourceError(
                "{path}: sheet {sheet!r} has a value in row {row:,}, column {column:,}, and so {cells:,} cells where "
                "{most:,} are read; remove what stands far away from the table, or save the sheet as CSV",
                path=path, sheet=names[at], row=one.rows, column=one.columns, cells=one.rows * one.columns, most=CELLS,
            )  # fmt: skip
    if any(one.strange for one in seen.values()):
        return None
    cells = sum(one.rows * one.columns for one in seen.values())
    return seen if cells * (A_CELL + sheet_xml.longest_string(path)) <= MODEST else None


def _unpacked(path: Path) -> int:
    """How large the XML of a workbook is."""
    with zipfile.ZipFile(path) as packed:
        return sum(entry.file_size for entry in packed.infolist() if entry.filename.endswith((".xml", ".rels")))


def _chosen(path: Path, book: CalamineWorkbook, format_: Format) -> CalamineSheet:
    names = book.sheet_names
    filled = [one for one in names if one == format_.sheet or book.get_sheet_by_name(one).height > 0]
    if format_.sheet is not None and format_.sheet not in names:
        raise SourceError(
            "{path}: has no sheet {sheet!r}; it has {names!r}", path=path, sheet=format_.sheet, names=names
        )
    if format_.sheet is None and not filled:
        raise SourceError("{path}: has no rows", path=path)
    if format_.sheet is None and len(filled) > 1:
        raise SourceError(
            "{path}: has sheets {sheets!r} that are not empty; name one as format.sheet in the source",
            path=path, sheets=filled,
        )  # fmt: skip
    return book.get_sheet_by_name(format_.sheet or filled[0])


def _header(path: Path, rows: Sequence[Sequence[Cell]], format_: Format) -> int:
    """The position of the row with the names of columns: the one declared, else the first that is not empty.

    Raises SourceError where that looks like a title above the table.
    """
    if format_.header_row is not None:
        return min(format_.header_row, len(rows)) - 1
    filled = [sum(one != "" for one in row) for row in rows[:TITLE_ROWS]]
    first = next((at for at, count in enumerate(filled) if count), 0)
    most = max(filled, default=0)
    if most > 2 and filled[first] == 1:
        below = next(at for at, count in enumerate(filled) if count > 1)
        raise SourceError(
            "{path}: row {first} has one cell where others have {most}: a title above the table; declare which row has "
            "the names of columns, format.header_row = {row}, or remove the rows above it",
            path=path, first=first + 1, most=most, row=below + 1,
        )  # fmt: skip
    return first


def _cells(rows: Sequence[Sequence[Cell]], at: int, first: int, lacking: Mapping[int, Mapping[int, str]]) -> list[Cell]:
    """The cells of a column from a row on, with why they have no value where they show one."""
    cells = [row[at] for row in rows[first:]]
    for row, why in lacking.get(at, {}).items():
        if 0 <= row - first < len(cells) and cells[row - first] == "":
            cells[row - first] = Lacking(why)
    return cells


def _merged(chosen: CalamineSheet) -> dict[int, dict[int, str]]:
    """By column and row the cells that are merged with another that has the value."""
    merged: dict[int, dict[int, str]] = {}
    for (top, left), (bottom, right) in chosen.merged_cell_ranges or []:
        for column in range(left, min(right, chosen.total_width) + 1):
            for row in range(top, min(bottom, chosen.total_height) + 1):
                if (row, column) != (top, left):
                    merged.setdefault(column, {})[row] = MERGED
    return merged


def _notes(about: Shown, top: int, whole: int) -> tuple[Message, ...]:
    hidden = sum(top < row < whole for row in about.hidden)
    if not hidden:
        return ()
    return (
        plural(
            "1 row is hidden in the sheet, by a filter or by hand, and was read all the same",
            "{count} rows are hidden in the sheet, by a filter or by hand, and were read all the same",
            count=hidden,
        ),
    )


def _of_nameless(columns: int, top: int) -> tuple[Message, ...]:
    if not columns:
        return ()
    return (
        plural(
            "1 column has values and no name in row {row}, and was not read; is that name merged with another?",
            "{count} columns have values and no name in row {row}, and were not read; are names merged?",
            count=columns, row=top + 1,
        ),
    )  # fmt: skip
