"""From a file or table of records to a declaration of it, with what was guessed beside it for a person to check.

What no file tells stays empty, so that nothing is counted before someone has filled it in: the legal ground, a format
of dates that can be read in several ways, and where no boundaries tell, the gemeenten that the file is whole of.
Columns that identify persons are proposed as dropped, and nothing of them is shown.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from boundaries.points import Locator
from geo.areas import AreaFrame
from geo.errors import SourceError
from geo.messages import Message, message
from layers.declarations.records import Format, Place
from layers.messages import say
from services.formats import moments, reader
from services.formats.rows import Rows
from services.persons.scan import PersonScan
from services.sources.records.guesses import LOCATED, Dates, Guesses, guessed
from services.sources.records.places import Placer

LEAST = 0.01
"""Share of the rows in a gemeente or year for it to be proposed."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where records are: the field and value by which [records] names it, its rows, and the format without which these
    could not be opened.
    """

    field: str
    value: str
    rows: Rows
    format_: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A declaration as TOML, and the fields in it that are still to be filled in."""

    text: str
    empty: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found in it: persons by column, and the guesses about the other columns."""

    persons: Mapping[str, Message]
    guesses: Guesses
    years: list[int]
    covers: list[str]


def of_file(path: Path) -> Origin:
    """A file, which lies beside the declaration. Raises SourceError for one that cannot be read."""
    return Origin("path", path.name, *opened(path))


def of_table(name: str, database: str) -> Origin:
    """`schema.table` in the PostGIS database of that URI. Raises SourceError where it cannot be read."""
    from services.formats.postgis import located  # noqa: PLC0415  # a driver that most never need

    return Origin("postgis", name, located(name, database), {})


def proposed(origin: Origin, id_: str, areas: AreaFrame) -> Proposal:
    """The declaration of records, of the vintage of `areas`. Raises SourceError where there are none."""
    found = _found(origin.rows, areas)
    guesses, years = found.guesses, found.years
    lines = [
        *head(origin.value, id_, areas.vintage, years), *_records(origin, found), *_of_place(guesses),
        *_of_period(guesses), *_of_counts(guesses),
        *tail("meldingen", "count", "meldingen_{periode}" if years else "meldingen"),
    ]  # fmt: skip
    empty = {
        "legal_ground": True, "covers": not found.covers, "[records.place]": not guesses.places,
        "format": bool(guesses.undated) or (bool(guesses.dates) and len(guesses.dates[0].formats) > 1),
    }  # fmt: skip
    return Proposal("\n".join(lines) + "\n", tuple(name for name, is_empty in empty.items() if is_empty))


def _found(rows: Rows, areas: AreaFrame) -> _Found:
    scan = PersonScan(rows.where, rows.headers, [name for name in rows.headers if name != rows.geometry])
    first: pa.RecordBatch | None = None
    for batch in rows.batches(list(rows.headers)):
        first = batch if first is None else first
        scan.search(batch.select(list(scan.columns)))
    if first is None or not first.num_rows:
        raise SourceError("{where}: no rows; give a file or table with rows to look at", where=rows.where)
    persons = scan.findings()
    guesses = guessed(first.select([name for name in rows.headers if name not in persons]), rows.geometry)
    years = _years(rows, guesses.dates[0]) if guesses.dates else []
    return _Found(persons, guesses, years, _gemeenten(rows, guesses, areas))


def opened(path: Path) -> tuple[Rows, dict[str, object]]:
    """The rows of a file, and the format without which they could not be opened: its first sheet, the header row."""
    format_: dict[str, object] = {}
    while True:
        try:
            return reader.file(path, Format.model_validate(format_)), format_
        except SourceError as fault:
            found = fault.message.values
            choices = {"sheet": "sheets", "layer": "layers", "header_row": "row"}
            field = next((one for one, name in choices.items() if name in found and one not in format_), None)
            if field is None:
                raise
            value = found[choices[field]]
            format_[field] = value if field == "header_row" else value[0]


def _years(rows: Rows, dates: Dates) -> list[int]:
    """The years that at least one in a hundred rows is of."""
    counted: Counter[int] = Counter()
    format_ = next(iter(dates.formats), None)  # another one reads the same year
    for batch in rows.batches([dates.column]):
        counted.update(moments.years(batch.column(0), format_, None, batch.schema.metadata).tolist())
    whole = counted.total()
    return sorted(year for year, count in counted.items() if year != moments.NO_YEAR and count >= LEAST * whole)


def _gemeenten(rows: Rows, guesses: Guesses, areas: AreaFrame) -> list[str]:
    """The gemeenten in which at least one in a hundred rows lies; none where nobody can tell."""
    place = Place.model_validate(dict(guesses.places[0])) if guesses.places else None
    if place is None or place.way[0] not in LOCATED:
        return []
    try:
        placer = Placer(rows.where, place, rows.crs, None, None)
        batch = next(rows.batches(list(place.columns)))
        placed = placer.of(batch)
    except SourceError:
        return []
    known = np.isfinite(placed.x)
    at = Locator.of(areas).positions(placed.x[known], placed.y[known])
    counted = Counter(areas.table["gemeente"].to_numpy()[at[at >= 0]].tolist())
    return sorted(code for code, count in counted.items() if count >= LEAST * counted.total())


def head(origin: str, id_: str, vintage: int, periods: Sequence[int]) -> Iterator[str]:
    """The first lines of a declaration: what is said of every source."""
    yield comment(message("Proposed by `zicht tally --init` from {origin}: guesses, check each line", origin=origin))
    own = {
        "id": id_, "title": titled(id_), "publisher": "Gemeente", "license": "niet openbaar",
        "url": f"https://www.example.org/{id_}", "attribution": "Gemeente", "status": "vertrouwelijk",
        "vintage": vintage, "periods": list(periods) or [vintage],
    }  # fmt: skip
    for name, value in own.items():
        if name == "vintage":
            yield comment(message("the year of the boundaries to count in: the newest at hand"))
        yield f"{name} = {toml(value)}"


def tail(name: str, kind: str, formula: str) -> Iterator[str]:
    """The last lines: a column that a theme may read."""
    yield from ("", f"[columns.{name}]", f"title = {toml(titled(name))}", f"kind = {toml(kind)}")
    yield f"formula = {toml(formula)}"


def _records(origin: Origin, found: _Found) -> Iterator[str]:
    """The section of records without its parts."""
    yield from ("", "[records]", f"{origin.field} = {toml(origin.value)}")
    yield comment(message("fill in by which right these records are used, as in Gemeentewet art. 172"))
    yield 'legal_ground = ""'
    yield comment(
        message("the gemeenten in which rows lie; leave out those of which the file is not whole")
        if found.covers
        else message('fill in the gemeenten of which the file is whole, as in ["GM0599"]')
    )
    yield f"covers = {toml(found.covers)}"
    if found.years:
        yield f"years = {toml(found.years)}"
    if found.persons:
        yield from (comment(message("{name!r}: {what}", name=name, what=what)) for name, what in found.persons.items())
        yield f"drop = {toml([name for name in found.persons if name in origin.rows.headers])}"
    if origin.format_:
        yield from ("", "[records.format]", *(f"{name} = {toml(value)}" for name, value in origin.format_.items()))


def _of_place(guesses: Guesses) -> Iterator[str]:
    yield from ("", "[records.place]")
    if guesses.unread:
        yield comment(guesses.unread.why)
    elif not guesses.places:
        yield comment(message("fill in where a row lies: no column looks like a place"))
    for at, place in enumerate(guesses.places):
        yield from (f"{'# ' if at else ''}{field} = {toml(column)}" for field, column in place.items())


def _of_period(guesses: Guesses) -> Iterator[str]:
    """The column with dates; with a format where one fits, with all to choose from where several do. Where none does,
    an empty one: without it all years would be counted as one, without a word.
    """
    if guesses.undated:
        column, cell = guesses.undated
        yield from ("", "[records.period]", f"column = {toml(column)}")
        yield comment(
            message(
                "fill in how dates such as {cell!r} are written (%d day, %m month, %Y year); remove this section where "
                "the column does not say when",
                cell=cell,
            )
        )
        yield 'format = ""'
    for at, dates in enumerate(guesses.dates):
        off = "# " if at else ""
        yield from ("", f"{off}[records.period]", f"{off}column = {toml(dates.column)}")
        if len(dates.formats) > 1 and not at:
            yield comment(message("fill in how dates are written: remove the # of one of these"))
        for format_, (example, day) in dates.formats.items():
            chosen = off or ("# " if len(dates.formats) > 1 else "")
            means = comment(message("{example} is {day}", example=example, day=day))
            yield f"{chosen}format = {toml(format_)}  {means}"


def _of_counts(guesses: Guesses) -> Iterator[str]:
    yield from ("", "[records.count.meldingen]")
    for name, codes in guesses.codes.items():
        yield f"# where = {{ {toml(name)} = {toml(codes)} }}"
    for name in guesses.amounts:
        yield from ("", f"# [records.count.{identifier(name)}]", f"# sum = {toml(name)}")


def toml(value: object) -> str:
    """A text, number or list as TOML writes it: as JSON does, but for one letter."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def titled(id_: str) -> str:
    """A title after an id."""
    return id_.replace("_", " ").capitalize()


def identifier(name: str) -> str:
    """A name of small letters, digits and _ after another."""
    bare = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40].strip("_")
    return bare if len(bare) > 1 and bare[0].isalpha() else f"bron_{bare}"[:40].strip("_")


def comment(text: Message) -> str:
    """A line that is explained."""
    return "# " + " ".join(say(text).split())
