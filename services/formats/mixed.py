"""Columns of which cells have types of their own, as in a workbook: numbers, moments and text side by side.

A number that is stored as a number keeps its value whatever is declared of how numbers are written, and a cell that is
empty for a reason (a formula that was never computed, a merged cell, #N/A) keeps the reason. Where all cells are of one
kind and none lacks for a reason, the column is simply of that kind.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.messages import Message, message
from layers.messages import say

ERROR, MERGED, UNCOMPUTED = "error", "merged", "uncomputed"
REASONS = {
    ERROR: message("errors, such as #N/A or #REF!"),
    MERGED: message("merged with the cell above or before them"),
    UNCOMPUTED: message("formulas of which the file has no outcome"),
}
"""Why a cell that is not blank on the sheet has no value."""

STORAGE = pa.struct(
    [("text", pa.string()), ("number", pa.float64()), ("moment", pa.timestamp("s")), ("why", pa.string())]
)


class MixedType(pa.ExtensionType):  # type: ignore[misc]  # pyarrow has no types
    """Of each cell the one of text, number and moment that it is, or why it is none of these."""

    def __init__(self) -> None:
        super().__init__(STORAGE, "zicht.mixed")

    def __arrow_ext_serialize__(self) -> bytes:
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, _storage_type: pa.DataType, _serialized: bytes) -> "MixedType":
        return cls()


class Lacking(str):
    """A cell without a value, for one of `REASONS`."""

    __slots__ = ()


Cell = str | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None


def is_mixed(kind: pa.DataType) -> bool:
    """Whether a column is of this type."""
    return isinstance(kind, MixedType)


def column(cells: Iterable[Cell]) -> pa.Array:
    """A column of cells as Python has them; empty text and None are blank."""
    cells = [None if one == "" and not isinstance(one, Lacking) else one for one in cells]
    filled = [one for one in cells if one is not None]
    if filled and all(_is_number(one) for one in filled):
        return pa.array([None if one is None else float(one) for one in cells], pa.float64())  # type: ignore[arg-type]
    if filled and all(isinstance(one, dt.date) for one in filled):  # a moment is a date too
        return pa.array([None if one is None else _moment(one) for one in cells], pa.timestamp("s"))
    if not any(_is_number(one) or isinstance(one, dt.date | Lacking) for one in filled):
        return pa.array([None if one is None else _text(one) for one in cells], pa.string())
    return pa.ExtensionArray.from_storage(MixedType(), pa.array([_entry(one) for one in cells], STORAGE))


def text(cells: pa.Array) -> pa.Array:
    """The cells as text: numbers that are whole without a point, dates year-month-day."""
    entries = [entry if entry["text"] is None else entry["text"] for entry in cells.storage.to_pylist()]
    return pa.array([one if isinstance(one, str) else _shown(one) for one in entries], pa.string())


def part(cells: pa.Array, name: str) -> pa.Array:
    """Only the cells that are `text`, `number` or `moment`; or `why` others have no value."""
    return pc.struct_field(cells.storage, name)


def objects(cells: pa.Array) -> Sequence[object]:
    """The cells as Python has them, with the reason in place of a value that is lacking."""
    return [_object(entry) for entry in cells.storage.to_pylist()]


def reasons(cells: pa.Array) -> dict[str, int]:
    """How many cells have no value, by why."""
    counted = part(cells, "why").value_counts()
    return {str(one["values"]): int(one["counts"].as_py()) for one in counted if one["values"].as_py() is not None}


def said(why: str) -> Message:
    """A reason in words."""
    return REASONS[why]


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float | np.number) and not isinstance(cell, bool)


def _entry(cell: Cell) -> dict[str, object]:
    if isinstance(cell, Lacking):
        return {"why": str(cell)}
    if cell is None:
        return {}
    if _is_number(cell):
        return {"number": float(cell)}  # type: ignore[arg-type]
    return {"moment": _moment(cell)} if isinstance(cell, dt.date) else {"text": _text(cell)}


def _object(entry: dict[str, object]) -> object:
    if entry["why"] is not None:
        return f"({say(said(str(entry['why'])))})"
    return next((one for one in entry.values() if one is not None), None)


def _shown(entry: dict[str, object]) -> str | None:
    number, moment = entry["number"], entry["moment"]
    if isinstance(number, float):
        return str(int(number)) if number.is_integer() else str(number)
    return None if moment is None else str(moment).removesuffix(" 00:00:00")


def _moment(cell: Cell) -> dt.datetime:
    if isinstance(cell, dt.datetime):
        return cell.replace(microsecond=0)
    if isinstance(cell, dt.date):
        return dt.datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001  # a workbook knows no zone
    raise TypeError(f"a {type(cell).__name__} is no date")


def _text(cell: Cell) -> str:
    return str(cell).removesuffix(" 00:00:00")
