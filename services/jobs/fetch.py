"""fetch: figures and maps from the services into a folder that `zicht build --data` reads, each with its receipt.

Every source is a job of its own, and they run side by side: one that fails keeps none of the others. A file appears
whole, and its receipt after it, so that a fetch that was killed leaves what it had finished; what the services had
answered is in the memory of the client, and is not asked again.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

import geopandas
import pandas as pd

from boundaries.vintages import Vintage
from geo.errors import SourceError, UnknownNameError, ZichtError
from layers.declarations.catalog import Catalog
from layers.declarations.sources import SourceDeclaration
from layers.publication.layer import Receipt
from services import receipts
from services.downloads import pdok, squares, statline
from services.files import digest, whole_file
from services.http.client import Answer, Client
from services.http.progress import OnProgress
from services.sources.squares import fetched_file

BOUNDARIES = "boundaries"
SIDE_BY_SIDE = 8

Tables = Mapping[str, pd.DataFrame]


class Watch(Protocol):
    """Who is told how it goes, from several threads at once."""

    def on_progress(self, job: str, what: str, done: int, whole: int | None) -> None:
        """So much is in, of so much where that is known."""
        ...

    def told(self, job: str, message: str) -> None:
        """Something is tried again, or taken from what was kept."""
        ...

    def ended(self, job: str, fault: ZichtError | None) -> None:
        """A job is done, or cannot be."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """One source to fetch.

    Attributes:
        name: the id of the source, or `boundaries`.
        urls: where will be asked first.
        ask: makes its tables, by the name of the file that each becomes.
        receipt: of each, but for what is known of the file and the answers only.
        notes: what its receipts must tell.
    """

    name: str
    urls: tuple[str, ...]
    ask: Callable[[Client, OnProgress], Tables]
    receipt: Callable[[str], Receipt]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was written, by file, and which jobs failed, and why."""

    written: Mapping[str, Receipt]
    faults: Mapping[str, ZichtError]


def jobs(
    catalog: Catalog, names: Sequence[str], vintage: Vintage, gemeenten: Sequence[str] = ()
) -> tuple[list[Job], dict[str, str]]:
    """What there is to fetch for these themes and sources (none: all themes), and what is not, with the reason.

    A source that no theme reads is fetched only where it is named: CBS's squares are hundreds of pages.

    Raises SourceError where a source that was named cannot be fetched, UnknownNameError for a name that is not there.
    """
    known = [*catalog.themes, *catalog.sources, BOUNDARIES]
    if strange := [one for one in names if one not in known]:
        raise UnknownNameError("theme or source", strange[0], known)
    statline.prefixes_of(gemeenten)
    themes = [catalog.themes[one] for one in names or catalog.themes if one in catalog.themes]
    wanted = {one.id for theme in themes for one in catalog.needed_by(theme)} | set(names)
    found, skipped = [], {} if names else _unread(catalog, wanted)
    for source in (one for one in catalog.sources.values() if one.id in wanted):
        try:
            found.append(_job(source, vintage, tuple(gemeenten)))
        except SourceError as fault:
            if source.id in names:
                raise
            skipped[source.id] = str(fault)
    if themes or BOUNDARIES in names:
        if gemeenten:
            skipped[BOUNDARIES] = "the map is fetched as a whole, without --gemeente"
        else:
            found.append(_boundaries(vintage))
    if not found:
        raise SourceError(f"nothing to fetch: {'; '.join(skipped.values())}")
    return found, skipped


def _unread(catalog: Catalog, wanted: set[str]) -> dict[str, str]:
    """The sources that are not wanted, and why."""
    why = "no theme reads it; name it to fetch it: zicht fetch"
    return {one: f"{why} {one}" for one in catalog.sources if one not in wanted}


def client(cache: Path, gateway: str, *, offline: bool, fresh: bool) -> Client:
    """Who asks, with what was answered before in `cache`."""
    return Client(cache, offline=offline, fresh=fresh, gateway=gateway)


