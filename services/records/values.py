"""Cells to numbers, years and codes, whatever way they were written; what cannot be read is unknown, never 0."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NO_YEAR = -1

THOUSANDS = r"^[-+]?[0-9]{1,3}(?:(?:\.[0-9]{3})+,[0-9]+|(?:\.[0-9]{3}){2,})$"
"""A number with points between its thousands: 1.234,50 or 1.000.000."""
EITHER = r"^[-+]?[1-9][0-9]{0,2}\.[0-9]{3}$"
"""A number that is a thousand times as large to a Dutch reader as to a computer: 1.234."""
NEITHER = r"^$"
"""What no cell is that has text."""
STARTS_WITH_YEAR = r"^(?P<year>[0-9]{4})(?:[^0-9]|[0-9]{4}|$)"
"""A year, or a date that begins with it: 2024, 2024-03-01, 20240301, 2024-03-01T12:00."""
PLAIN = r"^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"


def text(column: pa.Array) -> pa.Array:
    """Cells as text without blanks around them; numbers that are whole without a point."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type) and pc.all(pc.equal(pc.floor(column), column)).as_py():
        column = column.cast(pa.int64())
    bare = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return pc.if_else(pc.equal(bare, ""), pa.scalar(None, pa.string()), bare)


def amounts(column: pa.Array, decimal: str | None) -> Floats:
    """Numbers, NaN where there is none; a euro sign and blanks are passed over.

    `decimal` is how decimals are written, which says what 1.234 means. Without it that is unknown, and NaN; 1.234,50
    and 1.000.000 and 12,5 are read all the same.
    """
    return _numbers(column, decimal, EITHER)


def coordinates(column: pa.Array, decimal: str | None) -> Floats:
    """The same, but without `decimal` a point stands before decimals: 52.370 is no place but in degrees."""
    return _numbers(column, decimal, NEITHER)


def _numbers(column: pa.Array, decimal: str | None, doubtful: str) -> Floats:
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=float)
    bare = pc.replace_substring_regex(text(column), r"[€ \x{00A0}']|EUR", "")
    if decimal is not None:
        bare = pc.replace_substring(bare, "." if decimal == "," else ",", "")
    else:
        bare = _where(bare, THOUSANDS, pc.replace_substring(bare, ".", ""))
        bare = _where(bare, doubtful, pa.scalar(None, pa.string()))
    comma = pc.replace_substring(bare, ",", ".")
    plain = pc.fill_null(pc.match_substring_regex(comma, PLAIN), False)
    told = pc.if_else(plain, comma, pa.scalar(None, pa.string())).cast(pa.float64())
    found = np.asarray(told.to_numpy(zero_copy_only=False), dtype=float)
    return np.where(np.isfinite(found), found, np.nan)


def _where(cells: pa.Array, pattern: str, other: pa.Array | pa.Scalar) -> pa.Array:
    """The cells, and the other where they match."""
    return pc.if_else(pc.fill_null(pc.match_substring_regex(cells, pattern), False), other, cells)


def years(column: pa.Array, format_: str | None) -> NDArray[np.int64]:
    """The year of each date, or the year that each cell is; `NO_YEAR` where there is none."""
    if pa.types.is_temporal(column.type):
        found = pc.year(column)
    elif format_ is None:
        told = pc.extract_regex(text(column), STARTS_WITH_YEAR)
        found = pc.cast(pc.struct_field(told, "year"), pa.int64())
    else:
        found = pc.year(pc.strptime(text(column), format=format_, unit="s", error_is_null=True))
    return np.asarray(pc.fill_null(found.cast(pa.int64()), NO_YEAR).to_numpy(zero_copy_only=False), dtype=np.int64)


def matches(column: pa.Array, codes: tuple[str, ...]) -> NDArray[np.bool_]:
    """Where the cell is one of the codes, capitals or not; `*` at the end of a code stands for any rest."""
    lower = pc.utf8_lower(text(column))
    whole = pa.array([one.lower() for one in codes if not one.endswith("*")], pa.string())
    found = pc.fill_null(pc.is_in(lower, whole), False)
    for start in (one[:-1].lower() for one in codes if one.endswith("*")):
        found = pc.or_(found, pc.fill_null(pc.starts_with(lower, start), False))
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)
