"""fetch: figures and boundaries from the services into a folder that `zicht build --data` reads, with receipts.

Every source is a job of its own, and jobs run side by side: one that fails does not stop the others. A file appears
whole, and its receipt after it, so that a fetch that was killed leaves what it had finished; what the services had
answered is in the cache of the client, and is not requested again.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

import geopandas
import pandas as pd

from boundaries.vintages import Vintage
from geo.areas import AreaLevel
from geo.errors import SourceError, UnknownNameError, ZichtError
from geo.messages import Message, joined, message
from layers.declarations.catalog import Catalog
from layers.declarations.sources import SourceDeclaration
from layers.messages import say
from layers.publication.layer import Receipt
from services import receipts
from services.downloads import pdok, postcodes, squares, statline
from services.files import digest, whole_file
from services.http.client import Answer, Client
from services.http.progress import OnProgress
from services.settings import Settings
from services.sources.boundaries import POSTCODES
from services.sources.squares import fetched_file

BOUNDARIES = "boundaries"
JOBS_AT_ONCE = 8

Tables = Mapping[str, pd.DataFrame]


class Watch(Protocol):
    """What reports the progress of jobs; called from several threads at once."""

    def on_progress(self, job: str, what: Message | str, done: int, whole: int | None) -> None:
        """So many of `what` are in, of so many where that is known."""
        ...

    def on_retry(self, job: str, why: Message) -> None:
        """A request is retried, or answered from the cache."""
        ...

    def on_end(self, job: str, fault: ZichtError | None) -> None:
        """A job is done, or failed."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """One source to fetch.

    Attributes:
        name: the id of the source, or `boundaries`.
        urls: the first addresses that are requested.
        download: makes its tables, by the name of the file that each becomes.
        receipt: of each file, but for what is only known of the file and the answers.
        notes: what its receipts must say.
    """

    name: str
    urls: tuple[str, ...]
    download: Callable[[Client, OnProgress], Tables]
    receipt: Callable[[str], Receipt]
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The receipts of what was written, by file, and the faults of the jobs that failed, by name."""

    written: Mapping[str, Receipt]
    faults: Mapping[str, ZichtError]


def jobs(
    catalog: Catalog, names: Sequence[str], vintage: Vintage, gemeenten: Sequence[str] = ()
) -> tuple[list[Job], dict[str, Message]]:
    """What there is to fetch for these themes and sources (none: all themes), and what is not fetched, and why.

    A source that no theme reads is fetched only where it is named: CBS's squares are hundreds of pages. A name that a
    theme and a source share is both: the source and all else that the theme reads.

    Raises SourceError where a source that was named cannot be fetched, UnknownNameError for a name that is not there.
    """
    known = list(dict.fromkeys([*catalog.themes, *catalog.sources, BOUNDARIES]))
    if unknown := [name for name in names if name not in known]:
        raise UnknownNameError(message("theme or source"), unknown[0], known)
    statline.prefixes_of(gemeenten)
    themes = [catalog.themes[name] for name in names or catalog.themes if name in catalog.themes]
    ids = {source.id for theme in themes for source in catalog.needed_by(theme)} | set(names)
    wanted: list[Job] = []
    skipped = {} if names else _unread(catalog, ids)
    for source in (source for source in catalog.sources.values() if source.id in ids):
        try:
            wanted.append(_job(source, vintage, tuple(gemeenten)))
        except SourceError as fault:
            if source.id in names:
                raise
            skipped[source.id] = fault.message
    if not gemeenten:
        wanted += [_postcodes(year) for year in _years_of_postcodes(catalog, ids)]
    if themes or BOUNDARIES in names:
        if gemeenten:
            skipped[BOUNDARIES] = message("boundaries are fetched as a whole, without --gemeente")
        else:
            wanted.append(_boundaries(vintage))
    if not wanted:
        raise SourceError("nothing to fetch: {reasons}", reasons=joined("; ", skipped.values()))
    return wanted, skipped


def _unread(catalog: Catalog, ids: set[str]) -> dict[str, Message]:
    """The sources that are not among `ids`, and why."""
    return {
        source: message("no theme reads it; name it to fetch it: zicht fetch {source}", source=source)
        for source in catalog.sources
        if source not in ids
    }


def client(cache: Path, gateway: str, *, offline: bool, fresh: bool) -> Client:
    """What sends the requests, with the answers of before in `cache`."""
    return Client(cache, offline=offline, fresh=fresh, gateway=gateway, hosts=Settings().hosts)


def fetch(wanted: Sequence[Job], client: Client, folder: Path, watch: Watch, *, allow_stale: bool = True) -> Outcome:
    """Run all jobs, a few at a time, and write their files below `folder`.

    Without `allow_stale` a job fails where a service that is down is answered for from the cache.
    """
    done: dict[str, Receipt] = {}
    faults: dict[str, ZichtError] = {}
    lock = threading.Lock()

    def run(job: Job) -> None:
        try:
            new = _run(job, client, folder, watch, allow_stale=allow_stale)
            with lock:
                receipts.add(folder, new)
                done.update(new)
            watch.on_end(job.name, None)
        except ZichtError as fault:
            faults[job.name] = fault
            watch.on_end(job.name, fault)

    with ThreadPoolExecutor(JOBS_AT_ONCE) as pool:
        running = [pool.submit(run, job) for job in wanted]
        try:
            for future in running:
                future.result()
        except BaseException:
            client.stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return Outcome(dict(sorted(done.items())), {job.name: faults[job.name] for job in wanted if job.name in faults})


