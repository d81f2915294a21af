"""Cells to years, whatever way dates were written; what tells no year has none."""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from services.formats import mixed
from services.formats.cells import NOTHING, matching, text

NO_YEAR = -1
LOOKED_AT = 1_000
"""Cells that tell whether most dates of a batch differ, as moments by the second do."""
ZONE = "Europe/Amsterdam"
TIME = r"(?:[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?|[Tt][0-9]{4}(?:[0-9]{2})?)(?:[.,][0-9]+)?"
ZONED = (
    rf"{TIME}\s*(?:[-+][0-9]{{2}}(?::?[0-9]{{2}})?|[Zz]|(?:UTC|[A-Z]{{2,4}}T)(?:[-+][0-9:]+)?)"
    r"\s*(?:\[[^\]]*\]|\([^)]*\))?$"
)
"""A moment that says in which zone: the year here may be another than there."""
TIMED = rf"{TIME}$"
"""A moment that says none."""
OFFSETS = {"UTC": "+00:00", "GMT": "+00:00", "CET": "+01:00", "MET": "+01:00", "CEST": "+02:00", "MEST": "+02:00"}
"""Zones by letters that mean one thing here; a moment in another (EST, IST) has no year."""
SERIAL = r"^[2-5][0-9]{4}(?:[.,][0-9]+)?$"
"""A day as a workbook counts them, with its time behind the mark; 1954 to 2064."""
FROM_1900, FROM_1904 = {b"days": b"25569"}, {b"days": b"24107"}
"""In the metadata of rows: which day 1 January 1970 is by the count of their workbook."""
STARTS_WITH_YEAR = (
    r"^(?P<year>[0-9]{4})(?:[^0-9]|$)"
    r"|^(?P<whole>(?:19|20)[0-9]{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[^0-9]|$)"
)
"""A year, or a date that begins with it: 2024, 2024-03-01, 2024-03-01T12:00; 20240301, but never 01032024."""
MONTHS = {
    "jan": "Jan", "feb": "Feb", "mrt": "Mar", "maart": "Mar", "mar": "Mar", "apr": "Apr", "mei": "May", "may": "May",
    "jun": "Jun", "jul": "Jul", "aug": "Aug", "sep": "Sep", "okt": "Oct", "oct": "Oct", "nov": "Nov", "dec": "Dec",
}  # fmt: skip
"""How the names of months begin, in Dutch and in English."""
ISO_MONTHS = {name: at for at, name in enumerate(dict.fromkeys(MONTHS.values()), 1)}
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
NAMED = (
    rf"(?i)^(?:[a-z]+\.?,? +)?(?P<day>[0-9]{{1,2}})[ .-]*(?P<month>{MONTH})[a-z]*\.?[ ,.-]*"
    r"(?P<named>[0-9]{4})(?:[^0-9]|$)"
)
"""A date with the name of its month: 1 maart 2024, 12-okt-2024; of such a date no format need be declared."""


def years(
    column: pa.Array, format_: str | None, zone: str | None = None, counted: Mapping[bytes, bytes] | None = None
) -> NDArray[np.int64]:
    """The year of each date, or the year that each cell is; `NO_YEAR` where there is none.

    A moment is of the year that it was in the Netherlands, by the zone that it names, else by `zone`; without either it
    is by the clock here. A cell that is not of the declared format may be a date year-month-day, or a day as a workbook
    counts them; `counted` is the metadata of the rows, which says from when.
    """
    if mixed.is_mixed(column.type):
        typed = years(mixed.part(column, "moment"), None, zone)
        return np.where(typed != NO_YEAR, typed, years(mixed.text(column), format_, zone, counted))
    if pa.types.is_temporal(column.type):
        return _filled(pc.year(_here(column, zone)))
    cells = text(column)
    if len(cells.slice(0, LOOKED_AT).unique()) > LOOKED_AT // 2:
        return _of_texts(cells, format_, zone, counted)
    coded = cells.dictionary_encode()  # of a day there are many rows: each is read once
    of_each = _of_texts(coded.dictionary, format_, zone, counted)
    return _filled(pa.array(of_each).take(coded.indices))


