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
from layers.publication.layer import Receipt
from services.files import age
from services.jobs.fetch import BOUNDARIES, Job, Outcome


class Bars:
    """A bar for each job; rich's own lock makes it fit for threads."""

    def __init__(self, bars: Progress, names: Sequence[str]) -> None:
        self._bars = bars
        self._of: dict[str, TaskID] = {name: bars.add_task(name, total=None, told="") for name in names}
        self._last: dict[str, str] = {}

    def on_progress(self, job: str, what: str, done: int, whole: int | None) -> None:
        """Move the bar of a job; without a whole it only says how far it is."""
        of = f" of {whole:,}" if whole else ""
        self._bars.update(self._of[job], completed=done, total=whole, told=f"{what}: {done:,}{of}")

    def told(self, job: str, message: str) -> None:
        """Say what is tried again, above the bars; once, where each page says the same."""
        if self._last.get(job) == message:
            return
        self._last[job] = message
        self._bars.console.print(f"{job}: {message}", markup=False, highlight=False, soft_wrap=True)

    def ended(self, job: str, fault: ZichtError | None) -> None:
        """Fill the bar, or stop it where it was."""
        if fault is None:
            self._bars.update(self._of[job], completed=1, total=1, told="done")
        else:
            self._bars.update(self._of[job], completed=0, total=1, told="failed: see below")


@contextmanager
def watching(console: Console, names: Sequence[str]) -> Iterator[Bars]:
    """Bars for as long as it takes."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        yield Bars(bars, names)


def planned(wanted: Sequence[Job], skipped: Mapping[str, str], there: Mapping[str, Receipt]) -> list[str]:
    """What will be asked, how much it was the last time, and what cannot be fetched; plain lines, to copy from."""
    lines = []
    for job in wanted:
        folder = job.name if job.name == BOUNDARIES else f"sources/{job.name}"
        known = [f"{file} {one.rows:,} rows" for file, one in there.items() if one.id.startswith(folder)]
        lines += [f"{job.name} ({', '.join(known) or 'size not known'})", *(f"  {url}" for url in job.urls)]
    return lines + [f"not fetched: {name}: {why}" for name, why in skipped.items()]


def fetched(outcome: Outcome, folder: Path) -> RenderableType:
    """What was written, and how old it is."""
    columns = (Column(name, overflow="fold") for name in ("file", "rows", "size", "from", "age"))
    table = Table(*columns, title=f"Fetched into {folder}")
    for file, one in outcome.written.items():
        size = f"{(folder / file).stat().st_size / 1e6:.1f} MB"
        old = age(datetime.fromisoformat(one.fetched)) if one.fetched else ""
        table.add_row(file, f"{one.rows:,}", size, escape(one.where), old)
    return table


def notes(outcome: Outcome) -> list[str]:
    """What to know of what was written."""
    return [f"{file}: {note}" for file, one in outcome.written.items() for note in one.notes]
