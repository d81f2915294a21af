"""Cells to numbers, years and codes, whatever way they were written; what cannot be read is unknown, never 0."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.errors import SourceError

Floats = NDArray[np.float64]
NO_YEAR = -1

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
LARGEST = 2.0**53
"""Below it whole numbers are exact."""
ZONE = "Europe/Amsterdam"
ZONED = r"[0-9]{2}:[0-9]{2}.*(?:[Zz]|[-+][0-9]{2}(?::?[0-9]{2})?)$"
"""A moment that says in which zone: the year here may be another than there."""
SERIAL = r"^[2-5][0-9]{4}$"
"""A day as a workbook counts them; 1954 to 2064."""
STARTS_WITH_YEAR = r"^(?P<year>[0-9]{4})(?:[^0-9]|[0-9]{4}|$)"
"""A year, or a date that begins with it: 2024, 2024-03-01, 20240301, 2024-03-01T12:00."""
PLAIN = r"^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"


NOTHING = pa.scalar(None, pa.string())
READ = (
    pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_integer, pa.types.is_floating,
    pa.types.is_decimal, pa.types.is_date, pa.types.is_timestamp, pa.types.is_boolean, pa.types.is_null,
)  # fmt: skip
"""What cells may be."""


def check(where: str, columns: pa.RecordBatch, geometry: str | None) -> None:
    """Raise SourceError for a column of a kind that holds neither text, numbers nor dates; `geometry` must be WKB."""
    for field in columns.schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if field.name == geometry:
            kind = field.type.storage_type if isinstance(kind, pa.ExtensionType) else kind
            if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
                continue
            raise SourceError(f"{where}: geometry {field.name!r} is {kind}; write it as WKB, as GeoParquet and QGIS do")
        if not any(one(kind) for one in READ):
            raise SourceError(f"{where}: column {field.name!r} is {kind}; write it as text, numbers or dates")


def text(column: pa.Array) -> pa.Array:
    """Cells as text without blanks around them; numbers that are whole without a point."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        column = column.cast(pa.float64())
        whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), LARGEST))
        if pc.all(whole).as_py():
            column = column.cast(pa.int64())
    bare = pc.utf8_trim_whitespace(column.cast(pa.string()))
    if pc.any(pc.starts_with(bare, '="')).as_py():  # how Excel is told to leave a cell as it is
        bare = pc.replace_substring_regex(bare, r'^="(.*)"$', r"\1")
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
        found = np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=float)
        return np.where(np.isfinite(found), found, np.nan)
    bare = pc.replace_substring_regex(text(column), r"[€ \x{00A0}']|EUR", "")
    bare = pc.replace_substring_regex(bare, r",-+$", ",00")
    if decimal is not None:
        told = pc.fill_null(pc.match_substring_regex(bare, WRITTEN[decimal]), False)
        bare = pc.if_else(told, pc.replace_substring(bare, "." if decimal == "," else ",", ""), NOTHING)
    else:
        bare = _where(bare, THOUSANDS, pc.replace_substring(bare, ".", ""))
        bare = _where(bare, doubtful, NOTHING)
    comma = pc.replace_substring(bare, ",", ".")
    plain = pc.fill_null(pc.match_substring_regex(comma, PLAIN), False)
    found = np.asarray(pc.if_else(plain, comma, NOTHING).cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=float)
    return np.where(np.isfinite(found), found, np.nan)


def _where(cells: pa.Array, pattern: str, other: pa.Array | pa.Scalar) -> pa.Array:
    """The cells, and the other where they match."""
    return pc.if_else(pc.fill_null(pc.match_substring_regex(cells, pattern), False), other, cells)


def years(column: pa.Array, format_: str | None) -> NDArray[np.int64]:
    """The year of each date, or the year that each cell is; `NO_YEAR` where there is none.

    A moment that names a zone is of the year that it was in the Netherlands. A cell that is not of the declared format
    may be a date year-month-day, or a day as a workbook counts them.
    """
    if pa.types.is_temporal(column.type):
        here = column.cast(pa.timestamp("us", ZONE)) if getattr(column.type, "tz", None) else column
        return _filled(pc.year(here))
    cells = text(column)
    told = pc.extract_regex(cells, STARTS_WITH_YEAR)
    found = pc.cast(pc.struct_field(told, "year"), pa.int64())
    if format_ is not None:
        day = pc.replace_substring_regex(cells, r"\s+0?0:00(?::00)?$", "") if "%H" not in format_ else cells
        declared = pc.year(pc.strptime(day, format=format_, unit="s", error_is_null=True))
        found = pc.coalesce(declared, pc.if_else(_are(cells, r"^[0-9]{4}-"), found, pa.scalar(None, pa.int64())))
    serial = _are(cells, SERIAL)
    if pc.any(serial).as_py():
        days = pc.if_else(serial, cells, NOTHING).cast(pa.int32())
        since = pc.subtract(days, pa.scalar(25_569, pa.int32()))  # 1 January 1970 is day 25,569
        found = pc.if_else(serial, pc.year(since.cast(pa.date32())), found)
    return _zoned(cells, _filled(found))


def _zoned(cells: pa.Array, found: NDArray[np.int64]) -> NDArray[np.int64]:
    """The years of moments that name a zone, by the clock here."""
    zoned = np.flatnonzero(_are(cells, ZONED).to_numpy(zero_copy_only=False))
    if len(zoned):
        moments = pd.to_datetime(cells.take(pa.array(zoned)).to_pandas(), utc=True, format="ISO8601", errors="coerce")
        years = moments.dt.tz_convert(ZONE).dt.year
        found[zoned] = years.fillna(NO_YEAR).astype(np.int64)
    return found


def _are(cells: pa.Array, pattern: str) -> pa.Array:
    return pc.fill_null(pc.match_substring_regex(cells, pattern), False)


def _filled(years: pa.Array) -> NDArray[np.int64]:
    filled = pc.fill_null(years.cast(pa.int64()), NO_YEAR)
    return np.array(filled.to_numpy(zero_copy_only=False), dtype=np.int64)


def matches(column: pa.Array, codes: tuple[str, ...]) -> NDArray[np.bool_]:
    """Where the cell is one of the codes, capitals or not; `*` at the end of a code stands for any rest."""
    lower = pc.utf8_lower(text(column))
    whole = pa.array([one.lower() for one in codes if not one.endswith("*")], pa.string())
    found = pc.fill_null(pc.is_in(lower, whole), False)
    for start in (one[:-1].lower() for one in codes if one.endswith("*")):
        found = pc.or_(found, pc.fill_null(pc.starts_with(lower, start), False))
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)