def _of_texts(
    cells: pa.Array, format_: str | None, zone: str | None, counted: Mapping[bytes, bytes] | None
) -> NDArray[np.int64]:
    """See `years`."""
    year = pa.array(_zoned(cells, _filled(_undeclared(cells)), zone))
    if format_ is not None:
        declared = pc.year(_here(_parsed(cells, format_), "UTC" if "%z" in format_ else zone))
        year = pc.coalesce(declared, pc.if_else(matching(cells, r"^[0-9]{4}-"), year, pa.scalar(None, pa.int64())))
    serial = matching(cells, SERIAL)
    if pc.any(serial).as_py():
        days = pc.replace_substring_regex(pc.if_else(serial, cells, NOTHING), "[.,].*$", "").cast(pa.int32())
        start = int((FROM_1900 | dict(counted or {}))[b"days"])
        since = pc.subtract(days, pa.scalar(start, pa.int32()))
        year = pc.if_else(serial, pc.year(since.cast(pa.date32())), year)
    return _filled(year)


def _undeclared(cells: pa.Array) -> pa.Array:
    """The year of dates that can be read in one way only."""
    found = pc.extract_regex(cells, STARTS_WITH_YEAR)
    named = pc.struct_field(pc.extract_regex(cells, NAMED), "named")
    parts = [pc.struct_field(found, part) for part in ("year", "whole")]
    texts = [pc.if_else(pc.equal(one, ""), NOTHING, one) for one in (*parts, named)]
    return pc.cast(pc.coalesce(*texts), pa.int64())


def _parsed(cells: pa.Array, format_: str) -> pa.Array:
    """Moments in a declared format; names of months may be Dutch."""
    day = pc.replace_substring_regex(cells, r"\s+0?0:00(?::00)?$", "") if "%H" not in format_ else cells
    if "%b" in format_ or "%B" in format_ or "%h" in format_:
        format_ = format_.replace("%B", "%b").replace("%h", "%b")
        for dutch, english in MONTHS.items():
            day = pc.replace_substring_regex(day, rf"(?i)\b{dutch}[a-z]*\.?", english)
    return pc.strptime(day, format=format_, unit="s", error_is_null=True)


def _here(moments: pa.Array, zone: str | None) -> pa.Array:
    """Moments by the clock in the Netherlands."""
    if not pa.types.is_timestamp(moments.type):
        return moments
    if moments.type.tz is None and zone is not None:
        moments = pc.assume_timezone(moments, zone, ambiguous="earliest", nonexistent="earliest")
    return moments.cast(pa.timestamp("us", ZONE), safe=False) if moments.type.tz is not None else moments


def _zoned(cells: pa.Array, year: NDArray[np.int64], zone: str | None) -> NDArray[np.int64]:
    """The years of moments that name a zone, or of which one is declared, by the clock here."""
    names_one = matching(cells, ZONED)
    for which, utc in ((names_one, True), (pc.and_(matching(cells, TIMED), pc.invert(names_one)), False)):
        at = np.flatnonzero(which.to_numpy(zero_copy_only=False))
        if not len(at) or not (utc or zone):
            continue
        written = [_iso(cell) for cell in cells.take(pa.array(at)).to_pylist()]
        moments = pd.to_datetime(pd.Series(written), utc=utc, format="ISO8601", errors="coerce")
        if not utc:
            moments = moments.dt.tz_localize(zone, ambiguous=False, nonexistent="shift_forward")
        local = moments.dt.tz_convert(ZONE).dt.year
        year[at] = local.fillna(NO_YEAR).astype(np.int64)
    return year


def _iso(moment: str) -> str:
    """A moment as ISO 8601 writes it, where it names its month or its zone by letters."""
    bare = re.sub(r"\s*(?:\[[^\]]*\]|\([^)]*\))$", "", moment)
    bare = re.sub(r"\s*(?:UTC|GMT)(?=[-+])", "", bare)
    bare = re.sub(r"\s*\b([A-Z]{3,4})$", lambda zone: OFFSETS.get(zone[1], zone[0]), bare.replace(",", "."))
    if (named := re.match(NAMED, moment)) is None:
        return bare
    month = ISO_MONTHS[MONTHS[named["month"].lower()]]
    time = re.search(rf"{TIME}.*$", bare)
    return f"{named['named']}-{month:02}-{int(named['day']):02} {time[0] if time else ''}"


def _filled(years: pa.Array) -> NDArray[np.int64]:
    filled = pc.fill_null(years.cast(pa.int64()), NO_YEAR)
    return np.array(filled.to_numpy(zero_copy_only=False), dtype=np.int64)
