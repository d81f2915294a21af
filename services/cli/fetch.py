"""fetch: figures and boundaries from the services of CBS, the police and PDOK."""

from pathlib import Path
from typing import Annotated

import typer

from geo.errors import SourceError
from layers.messages import say
from services.cli.screen import FETCHED, complaints, screen
from services.settings import Settings

VINTAGE = 2024


def fetch(
    what: Annotated[
        list[str] | None, typer.Argument(help=say("Themes, sources or 'boundaries'. Default: all that themes read."))
    ] = None,
    gemeente: Annotated[
        list[str] | None, typer.Option(help=say("Only the figures of this gemeente (GM0599); may be repeated."))
    ] = None,
    vintage: Annotated[int, typer.Option(help=say("Vintage of the buurten."))] = VINTAGE,
    to: Annotated[Path, typer.Option(help=say("Folder to write to."))] = FETCHED,
    mirror: Annotated[
        Path | None,
        typer.Option(help=say("Folder where answers are cached, to carry into a closed network (ZICHT_CACHE).")),
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help=say("Answer from the mirror only."))] = False,  # noqa: FBT002
    fresh: Annotated[bool, typer.Option("--fresh", help=say("Ask again, also what was answered today."))] = False,  # noqa: FBT002
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("Only show what would be asked."))] = False,  # noqa: FBT002
) -> None:
    """Fetch figures and boundaries, with a receipt of each. A fetch that was stopped resumes where it was.

    Example: `zicht fetch misdrijven --dry-run`, without `--dry-run`, then `zicht build misdrijven --data output/data`
    """
    from boundaries.vintages import declared_vintage
    from services import receipts
    from services.cli import fetch_progress
    from services.jobs import fetch, fetchable
    from services.jobs.declarations import catalogue

    settings, catalog = Settings(), catalogue()
    wanted, skipped = fetchable.jobs(catalog, what or [], declared_vintage(vintage), gemeente or [])
    for line in [*(fetch_progress.plan(wanted, receipts.read(to)) if dry_run else []), *fetch_progress.left(skipped)]:
        screen.print(line, markup=False, soft_wrap=True)
    if dry_run:
        return
    client = fetch.client(mirror or settings.cache, settings.gateway, offline=offline, fresh=fresh)
    with fetch_progress.bars(complaints, [job.name for job in wanted]) as watch:
        outcome = fetch.fetch(wanted, client, to, watch)
    if outcome.written:
        screen.print(fetch_progress.written(outcome, to))
    for note in fetch_progress.notes(outcome):
        screen.print(note, markup=False, soft_wrap=True)
    if outcome.faults:
        raise SourceError(fetch_progress.failed(outcome, len(wanted)))
    themes = [name for name in what or catalog.themes if name in catalog.themes]
    if themes and not gemeente and vintage == VINTAGE:  # themes have this vintage
        following = say("Next: `zicht build {theme} --data {folder}`", theme=themes[0], folder=to)
        screen.print(following, markup=False, soft_wrap=True)