@dataclass(slots=True)
class _AnswerTimes:
    """When the oldest answer of a job was sent, and the oldest stale one, if there is any."""

    oldest: datetime | None = None
    stale: datetime | None = None

    def __call__(self, answer: Answer) -> None:
        self.oldest = min(self.oldest or answer.fetched, answer.fetched)
        if answer.stale:
            self.stale = min(self.stale or answer.fetched, answer.fetched)

    @property
    def notes(self) -> tuple[Message, ...]:
        if self.stale is None:
            return ()
        return (
            message("the service did not answer: this is what it answered on {moment:%Y-%m-%d %H:%M} UTC",
                    moment=self.stale),
        )  # fmt: skip


def _run(job: Job, client: Client, folder: Path, watch: Watch, *, allow_stale: bool) -> dict[str, Receipt]:
    """Download the tables of a job and write each whole; their receipts by file."""
    times = _AnswerTimes()
    tables = job.download(
        client.with_callbacks(partial(watch.on_retry, job.name), times), partial(watch.on_progress, job.name)
    )
    if times.notes and not allow_stale:
        raise SourceError(times.notes[0])
    notes = tuple(say(note) for note in (*job.notes, *times.notes))
    new = {}
    for file, table in tables.items():
        path = folder / file
        with whole_file(path) as unfinished:
            table.to_parquet(unfinished, index=False)
        new[file] = replace(
            job.receipt(file), sha256=digest(path), rows=len(table), notes=notes,
            fetched=times.oldest.isoformat() if times.oldest else "",
        )  # fmt: skip
    return new


def _job(source: SourceDeclaration, vintage: Vintage, gemeenten: tuple[str, ...]) -> Job:
    """The job that fetches a source. Raises SourceError for one that cannot be fetched."""
    if source.squares is None or source.statline is not None:
        return _figures(source, vintage, gemeenten)
    urls = tuple(squares.planned(source))
    if gemeenten:
        raise SourceError(
            "source {source!r}: squares are fetched for the whole country, without --gemeente", source=source.id
        )
    file = fetched_file(source)
    receipt = _receipt(source, urls[0].partition("?")[0])

    def download(client: Client, on_progress: OnProgress) -> Tables:
        return {file: squares.squares_of(client, source, on_progress)}

    return Job(source.id, urls, download, lambda _: receipt)


def _figures(source: SourceDeclaration, vintage: Vintage, gemeenten: tuple[str, ...]) -> Job:
    """The figures of one source; those of some gemeenten get a file of their own beside that of the country."""
    urls = tuple(statline.planned(source, vintage, gemeenten))
    part = "-".join(["", *sorted(gemeenten)])
    file = f"sources/{source.id}-{vintage.year}{part}.parquet"
    receipt = _receipt(source, urls[-1].partition(" ")[0])

    def download(client: Client, on_progress: OnProgress) -> Tables:
        return {file: statline.figures_of(client, source, vintage, gemeenten, on_progress)}

    notes = (message("only {gemeenten}", gemeenten=sorted(gemeenten)),) if gemeenten else ()
    return Job(source.id, urls, download, lambda _: receipt, notes)


def _receipt(source: SourceDeclaration, where: str) -> Receipt:
    return Receipt(f"sources/{source.id}", source.title, where, "", 0, source.license, source.attribution)


def _boundaries(vintage: Vintage) -> Job:
    """The boundaries of buurten, wijken and gemeenten."""

    def file_of(name: str) -> str:
        return f"{BOUNDARIES}/{name}-{vintage.year}.parquet"

    def download(client: Client, on_progress: OnProgress) -> Mapping[str, geopandas.GeoDataFrame]:
        return {file_of(name): table for name, table in pdok.boundary_tables(client, vintage, on_progress).items()}

    def receipt(file: str) -> Receipt:
        name = Path(file).stem.partition("-")[0]
        title = say("CBS wijken and buurten of {year}: {name}", year=vintage.year, name=name)
        return Receipt(f"{BOUNDARIES}/{name}", title, vintage.url, "", 0, "CC BY 4.0", "CBS, Kadaster")

    return Job(BOUNDARIES, tuple(pdok.planned(vintage)), download, receipt)


def _years_of_postcodes(catalog: Catalog, ids: set[str]) -> list[int]:
    """The years of the postcodes that sources have figures of."""
    sources = [one for one in catalog.sources.values() if one.id in ids and one.native is AreaLevel.PC4]
    return sorted({one.codes_of or one.vintage for one in sources})


def _postcodes(year: int) -> Job:
    """The boundaries of the postcodes of a year."""
    file = f"{BOUNDARIES}/{POSTCODES}-{year}.parquet"
    title = say("CBS boundaries of postcodes {year}", year=year)
    receipt = Receipt(f"{BOUNDARIES}/{POSTCODES}", title, postcodes.URL, "", 0, "CC BY 4.0", "CBS, Kadaster")

    def download(client: Client, on_progress: OnProgress) -> Tables:
        return {file: postcodes.postcode_table(client, year, on_progress)}

    return Job(f"{POSTCODES}-{year}", (postcodes.planned(year),), download, lambda _: receipt)
