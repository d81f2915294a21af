"""What the columns of a file look like: where a row lies, when it was, what may be counted.

These are guesses for a person to check, from the first rows. Of a date that can be read in several ways all are given,
and of codes only those that five rows have.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from services.formats import moments, numbers
from services.formats.cells import matching, text
from services.geocoder import NUMBER, OBJECT, POSTCODE
from services.sources.records.addresses import parted
from services.sources.records.unread import FIRST, SECOND, Unread, unread

MOST, ALL_BUT_A_FEW = 0.8, 0.98
"""Share of the filled cells that must be so."""
LOCATED = frozenset({"x", "lon", "wkt", "geometry"})
"""Fields of a Place for which nobody need be asked where a row lies."""
ON_LAND = (10_000.0, 300_000.0, 280_000.0, 630_000.0)
"""The Netherlands in RD New without its sea, where small numbers of anything would lie."""
DEGREES = (3.2, 50.7, 7.3, 53.6)
"""The Netherlands: west, south, east, north."""
WHEN = re.compile(r"dat|dag|jaar|year|tijd|periode|moment|tijdstip|wanneer|gemeld_op|aangemaakt", re.IGNORECASE)
NAMELESS = re.compile(r"(?:^|_)id(?:_|$)|nr\b|nummer|code|zaak|kenmerk|jaar", re.IGNORECASE)
WKT = r"(?i)^(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON)"
DAYS = (
    "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d%m%Y", "%m%d%Y", "%d-%m-%y",
    "%m-%d-%y", "%d/%m/%y", "%m/%d/%y",
)  # fmt: skip
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
DIFFERENT = 1000
"""Different cells that are looked at."""
MOST_CODES, OFTEN = 30, 5
"""Different codes of a column at most, and how many rows must have one for it to be shown."""


@dataclass(frozen=True, slots=True)
class Dates:
    """A column with dates: the formats that fit it, each with one of its dates and what that is then; none where dates
    are read without.
    """

    column: str
    formats: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Guesses:
    """What the columns look like.

    Attributes:
        places: ways to say where a row lies, as fields of a Place, the likeliest first.
        unread: coordinates of which no such field can be made, where none can be made of others.
        dates: columns that say when, the likeliest first.
        codes: columns of codes, with the codes that are common.
        amounts: columns of numbers.
        undated: where no column has dates that can be read, the one that by its name says when, and one of its cells.
    """

    places: Sequence[Mapping[str, str]]
    unread: Unread | None
    dates: Sequence[Dates]
    codes: Mapping[str, Sequence[str]]
    amounts: Sequence[str]
    undated: tuple[str, str] | None


def guessed(rows: pa.RecordBatch, geometry: str | None) -> Guesses:
    """What the columns of some rows look like; `geometry` is the column with places, where there is one."""
    columns = {
        name: column
        for name, column in zip(rows.schema.names, rows.columns, strict=True)
        if name != geometry and not pa.types.is_nested(column.type) and not pa.types.is_binary(column.type)
    }
    cells = {name: text(column).drop_null() for name, column in columns.items()}
    columns = {name: column for name, column in columns.items() if len(cells[name])}
    places = [*([{"geometry": geometry}] if geometry else []), *_places(columns, cells)]
    others = None if any(LOCATED & place.keys() for place in places) else unread(columns, cells)
    used = {column for place in places for column in place.values()} | {*(others.columns if others else ())}
    rest = [name for name in columns if name not in used]
    dates = sorted(_dates(rest, columns, cells), key=lambda one: not WHEN.search(one.column))
    rest = [name for name in rest if name not in {one.column for one in dates}]
    amounts = [name for name in rest if not NAMELESS.search(name) and _is_amount(columns[name])]
    codes = {name: _codes(cells[name]) for name in rest if name not in amounts}
    undated = None if dates else _undated([name for name in rest if name not in amounts], cells)
    return Guesses(places, others, dates, {name: common for name, common in codes.items() if common}, amounts, undated)


def _places(columns: Mapping[str, pa.Array], cells: Mapping[str, pa.Array]) -> Iterator[Mapping[str, str]]:
    """The ways in which columns may say where a row lies."""
    for fields, box in ((("x", "y"), ON_LAND), (("lon", "lat"), DEGREES)):
        if pair := _pair(columns, box):
            yield dict(zip(fields, pair, strict=True))
    for name, column in cells.items():
        if _share(matching(column, WKT)) > MOST:
            yield {"wkt": name}
    for name, column in cells.items():
        if _matching(column, lambda cell: OBJECT.fullmatch(cell.zfill(16)) is not None):
            yield {"object": name}
    postcode = next((name for name, one in cells.items() if _matching(one, _is_postcode)), None)
    number = next((name for name, one in cells.items() if _is_house_number(name, one)), None)
    if postcode and number:
        additions = {
            field: name
            for field, hint in (("huisletter", "huisletter"), ("toevoeging", "toev"))
            for name in columns
            if hint in name.lower() and name != number
        }
        yield {"postcode": postcode, "huisnummer": number, **additions}
    for name, column in cells.items():
        if _matching(column, lambda cell: None not in {one[0] for one in parted([cell])}):
            yield {"adres": name}


def _pair(columns: Mapping[str, pa.Array], box: tuple[float, float, float, float]) -> tuple[str, str] | None:
    """The two columns with coordinates in a box: those that are called so, else the only ones."""
    west, south, east, north = box
    found = []
    for hint, least, most in ((FIRST, west, east), (SECOND, south, north)):
        inside = [name for name, column in columns.items() if _within(column, least, most)]
        called = [name for name in inside if re.search(hint, name, re.IGNORECASE)]
        found.append(called[:1] or (inside if len(inside) == 1 else []))
    first, second = found
    return (first[0], second[0]) if first and second and first != second else None


def _within(column: pa.Array, least: float, most: float) -> bool:
    floats = numbers.coordinates(column, None)
    known = floats[np.isfinite(floats) & (floats != 0)]
    if not len(known) or len(known) <= MOST * (len(column) - column.null_count):
        return False
    in_degrees = most <= DEGREES[3]
    inside = (known >= least) & (known <= most) & ((known % 1 != 0) | (not in_degrees))
    return bool(inside.mean() > MOST)


def _dates(names: Sequence[str], columns: Mapping[str, pa.Array], cells: Mapping[str, pa.Array]) -> Iterator[Dates]:
    for name in names:
        column = columns[name]
        if pa.types.is_temporal(column.type):
            yield Dates(name, {})
            continue
        years = moments.years(column.drop_null(), None)
        plain = np.mean((years > 1900) & (years < 2100)) > ALL_BUT_A_FEW
        if plain and (WHEN.search(name) or _share(matching(cells[name], r"^\d{4}-\d{2}-\d{2}")) > MOST):
            yield Dates(name, {})
        elif formats := _formats(cells[name]):
            yield Dates(name, formats)


def _undated(names: Sequence[str], cells: Mapping[str, pa.Array]) -> tuple[str, str] | None:
    """The first column that is called as one with dates and holds digits, and one of its cells."""
    named = (name for name in names if WHEN.search(name) and _share(matching(cells[name], r"\d")) > MOST)
    return next(((name, cells[name][0].as_py()) for name in named), None)


def _formats(cells: pa.Array) -> dict[str, tuple[str, str]]:
    """The formats in which nearly all cells are dates of our time, with the day that shows the difference best."""
    fitting = {}
    for format_ in (day + time for day in DAYS for time in TIMES):
        parsed = pc.strptime(cells, format=format_, unit="s", error_is_null=True)
        years = pc.year(parsed).drop_null().to_numpy(zero_copy_only=False)
        if len(years) > ALL_BUT_A_FEW * len(cells) and np.mean((years > 1900) & (years < 2100)) > ALL_BUT_A_FEW:
            example = cells[int(np.argmax(parsed.is_valid()))]
            fitting[format_] = (example.as_py(), pc.strftime(parsed.drop_null()[0], format="%Y-%m-%d").as_py())
    return fitting


def _is_amount(column: pa.Array) -> bool:
    known = np.isfinite(numbers.amounts(column, None)).sum()
    return bool(known > MOST * (len(column) - column.null_count))


def _codes(cells: pa.Array) -> list[str]:
    """The codes that are common in a column; none where it is no column of codes."""
    counted = pc.value_counts(cells)
    if not 1 < len(counted) <= min(MOST_CODES, len(cells) / 2):
        return []
    by_count = sorted(counted.to_pylist(), key=lambda one: -one["counts"])
    return [one["values"] for one in by_count if one["counts"] >= OFTEN]


def _share(mask: pa.Array) -> float:
    return float(pc.mean(mask.cast(pa.int8())).as_py() or 0.0)


def _matching(cells: pa.Array, fits: Callable[[str], bool]) -> bool:
    """Whether most of the different cells fit."""
    different = cells.unique().to_pylist()[:DIFFERENT]
    return sum(map(fits, different)) > MOST * len(different)


def _is_postcode(cell: str) -> bool:
    return POSTCODE.fullmatch(cell.upper()) is not None


def _is_house_number(name: str, cells: pa.Array) -> bool:
    return re.search(r"huis|nummer|nr", name, re.IGNORECASE) is not None and _matching(
        cells, lambda cell: NUMBER.fullmatch(cell) is not None
    )
