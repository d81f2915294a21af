"""Records: a municipality's own rows, and what is counted of them. A row has a place and mostly a date.

    [records]
    path         = "meldingen.csv"             # CSV, XLSX, GeoPackage, Parquet, or a folder, also at s3://bucket/folder;
                                               # or postgis = "schema.table"
    legal_ground = "Gemeentewet art. 172, verwerkingsregister nr. 12"
    covers       = ["GM0599"]                  # elsewhere nothing is known; here a buurt without rows has 0
    max_lost     = 0.02                        # share of rows without place or year that may be lost; else 0.05
    unreadable   = "leave out"                 # a file of a folder that cannot be read; else "stop"
    record_id    = "zaaknummer"                # what tells rows apart for good; else their place and date do
    years        = [2022, 2023, 2024]          # every count becomes a column a year: hennep_2024

    [records.place]
    x = "x_coord"              # RD; or lon and lat, wkt, geometry, object, adres, or postcode and huisnummer
    y = "y_coord"

    [records.period]
    column = "datum"                           # a date, or a year
    format = "%d-%m-%Y"                        # only where it is not written year-month-day
    zone   = "UTC"                             # only where moments name no zone and are not by the clock here

    [records.format]                           # only where looking at the file does not tell
    decimal = ","                              # 1.234 is 1234

    [records.count.meldingen]                  # rows

    [records.count.hennep]                     # rows with one of these codes; * stands for the rest of a code
    where = { soort = ["hennep", "drugs*"] }

    [records.count.oude_woningen]              # rows with a number in a range; the end is not in it
    between = { bouwjaar = { least = 1900, below = 1945 } }

    [records.count.verkoopsom]                 # an amount, summed
    sum = "koopsom"

    [records.exempt]                           # columns that the search for persons refuses wrongly, each with why
    herkomst = "Langs welke weg de melding binnenkwam"

Only the columns that are named here are read, but for the search for persons that goes before (services.persons), which
reads all but those of `drop = ["opmerking"]`.
"""

import re
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from geo.messages import Message, joined, message
from layers.declarations.faults import GEMEENTE_OR_COUNTRY_PATTERN, TABLE_PATTERN, RuleError
from layers.declarations.indicators import Declared, Id, Number, Text, stays_below
from layers.declarations.persons import origin_in

WHOLE_COUNTRY = "NL"
STORED = "s3://"
"""How an address in object storage begins."""
ADDRESS = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^/]+)*/?")
Gemeente = Annotated[str, StringConstraints(pattern=GEMEENTE_OR_COUNTRY_PATTERN)]

LOCATED_BY = (("x", "y"), ("lon", "lat"), ("wkt",), ("geometry",), ("object",), ("adres",), ("postcode", "huisnummer"))
"""The ways to say where a row lies, each by its columns."""

LOOKED_UP = ("object", "adres", "postcode")
"""Those of which PDOK is asked where it is."""


def _below_or_stored(path: str) -> str:
    """A path below the folder, or an address in object storage: of a bucket and what is in it, and no keys."""
    if "://" not in path:
        return stays_below(path)
    if not ADDRESS.fullmatch(path):
        raise RuleError(
            "an address in object storage is that of a bucket and a folder or file in it, as in "
            "s3://bucket/folder; keys and the endpoint come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and "
            "AWS_ENDPOINT_URL in the environment"
        )
    return path


StoredPath = Annotated[Text, AfterValidator(_below_or_stored)]
"""A file or folder below that of the declaration, or an address in object storage."""


class Place(Declared):
    """Which columns say where a row lies: just one of `LOCATED_BY`.

    Attributes:
        x: with y, metres in RD New.
        y: see x.
        lon: with lat, degrees.
        lat: see lon.
        wkt: text such as POINT(155000 463000), in `crs`.
        geometry: the geometry column of a file; its own CRS counts. Of a line or polygon its middle.
        object: the id of a BAG verblijfsobject, looked up with PDOK.
        adres: number and postcode in one cell, as "Dorpsstraat 1a, 3511 AB Utrecht", looked up likewise.
        postcode: with huisnummer, looked up with PDOK.
        huisnummer: see postcode; it may hold letter and addition too.
        huisletter: the letter, where it has a column of its own.
        toevoeging: the addition, likewise.
        crs: EPSG code of `wkt`.
    """

    x: Text | None = None
    y: Text | None = None
    lon: Text | None = None
    lat: Text | None = None
    wkt: Text | None = None
    geometry: Text | None = None
    object: Text | None = None
    adres: Text | None = None
    postcode: Text | None = None
    huisnummer: Text | None = None
    huisletter: Text | None = None
    toevoeging: Text | None = None
    crs: int = 28992

    @model_validator(mode="after")
    def _just_one_way(self) -> Self:
        ways = [way for way in LOCATED_BY if any(getattr(self, field) is not None for field in way)]
        if len(ways) != 1 or any(getattr(self, field) is None for field in ways[0]):
            known = joined("; ", [_both(way) for way in LOCATED_BY])
            raise RuleError("say in just one way where a row lies: {known}", known=known)
        return self

    @property
    def way(self) -> tuple[str, ...]:
        """The one of `LOCATED_BY` that is declared."""
        return next(way for way in LOCATED_BY if getattr(self, way[0]) is not None)

    @property
    def looked_up(self) -> bool:
        """Whether a place is that of an address or verblijfsobject, where PDOK says that it is."""
        return self.way[0] in LOOKED_UP

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the file that it needs."""
        fields = (*self.way, *(("huisletter", "toevoeging") if self.postcode else ()))
        return tuple(column for field in fields if (column := getattr(self, field)) is not None)


def _both(way: tuple[str, ...]) -> Message | str:
    return way[0] if len(way) == 1 else message("{first} and {second}", first=way[0], second=way[1])


def _holds_a_year(format_: str) -> str:
    """A format of dates from which a year follows."""
    if not {"%Y", "%y", "%D", "%F", "%c", "%x"} & {format_[at : at + 2] for at in range(len(format_))}:
        raise RuleError("tells no year; write it as in %d-%m-%Y")
    if "%Z" in format_:
        raise RuleError('%Z reads letters and no zone; write these letters themselves, and declare zone = "UTC"')
    return format_


def _is_a_zone(name: str) -> str:
    """A zone of the tz database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RuleError("no such zone; write it as in Europe/Amsterdam or UTC") from None
    return name


