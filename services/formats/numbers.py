"""Cells to numbers, whatever way they were written; what cannot be read is unknown, never 0."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from services.formats.cells import NOTHING, matching, text

Floats = NDArray[np.float64]

WRITTEN = {
    ",": r"^[-+]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]*)?$",
    ".": r"^[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$",
}
"""A number with decimals after a comma or a point, the other between its thousands or not at all."""
THOUSANDS = r"^[-+]?[0-9]{1,3}(?:(?:\.[0-9]{3})+,[0-9]+|(?:\.[0-9]{3}){2,})$"
"""A number with points between its thousands: 1.234,50 or 1.000.000."""
EITHER = r"^[-+]?[1-9][0-9]{0,2}[.,][0-9]{3}$"
"""A number that is a thousand times as large to one reader as to another: 1.234."""
NEITHER = r"^$"
"""What no cell is that has text."""
PLAIN = r"^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"


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
        found = np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=float)
        return np.where(np.isfinite(found), found, np.nan)
    bare = pc.replace_substring_regex(text(column), r"[€ \x{00A0}']|EUR", "")
    bare = pc.replace_substring_regex(bare, r",-+$", ",00")
    if decimal is not None:
        told = matching(bare, WRITTEN[decimal])
        bare = pc.if_else(told, pc.replace_substring(bare, "." if decimal == "," else ",", ""), NOTHING)
    else:
        bare = _where(bare, THOUSANDS, pc.replace_substring(bare, ".", ""))
        bare = _where(bare, doubtful, NOTHING)
    comma = pc.replace_substring(bare, ",", ".")
    plain = matching(comma, PLAIN)
    found = np.asarray(pc.if_else(plain, comma, NOTHING).cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=float)
    return np.where(np.isfinite(found), found, np.nan)


def _where(cells: pa.Array, pattern: str, other: pa.Array | pa.Scalar) -> pa.Array:
    """The cells, and the other where they match."""
    return pc.if_else(matching(cells, pattern), other, cells)
