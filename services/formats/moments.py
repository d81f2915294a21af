"""Cells to years, whatever way dates were written; what tells no year has none."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from services.formats.cells import NOTHING, matching, text

NO_YEAR = -1
ZONE = "Europe/Amsterdam"
ZONED = r"[0-9]{2}:[0-9]{2}.*(?:[Zz]|[-+][0-9]{2}(?::?[0-9]{2})?)$"
"""A moment that says in which zone: the year here may be another than there."""
SERIAL = r"^[2-5][0-9]{4}$"
"""A day as a workbook counts them; 1954 to 2064."""
STARTS_WITH_YEAR = r"^(?P<year>[0-9]{4})(?:[^0-9]|[0-9]{4}|$)"
"""A year, or a date that begins with it: 2024, 2024-03-01, 20240301, 2024-03-01T12:00."""


def years(column: pa.Array, format_: str | None) -> NDArray[np.int64]:
    """The year of each date, or the year that each cell is; `NO_YEAR` where there is none.

    A moment that names a zone is of the year that it was in the Netherlands. A cell that is not of the declared format
    may be a date year-month-day, or a day as a workbook counts them.
    """
    if pa.types.is_temporal(column.type):
        local = column.cast(pa.timestamp("us", ZONE)) if getattr(column.type, "tz", None) else column
        return _filled(pc.year(local))
    cells = text(column)
    year = pc.cast(pc.struct_field(pc.extract_regex(cells, STARTS_WITH_YEAR), "year"), pa.int64())
    if format_ is not None:
        day = pc.replace_substring_regex(cells, r"\s+0?0:00(?::00)?$", "") if "%H" not in format_ else cells
        declared = pc.year(pc.strptime(day, format=format_, unit="s", error_is_null=True))
        year = pc.coalesce(declared, pc.if_else(matching(cells, r"^[0-9]{4}-"), year, pa.scalar(None, pa.int64())))
    serial = matching(cells, SERIAL)
    if pc.any(serial).as_py():
        days = pc.if_else(serial, cells, NOTHING).cast(pa.int32())
        since = pc.subtract(days, pa.scalar(25_569, pa.int32()))  # 1 January 1970 is day 25,569
        year = pc.if_else(serial, pc.year(since.cast(pa.date32())), year)
    return _zoned(cells, _filled(year))


def _zoned(cells: pa.Array, year: NDArray[np.int64]) -> NDArray[np.int64]:
    """The years of moments that name a zone, by the clock here."""
    zoned = np.flatnonzero(matching(cells, ZONED).to_numpy(zero_copy_only=False))
    if len(zoned):
        moments = pd.to_datetime(cells.take(pa.array(zoned)).to_pandas(), utc=True, format="ISO8601", errors="coerce")
        years = moments.dt.tz_convert(ZONE).dt.year
        year[zoned] = years.fillna(NO_YEAR).astype(np.int64)
    return year


def _filled(years: pa.Array) -> NDArray[np.int64]:
    filled = pc.fill_null(years.cast(pa.int64()), NO_YEAR)
    return np.array(filled.to_numpy(zero_copy_only=False), dtype=np.int64)
