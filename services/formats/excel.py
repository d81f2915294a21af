"""A sheet of a workbook as columns: numbers stay numbers and dates dates, whatever a cell looks like in Excel."""

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineWorkbook

from geo.errors import SourceError
from layers.declarations.records import Format

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta


def sheet(path: Path, format_: Format) -> pa.Table:
    """The declared sheet, or the only one that is not empty. Raises SourceError where that is not clear."""
    with CalamineWorkbook.from_path(path) as book:
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
        rows = book.get_sheet_by_name(format_.sheet or filled[0]).to_python(skip_empty_area=True)
    headers = [str(one).strip() for one in rows[0]] if rows else []
    named = [one for one in headers if one]
    if len(set(named)) < len(named):
        raise SourceError("{path}: two columns of one name: {headers!r}; rename one", path=path, headers=named)
    columns = {name: _column([row[at] for row in rows[1:]]) for at, name in enumerate(headers) if name}
    return pa.table(columns)


def _column(cells: Sequence[Cell]) -> pa.Array:
    """Cells of one kind as that kind, others as text: whole numbers without a point, dates year-month-day."""
    filled = [one for one in cells if one != ""]
    if filled and all(isinstance(one, int | float) and not isinstance(one, bool) for one in filled):
        return pa.array([None if one == "" else float(one) for one in cells], pa.float64())  # type: ignore[arg-type]
    if filled and all(isinstance(one, dt.date) for one in filled):  # a moment is a date too
        return pa.array([None if one == "" else _moment(one) for one in cells], pa.timestamp("s"))
    return pa.array([None if one == "" else _text(one) for one in cells], pa.string())


def _moment(cell: Cell) -> dt.datetime:
    if isinstance(cell, dt.datetime):
        return cell.replace(microsecond=0)
    if isinstance(cell, dt.date):
        return dt.datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001  # a workbook knows no zone
    raise TypeError(f"a {type(cell).__name__} is no date")


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).removesuffix(" 00:00:00")
    # a number of three decimals with a zero behind it, so that its point is not taken for a mark between thousands
    return f"{text}0" if isinstance(cell, float) and re.fullmatch(r"-?[0-9]{1,3}\.[0-9]{3}", text) else text