def fetch(wanted: Sequence[Job], client: Client, folder: Path, watch: Watch) -> Outcome:
    """Do all jobs, a few at a time, and write what they bring below `folder`."""
    done: dict[str, Receipt] = {}
    faults: dict[str, ZichtError] = {}
    lock = threading.Lock()

    def run(job: Job) -> None:
        try:
            new = _one(job, client, folder, watch)
            with lock:
                receipts.add(folder, new)
                done.update(new)
            watch.ended(job.name, None)
        except ZichtError as fault:
            faults[job.name] = fault
            watch.ended(job.name, fault)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        running = [pool.submit(run, job) for job in wanted]
        try:
            for one in running:
                one.result()
        except BaseException:
            client.stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return Outcome(dict(sorted(done.items())), {job.name: faults[job.name] for job in wanted if job.name in faults})


@dataclass(slots=True)
class _Answers:
    """When the answers of a job were sent, and which were late."""

    oldest: datetime | None = None
    late: datetime | None = None

    def __call__(self, answer: Answer) -> None:
        self.oldest = min(self.oldest or answer.fetched, answer.fetched)
        if answer.late:
            self.late = min(self.late or answer.fetched, answer.fetched)


def _one(job: Job, client: Client, folder: Path, watch: Watch) -> dict[str, Receipt]:
    """Ask, and write each table whole."""
    on_response = _Answers()
    tables = job.ask(client.listening(partial(watch.told, job.name), on_response), partial(watch.on_progress, job.name))
    late = (
        (f"de dienst antwoordde niet: dit is wat die antwoordde op {on_response.late:%Y-%m-%d %H:%M} UTC",)
        if on_response.late
        else ()
    )
    new = {}
    for file, table in tables.items():
        path = folder / file
        with whole_file(path) as unfinished:
            table.to_parquet(unfinished, index=False)
        known = job.receipt(file)
        new[file] = Receipt(
            known.id, known.title, known.where, digest(path), len(table), known.license, known.attribution,
            (*job.notes, *late), on_response.oldest.isoformat() if on_response.oldest else "",
        )  # fmt: skip
    return new


def _job(source: SourceDeclaration, vintage: Vintage, gemeenten: tuple[str, ...]) -> Job:
    """What fetches a source."""
    if source.squares is None or source.statline is not None:
        return _figures(source, vintage, gemeenten)
    urls = tuple(squares.planned(source))
    if gemeenten:
        raise SourceError(f"source {source.id!r}: squares are fetched for the whole country, without --gemeente")
    file = fetched_file(source)
    where = urls[0].partition("?")[0]
    receipt = Receipt(f"sources/{source.id}", source.title, where, "", 0, source.license, source.attribution)

    def ask(client: Client, on_progress: OnProgress) -> Tables:
        return {file: squares.squares_of(client, source, on_progress)}

    return Job(source.id, urls, ask, lambda _: receipt)


def _figures(source: SourceDeclaration, vintage: Vintage, gemeenten: tuple[str, ...]) -> Job:
    """The figures of one source; those of some gemeenten never take the place of the country's."""
    urls = tuple(statline.planned(source, vintage, gemeenten))
    part = "-".join(["", *sorted(gemeenten)])
    file = f"sources/{source.id}-{vintage.year}{part}.parquet"
    receipt = Receipt(
        f"sources/{source.id}", source.title, urls[-1].partition(" ")[0], "", 0, source.license, source.attribution
    )

    def ask(client: Client, on_progress: OnProgress) -> Tables:
        return {file: statline.figures_of(client, source, vintage, gemeenten, on_progress)}

    notes = (f"alleen {', '.join(sorted(gemeenten))}",) if gemeenten else ()
    return Job(source.id, urls, ask, lambda _: receipt, notes)


def _boundaries(vintage: Vintage) -> Job:
    """The maps of buurten, wijken and gemeenten."""

    def file_of(name: str) -> str:
        return f"{BOUNDARIES}/{name}-{vintage.year}.parquet"

    def ask(client: Client, on_progress: OnProgress) -> Mapping[str, geopandas.GeoDataFrame]:
        return {file_of(name): table for name, table in pdok.divisions(client, vintage, on_progress).items()}

    def receipt(file: str) -> Receipt:
        name = Path(file).stem.partition("-")[0]
        title = f"CBS-wijk- en buurtindeling {vintage.year}: {name}"
        return Receipt(f"{BOUNDARIES}/{name}", title, vintage.url, "", 0, "CC BY 4.0", "CBS, Kadaster")

    return Job(BOUNDARIES, tuple(pdok.planned(vintage)), ask, receipt)
