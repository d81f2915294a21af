"""What a fetch shows: the plan, a bar for each source while it runs, and what was written."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from geo.errors import ZichtError
from geo.messages import Message, joined, message, plural
from layers.messages import age, number, say
from layers.publication.layer import Receipt
from services.jobs.fetch import Outcome
from services.jobs.fetchable import BOUNDARIES, Job


class Bars:
    """A bar for each job; rich's own lock makes it fit for threads."""

    def __init__(self, progress: Progress, names: Sequence[str]) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {name: progress.add_task(name, total=None, status="") for name in names}
        self._last: dict[str, Message] = {}

    def on_progress(self, job: str, what: Message | str, done: int, whole: int | None) -> None:
        """Move the bar of a job; where the whole is not known it only says how far it is."""
        if whole:
            status = say("{what}: {done:,} of {whole:,}", what=what, done=done, whole=whole)
        else:
            status = say("{what}: {done:,}", what=what, done=done)
        self._progress.update(self._tasks[job], completed=done, total=whole, status=status)

    def on_retry(self, job: str, why: Message) -> None:
        """Print above the bars what is retried; once, where each page says the same."""
        if self._last.get(job) == why:
            return
        self._last[job] = why
        self._progress.console.print(f"{job}: {say(why)}", markup=False, highlight=False, soft_wrap=True)

    def on_end(self, job: str, fault: ZichtError | None) -> None:
        """Fill the bar, or empty it where the job failed."""
        if fault is None:
            self._progress.update(self._tasks[job], completed=1, total=1, status=say("done"))
        else:
            self._progress.update(self._tasks[job], completed=0, total=1, status=say("failed: see below"))


@contextmanager
def bars(console: Console, names: Sequence[str]) -> Iterator[Bars]:
    """Bars for as long as it takes."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[status]}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bars(progress, names)


def plan(wanted: Sequence[Job], receipts: Mapping[str, Receipt]) -> list[str]:
    """What will be requested, and how much it was the last time; plain lines, to copy from."""
    lines = []
    for job in wanted:
        folder = job.name if job.name == BOUNDARIES else f"sources/{job.name}"
        sizes = [
            plural("{file} 1 row", "{file} {count:,} rows", file=file, count=receipt.rows)
            for file, receipt in receipts.items()
            if receipt.id.startswith(folder) and receipt.rows is not None
        ]
        lines += [f"{job.name} ({say(joined(', ', sizes or [message('size not known')]))})"]
        lines += [f"  {url}" for url in job.urls]
    return lines


def left(skipped: Mapping[str, Message]) -> list[str]:
    """What is not fetched, and why."""
    return [say("not fetched: {name}: {why}", name=name, why=why) for name, why in skipped.items()]


def written(outcome: Outcome, folder: Path) -> RenderableType:
    """The files that were written, and how old their figures are."""
    heads = (say("file"), say("rows"), say("size"), say("address"), say("age"))
    table = Table(*(Column(head, overflow="fold") for head in heads), title=say("Fetched into {folder}", folder=folder))
    for file, receipt in outcome.written.items():
        size = f"{number((folder / file).stat().st_size / 1e6)} MB"
        old = age(datetime.fromisoformat(receipt.fetched)) if receipt.fetched else ""
        table.add_row(file, _rows(receipt), size, escape(receipt.where), old)
    return table


def _rows(receipt: Receipt) -> str:
    return "" if receipt.rows is None else number(receipt.rows, 0)


def notes(outcome: Outcome) -> list[str]:
    """The notes of what was written, by file."""
    return [f"{file}: {note}" for file, receipt in outcome.written.items() for note in receipt.notes]


def failed(outcome: Outcome, count: int) -> Message:
    """Which of so many jobs failed and why, and how to go on."""
    lines = [
        message("{failed} of {count} could not be fetched:", failed=len(outcome.faults), count=count),
        *(Message("  {name}: {fault}", {"name": name, "fault": one.message}) for name, one in outcome.faults.items()),
    ]
    if outcome.written:
        lines.append(message("what came in stays: the same command resumes from there"))
    return joined("\n", lines)
