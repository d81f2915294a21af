"""tally(): from a municipality's records to counts per area, and a list of every row that could not be counted.

Rows are read in batches and only their sums are kept: memory does not grow with their number. A file, a table, or each
file of a folder is a part (services.sources.records.part); what is found in parts is added up in their order, and
decided on all of them: first whether there are persons in it. What is counted has a place in an area that the source
covers and, where there are years, a year among them. Every other row is listed by its number and the reason, never by
its contents.

An area that the source covers and where no row lies has 0; an area it does not cover is unknown. A sum in which an
amount could not be read is unknown too: what is not known is not zero.

Beside a count of confidential rows stands the sum of their keys, by which it is perturbed before it is used.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from boundaries.rd import check_dutch
from geo.areas import AreaFrame
from geo.disclosure.cell_keys import Keys
from geo.errors import SourceError
from geo.messages import Message, joined, message
from layers.declarations.records import Records
from layers.declarations.sources import SourceDeclaration
from layers.messages import say
from layers.method.ports import Delivered
from services.files import whole_file
from services.formats.reader import COLUMNAR, TEXTS
from services.geocoder import Addresses
from services.http.client import Client
from services.ports import Engine, Part
from services.registry import ENGINES, adapter
from services.sources.parts import Unreadable, check_some_read, digest_of, files_of, left_out
from services.sources.records.counts import Counts
from services.sources.records.part import PartTally, State
from services.sources.records.reasons import NO_PLACE, NO_YEAR, REASONS, listed
from services.sources.records.sums import covered

OnRows = Callable[[int], None]
END = "\r\n"
"""Of a line of CSV (RFC 4180)."""


def _here() -> Engine:
    """This process."""
    local: Engine = adapter(message("engine"), ENGINES, "local")()
    return local


@dataclass(frozen=True, slots=True)
class RecordsInput:
    """Where records are read and rows that are not counted are listed, and what is called meanwhile.

    Attributes:
        root: the folder that paths are below.
        database: the URI of a PostGIS database, "" where there is none.
        client: asks PDOK where an address lies; None where it may not be asked.
        rejects: the file to list the rows in that are not counted; None for no list.
        on_rows: called with how many rows have been read.
        on_lookup: called with how many questions PDOK has answered, of how many.
        key_of: gives the keys of records by what identifies them, to protect their counts by; None for none.
        engine: what counts the parts.
    """

    root: Path
    database: str = ""
    client: Client | None = None
    rejects: Path | None = None
    on_rows: OnRows = lambda _: None
    on_lookup: Callable[[int, int], None] = lambda _done, _whole: None
    key_of: Callable[[Iterable[str]], Keys] | None = None
    engine: Engine = field(default_factory=_here)


def tally(declaration: SourceDeclaration, areas: AreaFrame, given: RecordsInput) -> Delivered:
    """The declared counts for every area: `name`, or `name_2024` where there are years; NaN where not covered.

    Raises SourceError where rows cannot be read, hold persons, lie elsewhere than declared or cannot be counted.
    """
    records = declaration.records
    if records is None:
        raise SourceError("source {id!r}: declares no [records]", id=declaration.id)
    check_dutch(areas, message("records"))
    where, paths = parts_of(records, given.root)
    work = _work(records, areas, given, alone=len(paths) == 1)
    state, unreadable = _gathered(work, where, paths, given)
    paths = [one for one in paths if one not in unreadable]
    state.scan.where = where
    state.scan.check()
    if given.rejects is not None:
        _write_list(given.rejects, paths, state.fallen)
    state.seen.check(where, records.place)
    _check_counted(where, records, state, given.rejects)
    _check_amounts(where, records, state.counts)
    asked = () if work.addresses is None else tuple(work.addresses.notes)
    seen: tuple[Message | str, ...] = (*asked, *state.seen.notes(), *state.notes, *state.scan.notes())
    counted = (*left_out(unreadable), *_lost(state.counts), *state.counts.notes(records))
    notes = tuple(map(say, (*counted, *seen, *state.warnings.notes(areas))))
    table = state.counts.table(records, areas, covered(records, areas))
    return Delivered(table, records.path or where, state.rows, digest_of(paths, state.sha256), notes)


def parts_of(records: Records, root: Path) -> tuple[str, list[str]]:
    """What to call the records, and the paths of their parts below `root`, or their addresses in object storage: one,
    or every file of a folder, by name. A table is one part, without a path.

    Raises SourceError for a folder without files to count.
    """
    if records.path is None:
        return str(records.postgis), [""]
    return files_of(records.path, root, (*TEXTS, *COLUMNAR))


def _work(records: Records, areas: AreaFrame, given: RecordsInput, *, alone: bool) -> PartTally:
    """What is done with each part. Raises SourceError where it can be done in this process only, and is not."""
    streams = given.engine.streams
    if not streams and given.key_of is not None:
        raise SourceError(
            "the keys of confidential records are made with the secret of this computer, which stays here; count them "
            "with the engine local, in one process"
        )
    ask = given.client if streams and records.place.looked_up else None
    return PartTally(
        records, areas, given.root if streams else given.root.absolute(), given.database,
        alone=alone, listed=given.rejects is not None,
        addresses=None if ask is None else Addresses(ask, given.on_lookup),
        key_of=given.key_of, on_rows=given.on_rows if streams else None,
    )  # fmt: skip


def _gathered(
    work: PartTally, where: str, paths: Sequence[str], given: RecordsInput
) -> tuple[State, dict[str, Message]]:
    """What is found in all parts, added up in their order; and why parts that cannot be read are left out.

    Raises SourceError where none can be read.
    """
    found: State | None = None
    unreadable: dict[str, Message] = {}

    def parts() -> Iterator[Part]:
        for number, path in enumerate(paths):
            yield Part(number, path, 0 if found is None else found.rows)

    for state in given.engine.tally(work, parts()):
        if isinstance(state, Unreadable):
            unreadable[state.where] = state.why
            continue
        if found is None:
            found = state
        else:
            found.merge(state)
        given.on_rows(found.rows)
    check_some_read(where, unreadable, len(paths))
    if found is None:
        raise TypeError("an engine gave nothing back")
    return found, unreadable


def _check_counted(where: str, records: Records, state: State, rejects: Path | None) -> None:
    """Refuse records of which none could be counted, or of which more fell out than the source allows."""
    counts, why = state.counts, _why_none(records, state)
    if counts.counted == 0:
        raise SourceError("{where}: none of {count} rows could be counted: {why}",
                          where=where, count=state.rows, why=why)  # fmt: skip
    whole = counts.counted + counts.lost
    if counts.lost > records.max_lost * whole:
        raise SourceError(
            "{where}: {lost} of {whole} rows ({share:.1%}) could not be counted, more than the {most:.1%} that may be "
            "lost: {why}{listed}; correct the file or the declaration, or declare max_lost in [records]",
            where=where, lost=counts.lost, whole=whole, share=counts.lost / whole, most=records.max_lost,
            why=why, listed=message(" (listed in {file})", file=rejects) if rejects else "",
        )  # fmt: skip


def _check_amounts(where: str, records: Records, counts: Counts) -> None:
    """Refuse amounts of which more cannot be read than the source allows to be lost."""
    for name, unread in counts.unread.items():
        whole = counts.amounts[name]
        if unread > records.max_lost * whole:
            raise SourceError(
                "{where}: {unread} of {whole} amounts of {name} ({share:.1%}) cannot be read, more than the {most:.1%} "
                "that may be lost: they are no numbers, or numbers in two ways (1.234); correct the file, or declare "
                "decimal in [records.format] or max_lost in [records]",
                where=where, unread=unread, whole=whole, name=name, share=unread / whole, most=records.max_lost,
            )  # fmt: skip


def _lost(counts: Counts) -> Iterator[Message]:
    """What fell out, where that is not too much, in sight."""
    if counts.lost:
        whole = counts.counted + counts.lost
        yield message(
            "WARNING: {lost} of {whole} rows ({share:.1%}) could not be counted", lost=counts.lost, whole=whole,
            share=counts.lost / whole,
        )  # fmt: skip


def _why_none(records: Records, state: State) -> Message:
    """The reasons by number, with what may be wrong with the declaration."""
    reasons = [Message("{count} {reason}", {"count": count, "reason": one}) for one, count in state.counts.rejected]
    if example := state.seen.example(records.place):
        reasons.append(message("places outside the country, {example}", example=example))
    if records.period and any(one == NO_YEAR for one, _ in state.counts.rejected):
        reasons.append(
            message(
                "see column {column!r}: dates are read as {format}; say how they are written as format",
                column=records.period.column,
                format=records.period.format or message("year-month-day"),
            )
        )
    if (decimal := records.format.decimal) and any(one == NO_PLACE for one, _ in state.counts.rejected):
        reasons.append(
            message(
                "see columns {columns!r}: decimals stand after {decimal!r}, as is declared",
                columns=list(records.place.columns),
                decimal=decimal,
            )
        )
    return joined("; ", reasons) if reasons else message("there are none")


def _write_list(path: Path, paths: Sequence[str], fallen: Sequence[Sequence[bytes]]) -> None:
    """List every row that is not counted by number and reason, and by its file where there are several.

    Lines are put together a batch at a time: there may be as many as rows, and one by one these take most of a tally.
    """
    several = len(paths) > 1
    names = [say("row (without header and empty lines)"), say("reason")]
    ends = pa.array(["", *(f",{_line(say(reason))}" for reason in REASONS)])
    with whole_file(path) as unfinished, unfinished.open("wb") as content:
        content.write(_line(*([say("file"), *names] if several else names)).encode())
        for file, batches in zip(paths, fallen, strict=True):
            start = f"{_line(file).removesuffix(END)}," if several else ""
            for rows, codes in listed(batches):
                lines = pc.binary_join_element_wise(start, pa.array(rows).cast(pa.string()), ends.take(codes), "")
                content.write(b"".join(lines.cast(pa.binary()).to_pylist()))


def _line(*cells: str) -> str:
    """A line of CSV."""
    written = io.StringIO()
    csv.writer(written, lineterminator=END).writerow(cells)
    return written.getvalue()
