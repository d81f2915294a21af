"""fetch: figures and boundaries from the services into a folder that `zicht build --data` reads, with receipts.

Every source is a job of its own, and jobs run side by side: one that fails does not stop the others. A file appears
whole, and its receipt after it, so that a fetch that was killed leaves what it had finished; what the services had
answered is in the cache of the client, and is not requested again.
"""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from geo.errors import SourceError, ZichtError
from geo.messages import Message, message
from layers.messages import say
from layers.publication.layer import Receipt
from services import receipts
from services.files import digest, whole_file
from services.http.client import Answer, Client
from services.jobs.fetchable import Job
from services.settings import Settings

JOBS_AT_ONCE = 8


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
class Outcome:
    """The receipts of what was written, by file, and the faults of the jobs that failed, by name."""

    written: Mapping[str, Receipt]
    faults: Mapping[str, ZichtError]


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