def _ends_at_most_in_a_star(code: str) -> str:
    """A code, of which only the end may be left open."""
    if "*" in code[:-1]:
        raise RuleError("* stands for the rest of a code, at its end only")
    return code


class PeriodColumn(Declared):
    """Which column says when: a date, or the year itself.

    Attributes:
        column: the column.
        format: how dates are written, where that is not year-month-day.
        zone: of moments that name none, as in Europe/London; undeclared they are by the clock here.
    """

    column: Text
    format: Annotated[str, AfterValidator(_holds_a_year)] | None = None
    zone: Annotated[str, AfterValidator(_is_a_zone)] | None = None


Code = Annotated[Text, AfterValidator(_ends_at_most_in_a_star)]
Codes = Annotated[tuple[Code, ...], Field(min_length=1)]


class Between(Declared):
    """A range of numbers, from `least` and below `below`; one of them may be left open."""

    least: Number | None = None
    below: Number | None = None

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if self.least is None and self.below is None:
            raise RuleError("a range without least and below holds every number: give one of them, or leave it out")
        if self.least is not None and self.below is not None and self.least >= self.below:
            raise RuleError("least = {least:g} is not below {below:g}", least=self.least, below=self.below)
        return self


class Count(Declared):
    """What is counted: rows, or the `sum` of an amount; of those rows where every column has one of its codes, or a
    number in its range.
    """

    where: dict[Text, Codes] = Field(default_factory=dict)
    between: dict[Text, Between] = Field(default_factory=dict)
    sum: Text | None = None

    @model_validator(mode="after")
    def _selects_nobody_by_origin(self) -> Self:
        if code := origin_in(code for codes in self.where.values() for code in codes):
            raise RuleError(
                "{code!r} selects people by their origin, which may not steer where is looked (AVG art. 9)", code=code
            )
        return self


class Format(Declared):
    """How the file is written, where looking at it does not tell.

    Attributes:
        decimal: what 1.234 is: "," makes it 1234.
        delimiter: what stands between cells of text.
        encoding: what letters are written in, also of a map; or several, of which the first that fits the whole file.
        sheet: the sheet of a workbook.
        layer: the table of a map.
        header_row: the row with the names of columns, counted from 1, where a title stands above it.
    """

    decimal: Literal[",", "."] | None = None
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    encoding: Text | tuple[Text, ...] | None = None
    sheet: Text | None = None
    layer: Text | None = None
    header_row: Annotated[int, Field(ge=1)] | None = None


class Records(Declared):
    """Where the rows are, by which right they are used, and what is counted of them.

    `drop` are columns that stay unread, `exempt` those that come in though they look like persons, each with why.
    `record_id` is the column by which a row is known again in a later file; the noise on confidential counts is drawn
    by it (geo.disclosure.cell_keys), and is thus the same as long as the rows are. `unreadable` says what is done where
    a file of a folder cannot be read: nothing is counted, or the others are.
    """

    path: StoredPath | None = None
    postgis: Annotated[str, StringConstraints(pattern=TABLE_PATTERN)] | None = None
    legal_ground: Text
    covers: tuple[Gemeente, ...] = Field(min_length=1)
    max_lost: float = Field(default=0.05, ge=0, le=1)
    unreadable: Literal["stop", "leave out"] = "stop"
    record_id: Text | None = None
    years: tuple[int, ...] = ()
    format: Format = Format()
    place: Place
    period: PeriodColumn | None = None
    count: dict[Id, Count] = Field(min_length=1)
    exempt: dict[Text, Text] = Field(default_factory=dict)
    drop: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if (self.path is None) == (self.postgis is None):
            raise RuleError("give either path, a file, or postgis, a table")
        if (self.period is None) != (not self.years):
            raise RuleError("a period needs years to count, and years need a period to tell them by")
        if len(set(self.years)) < len(self.years):
            raise RuleError("years {years}: name each once", years=self.years)
        if used := sorted({*self.columns, *self.exempt} & set(self.drop)):
            raise RuleError("drop names columns that the declaration uses: {used}; leave them out of drop", used=used)
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the file that are read, each once."""
        period = (self.period.column,) if self.period else ()
        counted = (
            name for one in self.count.values() for name in (*one.where, *one.between, *((one.sum,) if one.sum else ()))
        )
        known_by = (self.record_id,) if self.record_id else ()
        return tuple(dict.fromkeys((*self.place.columns, *period, *counted, *known_by)))
