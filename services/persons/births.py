"""Dates of birth: dates by the day from before 1965 and from after 1985, as many people have and few files else."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

OLD, YOUNG, TENTH = 1965, 1985, 0.1
"""Dates of birth: a tenth lies in or before the one year, and a tenth in or after the other."""
DATED, ENOUGH_DATES = 0.8, 20
"""Share of the cells of a column that must be dates by the day, and how many at least."""
MONTH = r"(?:jan|feb|mrt|maart|apr|mei|may|jun|jul|aug|sep|okt|oct|nov|dec)[a-z]*\.?"
DAY = (
    r"(?i)^(?:(?P<first>(?:18|19|20)\d{2})-?(?:0\d|1[0-2])-?[0-3]\d"
    r"|[0-3]?\d[-/.][01]?\d[-/.](?P<last>(?:18|19|20)\d{2})"
    rf"|[0-3]?\d[. -]+{MONTH}[, -]+(?P<named>(?:18|19|20)\d{{2}})"
    r"|[0-3]?\d[-/](?:0?[1-9]|1[0-2])[-/](?P<short>\d{2}))(?:[ T].*)?$"
)
CENTURY = 30
"""Years of two digits up to this one are after 2000."""


def years(values: pa.Array, counts: pa.Array) -> NDArray[np.int64]:
    """The years of cells that are dates by the day, as often as they occur."""
    dates = pc.extract_regex(values, DAY)
    counts, dates = counts.filter(dates.is_valid()), dates.drop_null()
    whole = pc.binary_join_element_wise(*(pc.struct_field(dates, part) for part in ("first", "last", "named")), "")
    short = pc.struct_field(dates, "short")
    text = pc.if_else(pc.equal(short, ""), whole, short)
    year = np.asarray(text.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)
    year = np.where(year <= CENTURY, year + 2000, np.where(year < 100, year + 1900, year))
    return np.repeat(year, counts.to_numpy(zero_copy_only=False))


def are_birthdays(years: Sequence[NDArray[np.int64]], cells: int) -> bool:
    """Whether most of so many cells are dates, of years as far apart as those in which people are born."""
    found = np.concatenate(years) if years else np.zeros(0, dtype=np.int64)
    if len(found) < max(ENOUGH_DATES, DATED * cells):
        return False
    old, young = np.quantile(found, [TENTH, 1 - TENTH])
    return bool(old <= OLD and young >= YOUNG)
